//! Rights and privacy that no scenario can tell: what takes other tokens, other origins, or a look at the pool.

use std::sync::atomic::{AtomicU64, Ordering};

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Forge, Handshake, Stack, TestResult, Visitor, cognito_call};

use crate::frames::{Refused, all_refused, ask, frame, open};

const APPLICATION: &str = "localhost";
const REFRESH: &str = "__Secure-refresh";

fn id_of(token: &str) -> TestResult<String> {
    Ok(Forge::claims(token)?["sub"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn aut_02_a_frame_goes_to_a_channel_and_never_to_a_connection() -> TestResult {
    let connection = "Zk3dPfYbIAMCJpw=";
    let mut cases = Vec::new();
    for name in ["connection", "connectionId", "to", "target"] {
        let data = json!({ "recipient": "all", "content": 1, name: connection });
        cases.push(Refused::field(&format!("data.{name}"), frame("message", &data)));
        let data = json!({ "channel": "all", "content": 1, name: connection });
        cases.push(Refused::field(&format!("data.{name}"), frame("signal", &data)));
    }
    for recipient in [
        connection,
        "connection:Zk3dPfYbIAMCJpw=",
        "@connections/Zk3dPfYbIAMCJpw=",
    ] {
        let data = json!({ "recipient": recipient, "content": 1 });
        cases.push(Refused::field("data.recipient", frame("message", &data)));
    }
    all_refused(&cases).await
}

#[tokio::test]
async fn aut_03_an_own_name_and_claimed_groups_open_nothing() -> TestResult {
    let stack = Stack::start().await?;
    let pool = Forge::of_pool(&stack)?;
    let mut claims = Forge::claims(&stack.sign_in("alice").await?.id)?;
    // Groups that no channel can be named after are left out, and give no right to another.
    claims["cognito:groups"] = json!(["staff people", "x".repeat(65), "a:b", "", "team"]);
    let token = pool.sign(pool.header(), claims.to_string())?;
    let mut alice = Handshake::of_browser(&stack, &token).open().await?;
    for (group, allowed) in [
        ("team", true),
        ("staff", false),
        ("people", false),
        ("a", false),
        ("TEAM", false),
        ("tea", false),
    ] {
        let answer = ask(&mut alice, "subscribe", &json!({ "channel": format!("group:{group}") })).await?;
        assert_eq!(answer["type"] == "subscribed", allowed, "{group}: {answer}");
        assert!(allowed || answer["code"] == "forbidden", "{group}: {answer}");
    }
    Ok(())
}

/// Enough that some are under way when one leaves.
const BROADCASTS: u64 = 60;

#[tokio::test]
async fn aut_04_nothing_sent_after_a_removal_arrives_though_broadcasts_are_under_way() -> TestResult {
    let stack = Stack::start().await?;
    let (mut alice, mut bob) = (open(&stack, "alice").await?, open(&stack, "bob").await?);
    for socket in [&mut alice, &mut bob] {
        ask(socket, "subscribe", &json!({ "channel": "room:busy" })).await?;
    }
    let sent = AtomicU64::new(0);
    let publishing = async {
        for number in 1..=BROADCASTS {
            sent.store(number, Ordering::SeqCst);
            let message = json!({ "recipient": "room:busy", "content": number });
            assert_eq!(ask(&mut alice, "message", &message).await?["type"], "ack");
        }
        TestResult::Ok(())
    };
    let leaving = async {
        bob.next_where(|frame| frame["content"] == 5).await?;
        ask(&mut bob, "unsubscribe", &json!({ "channel": "room:busy" })).await?;
        // The next to be sent is sent after the answer.
        TestResult::Ok(sent.load(Ordering::SeqCst))
    };
    let (published, last) = tokio::join!(publishing, leaving);
    published?;
    let last = last?;
    assert!(last < BROADCASTS, "everything was sent before");
    bob.send(frame("echo", &json!({ "content": "the end" }))).await?;
    loop {
        let came = bob.next().await?;
        if came["type"] == "echo" {
            return Ok(());
        }
        assert!(
            came["content"].as_u64() <= Some(last),
            "left after {last} was sent, and then came {came}"
        );
    }
}

#[tokio::test]
async fn aut_07_a_refresh_is_the_token_owners_and_changes_no_connection() -> TestResult {
    let stack = Stack::start().await?;
    let refresh = format!("{}/session/refresh", stack.endpoint("/web"));
    let (mut browser, mut other) = (Visitor::new()?, Visitor::new()?);
    browser.sign_in(&stack, "alice").await?;
    other.sign_in(&stack, "bob").await?;
    let cookie = |visitor: &Visitor, name: &str| {
        let cookie = visitor.cookie(APPLICATION, name);
        cookie.map(|cookie| cookie.value.clone()).unwrap_or_default()
    };
    let token = cookie(&browser, "__Host-auth");
    let mut alice = Handshake::of_browser(&stack, &token).open().await?;
    let before = ask(&mut alice, "ping", &json!({})).await?;

    browser.plant(APPLICATION, REFRESH, &cookie(&other, REFRESH));
    let answer = browser.fetch(Method::POST, &refresh).await?;
    assert_eq!(
        answer.json()["name"],
        "bob",
        "the session becomes the token's owner's, whole: {}",
        answer.body
    );
    let after = ask(&mut alice, "ping", &json!({})).await?;
    assert_eq!(after["expiresAt"], before["expiresAt"]);
    let said = ask(&mut alice, "message", &json!({ "recipient": "all", "content": "who?" })).await?;
    assert_eq!(said["type"], "ack");
    assert_eq!(
        stack.rows_of_kind("entry").await?[0]["name"],
        "alice",
        "a connection's user never changes"
    );

    let tokens = stack.sign_in("alice").await?;
    for wrong in [&tokens.id, &tokens.access, &token] {
        browser.plant(APPLICATION, REFRESH, wrong);
        let answer = browser.fetch(Method::POST, &refresh).await?;
        assert_eq!((answer.status, answer.code().as_str()), (401, "not_signed_in"));
    }
    Ok(())
}

#[tokio::test]
async fn aut_09_a_deleted_user_is_sent_away_by_the_back_end() -> TestResult {
    let stack = Stack::start().await?;
    let token = stack.sign_in("alice").await?.id;
    let mut alice = Handshake::of_browser(&stack, &token).open().await?;
    let delete = json!({ "UserPoolId": stack.endpoint("/cognito/userPoolId"), "Username": "alice" });
    assert_eq!(cognito_call(&stack, "AdminDeleteUser", &delete).await?.0, 200);
    let order = json!({ "action": "disconnect", "user": id_of(&token)? });
    assert_eq!(stack.invoke("fn-push", &order).await?, json!({ "closed": 1 }));
    assert_eq!(alice.next_of("closing").await?["reason"], "signed_out");
    assert_eq!(alice.closed().await?.code, 1000);
    assert_eq!(Handshake::of_browser(&stack, &token).status().await?, 401);
    assert!(
        stack.sign_in("alice").await.is_err(),
        "and the pool gives no other token"
    );
    Ok(())
}

#[tokio::test]
async fn aut_10_a_page_of_another_site_opens_no_socket_with_the_visitors_cookie() -> TestResult {
    let stack = Stack::start().await?;
    let token = stack.sign_in("alice").await?.id;
    let own = stack.endpoint("/web");
    let port = own.rsplit(':').next().unwrap_or_default();
    let origins = [
        "https://evil.example".to_owned(),
        "null".to_owned(),
        format!("https://localhost:{port}"),
        format!("http://localhost.evil.example:{port}"),
        format!("http://evil-localhost:{port}"),
        format!("http://LOCALHOST:{port}"),
        format!("{own}/"),
        format!("{own}.evil.example"),
        "http://localhost".to_owned(),
        String::new(),
    ];
    for origin in origins {
        let cookie = format!("__Host-auth={token}");
        let handshake = Handshake::with(&stack)
            .header("cookie", &cookie)
            .header("origin", &origin);
        assert_eq!(handshake.status().await?, 403, "{origin}");
    }
    let without = Handshake::with(&stack).header("cookie", &format!("__Host-auth={token}"));
    assert_eq!(without.status().await?, 403, "nor without any");
    assert!(stack.rows().await?.is_empty(), "no row was written");
    Ok(())
}

#[tokio::test]
async fn aut_11_no_page_of_the_web_reaches_the_back_ends_door() -> TestResult {
    let stack = Stack::start().await?;
    let mut alice = open(&stack, "alice").await?;
    let push = stack.endpoint("/functions/fn-push");
    let doors = [
        format!("{}/2015-03-31/functions/{push}/invocations", stack.endpoint("/lambda")),
        stack.endpoint("/events"),
        format!("{}/@connections/AAAAAAAAAAAAAAA=", stack.endpoint("/management")),
    ];
    let order = json!({ "action": "publish", "channel": "all", "content": "forged" }).to_string();
    let client = reqwest::Client::new();
    for door in &doors {
        for (name, value) in [
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("sec-fetch-site", "cross-site"),
            ("host", "evil.example"),
        ] {
            let answer = client.post(door).header(name, value).body(order.clone()).send().await?;
            assert_eq!(answer.status(), 403, "{door} with {name} {value}");
        }
    }
    let echo: Value = ask(&mut alice, "echo", &json!({ "content": 1 })).await?;
    assert_eq!(echo["type"], "echo");
    assert!(stack.rows_of_kind("entry").await?.is_empty(), "nothing was published");
    Ok(())
}
