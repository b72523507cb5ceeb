//! The events that functions receive, key by key as captured from the real service.

use serde_json::{Map, Value, json};
use tests::{Handshake, Probe, ProbeRecords, Socket, TestResult, eventually};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

const CONTEXT_KEYS: [&str; 13] = [
    "apiId",
    "connectedAt",
    "connectionId",
    "domainName",
    "eventType",
    "extendedRequestId",
    "identity",
    "messageDirection",
    "requestId",
    "requestTime",
    "requestTimeEpoch",
    "routeKey",
    "stage",
];

fn keys(value: &Value) -> Vec<String> {
    value
        .as_object()
        .map(|map| map.keys().cloned().collect())
        .unwrap_or_default()
}

fn context_keys(further: &[&str]) -> Vec<String> {
    let mut keys: Vec<String> = CONTEXT_KEYS
        .iter()
        .chain(further)
        .map(|key| (*key).to_owned())
        .collect();
    keys.sort();
    keys
}

async fn one_of(records: &ProbeRecords, event_type: &str) -> TestResult<Value> {
    eventually(event_type, async || !records.events_of(event_type).is_empty()).await?;
    Ok(records.events_of(event_type).swap_remove(0))
}

#[tokio::test]
async fn every_event_has_its_keys_and_no_others() -> TestResult {
    let probe = Probe::start().await?;
    let (stack, records) = (&probe.stack, &probe.records);
    let handshake = Handshake::with(stack)
        .header("user-agent", "tests/1")
        .header("cookie", "a=1; b=2");
    let mut socket = handshake.query("verdict=allow&x=1&x=2&empty=").open().await?;
    socket.send("not json").await?;
    let message = socket.next().await?;
    socket.close().await?;
    let disconnect = one_of(records, "DISCONNECT").await?;
    let authorizer = records.events().swap_remove(0);
    let connect = one_of(records, "CONNECT").await?;

    assert_eq!(
        keys(&authorizer),
        [
            "headers",
            "methodArn",
            "multiValueHeaders",
            "multiValueQueryStringParameters",
            "queryStringParameters",
            "requestContext",
            "stageVariables",
            "type"
        ]
    );
    assert_eq!(
        keys(&connect),
        [
            "headers",
            "isBase64Encoded",
            "multiValueHeaders",
            "multiValueQueryStringParameters",
            "queryStringParameters",
            "requestContext"
        ]
    );
    assert_eq!(keys(&message), ["body", "isBase64Encoded", "requestContext"]);
    assert_eq!(
        keys(&disconnect),
        ["headers", "isBase64Encoded", "multiValueHeaders", "requestContext"]
    );
    assert_eq!(keys(&authorizer["requestContext"]), context_keys(&[]));
    assert_eq!(keys(&connect["requestContext"]), context_keys(&["authorizer"]));
    assert_eq!(
        keys(&message["requestContext"]),
        context_keys(&["authorizer", "messageId"])
    );
    assert_eq!(
        keys(&disconnect["requestContext"]),
        context_keys(&["authorizer", "disconnectReason", "disconnectStatusCode"])
    );
    Ok(())
}

