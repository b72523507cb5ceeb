//! Builds the events that API Gateway hands to Lambda, key by key as captured from the real service: an absent key is
//! left out, never null.

use std::collections::BTreeMap;

use axum::http::Uri;
use serde_json::{Map, Value, json};

use super::Gateway;
use super::headers::{self, Headers};
use crate::identifiers;
use crate::timestamps::common_log_time;

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
    /// What the events of authorizer and `$connect` begin with.
    pub(super) context: Value,
    headers: Headers,
    query: BTreeMap<String, Vec<String>>,
}

/// The authorizer's context, in `requestContext.authorizer` of every event after it.
pub(crate) type AuthorizerContext = Map<String, Value>;

impl HandshakeRequest {
    pub(super) fn new(headers: Headers, uri: &Uri, context: Value) -> Self {
        Self {
            context,
            headers,
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
    pub(super) fn authorizer_event(&self, request: &HandshakeRequest) -> Value {
        let headers = headers::for_authorizer(&request.headers);
        json!({
            "type": "REQUEST",
            "methodArn": self.method_arn("$connect"),
            "headers": last_of(&headers),
            "multiValueHeaders": headers,
            "queryStringParameters": last_of(&request.query),
            "multiValueQueryStringParameters": request.query,
            "stageVariables": self.stage.variables.clone().unwrap_or_default(),
            "requestContext": request.context,
        })
    }

    /// The `$connect` event.
    pub(super) fn connect_event(&self, request: &HandshakeRequest, authorizer: Option<&AuthorizerContext>) -> Value {
        let headers = headers::for_connect(&request.headers);
        let mut event = json!({
            "headers": last_of(&headers),
            "multiValueHeaders": headers,
            "requestContext": authorized(request.context.clone(), authorizer),
            "isBase64Encoded": false,
        });
        if !request.query.is_empty() {
            event["queryStringParameters"] = json!(last_of(&request.query));
            event["multiValueQueryStringParameters"] = json!(request.query);
        }
        self.with_stage_variables(event)
    }

    /// What a text frame's event begins with; a frame without a route has no key.
    pub(super) fn message_context(
        &self,
        client: &Client,
        route_key: Option<&str>,
        authorizer: Option<&AuthorizerContext>,
    ) -> Value {
        let context = self.request_context(client, route_key.unwrap_or_default(), "MESSAGE");
        let mut context = authorized(context, authorizer);
        context["messageId"] = json!(identifiers::gateway());
        context
    }

    /// The event of a text frame.
    pub(super) fn message_event(&self, context: &Value, body: &str) -> Value {
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
        let mut context = authorized(self.request_context(client, "$disconnect", "DISCONNECT"), authorizer);
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

    pub(super) fn request_context(&self, client: &Client, route_key: &str, event_type: &str) -> Value {
        let faults = &self.shared.faults;
        let now = faults.told_now();
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
            "stage": self.stage.name.as_str(),
            "connectedAt": faults.told(client.connected_at_ms),
            "requestTimeEpoch": now,
            "identity": identity,
            "requestId": request_id,
            "domainName": client.domain_name,
            "connectionId": client.connection_id,
            "apiId": self.api.id.as_str(),
        })
    }

    fn with_stage_variables(&self, mut event: Value) -> Value {
        if let Some(variables) = &self.stage.variables {
            event["stageVariables"] = json!(variables);
        }
        event
    }
}

/// A text of an event; empty if it is none.
pub(super) fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// With the authorizer's context, if there was an authorizer.
fn authorized(mut request_context: Value, authorizer: Option<&AuthorizerContext>) -> Value {
    if let Some(authorizer) = authorizer {
        request_context["authorizer"] = Value::Object(authorizer.clone());
    }
    request_context
}

/// The single-value form of a multi-value map: the last value wins, as in REST APIs.
fn last_of(map: &BTreeMap<String, Vec<String>>) -> BTreeMap<&str, &str> {
    map.iter()
        .filter_map(|(name, values)| Some((name.as_str(), values.last()?.as_str())))
        .collect()
}
