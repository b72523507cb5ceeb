//! Builds the events that API Gateway hands to Lambda, key by key as captured from the real service: an absent key is
//! left out, never null.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::http::{HeaderMap, HeaderName, Uri};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::Gateway;
use crate::identifiers;

/// What stays the same in every event of a connection.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(crate) connection_id: String,
    pub(crate) connected_at_ms: u64,
    pub(crate) source_ip: String,
    /// Absent when the client sent none.
    pub(crate) user_agent: Option<String>,
    /// The `Host` that the client used.
    pub(crate) domain_name: String,
}

/// The request of a handshake, as the two events show it.
#[derive(Debug, Clone)]
pub(crate) struct HandshakeRequest {
    headers: BTreeMap<String, Vec<String>>,
    query: BTreeMap<String, Vec<String>>,
}

/// The authorizer's context, in `requestContext.authorizer` of every event after it.
pub(crate) type AuthorizerContext = Map<String, Value>;

/// Milliseconds since the epoch.
pub(crate) fn now_ms() -> u64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX)
}

impl HandshakeRequest {
    pub(crate) fn new(headers: &HeaderMap, uri: &Uri, client: &Client, port: u16) -> Self {
        let mut shown: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in headers {
            let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
            shown.entry(usual_spelling(name)).or_default().push(text);
        }
        let trace = identifiers::uuid().replace('-', "");
        for (name, value) in [
            ("X-Amzn-Trace-Id", format!("Root=1-{}-{}", &trace[..8], &trace[8..])),
            ("X-Forwarded-For", client.source_ip.clone()),
            ("X-Forwarded-Port", port.to_string()),
            ("X-Forwarded-Proto", "http".to_owned()),
        ] {
            shown.insert(name.to_owned(), vec![value]);
        }
        Self {
            headers: shown,
            query: query(uri),
        }
    }

    /// A header's first value, by any spelling of its name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(spelling, _)| spelling.eq_ignore_ascii_case(name))
            .and_then(|(_, values)| values.first())
            .map(String::as_str)
    }

    pub(crate) fn query_parameter(&self, name: &str) -> Option<&str> {
        self.query
            .get(name)
            .and_then(|values| values.last())
            .map(String::as_str)
    }
}

/// hyper gives header names in lower case; clients spell them in the form of the RFCs. Functions must compare without
/// regard to case in any event.
fn usual_spelling(name: &HeaderName) -> String {
    let parts = name.as_str().split('-').map(|part| {
        let mut letters = part.chars();
        letters
            .next()
            .map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
            .unwrap_or_default()
    });
    parts.collect::<Vec<_>>().join("-").replace("Websocket", "WebSocket")
}

fn query(uri: &Uri) -> BTreeMap<String, Vec<String>> {
    let pairs = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(uri)
        .map(|query| query.0)
        .unwrap_or_default();
    let mut query: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in pairs {
        query.entry(name).or_default().push(value);
    }
    query
}

impl Gateway {
    /// The REQUEST authorizer's event.
    pub(super) fn authorizer_event(&self, client: &Client, request: &HandshakeRequest) -> Value {
        json!({
            "type": "REQUEST",
            "methodArn": self.method_arn("$connect"),
            "headers": last_of(&request.headers),
            "multiValueHeaders": request.headers,
            "queryStringParameters": last_of(&request.query),
            "multiValueQueryStringParameters": request.query,
            "stageVariables": self.api.stage_variables.clone().unwrap_or_default(),
            "requestContext": self.request_context(client, "$connect", "CONNECT"),
        })
    }

    /// The `$connect` event. The hop-by-hop headers that the authorizer sees are absent here, as in captures.
    pub(super) fn connect_event(
        &self,
        client: &Client,
        request: &HandshakeRequest,
        authorizer: Option<&AuthorizerContext>,
    ) -> Value {
        let headers: BTreeMap<_, _> = request
            .headers
            .iter()
            .filter(|(name, _)| !["Connection", "Upgrade", "Content-Length"].contains(&name.as_str()))
            .map(|(name, values)| (name.clone(), values.clone()))
            .collect();
        let mut event = json!({
            "headers": last_of(&headers),
            "multiValueHeaders": headers,
            "requestContext": self.request_context_with(client, "$connect", "CONNECT", authorizer),
            "isBase64Encoded": false,
        });
        if !request.query.is_empty() {
            event["queryStringParameters"] = json!(last_of(&request.query));
            event["multiValueQueryStringParameters"] = json!(request.query);
        }
        self.with_stage_variables(event)
    }

