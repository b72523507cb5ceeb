//! API Gateway's events, read field by field: `aws_lambda_events`' request types fail as a whole on one missing or null
//! field, and drop the connection id of the authorizer's event.

mod http;

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::connection_id::ConnectionId;
use domain::handshake::Pairs;
use domain::identity::Identity;
use serde::Deserialize;
use serde_json::Value;

/// One event, of which every part may be missing, null or of a wrong type.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(transparent)]
pub struct Event(Value);

/// What an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventType {
    /// A handshake.
    Connect,
    /// A frame.
    Message,
    /// The end of a connection.
    Disconnect,
}

impl Event {
    /// What the event is about. This is the gateway's word; a route's name may be a client's.
    pub fn event_type(&self) -> Option<EventType> {
        match self.context("eventType")? {
            "CONNECT" => Some(EventType::Connect),
            "MESSAGE" => Some(EventType::Message),
            "DISCONNECT" => Some(EventType::Disconnect),
            _ => None,
        }
    }

    /// The connection.
    pub fn connection(&self) -> Option<ConnectionId> {
        self.context("connectionId").and_then(ConnectionId::parse)
    }

    /// The gateway's id of this event, if it looks like one.
    pub fn request(&self) -> Option<String> {
        // Of the same form as a connection's id.
        self.context("requestId")
            .and_then(ConnectionId::parse)
            .map(|id| id.as_str().to_owned())
    }

    /// The resource that an authorizer's policy is about.
    pub fn method_arn(&self) -> Option<&str> {
        self.0.get("methodArn")?.as_str().filter(|arn| !arn.is_empty())
    }

    /// Where the client connects from, if it is an address.
    pub fn source(&self) -> Option<std::net::IpAddr> {
        self.0
            .pointer("/requestContext/identity/sourceIp")?
            .as_str()?
            .parse()
            .ok()
    }

    /// Who the authorizer found, if it says so.
    pub fn identity(&self) -> Option<Identity> {
        let context = self.0.pointer("/requestContext/authorizer")?;
        Identity::from_context(|name| text(context.get(name)?)).ok()
    }

    /// The frame, decoded if the gateway encoded it; `None` if it is not text.
    pub fn body(&self) -> Option<String> {
        let body = self.0.get("body").and_then(Value::as_str).unwrap_or_default();
        if self.0.get("isBase64Encoded") != Some(&Value::Bool(true)) {
            return Some(body.to_owned());
        }
        String::from_utf8(STANDARD.decode(body).ok()?).ok()
    }

    /// The handshake's headers.
    pub fn headers(&self) -> Pairs {
        self.pairs("headers", "multiValueHeaders")
    }

    /// The connection that the client says its new one replaces: the query parameter `replaces`, where it has one value
    /// that can be a connection's id.
    pub fn replaces(&self) -> Option<ConnectionId> {
        match self.query().parameter("replaces").ok()?.as_slice() {
            [value] => ConnectionId::parse(value),
            _ => None,
        }
    }

    /// The handshake's query parameters.
    pub fn query(&self) -> Pairs {
        self.pairs("queryStringParameters", "multiValueQueryStringParameters")
    }

    fn context(&self, name: &str) -> Option<&str> {
        self.0.get("requestContext")?.get(name)?.as_str()
    }

    fn pairs(&self, single: &str, multi: &str) -> Pairs {
        let map = |name| self.0.get(name).and_then(Value::as_object).into_iter().flatten();
        let single = map(single).filter_map(|(name, value)| Some((name.clone(), text(value)?)));
        let multi = map(multi)
            .filter_map(|(name, values)| Some((name.clone(), values.as_array()?.iter().filter_map(text).collect())));
        Pairs {
            single: single.collect(),
            multi: multi.collect::<BTreeMap<_, Vec<_>>>(),
        }
    }
}

