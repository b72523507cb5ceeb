//! Finds tokens by how they begin: a JSON object in base64url, whatever is around them and wherever they were cut off.

use super::end_of_run;

/// So many further characters make a beginning a token: fewer are a part of its header, and no secret (bytes).
const MIN_BYTES: usize = 8;
/// The same where the beginning stands inside a word.
const MIN_BYTES_IN_WORD: usize = 16;

/// The end of the token that begins at `at`.
pub(super) fn at(bytes: &[u8], at: usize) -> Option<usize> {
    let [_, second, third] = *bytes.get(at..at + 3)? else {
        return None;
    };
    // `{"`, and `{` with a space or a line break behind it.
    let is_usual = second == b'y' && third == b'J';
    let is_possible = second == b'y' && matches!(third, b'A'..=b'D' | b'I'..=b'L')
        || second == b'w' && matches!(third, b'k'..=b'r' | b'0'..=b'3');
    if !is_possible {
        return None;
    }
    // Behind a percent-encoded sign too.
    let begins_word = at == 0 || !is_base64url(bytes[at - 1]) || at >= 3 && bytes[at - 3] == b'%';
    let end = end_of_token(bytes, at);
    let length = end - at;
    let found = match (is_usual, begins_word) {
        (true, true) => length >= MIN_BYTES,
        (true, false) => length >= MIN_BYTES_IN_WORD,
        // Words begin like this too, but have no such parts.
        (false, true) => length >= MIN_BYTES && (end == bytes.len() || bytes[at..end].contains(&b'.')),
        (false, false) => false,
    };
    found.then_some(end)
}

/// A point may be percent-encoded.
fn end_of_token(bytes: &[u8], start: usize) -> usize {
    let mut end = start;
    loop {
        end = end_of_run(bytes, end, |byte| is_base64url(byte) || byte == b'.');
        match bytes.get(end..end + 3) {
            Some(b"%2E" | b"%2e") => end += 3,
            _ => return end,
        }
    }
}

fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}