    /// The event of a text frame.
    pub(super) fn message_event(
        &self,
        client: &Client,
        route_key: &str,
        body: &str,
        authorizer: Option<&AuthorizerContext>,
    ) -> Value {
        let mut context = self.request_context_with(client, route_key, "MESSAGE", authorizer);
        context["messageId"] = json!(identifiers::gateway());
        self.with_stage_variables(json!({
            "requestContext": context,
            "body": body,
            "isBase64Encoded": false,
        }))
    }

    /// The `$disconnect` event, with its four odd headers.
    pub(super) fn disconnect_event(
        &self,
        client: &Client,
        code: u16,
        reason: &str,
        authorizer: Option<&AuthorizerContext>,
    ) -> Value {
        let mut context = self.request_context_with(client, "$disconnect", "DISCONNECT", authorizer);
        context["disconnectStatusCode"] = json!(code);
        context["disconnectReason"] = json!(reason);
        let host = client.domain_name.as_str();
        self.with_stage_variables(json!({
            "headers": { "Host": host, "x-api-key": "", "X-Forwarded-For": "", "x-restapi": "" },
            "multiValueHeaders": { "Host": [host], "x-api-key": [""], "X-Forwarded-For": [""], "x-restapi": [""] },
            "requestContext": context,
            "isBase64Encoded": false,
        }))
    }

    fn request_context_with(
        &self,
        client: &Client,
        route_key: &str,
        event_type: &str,
        authorizer: Option<&AuthorizerContext>,
    ) -> Value {
        let mut context = self.request_context(client, route_key, event_type);
        if let Some(authorizer) = authorizer {
            context["authorizer"] = Value::Object(authorizer.clone());
        }
        context
    }

    fn request_context(&self, client: &Client, route_key: &str, event_type: &str) -> Value {
        let now = now_ms();
        let request_id = identifiers::gateway();
        let mut identity = json!({ "sourceIp": client.source_ip });
        if let Some(user_agent) = &client.user_agent {
            identity["userAgent"] = json!(user_agent);
        }
        json!({
            "routeKey": route_key,
            "eventType": event_type,
            "extendedRequestId": request_id,
            "requestTime": common_log_time(now),
            "messageDirection": "IN",
            "stage": self.api.stage,
            "connectedAt": client.connected_at_ms,
            "requestTimeEpoch": now,
            "identity": identity,
            "requestId": request_id,
            "domainName": client.domain_name,
            "connectionId": client.connection_id,
            "apiId": self.api.id,
        })
    }

    fn with_stage_variables(&self, mut event: Value) -> Value {
        if let Some(variables) = &self.api.stage_variables {
            event["stageVariables"] = json!(variables);
        }
        event
    }
}

/// The single-value form of a multi-value map: the last value wins, as in REST APIs.
fn last_of(map: &BTreeMap<String, Vec<String>>) -> BTreeMap<&str, &str> {
    map.iter()
        .filter_map(|(name, values)| Some((name.as_str(), values.last()?.as_str())))
        .collect()
}

/// `09/Feb/2024:18:11:43 +0000`.
fn common_log_time(epoch_ms: u64) -> String {
    let at = instant(epoch_ms);
    let month = at.month().to_string();
    format!(
        "{:02}/{}/{}:{:02}:{:02}:{:02} +0000",
        at.day(),
        &month[..3],
        at.year(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

/// `2024-02-09T18:11:43.120Z`.
pub(super) fn iso_8601(epoch_ms: u64) -> String {
    let at = instant(epoch_ms);
    format!(
        "{}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second(),
        at.millisecond()
    )
}

fn instant(epoch_ms: u64) -> OffsetDateTime {
    let seconds = i64::try_from(epoch_ms / 1_000).unwrap_or(i64::MAX);
    let whole = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    whole + std::time::Duration::from_millis(epoch_ms % 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_on_aws() {
        assert_eq!(common_log_time(1_707_502_303_120), "09/Feb/2024:18:11:43 +0000");
        assert_eq!(iso_8601(1_707_502_303_120), "2024-02-09T18:11:43.120Z");
    }

    #[test]
    fn header_names_are_spelt_as_clients_do() {
        for (given, expected) in [
            ("host", "Host"),
            ("sec-websocket-key", "Sec-WebSocket-Key"),
            ("user-agent", "User-Agent"),
            ("cookie", "Cookie"),
        ] {
            assert_eq!(usual_spelling(&HeaderName::from_static(given)), expected);
        }
    }
}
