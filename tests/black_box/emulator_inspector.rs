//! The traffic inspector: everything that happens is told live and without its secrets, to this machine's own page alone.

use futures_util::stream::{self, StreamExt};
use serde_json::{Value, json};
use tests::{Handshake, Inspection, Probe, Stack, TestResult};

/// Parts of no token that counts anywhere.
const TOKEN: [&str; 3] = [
    "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ",
    "eyJzdWIiOiJvbmUtb2YtdXMiLCJ0b2tlbl91c2UiOiJpZCJ9",
    "c2lnbmF0dXJlLW9mLWFsbW9zdC1hbnl0aGluZw",
];
const OPAQUE: [&str; 4] = [
    "opaque-in-query",
    "opaque-in-cookie",
    "opaque-in-header",
    "opaque-in-frame",
];

async fn post(stack: &Stack, id: &str, text: String) -> TestResult<u16> {
    static CLIENT: std::sync::LazyLock<reqwest::Client> = std::sync::LazyLock::new(reqwest::Client::new);
    let address = format!("{}/@connections/{id}", stack.endpoint("/management"));
    Ok(CLIENT.post(address).body(text).send().await?.status().as_u16())
}

fn fact<'a>(record: &'a Value, name: &str) -> &'a str {
    let facts = record["facts"].as_array().into_iter().flatten();
    let found = facts.into_iter().find(|fact| fact[0] == name);
    found.and_then(|fact| fact[1].as_str()).unwrap_or_default()
}

