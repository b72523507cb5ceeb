//! Builds the event of payload format 2.0
//! (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>): an absent
//! key is left out, never null.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use axum::extract::Query;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HOST};
use axum::http::request::Parts;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{HOP_BY_HOP, HttpApi};
use crate::identifiers;
use crate::template::HTTP_API_STAGE;
use crate::timestamps::common_log_time;

/// A request on its way to a function.
pub(super) struct Call<'a> {
    pub(super) request_id: &'a str,
    pub(super) route_key: &'a str,
    /// Decoded.
    pub(super) path: &'a str,
    pub(super) head: &'a Parts,
    pub(super) body: &'a [u8],
    pub(super) peer: SocketAddr,
}

impl HttpApi {
    pub(super) fn event(&self, call: &Call<'_>) -> Value {
        let head = call.head;
        let mut event = json!({
            "version": "2.0",
            "routeKey": call.route_key,
            "rawPath": call.path,
            "rawQueryString": head.uri.query().unwrap_or_default(),
            "headers": self.headers(call),
            "requestContext": self.request_context(call),
            "isBase64Encoded": false,
        });
        let cookies = cookies(&head.headers);
        if !cookies.is_empty() {
            event["cookies"] = json!(cookies);
        }
        let query = query(head);
        if !query.is_empty() {
            event["queryStringParameters"] = json!(query);
        }
        if let Some(variables) = &self.spec.stage_variables {
            event["stageVariables"] = json!(variables);
        }
        if !call.body.is_empty() {
            let text = text(&head.headers, call.body);
            event["isBase64Encoded"] = json!(text.is_none());
            event["body"] = json!(text.map_or_else(|| STANDARD.encode(call.body), str::to_owned));
        }
        event
    }

    fn request_context(&self, call: &Call<'_>) -> Value {
        let now = self.faults.told_now();
        let mut http = json!({
            "method": call.head.method.as_str(),
            "path": call.path,
            "protocol": format!("{:?}", call.head.version),
            "sourceIp": call.peer.ip().to_string(),
        });
        if let Some(user_agent) = call.head.headers.get("user-agent") {
            http["userAgent"] = json!(String::from_utf8_lossy(user_agent.as_bytes()));
        }
        json!({
            "accountId": self.place.account,
            "apiId": self.spec.id,
            "domainName": self.domain_name(),
            "domainPrefix": self.spec.id,
            "http": http,
            "requestId": call.request_id,
            "routeKey": call.route_key,
            "stage": HTTP_API_STAGE,
            "time": common_log_time(now),
            "timeEpoch": now,
        })
    }

    /// The API's own host, whatever the client used: a distribution does not pass the viewer's on to an API, which would
    /// refuse it.
    fn domain_name(&self) -> String {
        self.place.execute_api_host(&self.spec.id)
    }

    /// Names in lower case, several values joined by commas, without cookies, and with what API Gateway adds.
    fn headers(&self, call: &Call<'_>) -> BTreeMap<String, String> {
        let mut shown: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in &call.head.headers {
            if name == COOKIE || HOP_BY_HOP.contains(&name.as_str()) {
                continue;
            }
            let text = String::from_utf8_lossy(value.as_bytes());
            let joined = shown.entry(name.as_str().to_owned()).or_default();
            if !joined.is_empty() {
                joined.push(',');
            }
            joined.push_str(&text);
        }
        let client = call.peer.ip().to_string();
        let forwarded_for = match shown.get("x-forwarded-for") {
            Some(earlier) => format!("{earlier}, {client}"),
            None => client,
        };
        for (name, value) in [
            (CONTENT_LENGTH.as_str(), call.body.len().to_string()),
            (HOST.as_str(), self.domain_name()),
            ("x-amzn-trace-id", identifiers::trace()),
            ("x-forwarded-for", forwarded_for),
            ("x-forwarded-port", self.port.to_string()),
            ("x-forwarded-proto", "http".to_owned()),
        ] {
            shown.insert(name.to_owned(), value);
        }
        shown
    }
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    let lines = headers.get_all(COOKIE).iter();
    lines
        .flat_map(|line| {
            let line = String::from_utf8_lossy(line.as_bytes()).into_owned();
            line.split(';')
                .map(|cookie| cookie.trim().to_owned())
                .collect::<Vec<_>>()
        })
        .filter(|cookie| !cookie.is_empty())
        .collect()
}

/// Decoded; the values of a repeated name are joined by commas.
fn query(head: &Parts) -> BTreeMap<String, String> {
    let pairs = Query::<Vec<(String, String)>>::try_from_uri(&head.uri)
        .map(|query| query.0)
        .unwrap_or_default();
    let mut joined: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in pairs {
        joined
            .entry(name)
            .and_modify(|values| {
                values.push(',');
                values.push_str(&value);
            })
            .or_insert(value);
    }
    joined
}

