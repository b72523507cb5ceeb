//! Events and answers: which status for what, and that an event of another kind touches no row.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use domain::connection_id::ConnectionId;
use domain::shards::Shards;
use domain::timestamp::Timestamp;
use domain::token::TokenRules;
use serde_json::{Value, json};
use service::session::Hosted;
use service::testing::{
    MemoryHandover, MemoryKeys, MemoryPool, MemorySockets, MemoryTable, TestClock, connection_rules, messaging,
};
use service::verifier::Verifier;

use super::*;

const NOW: Timestamp = Timestamp::from_seconds(1_000_000);
const HEARTBEAT: Duration = Duration::from_secs(240);

type World = Messaging<MemoryTable, MemorySockets, MemoryHandover, TestClock>;

fn event(event_type: &str, body: &str) -> Event {
    of_connection("Zk3dPfYbIAMCJpw=", event_type, body)
}

fn of_connection(connection: &str, event_type: &str, body: &str) -> Event {
    let authorizer =
        json!({"userId": "alice", "expiresAt": "1003600", "signedInAt": "1000000", "principalId": "alice"});
    let context = json!({
        "eventType": event_type, "routeKey": "x", "connectionId": connection, "requestId": "r=", "authorizer": authorizer
    });
    parse(json!({"requestContext": context, "body": body, "isBase64Encoded": false}))
}

fn parse(event: Value) -> Event {
    serde_json::from_value(event).unwrap()
}

fn frames(sockets: &MemorySockets) -> Vec<Value> {
    sockets.frames(&ConnectionId::parse("Zk3dPfYbIAMCJpw=").unwrap())
}

async fn handshake(world: &World, event: &Event) -> RouteResponse {
    let rules = ConnectionRules {
        per_user: 1,
        ..connection_rules(Shards::ONE)
    };
    connect(&world.table, &world.clock, &rules, event, 1).await
}

async fn goodbye(world: &World, event: &Event) -> RouteResponse {
    disconnect(&world.table, &world.sockets, &world.clock, event).await
}

#[tokio::test]
async fn a_handshake_ends_with_the_status_of_its_outcome() {
    let world = messaging(NOW);
    let first = event("CONNECT", "");
    assert_eq!(handshake(&world, &first).await, RouteResponse::ok());
    let second = of_connection("second=", "CONNECT", "");
    assert_eq!(handshake(&world, &second).await, RouteResponse::status(429));
    world.clock.set(Timestamp::from_seconds(1_003_600));
    assert_eq!(handshake(&world, &second).await, RouteResponse::status(401));
    world.clock.set(NOW);
    goodbye(&world, &event("DISCONNECT", "")).await;
    assert_eq!(handshake(&world, &first).await, RouteResponse::status(410));
    world.table.fail("register");
    assert_eq!(handshake(&world, &second).await, RouteResponse::status(503));
}

#[test]
fn every_outcome_has_a_status() {
    for (outcome, expected) in [
        (Outcome::Open, 200),
        (Outcome::OpenWithProtocol, 200),
        (Outcome::NoSuchProtocol, 400),
        (Outcome::Ended, 401),
        (Outcome::Revoked, 401),
        (Outcome::AlreadyGone, 410),
        (Outcome::Full, 429),
        (Outcome::Busy, 503),
    ] {
        assert_eq!(status(outcome), expected, "{outcome:?}");
    }
}

#[tokio::test]
async fn a_handshake_takes_the_place_of_the_connection_that_its_query_names() {
    let world = messaging(NOW);
    handshake(&world, &event("CONNECT", "")).await;
    let mut replacing = serde_json::to_value(json!({
        "requestContext": {
            "eventType": "CONNECT", "connectionId": "second=",
            "authorizer": {"userId": "alice", "expiresAt": "1003600", "signedInAt": "1000000"}
        },
        "queryStringParameters": {"replaces": "Zk3dPfYbIAMCJpw="}
    }))
    .unwrap();
    assert_eq!(handshake(&world, &parse(replacing.clone())).await, RouteResponse::ok());
    replacing["requestContext"]["connectionId"] = json!("third=");
    replacing["queryStringParameters"] = json!({"replaces": "not an id"});
    let refused = handshake(&world, &parse(replacing)).await;
    assert_eq!(refused, RouteResponse::status(429), "what is no id names nobody");
}

