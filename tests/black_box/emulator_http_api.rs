//! The HTTP API: the events that functions receive, and what becomes of their answers.

use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};
use tests::{Probe, TestResult};

/// A client that follows no redirect.
fn client() -> TestResult<Client> {
    Ok(Client::builder().redirect(reqwest::redirect::Policy::none()).build()?)
}

fn get(probe: &Probe, path: &str) -> TestResult<RequestBuilder> {
    Ok(client()?.get(probe.stack.endpoint("/web") + path))
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response
        .headers()
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

fn keys(value: &Value) -> Vec<String> {
    value
        .as_object()
        .map(|map| map.keys().cloned().collect())
        .unwrap_or_default()
}

#[tokio::test]
async fn a_request_arrives_as_payload_format_2_describes() -> TestResult {
    let probe = Probe::start().await?;
    let request = client()?
        .post(probe.stack.endpoint("/web") + "/api?x=1&x=2%20&empty=")
        .header("cookie", "a=1; b=2")
        .header("x-many", "one")
        .header("x-many", "two")
        .header("user-agent", "tests/1")
        .header("origin", probe.stack.endpoint("/web"))
        .header("content-type", "application/json")
        .body(r#"{"hello":1}"#);
    let event: Value = serde_json::from_str(&request.send().await?.text().await?)?;
    let expected_keys = [
        "body",
        "cookies",
        "headers",
        "isBase64Encoded",
        "queryStringParameters",
        "rawPath",
        "rawQueryString",
        "requestContext",
        "routeKey",
        "version",
    ];
    assert_eq!(keys(&event), expected_keys);
    assert_eq!(event["routeKey"], "POST /api");
    assert_eq!(event["cookies"], json!(["a=1", "b=2"]));
    assert_eq!(event["rawQueryString"], "x=1&x=2%20&empty=");
    assert_eq!(event["queryStringParameters"], json!({ "x": "1,2 ", "empty": "" }));
    assert_eq!(
        (&event["body"], &event["isBase64Encoded"]),
        (&json!(r#"{"hello":1}"#), &json!(false))
    );
    let headers = &event["headers"];
    assert_eq!(
        (&headers["x-many"], &headers["cookie"]),
        (&json!("one,two"), &Value::Null)
    );
    assert_eq!(headers["origin"], probe.stack.endpoint("/web"));
    let context = &event["requestContext"];
    let domain = context["domainName"].as_str().unwrap_or_default();
    assert!(domain.ends_with(".execute-api.us-east-1.amazonaws.com"), "{domain}");
    assert_eq!(headers["host"], domain);
    assert_eq!(context["stage"], "$default");
    assert_eq!(context["http"]["sourceIp"], "127.0.0.1");
    Ok(())
}

#[tokio::test]
async fn a_route_is_method_and_path() -> TestResult {
    let probe = Probe::start().await?;
    let web = probe.stack.endpoint("/web");
    for (method, path, expected) in [
        ("GET", "/api", Ok("GET /api")),
        ("POST", "/api", Ok("POST /api")),
        ("GET", "/api%2Fany", Ok("ANY /api/any")),
        ("PUT", "/api/any", Ok("ANY /api/any")),
        ("DELETE", "/api", Err(404)),
        ("GET", "/api/", Err(404)),
        ("GET", "/apis", Err(404)),
        ("GET", "/beside", Err(503)),
    ] {
        let response = client()?
            .request(method.parse()?, format!("{web}{path}"))
            .send()
            .await?;
        let status = response.status().as_u16();
        let body = response.text().await?;
        match expected {
            Ok(route_key) => {
                let event: Value = serde_json::from_str(&body)?;
                assert_eq!(
                    (status, &event["routeKey"]),
                    (200, &json!(route_key)),
                    "{method} {path}"
                );
            }
            Err(refusal) => assert_eq!(status, refusal, "{method} {path}: {body}"),
        }
        if expected == Err(404) {
            assert_eq!(body, r#"{"message":"Not Found"}"#);
        }
    }
    Ok(())
}

#[tokio::test]
async fn an_answer_becomes_a_response() -> TestResult {
    let probe = Probe::start().await?;
    for (order, status, content_type, body) in [
        ("text", 200, "application/json", &b"Hello from Lambda!"[..]),
        ("object", 200, "application/json", br#"{"message":"hello"}"#),
        ("null", 200, "application/json", b"null"),
        ("status", 500, "text/plain; charset=utf-8", b"five hundred"),
        ("binary", 200, "text/plain; charset=utf-8", b"\xff\x00\xfe"),
        (
            "malformed",
            500,
            "application/json",
            br#"{"message":"Internal Server Error"}"#,
        ),
        (
            "throw",
            500,
            "application/json",
            br#"{"message":"Internal Server Error"}"#,
        ),
        (
            "exit",
            500,
            "application/json",
            br#"{"message":"Internal Server Error"}"#,
        ),
        (
            "large",
            500,
            "application/json",
            br#"{"message":"Internal Server Error"}"#,
        ),
    ] {
        let response = get(&probe, &format!("/api?do={order}"))?.send().await?;
        assert_eq!(response.status(), status, "{order}");
        assert_eq!(header(&response, "content-type"), content_type, "{order}");
        assert_eq!(header(&response, "apigw-requestid").len(), 16, "{order}");
        assert_eq!(response.bytes().await?, body, "{order}");
    }
    Ok(())
}

#[tokio::test]
async fn cookies_and_headers_come_through() -> TestResult {
    let probe = Probe::start().await?;
    let response = get(&probe, "/api?do=redirect")?.send().await?;
    assert_eq!(response.status(), 302);
    assert_eq!(header(&response, "location"), "/elsewhere");
    let cookies: Vec<&[u8]> = response
        .headers()
        .get_all("set-cookie")
        .iter()
        .map(|cookie| cookie.as_bytes())
        .collect();
    assert_eq!(cookies, [&b"a=1; Path=/"[..], b"b=2; HttpOnly"]);
    assert_eq!(
        header(&response, "x-frame-options"),
        "SAMEORIGIN",
        "its behaviour has no policy"
    );
    Ok(())
}

#[tokio::test]
async fn an_integration_waits_no_longer_than_its_timeout() -> TestResult {
    let probe = Probe::start().await?;
    let response = get(&probe, "/api/hasty?do=slow")?.send().await?;
    assert_eq!(response.status(), 503);
    assert_eq!(response.text().await?, r#"{"message":"Service Unavailable"}"#);
    assert_eq!(get(&probe, "/api/hasty")?.send().await?.status(), 200);
    Ok(())
}

#[tokio::test]
async fn quotas_hold_to_the_byte() -> TestResult {
    const QUOTA: usize = 10_240;
    let probe = Probe::start().await?;
    let status = async |padding: usize| -> TestResult<u16> {
        let request = get(&probe, "/api")?.header("x-padding", "x".repeat(padding));
        Ok(request.send().await?.status().as_u16())
    };
    let host = probe.stack.endpoint("/web").replace("http://", "");
    // The client's other headers are `accept: */*` and `host`.
    let rest = "GET /api HTTP/1.1".len() + "*/*".len() + host.len();
    for (size, expected) in [(QUOTA - 1, 200), (QUOTA, 200), (QUOTA + 1, 431)] {
        assert_eq!(status(size - rest).await?, expected, "{size} bytes");
    }
    let before = probe.records.events().len();
    let body = client()?
        .post(probe.stack.endpoint("/web") + "/api")
        .header("content-type", "text/plain");
    let response = body.body("x".repeat(6 * 1024 * 1024)).send().await?;
    assert_eq!(response.status(), 413, "more than an event of Lambda may hold");
    assert_eq!(response.text().await?, r#"{"message":"Request Entity Too Large"}"#);
    assert_eq!(probe.records.events().len(), before, "the function did not run");
    Ok(())
}

#[tokio::test]
async fn a_page_of_another_origin_reaches_no_function() -> TestResult {
    let probe = Probe::start().await?;
    for origin in ["https://evil.example", "null", "https://example.org"] {
        let response = get(&probe, "/api")?.header("origin", origin).send().await?;
        assert_eq!(response.status(), 403, "{origin}");
        assert!(
            response.headers().get("access-control-allow-origin").is_none(),
            "{origin}"
        );
    }
    assert!(probe.records.events().is_empty());
    let navigation = get(&probe, "/api")?
        .header("sec-fetch-site", "cross-site")
        .header("sec-fetch-mode", "navigate")
        .header("referer", "http://127.0.0.1:4000/");
    assert_eq!(
        navigation.send().await?.status(),
        200,
        "the way back from the sign-in pages"
    );
    Ok(())
}