/// The body, if the function gets it as text: not documented, found by trying
/// (<https://github.com/ministackorg/ministack/pull/766>). A form is base64, and so is a body without a type.
fn text<'a>(headers: &HeaderMap, body: &'a [u8]) -> Option<&'a str> {
    let content_type = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let essence = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let is_text = essence.starts_with("text/")
        || ["application/json", "application/xml", "application/javascript"].contains(&essence.as_str());
    std::str::from_utf8(body).ok().filter(|_| is_text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::Faults;
    use crate::lambda::Functions;
    use crate::template::{HttpApiSpec, Place};
    use axum::http::Request;
    use std::sync::Arc;

    fn event(request: Request<&str>) -> Value {
        let spec = HttpApiSpec {
            id: "abcdefghij".into(),
            stage_variables: None,
            routes: BTreeMap::new(),
        };
        let place = Place {
            region: "us-east-1".into(),
            account: "000000000000".into(),
            stack_name: "S".into(),
        };
        let api = HttpApi::new(spec, place, Arc::new(Functions::default()), Faults::default(), 3000);
        let (head, body) = request.into_parts();
        api.event(&Call {
            request_id: "id=",
            route_key: "GET /my/path",
            path: head.uri.path(),
            head: &head,
            body: body.as_bytes(),
            peer: SocketAddr::from(([127, 0, 0, 1], 5)),
        })
    }

    fn of(request: axum::http::request::Builder, body: &'static str) -> Value {
        request.body(body).map(event).unwrap_or_default()
    }

    #[test]
    fn a_whole_event_reads_as_documented() {
        let request = Request::post("/my/path?parameter1=value1&parameter1=value%202&parameter2=")
            .header("Host", "localhost:3000")
            .header("Header2", "value1")
            .header("Header2", "value2")
            .header("Cookie", "cookie1=a; cookie2=b")
            .header("Cookie", "cookie3=c")
            .header("Connection", "keep-alive")
            .header("User-Agent", "agent")
            .header("Content-Type", "Text/Plain; charset=utf-8");
        let mut event = of(request, "Hello");
        for (pointer, expected) in [("/headers/x-amzn-trace-id", "Root=1-"), ("/requestContext/time", "")] {
            let value = event.pointer_mut(pointer).map(Value::take).unwrap_or_default();
            assert!(value.as_str().is_some_and(|text| text.starts_with(expected)), "{value}");
        }
        assert!(event["requestContext"]["timeEpoch"].take().is_u64());
        let expected = json!({
            "version": "2.0",
            "routeKey": "GET /my/path",
            "rawPath": "/my/path",
            "rawQueryString": "parameter1=value1&parameter1=value%202&parameter2=",
            "cookies": ["cookie1=a", "cookie2=b", "cookie3=c"],
            "headers": {
                "content-length": "5",
                "content-type": "Text/Plain; charset=utf-8",
                "header2": "value1,value2",
                "host": "abcdefghij.execute-api.us-east-1.amazonaws.com",
                "user-agent": "agent",
                "x-amzn-trace-id": null,
                "x-forwarded-for": "127.0.0.1",
                "x-forwarded-port": "3000",
                "x-forwarded-proto": "http",
            },
            "queryStringParameters": { "parameter1": "value1,value 2", "parameter2": "" },
            "requestContext": {
                "accountId": "000000000000",
                "apiId": "abcdefghij",
                "domainName": "abcdefghij.execute-api.us-east-1.amazonaws.com",
                "domainPrefix": "abcdefghij",
                "http": {
                    "method": "POST",
                    "path": "/my/path",
                    "protocol": "HTTP/1.1",
                    "sourceIp": "127.0.0.1",
                    "userAgent": "agent",
                },
                "requestId": "id=",
                "routeKey": "GET /my/path",
                "stage": "$default",
                "time": null,
                "timeEpoch": null,
            },
            "body": "Hello",
            "isBase64Encoded": false,
        });
        assert_eq!(event, expected);
    }

    #[test]
    fn what_a_request_does_not_have_is_absent() {
        let event = of(Request::get("/my/path"), "");
        for key in [
            "cookies",
            "queryStringParameters",
            "body",
            "stageVariables",
            "pathParameters",
        ] {
            assert!(event.get(key).is_none(), "{key}");
        }
        assert_eq!(event["rawQueryString"], "");
        assert!(event["requestContext"]["http"].get("userAgent").is_none());
    }

    #[test]
    fn only_text_types_come_as_text() {
        for (content_type, is_base64) in [
            (Some("text/html"), false),
            (Some("application/json"), false),
            (Some("application/json; charset=utf-8"), false),
            (Some("application/xml"), false),
            (Some("application/javascript"), false),
            (Some("application/x-www-form-urlencoded"), true),
            (Some("application/problem+json"), true),
            (Some("application/octet-stream"), true),
            (None, true),
        ] {
            let request = Request::post("/my/path");
            let request = match content_type {
                Some(content_type) => request.header("content-type", content_type),
                None => request,
            };
            let event = of(request, "a=1");
            let body = if is_base64 { "YT0x" } else { "a=1" };
            assert_eq!(
                (&event["isBase64Encoded"], &event["body"]),
                (&json!(is_base64), &json!(body)),
                "{content_type:?}"
            );
        }
    }
}
