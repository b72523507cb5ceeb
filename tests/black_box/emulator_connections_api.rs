//! `@connections`: post, get, delete, with the statuses and error headers that SDKs tell errors by.

use serde_json::Value;
use tests::{Handshake, Probe, Socket, Stack, TestResult, eventually};

async fn open() -> TestResult<(Probe, Socket, String)> {
    let probe = Probe::start().await?;
    let mut socket = Handshake::with(&probe.stack)
        .header("user-agent", "tests/1")
        .open()
        .await?;
    socket.send("who am I").await?;
    let context = &socket.next().await?["requestContext"];
    let id = context["connectionId"].as_str().unwrap_or_default().to_owned();
    Ok((probe, socket, id))
}

async fn call(stack: &Stack, method: &str, path: &str, body: Vec<u8>) -> TestResult<(u16, String, String)> {
    let address = format!("{}{path}", stack.endpoint("/management"));
    // One client for all calls: making one takes longer than a call.
    static CLIENT: std::sync::LazyLock<reqwest::Client> = std::sync::LazyLock::new(reqwest::Client::new);
    let response = CLIENT.request(method.parse()?, address).body(body).send().await?;
    let status = response.status().as_u16();
    let error = response
        .headers()
        .get("x-amzn-errortype")
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    Ok((status, error, response.text().await?))
}

#[tokio::test]
async fn posts_reach_the_client_however_the_id_is_encoded() -> TestResult {
    let (probe, mut socket, id) = open().await?;
    let stack = &probe.stack;
    for path in [
        format!("/@connections/{id}"),
        format!("/%40connections/{}", id.replace('=', "%3D")),
    ] {
        assert_eq!(
            call(stack, "POST", &path, "grüße".into()).await?,
            (200, String::new(), String::new())
        );
        assert_eq!(socket.next_text().await?, "grüße");
    }
    Ok(())
}

#[tokio::test]
async fn get_describes_the_connection() -> TestResult {
    let (probe, _socket, id) = open().await?;
    let stack = &probe.stack;
    let (status, _, body) = call(stack, "GET", &format!("/@connections/{id}"), Vec::new()).await?;
    let body: Value = serde_json::from_str(&body)?;
    assert_eq!(status, 200);
    assert_eq!(body["identity"]["sourceIp"], "127.0.0.1");
    assert_eq!(body["identity"]["userAgent"], "tests/1");
    for time in ["connectedAt", "lastActiveAt"] {
        assert!(
            body[time]
                .as_str()
                .is_some_and(|time| time.len() == 24 && time.ends_with('Z')),
            "{body}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn delete_closes_with_1000_and_then_the_id_is_gone() -> TestResult {
    let (probe, mut socket, id) = open().await?;
    let stack = &probe.stack;
    let path = format!("/@connections/{id}");
    assert_eq!(call(stack, "DELETE", &path, Vec::new()).await?.0, 204);
    assert_eq!(socket.closed().await?.code, 1000);
    for method in ["POST", "GET", "DELETE"] {
        let gone = (410, "GoneException".to_owned(), String::new());
        assert_eq!(call(stack, method, &path, b"x".to_vec()).await?, gone, "{method}");
    }
    Ok(())
}

#[tokio::test]
async fn every_refusal_has_its_status_and_error_type() -> TestResult {
    let (probe, mut socket, id) = open().await?;
    let stack = &probe.stack;
    let post = async |path: &str, bytes: usize| -> TestResult<(u16, String)> {
        let (status, error, _) = call(stack, "POST", path, vec![b'x'; bytes]).await?;
        Ok((status, error))
    };
    let own = format!("/@connections/{id}");
    assert_eq!(post(&own, 128 * 1024).await?.0, 200);
    assert_eq!(socket.next_text().await?.len(), 128 * 1024);
    assert_eq!(
        post(&own, 128 * 1024 + 1).await?,
        (413, "PayloadTooLargeException".into())
    );
    assert_eq!(
        post("/@connections/AAAAAAAAAAAAAAA=", 1).await?,
        (410, "GoneException".into()),
        "well formed, unknown"
    );
    assert_eq!(
        post("/@connections/short", 1).await?,
        (400, "BadRequestException".into())
    );
    assert_eq!(post("/elsewhere", 1).await?, (403, "ForbiddenException".into()));
    let other_stage = format!(
        "{}/@connections/{id}",
        stack.endpoint("/management").replace("/probe", "/other")
    );
    let response = reqwest::Client::new().post(other_stage).send().await?;
    assert_eq!(response.status(), 403);
    Ok(())
}

#[tokio::test]
async fn a_client_that_does_not_read_is_429_and_holds_up_nobody() -> TestResult {
    let (probe, sleeper, id) = open().await?;
    let stack = &probe.stack;
    let path = format!("/@connections/{id}");
    let mut full = false;
    for _ in 0..2_000 {
        let (status, error, _) = call(stack, "POST", &path, vec![b'x'; 100_000]).await?;
        if status != 200 {
            assert_eq!((status, error.as_str()), (429, "LimitExceededException"));
            full = true;
            break;
        }
    }
    assert!(full, "the buffer never filled");
    let mut other = Handshake::with(stack).open().await?;
    other.send("quick").await?;
    assert_eq!(other.next().await?["body"], "quick");
    drop(sleeper);
    eventually("the id to be gone", async || {
        call(stack, "GET", &path, Vec::new())
            .await
            .is_ok_and(|(status, ..)| status == 410)
    })
    .await
}

#[tokio::test]
async fn what_was_accepted_is_sent_before_the_socket_is_deleted() -> TestResult {
    let (probe, mut socket, id) = open().await?;
    let path = format!("/@connections/{id}");
    for number in 0..20 {
        let body = format!("{number}").into_bytes();
        assert_eq!(call(&probe.stack, "POST", &path, body).await?.0, 200);
    }
    assert_eq!(call(&probe.stack, "DELETE", &path, Vec::new()).await?.0, 204);
    for number in 0..20 {
        assert_eq!(socket.next_text().await?, number.to_string());
    }
    assert_eq!(socket.closed().await?.code, 1000);
    Ok(())
}

#[tokio::test]
async fn a_client_may_send_much_before_it_reads_anything() -> TestResult {
    let probe = Probe::start().await?;
    let mut socket = Handshake::with(&probe.stack).open().await?;
    let filling = "x".repeat(24 * 1024);
    for number in 0..200 {
        socket
            .send(format!(r#"{{"number":{number},"filling":"{filling}"}}"#))
            .await?;
    }
    let mut numbers = std::collections::BTreeSet::new();
    while numbers.len() < 200 {
        let event = socket.next().await?;
        let body: Value = serde_json::from_str(event["body"].as_str().unwrap_or_default())?;
        numbers.insert(body["number"].as_u64());
    }
    Ok(())
}
