//! What a case sends, as bytes: texts as they are, JSON compact, and sizes written as numbers.

use serde_json::Value;

const FILL: &str = "$fill";

/// The text of a message. `{"$fill": n}` anywhere in it becomes as many `x` as make the whole message `n` bytes long.
pub(super) fn text(message: &Value) -> String {
    let Some(size) = size(message) else {
        return written(message);
    };
    let without = written(&filled(message, 0)).len();
    written(&filled(message, size.saturating_sub(without)))
}

/// Bytes from hexadecimal digits; blanks may stand between them.
pub(super) fn hex(digits: &str) -> Result<Vec<u8>, String> {
    let digits: Vec<u8> = digits.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let pairs = digits.chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2);
        pair.and_then(|pair| u8::from_str_radix(pair, 16).ok())
    });
    pairs
        .collect::<Option<_>>()
        .ok_or_else(|| "hexadecimal digits come in pairs".to_owned())
}

fn written(message: &Value) -> String {
    message.as_str().map_or_else(|| message.to_string(), str::to_owned)
}

fn size(message: &Value) -> Option<usize> {
    match message {
        Value::Object(members) => match members.get(FILL).and_then(Value::as_u64) {
            Some(size) => usize::try_from(size).ok(),
            None => members.values().find_map(size),
        },
        Value::Array(items) => items.iter().find_map(size),
        _ => None,
    }
}

fn filled(message: &Value, length: usize) -> Value {
    match message {
        Value::Object(members) if members.contains_key(FILL) => Value::String("x".repeat(length)),
        Value::Object(members) => {
            let filled = members
                .iter()
                .map(|(name, value)| (name.clone(), filled(value, length)));
            Value::Object(filled.collect())
        }
        Value::Array(items) => items.iter().map(|item| filled(item, length)).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn messages_have_the_size_that_is_asked_for() {
        assert_eq!(text(&json!("as it is")), "as it is");
        assert_eq!(text(&json!({ "a": { "$fill": 12 } })), r#"{"a":"xxxx"}"#);
        assert_eq!(text(&json!({ "$fill": 3 })), "xxx");
        assert_eq!(hex("01 ff"), Ok(vec![1, 255]));
        assert!(hex("0").is_err() && hex("zz").is_err());
    }
}
