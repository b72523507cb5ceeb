//! What a route's function answers, checked as strictly as API Gateway does.

use serde_json::Value;

/// The only keys that a Lambda proxy response may have.
const RESPONSE_KEYS: [&str; 5] = ["statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"];

/// A well-formed proxy response.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ProxyResponse {
    pub(super) status: u16,
    pub(super) body: Option<String>,
    /// The response's `Sec-WebSocket-Protocol`.
    pub(super) subprotocol: Option<String>,
}

/// Why there is no proxy response.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum IntegrationError {
    /// The function failed, or its answer is not a proxy response.
    Failed,
    /// Lambda did not take the event: too many are under way.
    Throttled,
    /// The function answered `null`, which message routes take for "nothing to say".
    Empty,
    /// The integration timeout passed; the function goes on.
    TimedOut,
}

/// # Errors
/// `Empty` for `null`, and `Failed` for what is no proxy response.
pub(super) fn read(answer: &[u8]) -> Result<ProxyResponse, IntegrationError> {
    let answer: Value = serde_json::from_slice(answer).map_err(|_| IntegrationError::Failed)?;
    if answer.is_null() {
        return Err(IntegrationError::Empty);
    }
    well_formed(&answer).ok_or(IntegrationError::Failed)
}

fn well_formed(answer: &Value) -> Option<ProxyResponse> {
    let fields = answer.as_object()?;
    if !fields.keys().all(|key| RESPONSE_KEYS.contains(&key.as_str())) {
        return None;
    }
    let status = u16::try_from(fields.get("statusCode")?.as_u64()?).ok()?;
    let body = match fields.get("body") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.clone()),
        Some(_) => return None,
    };
    let subprotocol = ["headers", "multiValueHeaders"].into_iter().find_map(|map| {
        let headers = fields.get(map)?.as_object()?;
        let (_, value) = headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("sec-websocket-protocol"))?;
        value.as_str().or_else(|| value.get(0)?.as_str()).map(str::to_owned)
    });
    Some(ProxyResponse {
        status,
        body,
        subprotocol,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_proxy_response() {
        let response = |status, body: Option<&str>, subprotocol: Option<&str>| {
            Ok(ProxyResponse {
                status,
                body: body.map(str::to_owned),
                subprotocol: subprotocol.map(str::to_owned),
            })
        };
        for (answer, expected) in [
            (r#"{"statusCode":200}"#, response(200, None, None)),
            (
                r#"{"statusCode":500,"body":"b","isBase64Encoded":false}"#,
                response(500, Some("b"), None),
            ),
            (
                r#"{"statusCode":200,"headers":{"sec-websocket-protocol":"p"}}"#,
                response(200, None, Some("p")),
            ),
            (
                r#"{"statusCode":200,"multiValueHeaders":{"Sec-WebSocket-Protocol":["p"]}}"#,
                response(200, None, Some("p")),
            ),
        ] {
            assert_eq!(read(answer.as_bytes()), expected, "{answer}");
        }
    }

    #[test]
    fn refuses_everything_else() {
        assert_eq!(read(b"null"), Err(IntegrationError::Empty));
        for answer in [
            "",
            "1",
            "[]",
            "{}",
            r#"{"statusCode":"200"}"#,
            r#"{"statusCode":200,"Data":1}"#,
            r#"{"statusCode":200,"body":{}}"#,
            r#"{"statusCode":99999}"#,
        ] {
            assert_eq!(read(answer.as_bytes()), Err(IntegrationError::Failed), "{answer}");
        }
    }
}