/// Context values are documented as text; numbers and booleans were seen to keep their type elsewhere.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(value: Value) -> Event {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_message_event_is_read() {
        let message = event(json!({
            "requestContext": {
                "routeKey": "message", "eventType": "MESSAGE", "connectionId": "Zk3dPfYbIAMCJpw=", "requestId": "Zk3eAEdnIAMFTxQ=",
                "identity": {"sourceIp": "198.51.100.7"},
                "authorizer": {"userId": "alice", "expiresAt": 2000, "signedInAt": "1000", "principalId": "alice"}
            },
            "body": "{}", "isBase64Encoded": false
        }));
        assert_eq!(message.event_type(), Some(EventType::Message));
        assert_eq!(message.connection().unwrap().as_str(), "Zk3dPfYbIAMCJpw=");
        assert_eq!(message.request().as_deref(), Some("Zk3eAEdnIAMFTxQ="));
        assert_eq!(message.body().as_deref(), Some("{}"));
        assert_eq!(message.source().unwrap().to_string(), "198.51.100.7");
        assert_eq!(message.identity().unwrap().user.as_str(), "alice");
    }

    #[test]
    fn a_handshake_names_at_most_one_connection_that_it_replaces() {
        let replaces = |single: Value, multi: Value| {
            let handshake = event(json!({"queryStringParameters": single, "multiValueQueryStringParameters": multi}));
            handshake.replaces().map(|id| id.as_str().to_owned())
        };
        let id = "Zk3dPfYbIAMCJpw=";
        assert_eq!(
            replaces(json!({"replaces": id}), json!({"replaces": [id]})).as_deref(),
            Some(id)
        );
        assert_eq!(replaces(json!({"replaces": id}), Value::Null).as_deref(), Some(id));
        for (single, multi) in [
            (Value::Null, Value::Null),
            (json!({"Replaces": id}), Value::Null),
            (json!({"replaces": id}), json!({"replaces": [id, id]})),
            (json!({"replaces": id}), json!({"replaces": ["other="]})),
            (json!({"replaces": ""}), json!({"replaces": [""]})),
            (json!({"replaces": "a b"}), json!({"replaces": ["a b"]})),
            (json!({"replaces": "a#1"}), Value::Null),
            (json!({"replaces": "c".repeat(129)}), Value::Null),
        ] {
            assert_eq!(replaces(single.clone(), multi), None, "{single}");
        }
    }

    #[test]
    fn evt_01_missing_null_and_wrong_parts_are_just_absent() {
        let whole = json!({
            "requestContext": null, "headers": null, "multiValueHeaders": [1], "queryStringParameters": 5, "body": null,
            "methodArn": ""
        });
        let inner =
            json!({"requestContext": {"eventType": 7, "connectionId": {}, "authorizer": "x", "identity": null}});
        for value in [Value::Null, json!({}), json!([]), json!("x"), whole, inner] {
            let event = event(value);
            assert_eq!(
                (event.event_type(), event.connection(), event.identity()),
                (None, None, None)
            );
            assert_eq!(
                (event.request(), event.method_arn(), event.source()),
                (None, None, None)
            );
            assert_eq!(
                (event.headers(), event.query(), event.body()),
                (Pairs::default(), Pairs::default(), Some(String::new()))
            );
        }
    }

    #[test]
    fn evt_03_unknown_fields_are_passed_over_and_numbers_may_stand_for_text() {
        let message = event(json!({
            "version": "9.0", "stageVariables": null, "cookies": [["x"]], "isBase64Encoded": 0, "body": "{}",
            "requestContext": {
                "eventType": "MESSAGE", "connectionId": "Zk3dPfYbIAMCJpw=", "requestId": 7, "tenant": {"deep": [[[]]]},
                "identity": {"sourceIp": 3_325_256_704_u32}, "connectedAt": "soon",
                "authorizer": {"userId": "7", "expiresAt": 2000, "signedInAt": 1000, "integrationLatency": {"ms": 1}}
            }
        }));
        assert_eq!(message.event_type(), Some(EventType::Message));
        assert_eq!(message.connection().unwrap().as_str(), "Zk3dPfYbIAMCJpw=");
        assert_eq!((message.request(), message.source()), (None, None));
        assert_eq!(message.body().as_deref(), Some("{}"));
        assert_eq!(message.identity().unwrap().user.as_str(), "7");
    }

    #[test]
    fn headers_come_from_both_maps_as_far_as_they_are_text() {
        let headers = event(json!({
            "headers": {"Origin": "https://a.example", "X": null}, "multiValueHeaders": {"Cookie": ["a=1", 5, null], "Y": "z"}
        }))
        .headers();
        assert_eq!(headers.header("origin").unwrap(), ["https://a.example"]);
        assert_eq!(headers.header("cookie").unwrap(), ["a=1", "5"]);
        assert!(headers.header("x").unwrap().is_empty() && headers.header("y").unwrap().is_empty());
    }

    #[test]
    fn evt_04_a_body_is_decoded_once_and_only_if_flagged() {
        let body = |body: &str, flag: Value| event(json!({"body": body, "isBase64Encoded": flag})).body();
        assert_eq!(body("e30=", json!(true)).as_deref(), Some("{}"));
        assert_eq!(body("e30=", json!(false)).as_deref(), Some("e30="));
        assert_eq!(body("e30=", json!("true")).as_deref(), Some("e30="));
        assert_eq!(body("{}", json!(true)), None);
        assert_eq!(body("/w==", json!(true)), None);
    }
}