#[tokio::test]
async fn values_have_the_services_shapes() -> TestResult {
    let probe = Probe::start().await?;
    let (stack, records) = (&probe.stack, &probe.records);
    let handshake = Handshake::with(stack)
        .header("user-agent", "tests/1")
        .header("cookie", "a=1; b=2");
    let mut socket = handshake.query("x=1&x=2%20").open().await?;
    socket.send(r#"{"action":"unknown"}"#).await?;
    let message = socket.next().await?;
    let connect = one_of(records, "CONNECT").await?;
    let authorizer = records.events().swap_remove(0);

    assert_eq!(connect["headers"]["cookie"], "a=1; b=2");
    assert!(connect["headers"]["Sec-WebSocket-Key"].is_string(), "{connect}");
    assert_eq!(
        (&authorizer["headers"]["Upgrade"], &connect["headers"]["Upgrade"]),
        (&json!("websocket"), &Value::Null)
    );
    assert_eq!(connect["multiValueQueryStringParameters"]["x"], json!(["1", "2 "]));
    let arn = authorizer["methodArn"].as_str().unwrap_or_default();
    assert!(
        arn.starts_with("arn:aws:execute-api:us-east-1:") && arn.ends_with("/probe/$connect"),
        "{arn}"
    );

    let context = &message["requestContext"];
    assert_eq!(
        (&context["routeKey"], &context["eventType"]),
        (&json!("$default"), &json!("MESSAGE"))
    );
    assert_eq!(context["requestId"], context["extendedRequestId"]);
    for id in ["connectionId", "messageId", "requestId"] {
        let id = context[id].as_str().unwrap_or_default();
        assert!(id.len() == 16 && id.ends_with('='), "{id}");
    }
    let time = context["requestTime"].as_str().unwrap_or_default();
    assert!(
        time.len() == 26 && time.ends_with(" +0000") && time.as_bytes()[2] == b'/',
        "{time}"
    );
    assert_eq!(context["connectedAt"], connect["requestContext"]["connectedAt"]);
    assert_eq!(
        context["identity"],
        json!({ "sourceIp": "127.0.0.1", "userAgent": "tests/1" })
    );
    assert_eq!(
        context["authorizer"],
        json!({ "principalId": "probe-user", "text": "t", "number": "3", "truth": "true" })
    );
    let mut of_connect: Map<String, Value> = connect["requestContext"]["authorizer"]
        .as_object()
        .cloned()
        .unwrap_or_default();
    assert!(
        of_connect
            .remove("integrationLatency")
            .is_some_and(|latency| latency.is_u64()),
        "only CONNECT has it"
    );
    assert_eq!(Value::Object(of_connect), context["authorizer"]);
    Ok(())
}

#[tokio::test]
async fn absent_means_absent() -> TestResult {
    let probe = Probe::start().await?;
    let (stack, records) = (&probe.stack, &probe.records);
    let _socket = Handshake::with(stack).open().await?;
    let connect = one_of(records, "CONNECT").await?;
    assert_eq!(
        keys(&connect),
        ["headers", "isBase64Encoded", "multiValueHeaders", "requestContext"]
    );
    assert_eq!(
        connect["requestContext"]["identity"],
        json!({ "sourceIp": "127.0.0.1" })
    );
    assert!(!connect.to_string().contains("null"), "{connect}");
    Ok(())
}

#[tokio::test]
async fn disconnect_tells_how_it_ended() -> TestResult {
    let probe = Probe::start().await?;
    let (stack, records) = (&probe.stack, &probe.records);
    let connection_id = |socket: &Value| {
        socket["requestContext"]["connectionId"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let endings = async |mut socket: Socket, code: Option<u16>| -> TestResult<Value> {
        socket.send("who am I").await?;
        let id = connection_id(&socket.next().await?);
        match code {
            None => socket.close().await?,
            Some(1006) => drop(socket),
            Some(1000) => {
                let address = format!("{}/@connections/{id}", stack.endpoint("/management"));
                reqwest::Client::new().delete(address).send().await?;
                let closing = socket.closed().await?;
                assert_eq!(closing.code, 1000);
            }
            Some(code) => {
                let (code, reason) = (code.into(), "bye".into());
                let frame = Message::Close(Some(CloseFrame { code, reason }));
                socket.send_frame(frame).await?;
            }
        }
        let mine = || {
            records
                .events_of("DISCONNECT")
                .into_iter()
                .find(|event| connection_id(event) == id)
        };
        eventually("the $disconnect event", async || mine().is_some()).await?;
        Ok(mine().unwrap_or_default()["requestContext"].clone())
    };
    for (how, code, reason) in [
        (None, 1005, "Client-side close frame status not set"),
        (Some(1000), 1000, "Connection Closed Normally"),
        (Some(4001), 4001, "bye"),
        (Some(1006), 1006, "Connection lost"),
    ] {
        let context = endings(Handshake::with(stack).open().await?, how).await?;
        assert_eq!(
            (&context["disconnectStatusCode"], &context["disconnectReason"]),
            (&json!(code), &json!(reason))
        );
    }
    Ok(())
}
