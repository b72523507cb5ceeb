//! The three ways a handshake is refused, and that nothing but a handshake is ever admitted.

#![allow(clippy::unwrap_used)]

mod fuzz;

use domain::handshake::{CredentialRules, Origins};
use domain::token::TokenRules;
use serde_json::{Value, json};
use service::testing::MemoryKeys;
use service::verifier::Verifier;

use super::*;

const ARN: &str = "arn:aws:execute-api:eu-west-1:111122223333:q7r8s9t0u1/ws/$connect";
/// A token whose header and issuer are right, and whose key nobody publishes.
const TOKEN: &str =
    "eyJhbGciOiJSUzI1NiIsImtpZCI6ImsifQ.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwiaWF0Ijo5OTk5OTl9.AAAA";

async fn decide(event: Value) -> Result<Value, String> {
    let rules = TokenRules {
        issuer: "https://issuer.example".into(),
        client: "c".into(),
        access_tokens: false,
    };
    let origins = Origins::new(["https://app.example".to_owned()]).unwrap();
    let keys = MemoryKeys::default();
    let credentials = CredentialRules {
        origins,
        cookies: vec![],
        query: false,
    };
    let door = Door {
        rules: credentials,
        verifier: Verifier::new(rules, &keys),
        lifetime: std::time::Duration::from_secs(7200),
    };
    let event = serde_json::from_value(event).unwrap();
    let decision = authorize(&door, &event, Timestamp::from_seconds(1_000_000)).await;
    decision
        .map(|policy| serde_json::to_value(policy).unwrap())
        .map_err(|error| error.error_message)
}

fn handshake(headers: Value) -> Value {
    json!({"type": "REQUEST", "methodArn": ARN, "headers": headers, "requestContext": {"eventType": "CONNECT"}})
}

#[tokio::test]
async fn without_a_valid_token_the_error_is_exactly_unauthorized() {
    assert_eq!(decide(handshake(json!({}))).await.unwrap_err(), "Unauthorized");
    assert_eq!(decide(handshake(Value::Null)).await.unwrap_err(), "Unauthorized");
    let malformed = json!({"Sec-WebSocket-Protocol": "carillon.v1, bearer.x"});
    assert_eq!(decide(handshake(malformed)).await.unwrap_err(), "Unauthorized");
}

#[tokio::test]
async fn a_foreign_page_is_denied_for_exactly_the_resource_asked_for() {
    let policy = decide(handshake(json!({"Origin": "https://evil.example"})))
        .await
        .unwrap();
    let statement = &policy["policyDocument"]["Statement"][0];
    assert_eq!(
        (&statement["Effect"], &statement["Resource"]),
        (&json!("Deny"), &json!([ARN]))
    );
    assert_eq!(policy.get("context"), None);
}

#[tokio::test]
async fn key_03_without_keys_the_error_is_another_one_so_that_nobody_is_signed_out() {
    let headers = json!({"Sec-WebSocket-Protocol": format!("carillon.v1, bearer.{TOKEN}")});
    assert_eq!(decide(handshake(headers)).await.unwrap_err(), "keys unavailable");
}

#[tokio::test]
async fn what_is_no_handshake_is_unauthorized() {
    for event in [
        Value::Null,
        json!({}),
        json!({"methodArn": ARN}),
        json!({"methodArn": ARN, "headers": {"Origin": "null"}, "requestContext": {"eventType": "MESSAGE"}}),
        json!({"methodArn": null, "requestContext": {"eventType": "CONNECT"}}),
    ] {
        assert_eq!(decide(event).await.unwrap_err(), "Unauthorized");
    }
}
