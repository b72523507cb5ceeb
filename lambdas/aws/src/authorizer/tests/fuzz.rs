//! Events by the thousand that API Gateway would not send: only one that still carries the whole token is allowed, for exactly
//! the resource that it names.

use serde_json::{Map, Value, json};
use service::testing::mangle::{Mangler, rounds};

use super::*;

const PAGE: &str = "https://app.example";

/// A good ID token, what it is good for, and the key that signed it: made by `Draft` in tests/differential.
fn signed() -> Value {
    serde_json::from_str(include_str!("signed.json")).unwrap()
}

fn text(signed: &Value, name: &str) -> String {
    signed[name].as_str().unwrap().to_owned()
}

fn door<'a>(signed: &Value, keys: &'a MemoryKeys) -> Door<&'a MemoryKeys> {
    let rules = TokenRules {
        issuer: text(signed, "issuer"),
        client: text(signed, "client"),
        access_tokens: false,
    };
    Door {
        rules: CredentialRules {
            origins: Origins::new([PAGE.to_owned()]).unwrap(),
            cookies: vec!["auth".to_owned()],
            query: false,
        },
        verifier: Verifier::new(rules, keys),
        lifetime: std::time::Duration::from_secs(7200),
    }
}

/// A handshake as API Gateway tells of it, with the token in a cookie or among the sub-protocols.
fn good(token: &str, in_cookie: bool) -> Value {
    let (name, value) = match in_cookie {
        true => ("Cookie", format!("a=b; __Host-auth={token}")),
        false => ("Sec-WebSocket-Protocol", format!("carillon.v1, bearer.{token}")),
    };
    let headers = [
        ("Host", "ws.example".to_owned()),
        ("Origin", PAGE.to_owned()),
        (name, value),
    ];
    let single: Map<String, Value> = headers.iter().map(|(n, v)| ((*n).to_owned(), json!(v))).collect();
    let multi: Map<String, Value> = headers.iter().map(|(n, v)| ((*n).to_owned(), json!([v]))).collect();
    json!({
        "type": "REQUEST", "methodArn": ARN, "headers": single, "multiValueHeaders": multi, "queryStringParameters": {"replaces": "abc="},
        "multiValueQueryStringParameters": {"replaces": ["abc="]}, "stageVariables": {},
        "requestContext": {
            "eventType": "CONNECT", "routeKey": "$connect", "connectionId": "Zk3dPfYbIAMCJpw=", "identity": {"sourceIp": "198.51.100.7"}
        }
    })
}

#[tokio::test]
async fn mangled_events_allow_nobody_without_the_whole_token() {
    let signed = signed();
    let keys = MemoryKeys::new(signed["jwks"].to_string());
    let (door, token) = (door(&signed, &keys), text(&signed, "token"));
    let now = Timestamp::from_seconds(signed["now"].as_u64().unwrap());
    let mut allowed = 0;
    for seed in rounds(4000) {
        let mut event = good(&token, seed % 2 == 0);
        if seed % 100 != 0 {
            Mangler::seeded(seed).json(&mut event);
        }
        let parsed: Event = serde_json::from_value(event.clone()).unwrap();
        match authorize(&door, &parsed, now).await {
            Ok(policy) => {
                let policy = serde_json::to_value(policy).unwrap();
                let statement = &policy["policyDocument"]["Statement"][0];
                assert_eq!(statement["Resource"], json!([event["methodArn"]]), "SEED={seed}");
                if statement["Effect"] == "Allow" {
                    allowed += 1;
                    assert!(carries(&event, &token), "SEED={seed}: {event}");
                }
            }
            Err(error) => assert_eq!(error.error_message, "Unauthorized", "SEED={seed}: {event}"),
        }
    }
    assert!(allowed > 0, "good events and harmless changes are allowed");
    assert!(keys.fetches() <= 1, "strangers made it fetch");
}

/// Whether the event is a handshake and one of its headers still has the whole token.
fn carries(event: &Value, token: &str) -> bool {
    let is_handshake = event["requestContext"]["eventType"] == "CONNECT";
    let headers = [&event["headers"], &event["multiValueHeaders"]];
    is_handshake && headers.iter().any(|headers| headers.to_string().contains(token))
}