#[tokio::test]
async fn what_happens_is_told_live_and_without_its_secrets() -> TestResult {
    let probe = Probe::start().await?;
    let stack = &probe.stack;
    let token = TOKEN.join(".");
    let mut told = Inspection::open(stack, None).await?;
    let mut socket = Handshake::with(stack)
        .query(&format!("token={token}&access_token={}&room=tower", OPAQUE[0]))
        .header("cookie", &format!("__Host-auth={token}; other={}", OPAQUE[1]))
        .header("authorization", &format!("Bearer {}", OPAQUE[2]))
        .header("sec-websocket-protocol", &format!("one, bearer.{token}"))
        .open()
        .await?;
    let handshake = told.next_of("handshake").await?;
    let id = handshake["connection"].as_str().unwrap_or_default().to_owned();
    assert_eq!(
        (
            fact(&handshake, "cookie"),
            fact(&handshake, "?room"),
            &handshake["stage"]
        ),
        ("•••", "tower", &json!("probe"))
    );
    let verdict = told.next_of("authorizer").await?;
    assert_eq!(
        (fact(&verdict, "principalId"), &verdict["failed"]),
        ("probe-user", &json!(false))
    );
    let answer = told
        .next_where("answer", |record| record["summary"] == "$connect → 200")
        .await?
        .data;
    assert!(fact(&answer, "run").ends_with(" ms"), "{answer}");
    assert_eq!(told.next_of("opened").await?["connection"], id);

    socket
        .send(json!({ "hello": "you", "jwt": token, "password": OPAQUE[3] }).to_string())
        .await?;
    socket.next().await?;
    let frame = told.next_of("frame-in").await?;
    assert!(
        frame["summary"]
            .as_str()
            .is_some_and(|text| text.contains(r#""hello":"you""#)),
        "{frame}"
    );
    let event = told.next_of("event").await?;
    assert_eq!(
        (&event["summary"], &event["function"]),
        (&json!("$default"), &json!("probe"))
    );
    assert_eq!(
        told.next_of("answer").await?["request"],
        event["request"],
        "the two belong together"
    );
    told.next_of("frame-out").await?;

    assert_eq!(post(stack, &id, "pushed".to_owned()).await?, 200);
    assert_eq!(told.next_of("management").await?["summary"], "POST 200");
    assert_eq!(told.next_of("frame-out").await?["content"]["text"], "pushed");

    socket
        .send(json!({ "do": "panic", "token": token }).to_string())
        .await?;
    let line = told
        .next_where("log", |line| {
            line["summary"].as_str().is_some_and(|text| text.contains("panicked"))
        })
        .await?;
    assert_eq!(line.data["function"], "probe");
    socket.close().await?;
    let closed = told.next_of("closed").await?;
    assert_eq!(
        (&closed["connection"], &closed["summary"]),
        (&json!(id), &json!("1005 Client-side close frame status not set"))
    );

    let secrets = TOKEN.iter().chain(&OPAQUE);
    let raw = String::from_utf8_lossy(&told.raw).into_owned() + &connections(stack).await?.to_string();
    for secret in secrets {
        assert!(!raw.contains(secret), "{secret} is shown");
    }
    Ok(())
}

async fn connections(stack: &Stack) -> TestResult<Value> {
    let address = format!("{}/connections", stack.endpoint("/inspector"));
    Ok(reqwest::get(address).await?.json().await?)
}

#[tokio::test]
async fn a_denial_is_told_with_its_reason() -> TestResult {
    let probe = Probe::start().await?;
    let stack = &probe.stack;
    let mut told = Inspection::open(stack, None).await?;
    for (query, status, why) in [
        (
            "verdict=deny",
            403,
            "403: the authorizer's policy does not allow arn:aws:execute-api:",
        ),
        (
            "verdict=unauthorized",
            401,
            "401: the authorizer failed with Unauthorized",
        ),
        ("verdict=throw", 500, "500: the authorizer failed: thrown on purpose"),
        ("verdict=null", 500, "500: the authorizer's result has no principalId"),
    ] {
        assert_eq!(Handshake::with(stack).query(query).status().await?, status);
        let verdict = told.next_of("authorizer").await?;
        assert!(
            verdict["summary"].as_str().is_some_and(|text| text.starts_with(why)),
            "{verdict}"
        );
        let refused = told.next_of("refused").await?;
        assert!(
            refused["summary"]
                .as_str()
                .is_some_and(|text| text.starts_with(&status.to_string())),
            "{refused}"
        );
    }
    assert_eq!(Handshake::with(stack).query("connect=418").status().await?, 418);
    assert_eq!(told.next_of("refused").await?["summary"], "418 Refused by $connect");
    Ok(())
}

/// The authorizer runs into the function's time limit after the client has left.
#[tokio::test]
async fn a_handshake_that_is_refused_when_its_client_has_left_is_over() -> TestResult {
    let probe = Probe::start().await?;
    let mut told = Inspection::open(&probe.stack, None).await?;
    tokio::select! {
        begun = told.next_of("event") => begun?,
        left = Handshake::with(&probe.stack).query("verdict=sleep").status() => panic!("too soon: {left:?}"),
    };
    let refused = told.next_of("refused").await?;
    assert_eq!(refused["summary"], "500 Internal server error");
    let listed = connections(&probe.stack).await?;
    assert_eq!(listed["connections"][0]["state"], "refused", "{listed}");
    Ok(())
}

#[tokio::test]
async fn connections_are_listed_with_who_they_are_and_what_became_of_them() -> TestResult {
    let probe = Probe::start().await?;
    let stack = &probe.stack;
    let mut told = Inspection::open(stack, None).await?;
    let mut socket = Handshake::with(stack).open().await?;
    socket.send("who am I").await?;
    socket.next().await?;
    told.next_of("frame-out").await?;
    let listed = connections(stack).await?;
    let connection = &listed["connections"][0];
    assert_eq!(listed["there"], 1);
    for (key, expected) in [
        ("state", json!("open")),
        ("principal", json!("probe-user")),
        ("stage", json!("probe")),
        ("framesIn", json!(1)),
        ("framesOut", json!(1)),
    ] {
        assert_eq!(connection[key], expected, "{key} of {listed}");
    }
    socket.close().await?;
    told.next_of("closed").await?;
    let listed = connections(stack).await?;
    assert_eq!(
        (&listed["there"], &listed["connections"][0]["state"]),
        (&json!(0), &json!("closed"))
    );
    Ok(())
}

#[tokio::test]
async fn a_stream_is_taken_up_where_it_broke_off_and_says_what_is_gone() -> TestResult {
    let probe = Probe::start().await?;
    let stack = &probe.stack;
    let mut told = Inspection::open(stack, None).await?;
    let mut socket = Handshake::with(stack).open().await?;
    let opened = told.next_where("opened", |_| true).await?;
    let id = opened.data["connection"].as_str().unwrap_or_default().to_owned();
    drop(told);

    assert_eq!(post(stack, &id, "meanwhile".to_owned()).await?, 200);
    assert_eq!(socket.next_text().await?, "meanwhile");
    let mut resumed = Inspection::open(stack, Some(&opened.id)).await?;
    let first = resumed.next().await?;
    assert_eq!(
        (first.event.as_str(), first.data["sequence"].as_u64()),
        ("message", opened.data["sequence"].as_u64().map(|sequence| sequence + 1))
    );
    let mut another_run = Inspection::open(stack, Some("1-99")).await?;
    assert_eq!(another_run.next().await?.data["sequence"], 1);
    drop((resumed, another_run));

    // More than what is kept: 16 MB, of a frame 8 KB.
    let large = "x".repeat(9_000);
    let reading = tokio::spawn(async move { while socket.next_text().await.is_ok_and(|text| text != "last") {} });
    let posts = stream::iter(0..2_100).map(|_| post(stack, &id, large.clone()));
    let statuses: Vec<_> = posts.buffer_unordered(16).collect().await;
    assert!(statuses.iter().any(|status| matches!(status, Ok(200))));
    let mut late = Inspection::open(stack, Some(&first.id)).await?;
    let gone = late.next().await?;
    assert_eq!(gone.event, "missed");
    let missed = gone.data["missed"].as_u64().unwrap_or_default();
    let next = late.next().await?.data["sequence"].as_u64().unwrap_or_default();
    let seen = first.data["sequence"].as_u64().unwrap_or_default();
    assert_eq!((missed > 0, next), (true, seen + missed + 1), "{missed} after {seen}");
    assert_eq!(post(stack, &id, "last".to_owned()).await?, 200);
    Ok(reading.await?)
}

#[tokio::test]
async fn faults_are_switched_here_and_told_when_they_strike() -> TestResult {
    let probe = Probe::start().await?;
    let stack = &probe.stack;
    let mut told = Inspection::open(stack, None).await?;
    let mut socket = Handshake::with(stack).open().await?;
    let id = told.next_of("opened").await?["connection"].clone();
    let id = id.as_str().unwrap_or_default();
    let client = reqwest::Client::new();
    let switch = async |plan: Value| -> TestResult<(u16, Value)> {
        let address = format!("{}/faults", stack.endpoint("/inspector"));
        let request = client.put(address).header("origin", stack.endpoint("/web"));
        let answer = request.body(plan.to_string()).send().await?;
        Ok((answer.status().as_u16(), answer.json().await?))
    };
    let plan = json!({ "seed": 5, "faults": [{ "kind": "push.gone", "times": 1 }] });
    let (status, answer) = switch(plan).await?;
    assert_eq!((status, &answer["struck"]), (200, &json!({})));
    let planned = told.next_of("fault").await?;
    assert_eq!(
        (&planned["summary"], fact(&planned, "seed")),
        (&json!("1 fault in force"), "5")
    );

    assert_eq!(post(stack, id, "lost".to_owned()).await?, 410);
    let struck = told.next_of("fault").await?;
    assert_eq!(
        (&struck["summary"], &struck["failed"]),
        (&json!("push.gone strikes at event 1 of all"), &json!(true))
    );
    assert_eq!(stack.struck().await?["push.gone"], 1, "it is one plan at both places");
    assert_eq!(post(stack, id, "found".to_owned()).await?, 200);
    assert_eq!(socket.next_text().await?, "found");

    let (status, answer) = switch(json!({ "faults": [{ "kind": "push.gnoe" }] })).await?;
    let words = answer["message"].as_str().unwrap_or_default();
    assert!(status == 400 && words.contains("the nearest is push.gone"), "{answer}");
    Ok(())
}

#[tokio::test]
async fn only_its_own_page_may_look() -> TestResult {
    let probe = Probe::start().await?;
    let stack = &probe.stack;
    let (page, own) = (stack.endpoint("/inspector"), stack.endpoint("/web"));
    assert_eq!(page, format!("{own}/_inspector"));
    let client = reqwest::Client::new();
    let asked = async |method: &str, path: &str, headers: &[(&'static str, &str)]| -> TestResult<u16> {
        let mut request = client.request(method.parse()?, format!("{page}{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Ok(request.body("{}").send().await?.status().as_u16())
    };
    for path in ["", "/inspector.js", "/events", "/connections", "/faults"] {
        assert_eq!(asked("GET", path, &[]).await?, 200, "{path}");
        assert_eq!(asked("GET", path, &[("origin", &own)]).await?, 200, "{path}");
        for foreign in [
            ("host", "evil.example"),
            ("origin", "http://evil.example"),
            ("origin", "null"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            assert_eq!(asked("GET", path, &[foreign]).await?, 403, "{path} with {foreign:?}");
            assert_eq!(
                asked("PUT", path, &[foreign]).await?,
                403,
                "PUT {path} with {foreign:?}"
            );
        }
    }
    let link = [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")];
    assert_eq!(asked("GET", "", &link).await?, 200, "a person may follow a link");
    assert_eq!(asked("GET", "/nothing", &[]).await?, 404);
    let answer = client.get(&page).send().await?;
    let policy = answer.headers()["content-security-policy"].to_str()?.to_owned();
    assert!(
        policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"),
        "{policy}"
    );
    Ok(())
}
