//! Turns a function's answer into a response by the rules of payload format 2.0
//! (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>).

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::HOP_BY_HOP;

/// What a response gets that names no type.
const DEFAULT_TYPE: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
/// What is sent when the function gave no `statusCode`.
const INFERRED_TYPE: HeaderValue = HeaderValue::from_static("application/json");

/// The response, or `None` for an answer that is none.
pub(super) fn read(answer: Bytes) -> Option<Response<Body>> {
    match serde_json::from_slice(&answer).ok()? {
        Value::Object(fields) if fields.contains_key("statusCode") => described(&fields),
        Value::String(text) => Some(inferred(text.into())),
        _ => Some(inferred(answer)),
    }
}

fn inferred(body: Bytes) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(CONTENT_TYPE, INFERRED_TYPE);
    response
}

/// Unknown fields are passed over, as on AWS; a known one of the wrong type is an error.
fn described(fields: &Map<String, Value>) -> Option<Response<Body>> {
    let mut response = Response::new(Body::from(body(fields)?));
    *response.status_mut() = status(fields)?;
    *response.headers_mut() = headers(fields)?;
    for cookie in cookies(fields)? {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response.headers_mut().entry(CONTENT_TYPE).or_insert(DEFAULT_TYPE);
    Some(response)
}

fn status(fields: &Map<String, Value>) -> Option<StatusCode> {
    let code = fields.get("statusCode")?.as_u64()?;
    let code = u16::try_from(code).ok().filter(|code| (200..600).contains(code))?;
    StatusCode::from_u16(code).ok()
}

fn body(fields: &Map<String, Value>) -> Option<Bytes> {
    let text = match fields.get("body") {
        None | Some(Value::Null) => "",
        Some(Value::String(text)) => text,
        Some(_) => return None,
    };
    match fields.get("isBase64Encoded") {
        Some(Value::Bool(true)) => STANDARD.decode(text).ok().map(Bytes::from),
        None | Some(Value::Null | Value::Bool(false)) => Some(Bytes::copy_from_slice(text.as_bytes())),
        Some(_) => None,
    }
}

/// How a body is framed is this server's own business, so a function's word on it is passed over.
fn headers(fields: &Map<String, Value>) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, value) in object(fields.get("headers"))? {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(_) | Value::Bool(_) => value.to_string(),
            Value::Null => continue,
            Value::Array(_) | Value::Object(_) => return None,
        };
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        if name != CONTENT_LENGTH && !HOP_BY_HOP.contains(&name.as_str()) {
            headers.append(name, HeaderValue::from_str(&text).ok()?);
        }
    }
    Some(headers)
}

fn cookies(fields: &Map<String, Value>) -> Option<Vec<HeaderValue>> {
    match fields.get("cookies") {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::Array(cookies)) => cookies
            .iter()
            .map(|cookie| HeaderValue::from_str(cookie.as_str()?).ok())
            .collect(),
        Some(_) => None,
    }
}

fn object(value: Option<&Value>) -> Option<impl Iterator<Item = (&String, &Value)>> {
    match value {
        None | Some(Value::Null) => Some(None.into_iter().flatten()),
        Some(Value::Object(map)) => Some(Some(map).into_iter().flatten()),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;

    /// Status, content type, further headers in order, body.
    async fn shown(answer: &str) -> Option<(u16, String, Vec<(String, String)>, String)> {
        let (mut head, body) = read(Bytes::copy_from_slice(answer.as_bytes()))?.into_parts();
        let text = |value: HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let content_type = head.headers.remove(CONTENT_TYPE).map(text).unwrap_or_default();
        let headers = head
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), text(value.clone())));
        let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        let body = String::from_utf8_lossy(&body).into_owned();
        Some((head.status.as_u16(), content_type, headers.collect(), body))
    }

    #[tokio::test]
    async fn without_a_status_code_the_answer_is_the_body() {
        for (answer, body) in [
            (r#""Hello from Lambda!""#, "Hello from Lambda!"),
            (r#"{ "message": "Hello" }"#, r#"{ "message": "Hello" }"#),
            ("[1, 2]", "[1, 2]"),
            ("null", "null"),
            ("7", "7"),
        ] {
            let expected = (200, "application/json".to_owned(), Vec::new(), body.to_owned());
            assert_eq!(shown(answer).await, Some(expected), "{answer}");
        }
    }

    #[tokio::test]
    async fn with_a_status_code_it_is_described() {
        let answer = r#"{"statusCode":302,"headers":{"Location":"/","X-Number":7,"content-length":"99","Connection":"close"},
            "cookies":["a=1; Path=/","b=2"],"body":"Zm91bmQ=","isBase64Encoded":true,"multiValueHeaders":{}}"#;
        let headers = [
            ("location", "/"),
            ("x-number", "7"),
            ("set-cookie", "a=1; Path=/"),
            ("set-cookie", "b=2"),
        ];
        let mut headers = headers
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec();
        headers.sort();
        let (status, content_type, mut found, body) = shown(answer).await.unwrap_or_default();
        found.sort();
        assert_eq!(
            (status, content_type.as_str(), body.as_str()),
            (302, "text/plain; charset=utf-8", "found")
        );
        assert_eq!(found, headers);
        let bare = (204, "text/html".to_owned(), Vec::new(), String::new());
        assert_eq!(
            shown(r#"{"statusCode":204,"headers":{"content-type":"text/html"}}"#).await,
            Some(bare)
        );
    }

    #[tokio::test]
    async fn everything_else_is_malformed() {
        for answer in [
            "",
            "not json",
            r#"{"statusCode":"200"}"#,
            r#"{"statusCode":199}"#,
            r#"{"statusCode":600}"#,
            r#"{"statusCode":200,"body":{}}"#,
            r#"{"statusCode":200,"body":"?","isBase64Encoded":true}"#,
            r#"{"statusCode":200,"isBase64Encoded":"yes"}"#,
            r#"{"statusCode":200,"headers":[]}"#,
            r#"{"statusCode":200,"headers":{"a":["b"]}}"#,
            r#"{"statusCode":200,"headers":{"a b":"c"}}"#,
            r#"{"statusCode":200,"headers":{"a":"b\r\nc: d"}}"#,
            r#"{"statusCode":200,"cookies":"a=1"}"#,
            r#"{"statusCode":200,"cookies":[1]}"#,
        ] {
            assert_eq!(shown(answer).await, None, "{answer}");
        }
    }
}