#[tokio::test]
async fn evt_07_a_handshake_without_identity_is_forbidden() {
    let event = parse(json!({"requestContext": {"eventType": "CONNECT", "connectionId": "Zk3dPfYbIAMCJpw="}}));
    let world = messaging(NOW);
    assert_eq!(handshake(&world, &event).await, RouteResponse::status(403));
    assert!(world.table.members().is_empty());
}

#[tokio::test]
async fn evt_05_events_of_another_kind_touch_nothing() {
    let world = messaging(NOW);
    handshake(&world, &event("CONNECT", "")).await;
    let refused = RouteResponse::status(400);
    for other in ["MESSAGE", "CONNECT", "", "disconnect"] {
        assert_eq!(goodbye(&world, &event(other, "")).await, refused, "{other}");
    }
    for other in ["MESSAGE", "DISCONNECT", ""] {
        assert_eq!(handshake(&world, &event(other, "")).await, refused, "{other}");
    }
    let hello = r#"{"action":"message","data":{"content":1,"recipient":"all"}}"#;
    let subscribe = r#"{"action":"subscribe","data":{"channel":"room:a"}}"#;
    for other in ["CONNECT", "DISCONNECT", ""] {
        assert_eq!(message(&world, &event(other, hello), 1).await, refused, "{other}");
        let channel = channel(&world, HEARTBEAT, &event(other, subscribe), 1).await;
        assert_eq!(channel, refused, "{other}");
        let default = default(&world.sockets, &world.clock, &event(other, "{}")).await;
        assert_eq!(default, refused, "{other}");
    }
    assert_eq!((world.table.members().len(), frames(&world.sockets).len()), (2, 0));
}

#[tokio::test]
async fn evt_08_events_of_other_services_are_refused() {
    let world = messaging(NOW);
    for other in [
        Value::Null,
        json!({"httpMethod": "GET", "path": "/"}),
        json!({"detail-type": "Scheduled Event"}),
    ] {
        let other = parse(other);
        assert_eq!(message(&world, &other, 1).await, RouteResponse::status(400));
        assert_eq!(goodbye(&world, &other).await, RouteResponse::status(400));
    }
}

#[tokio::test]
async fn evt_08_whatever_an_event_is_the_session_endpoint_answers_it() {
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
        table: MemoryTable::default(),
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
    let world = messaging(NOW);
    let echo = event("MESSAGE", r#"{"action":"echo","data":{"content":1}}"#);
    assert_eq!(message(&world, &echo, 1).await, RouteResponse::ok());
    assert_eq!(channel(&world, HEARTBEAT, &echo, 1).await, RouteResponse::ok());
    assert_eq!(default(&world.sockets, &world.clock, &echo).await, RouteResponse::ok());
    let told: Vec<_> = frames(&world.sockets)
        .iter()
        .map(|frame| frame["type"].clone())
        .collect();
    assert_eq!(told, ["echo", "error", "error"]);
}

#[tokio::test]
async fn evt_04_a_frame_that_is_no_text_is_invalid_json() {
    let world = messaging(NOW);
    let mut binary = json!({"isBase64Encoded": true, "body": "/w=="});
    binary["requestContext"] = json!({
        "eventType": "MESSAGE", "connectionId": "Zk3dPfYbIAMCJpw=",
        "authorizer": {"userId": "alice", "expiresAt": "1003600", "signedInAt": "1000000"}
    });
    default(&world.sockets, &world.clock, &parse(binary)).await;
    assert_eq!(frames(&world.sockets)[0]["code"], "invalid_json");
}
