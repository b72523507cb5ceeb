//! Judges a token's header, which anybody may have written: it only ever names a key, it never brings one.

use serde_json::Value;

use super::reason::Reason;
use crate::json::Strict;
use crate::limits::KEY_ID_CHARACTERS_MAX;

/// Members that would change how the token is read, or bring or point to a key.
const FORBIDDEN: [&str; 10] = [
    "b64", "crit", "cty", "jku", "jwk", "x5c", "x5t", "x5t#S256", "x5u", "zip",
];

/// The name of one of the issuer's keys.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyId(String);

impl KeyId {
    /// `None` unless 1 to 128 printable ASCII characters without spaces.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=KEY_ID_CHARACTERS_MAX).contains(&text.len());
        (fits && text.bytes().all(|b| b.is_ascii_graphic())).then(|| Self(text.to_owned()))
    }
}

/// The key that a decoded header names.
///
/// # Errors
/// `bad_algorithm` for anything but RS256; `malformed_token` for anything else an issuer would not write.
pub fn read_header(json: &[u8]) -> Result<KeyId, Reason> {
    let header = Strict::object(json).ok_or(Reason::MalformedToken)?;
    if header.get("alg").and_then(Value::as_str) != Some("RS256") {
        return Err(Reason::BadAlgorithm);
    }
    let typ_fits = header.get("typ").is_none_or(|typ| typ == "JWT");
    if !typ_fits || FORBIDDEN.iter().any(|name| header.contains_key(*name)) {
        return Err(Reason::MalformedToken);
    }
    header
        .get("kid")
        .and_then(Value::as_str)
        .and_then(KeyId::parse)
        .ok_or(Reason::MalformedToken)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<KeyId, Reason> {
        read_header(json.as_bytes())
    }

    #[test]
    fn cognito_s_header_names_a_key() {
        let kid = KeyId::parse("abc+/=").unwrap();
        assert_eq!(read(r#"{"kid":"abc+/=","alg":"RS256"}"#), Ok(kid.clone()));
        assert_eq!(read(r#"{"kid":"abc+/=","alg":"RS256","typ":"JWT"}"#), Ok(kid));
    }

    #[test]
    fn tok_12_any_other_algorithm_is_bad() {
        for alg in [
            r#""none""#,
            r#""None""#,
            r#""""#,
            "null",
            "1",
            r#""HS256""#,
            r#""PS256""#,
            r#""RS384""#,
            r#""ES256""#,
            r#""rs256""#,
        ] {
            assert_eq!(
                read(&format!(r#"{{"kid":"k","alg":{alg}}}"#)),
                Err(Reason::BadAlgorithm),
                "{alg}"
            );
        }
        assert_eq!(read(r#"{"kid":"k"}"#), Err(Reason::BadAlgorithm));
    }

    #[test]
    fn tok_15_a_key_id_is_1_to_128_printable_characters() {
        for (length, valid) in [(0, false), (1, true), (128, true), (129, false)] {
            assert_eq!(KeyId::parse(&"k".repeat(length)).is_some(), valid, "{length}");
        }
        for kid in [
            "null",
            "1",
            "[]",
            r#""a\u0000""#,
            r#""a\nb""#,
            r#""\u001b[2J""#,
            r#""a b""#,
            r#""ké""#,
        ] {
            assert_eq!(
                read(&format!(r#"{{"alg":"RS256","kid":{kid}}}"#)),
                Err(Reason::MalformedToken),
                "{kid}"
            );
        }
        assert_eq!(read(r#"{"alg":"RS256"}"#), Err(Reason::MalformedToken));
    }

    #[test]
    fn tok_16_what_changes_the_reading_or_brings_a_key_is_malformed() {
        for name in FORBIDDEN {
            assert_eq!(
                read(&format!(r#"{{"alg":"RS256","kid":"k","{name}":[]}}"#)),
                Err(Reason::MalformedToken),
                "{name}"
            );
        }
        for typ in [r#""at+jwt""#, r#""jwt""#, "null", "1"] {
            assert_eq!(
                read(&format!(r#"{{"alg":"RS256","kid":"k","typ":{typ}}}"#)),
                Err(Reason::MalformedToken),
                "{typ}"
            );
        }
    }

    #[test]
    fn tok_20_repeated_members_and_other_json_are_malformed() {
        for json in [
            r#"{"alg":"RS256","kid":"a","kid":"b"}"#,
            r#"{"alg":"none","\u0061lg":"RS256","kid":"a"}"#,
            "[]",
            "null",
            "",
            "{}x",
        ] {
            assert_eq!(read(json), Err(Reason::MalformedToken), "{json}");
        }
        assert_eq!(read_header(b"\xff\xfe"), Err(Reason::MalformedToken));
    }
}
