//! The three ways a handshake is refused, and that nothing but a handshake is ever admitted.

#![allow(clippy::unwrap_used)]

mod fuzz;

use domain::handshake::{CredentialRules, Origins};
use domain::token::TokenRules;
use serde_json::{Value, json};
use service::testing::MemoryKeys;
use service::testing::issuer::{self, ISSUER, NOW};
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
    decide_by(rules, MemoryKeys::default(), Timestamp::from_seconds(1_000_000), event).await
}

async fn decide_by(rules: TokenRules, keys: MemoryKeys, now: Timestamp, event: Value) -> Result<Value, String> {
    let origins = Origins::new(["https://app.example".to_owned()]).unwrap();
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
    let decision = authorize(&door, &event, now).await;
    decision
        .map(|policy| serde_json::to_value(policy).unwrap())
        .map_err(|error| error.error_message)
}

fn handshake(headers: Value) -> Value {
    json!({"type": "REQUEST", "methodArn": ARN, "headers": headers, "requestContext": {"eventType": "CONNECT"}})
}

#[tokio::test]
async fn tok_01_without_a_valid_token_the_error_is_exactly_unauthorized() {
    assert_eq!(decide(handshake(json!({}))).await.unwrap_err(), "Unauthorized");
    assert_eq!(decide(handshake(Value::Null)).await.unwrap_err(), "Unauthorized");
    let malformed = json!({"Sec-WebSocket-Protocol": "carillon.v1, bearer.x"});
    assert_eq!(decide(handshake(malformed)).await.unwrap_err(), "Unauthorized");
}

#[tokio::test]
async fn org_02_a_foreign_page_is_denied_for_exactly_the_resource_asked_for() {
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
async fn evt_08_what_is_no_handshake_is_unauthorized() {
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

/// The effect of the policy for a handshake with a good token and these further headers.
async fn effect(further: Value) -> Result<Value, String> {
    let mut headers = json!({"Sec-WebSocket-Protocol": format!("carillon.v1, bearer.{}", ISSUER.token())});
    let further = further.as_object().cloned().unwrap_or_default();
    headers.as_object_mut().unwrap().extend(further);
    let keys = MemoryKeys::new(issuer::set(&[ISSUER.jwk()]));
    let policy = decide_by(issuer::rules(), keys, NOW, handshake(headers)).await?;
    Ok(policy["policyDocument"]["Statement"][0]["Effect"].clone())
}

#[tokio::test]
async fn evt_02_unlawful_headers_deny_cleanly_and_lawful_ones_in_any_language_do_no_harm() {
    for (further, expected) in [
        (json!({}), "Allow"),
        (json!({"X-Name": "Zoë 🔔"}), "Allow"),
        (json!({"Cookie": "größe=ü; \u{0}; =\r\n"}), "Allow"),
        (
            json!({"X-Ünlawful name\n": "a\r\nOrigin: https://evil.example", "": ""}),
            "Allow",
        ),
        (json!({"Origin": "https://app.example\r\n"}), "Deny"),
        (json!({"Origin": "https://app.example\u{0}"}), "Deny"),
        (json!({"Origin": "https://äpp.example"}), "Deny"),
        (json!({"Origin": "\u{1b}[2J"}), "Deny"),
        (json!({"Cookie": "auth=\u{0}", "__Host-auth": "x"}), "Allow"),
        (json!({"Cookie": "__Host-auth=\u{7f}\u{202e}"}), "Deny"),
    ] {
        assert_eq!(effect(further.clone()).await, Ok(json!(expected)), "{further}");
    }
    for offer in [
        "carillon.v1, bearer.\u{0}",
        "bearer.é.é.é",
        "carillon.v1\r\nbearer.a.b.c",
    ] {
        let refused = effect(json!({"Sec-WebSocket-Protocol": offer})).await;
        assert_eq!(refused, Err("Unauthorized".to_owned()), "{offer:?}");
    }
}
