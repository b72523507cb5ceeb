//! A handshake's headers as its two events show them: spelt as the client did, and with what API Gateway adds.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, HeaderName};

use crate::identifiers;
use crate::loopback::Spelling;

/// By name, as it is spelt.
pub(super) type Headers = BTreeMap<String, Vec<String>>;

/// In the authorizer's event, and absent from that of `$connect`, as in AWS's sample of the one and captures of the other.
const HOP_BY_HOP: [&str; 3] = ["connection", "upgrade", "content-length"];

/// All that the client sent, and where it came from.
pub(super) fn shown(headers: &HeaderMap, mut spelling: Spelling, source_ip: &str, port: u16) -> Headers {
    let mut shown = Headers::new();
    for (name, value) in headers {
        let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
        let name = spelling.take(name.as_str()).unwrap_or_else(|| usual_spelling(name));
        shown.entry(name).or_default().push(text);
    }
    for (name, value) in [
        ("X-Amzn-Trace-Id", identifiers::trace()),
        ("X-Forwarded-For", source_ip.to_owned()),
        ("X-Forwarded-Port", port.to_string()),
        ("X-Forwarded-Proto", "http".to_owned()),
    ] {
        shown.retain(|own, _| !own.eq_ignore_ascii_case(name));
        shown.insert(name.to_owned(), vec![value]);
    }
    shown
}

/// What the authorizer is shown beside them: `content-length`, of a request that has no body.
pub(super) fn for_authorizer(headers: &Headers) -> Headers {
    let mut shown = headers.clone();
    shown.insert("content-length".to_owned(), vec!["0".to_owned()]);
    shown
}

/// What `$connect` is shown of them.
pub(super) fn for_connect(headers: &Headers) -> Headers {
    let is_shown = |name: &str| !HOP_BY_HOP.iter().any(|hop| hop.eq_ignore_ascii_case(name));
    let shown = headers.iter().filter(|(name, _)| is_shown(name));
    shown.map(|(name, values)| (name.clone(), values.clone())).collect()
}

/// As browsers spell a name, for a request whose spelling is not known: a second one on its connection.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_spellings_are_those_of_browsers() {
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
