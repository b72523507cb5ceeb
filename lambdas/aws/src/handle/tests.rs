//! Events and answers: which status for what, and that an event of another kind touches no row.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Duration;

use domain::connection::{ConnectionId, Shards};
use domain::token::TokenRules;
use serde_json::{Value, json};
use service::guesses::Guesses;
use service::publish::PublishRules;
use service::session::Hosted;
use service::testing::{MemoryKeys, MemoryPool, MemorySockets, MemoryTable, TestClock};
use service::verifier::Verifier;

use super::*;

const NOW: Timestamp = Timestamp::from_seconds(1_000_000);

fn event(event_type: &str, body: &str) -> Event {
    let authorizer =
        json!({"userId": "alice", "expiresAt": "1003600", "signedInAt": "1000000", "principalId": "alice"});
    let context = json!({
        "eventType": event_type, "routeKey": "x", "connectionId": "Zk3dPfYbIAMCJpw=", "requestId": "r=", "authorizer": authorizer
    });
    parse(json!({"requestContext": context, "body": body, "isBase64Encoded": false}))
}

fn parse(event: Value) -> Event {
    serde_json::from_value(event).unwrap()
}

fn frames(sockets: &MemorySockets) -> Vec<Value> {
    sockets.frames(&ConnectionId::parse("Zk3dPfYbIAMCJpw=").unwrap())
}

fn publisher() -> Publisher<MemoryTable, MemorySockets, TestClock> {
    Publisher {
        table: MemoryTable::default(),
        sockets: MemorySockets::default(),
        clock: TestClock::at(NOW),
        rules: PublishRules {
            retention: Duration::from_secs(600),
            all_shards: Shards::ONE,
        },
        guesses: Guesses::default(),
    }
}

#[tokio::test]
async fn a_handshake_ends_with_the_status_of_its_outcome() {
    let table = MemoryTable::default();
    assert_eq!(
        connect(&table, Shards::ONE, &event("CONNECT", ""), NOW).await,
        RouteResponse::ok()
    );
    let late = Timestamp::from_seconds(1_003_600);
    assert_eq!(
        connect(&table, Shards::ONE, &event("CONNECT", ""), late).await,
        RouteResponse::status(401)
    );
    disconnect(&table, &event("DISCONNECT", ""), NOW).await;
    assert_eq!(
        connect(&table, Shards::ONE, &event("CONNECT", ""), NOW).await,
        RouteResponse::status(410)
    );
    table.fail("register");
    assert_eq!(
        connect(&table, Shards::ONE, &event("CONNECT", ""), NOW).await,
        RouteResponse::status(503)
    );
}

#[tokio::test]
async fn a_handshake_without_identity_is_forbidden() {
    let event = parse(json!({"requestContext": {"eventType": "CONNECT", "connectionId": "Zk3dPfYbIAMCJpw="}}));
    let table = MemoryTable::default();
    assert_eq!(
        connect(&table, Shards::ONE, &event, NOW).await,
        RouteResponse::status(403)
    );
    assert!(table.members().is_empty());
}

#[tokio::test]
async fn events_of_another_kind_touch_nothing() {
    let world = publisher();
    let table = &world.table;
    connect(table, Shards::ONE, &event("CONNECT", ""), NOW).await;
    let refused = RouteResponse::status(400);
    for other in ["MESSAGE", "CONNECT", "", "disconnect"] {
        assert_eq!(disconnect(table, &event(other, ""), NOW).await, refused, "{other}");
    }
    for other in ["MESSAGE", "DISCONNECT", ""] {
        assert_eq!(
            connect(table, Shards::ONE, &event(other, ""), NOW).await,
            refused,
            "{other}"
        );
    }
    let hello = r#"{"action":"message","data":{"content":1,"recipient":"all"}}"#;
    for other in ["CONNECT", "DISCONNECT", ""] {
        assert_eq!(message(&world, &event(other, hello), 1).await, refused, "{other}");
        assert_eq!(
            channel(table, &world.sockets, &world.clock, &event(other, "{}")).await,
            refused,
            "{other}"
        );
        assert_eq!(
            default(&world.sockets, &world.clock, &event(other, "{}")).await,
            refused,
            "{other}"
        );
    }
    assert_eq!((table.members().len(), frames(&world.sockets).len()), (2, 0));
}

#[tokio::test]
async fn events_of_other_services_are_refused() {
    let world = publisher();
    for other in [
        Value::Null,
        json!({"httpMethod": "GET", "path": "/"}),
        json!({"detail-type": "Scheduled Event"}),
    ] {
        let other = parse(other);
        assert_eq!(message(&world, &other, 1).await, RouteResponse::status(400));
        assert_eq!(disconnect(&world.table, &other, NOW).await, RouteResponse::status(400));
    }
}

#[tokio::test]
async fn whatever_an_event_is_the_session_endpoint_answers_it() {
    let pool = Arc::new(MemoryPool::default());
    let rules = TokenRules {
        issuer: "https://issuer.example".into(),
        client: "c".into(),
        access_tokens: false,
    };
    let sessions = Sessions {
        origin: "https://app.example".into(),
        verifier: Verifier::new(rules, Arc::new(MemoryKeys::default())),
        hosted: None::<Hosted<Arc<MemoryPool>>>,
        directory: pool,
        members: MemoryTable::default(),
        sockets: MemorySockets::default(),
        clock: TestClock::at(NOW),
    };
    let context = json!({"http": {"method": "GET"}});
    for (value, status) in [
        (json!({"rawPath": "/session", "requestContext": context}), 401),
        (json!({"rawPath": "/session/login", "requestContext": context}), 404),
        (Value::Null, 404),
        (
            json!({"requestContext": {"eventType": "MESSAGE", "connectionId": "a="}}),
            404,
        ),
    ] {
        let response = session(&sessions, &parse(value), &[0; 96]).await;
        let response = serde_json::to_value(response).unwrap();
        assert_eq!(response["statusCode"], status);
        assert_eq!(response["headers"]["Cache-Control"], "no-store");
    }
}

#[tokio::test]
async fn a_frame_is_answered_by_a_post_and_by_a_bare_200() {
    let world = publisher();
    let echo = event("MESSAGE", r#"{"action":"echo","data":{"content":1}}"#);
    assert_eq!(message(&world, &echo, 1).await, RouteResponse::ok());
    assert_eq!(
        channel(&world.table, &world.sockets, &world.clock, &echo).await,
        RouteResponse::ok()
    );
    assert_eq!(default(&world.sockets, &world.clock, &echo).await, RouteResponse::ok());
    let told: Vec<_> = frames(&world.sockets)
        .iter()
        .map(|frame| frame["type"].clone())
        .collect();
    assert_eq!(told, ["echo", "error", "error"]);
}

#[tokio::test]
async fn a_frame_that_is_no_text_is_invalid_json() {
    let world = publisher();
    let mut binary = json!({"isBase64Encoded": true, "body": "/w=="});
    binary["requestContext"] = json!({
        "eventType": "MESSAGE", "connectionId": "Zk3dPfYbIAMCJpw=",
        "authorizer": {"userId": "alice", "expiresAt": "1003600", "signedInAt": "1000000"}
    });
    default(&world.sockets, &world.clock, &parse(binary)).await;
    assert_eq!(frames(&world.sockets)[0]["code"], "invalid_json");
}
