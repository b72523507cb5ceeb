//! Names and values as queries and form bodies carry them (`application/x-www-form-urlencoded`).

use std::fmt::Write as _;

/// The pairs as one text. Only the unreserved characters of RFC 3986 stand for themselves.
pub(super) fn encode(pairs: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, value) in pairs {
        if !text.is_empty() {
            text.push('&');
        }
        escape(&mut text, name);
        text.push('=');
        escape(&mut text, value);
    }
    text
}

fn escape(text: &mut String, part: &str) {
    for byte in part.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => text.push(char::from(byte)),
            b' ' => text.push('+'),
            // Writing to a text cannot fail.
            _ => drop(write!(text, "%{byte:02X}")),
        }
    }
}

/// One name or value; `None` for a broken escape, and for bytes that are no UTF-8.
pub(super) fn decode(part: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => hexadecimal(rest.next()?)? * 16 + hexadecimal(rest.next()?)?,
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

fn hexadecimal(digit: u8) -> Option<u8> {
    u8::try_from(char::from(digit).to_digit(16)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_but_unreserved_characters_is_escaped() {
        assert_eq!(encode(&[("a", "A-z.0_~")]), "a=A-z.0_~");
        assert_eq!(encode(&[("a b", "c d"), ("e", "")]), "a+b=c+d&e=");
        assert_eq!(
            encode(&[("u", "https://x:1/?a=b&c#d%+")]),
            "u=https%3A%2F%2Fx%3A1%2F%3Fa%3Db%26c%23d%25%2B"
        );
        assert_eq!(encode(&[("u", "é\n\"")]), "u=%C3%A9%0A%22");
    }

    #[test]
    fn what_was_escaped_reads_back() {
        let text = "a b+c%/?&=#é\u{1F600}\u{0}";
        let encoded = encode(&[("", text)]);
        assert_eq!(decode(&encoded[1..]).as_deref(), Some(text));
        assert_eq!(decode("%2f%2F").as_deref(), Some("//"));
    }

    #[test]
    fn broken_escapes_and_other_bytes_are_unreadable() {
        for bad in ["%", "%2", "%zz", "a%2", "%+1", "%-1", "%ff", "%c3%28"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }
}
