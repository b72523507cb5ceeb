//! Events of an HTTP API, payload format 2.0: the request as the session endpoint wants it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::session::Request;
use serde_json::Value;

use super::Event;

impl Event {
    /// The request; what is missing, null or of a wrong type is just absent.
    pub fn http_request(&self) -> Request {
        let text = |pointer: &str| self.0.pointer(pointer).and_then(Value::as_str);
        let owned = |pointer: &str| text(pointer).unwrap_or_default().to_owned();
        Request {
            method: owned("/requestContext/http/method"),
            path: owned("/rawPath"),
            // The only part that shows whether a parameter was repeated.
            query: owned("/rawQueryString"),
            origin: self.http_header("origin"),
            fetch_site: self.http_header("sec-fetch-site"),
            accept: self.http_header("accept"),
            authorization: self.http_header("authorization"),
            cookies: self.http_cookies(),
            body_bytes: self.body_bytes(),
            source: text("/requestContext/http/sourceIp").and_then(|address| address.parse().ok()),
        }
    }

    /// API Gateway writes names in small letters, and joins repeated headers with commas. Should a name stand there in
    /// two spellings, they are joined in the same way, so that neither is overlooked.
    fn http_header(&self, name: &str) -> Option<String> {
        let headers = self.0.get("headers").and_then(Value::as_object)?;
        let values: Vec<&str> = headers
            .iter()
            .filter(|(key, _)| key.eq_ignore_ascii_case(name))
            .filter_map(|(_, value)| value.as_str())
            .collect();
        (!values.is_empty()).then(|| values.join(","))
    }

    fn http_cookies(&self) -> Vec<String> {
        let cookies = self.0.get("cookies").and_then(Value::as_array);
        let texts = cookies.into_iter().flatten().filter_map(Value::as_str);
        texts.map(str::to_owned).collect()
    }

    fn body_bytes(&self) -> usize {
        let body = self.0.get("body").and_then(Value::as_str).unwrap_or_default();
        let encoded = self.0.get("isBase64Encoded") == Some(&Value::Bool(true));
        let decoded = encoded.then(|| STANDARD.decode(body).ok()).flatten();
        decoded.map_or(body.len(), |bytes| bytes.len())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn request(value: Value) -> Request {
        serde_json::from_value::<Event>(value).unwrap().http_request()
    }

    #[test]
    fn an_event_of_payload_2_0_is_read() {
        let request = request(json!({
            "version": "2.0", "routeKey": "GET /session/callback", "rawPath": "/session/callback",
            "rawQueryString": "code=a&code=b&state=c%2F",
            "cookies": ["__Host-auth=t1", "a=b"],
            "headers": {
                "accept": "text/html", "origin": "https://app.example", "sec-fetch-site": "same-origin",
                "authorization": "Bearer t"
            },
            "queryStringParameters": {"code": "a,b", "state": "c/"},
            "requestContext": {
                "http": {
                    "method": "GET", "path": "/session/callback", "protocol": "HTTP/1.1", "sourceIp": "198.51.100.7",
                    "userAgent": "x"
                },
                "stage": "$default"
            },
            "isBase64Encoded": false
        }));
        assert_eq!(
            (request.method.as_str(), request.path.as_str()),
            ("GET", "/session/callback")
        );
        assert!(request.parameters().one("code").is_err());
        assert_eq!(request.parameters().one("state"), Ok(Some("c/")));
        assert_eq!(request.cookie("__Host-auth").unwrap().expose(), "t1");
        assert_eq!(request.origin.as_deref(), Some("https://app.example"));
        assert_eq!(request.fetch_site.as_deref(), Some("same-origin"));
        assert_eq!(request.accept.as_deref(), Some("text/html"));
        assert_eq!(request.bearer().unwrap().expose(), "t");
        assert_eq!(request.source.unwrap().to_string(), "198.51.100.7");
        assert_eq!(request.body_bytes, 0);
    }

    #[test]
    fn missing_null_and_wrong_parts_are_just_absent() {
        for value in [
            Value::Null,
            json!("x"),
            json!([]),
            json!({}),
            json!({
                "rawPath": null, "rawQueryString": 7, "cookies": "a=b", "headers": [], "requestContext": {"http": null},
                "body": null
            }),
            json!({
                "rawPath": {}, "cookies": [null, 1, {}], "headers": {"origin": null, "accept": ["x"]}, "body": 5,
                "requestContext": {"http": {"method": 1, "sourceIp": "here"}}, "isBase64Encoded": "true"
            }),
        ] {
            let request = request(value);
            assert_eq!((request.route(), request.source, request.body_bytes), (None, None, 0));
            assert!(request.cookies.is_empty() && request.origin.is_none() && request.accept.is_none());
            assert_eq!(request.parameters().one("code"), Ok(None));
        }
    }

    #[test]
    fn a_header_in_two_spellings_is_no_single_value() {
        let request = request(json!({"headers": {"Origin": "https://app.example", "origin": "https://evil.example"}}));
        assert!(!request.comes_from("https://app.example") && !request.comes_from("https://evil.example"));
    }

    #[test]
    fn a_body_is_measured_as_it_was_sent() {
        let bytes = |body: &str, encoded: Value| request(json!({"body": body, "isBase64Encoded": encoded})).body_bytes;
        assert_eq!(bytes("e30=", json!(true)), 2);
        assert_eq!(bytes("e30=", json!(false)), 4);
        assert_eq!(bytes("not base64", json!(true)), 10);
        assert_eq!(bytes(&STANDARD.encode([0; 4097]), json!(true)), 4097);
    }
}
