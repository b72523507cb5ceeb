//! Random identifiers in the form Cognito gives to subjects, tokens and requests: UUID version 4 (RFC 9562, 5.4).

/// A new random UUID in its text form.
pub(crate) fn random_uuid() -> String {
    format(rand::random())
}

/// Whether the text has the form that [`random_uuid`] gives. File names are made of it.
pub(crate) fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.char_indices().all(|(at, c)| match at {
            8 | 13 | 18 | 23 => c == '-',
            _ => matches!(c, '0'..='9' | 'a'..='f'),
        })
}

fn format(mut bytes: [u8; 16]) -> String {
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex = format!("{:032x}", u128::from_be_bytes(bytes));
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}
