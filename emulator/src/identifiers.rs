//! Makes the identifiers that AWS would make, in AWS's own shapes.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;

/// Bytes behind a connection, message or request id: sixteen characters of URL-safe base64 with padding.
const GATEWAY_ID_BYTES: usize = 11;

/// A connection, message or request id of API Gateway, such as `PJqB0fHsqRcCHlw=`.
pub(crate) fn gateway() -> String {
    URL_SAFE.encode(rand::random::<[u8; GATEWAY_ID_BYTES]>())
}

/// Whether `id` has the shape of a connection id; API Gateway answers 400 to others and 410 to those it does not know.
pub(crate) fn is_gateway_id(id: &str) -> bool {
    URL_SAFE.decode(id).is_ok_and(|bytes| bytes.len() == GATEWAY_ID_BYTES)
}

/// A random UUID of version 4 (RFC 9562, section 5.4): the shape of Lambda's request ids and of Cognito's subjects.
pub(crate) fn uuid() -> String {
    let mut bytes: [u8; 16] = rand::random();
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex = hex(&bytes);
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

/// The value of an `X-Amzn-Trace-Id` header.
pub(crate) fn trace() -> String {
    let id = uuid().replace('-', "");
    format!("Root=1-{}-{}", &id[..8], &id[8..])
}

/// Whether the text has the form that [`uuid`] gives. File names are made of it.
pub(crate) fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.char_indices().all(|(at, c)| match at {
            8 | 13 | 18 | 23 => c == '-',
            _ => matches!(c, '0'..='9' | 'a'..='f'),
        })
}

/// An execution environment's id: 128 random bits, which only its own process learns.
pub(crate) fn environment() -> String {
    hex(&rand::random::<[u8; 16]>())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_shapes_of_aws() {
        let id = gateway();
        assert_eq!((id.len(), id.ends_with('=')), (16, true));
        assert!(is_gateway_id(&id));
        assert!(is_uuid(&uuid()));
        assert_eq!(&uuid()[14..15], "4");
    }

    #[test]
    fn other_shapes_are_told_apart() {
        for id in [
            "",
            "x",
            "PJqB0fHsqRcCHlw",
            "PJqB0fHsqRcCHlw==",
            "PJqB0fHsqRc+Hlw=",
            "PJqB0fHsqRcCHlwAA==",
        ] {
            assert!(!is_gateway_id(id), "{id}");
        }
    }
}
