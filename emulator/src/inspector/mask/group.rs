//! Finds where a value ends that has an end of its own: a string, a list, an object, as JSON, Node and Rust print them.

use super::end_of_run;

/// Deeper groups are taken for as deep as this.
const MAX_DEPTH: usize = 64;

/// Where a value ends.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct End {
    pub(super) at: usize,
    /// If that is the end of the text and not the value's own: what the value begins with, in short.
    pub(super) open: Option<String>,
}

/// The bracket at `at`, which may stand behind a word as in `Some(`, `Token {` or `Map(1) {`.
pub(super) fn behind_word(bytes: &[u8], at: usize) -> Option<usize> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'<' | b'>');
    let end = end_of_run(bytes, at, is_part);
    let bracket = match bytes.get(end)? {
        b' ' if end > at => end + 1,
        _ => end,
    };
    matches!(bytes.get(bracket)?, b'[' | b'{' | b'(').then_some(bracket)
}

/// The end of a list or an object that begins at `start`; brackets in its strings do not count.
pub(super) fn end(bytes: &[u8], start: usize) -> End {
    let (mut at, mut open) = (start, Vec::new());
    while at < bytes.len() {
        match bytes[at] {
            bracket @ (b'[' | b'{' | b'(') => open.push(bracket),
            b']' | b'}' | b')' => {
                open.pop();
            }
            b'"' | b'\'' | b'`' if begins_text(bytes, at) => {
                let text = end_of_text(bytes, at);
                if let Some(text) = text.open {
                    return unfinished(bytes, &open, &text);
                }
                at = end_of_run(bytes, text.at, |byte| byte == b'\\');
            }
            _ => {}
        }
        at += 1;
        // `Map(1) {` and `[Object: null prototype] {` have a second bracket.
        let has_second = bytes[at - 1] != b'}' && matches!(bytes.get(at..at + 2), Some(b" {" | b" ["));
        match (open.is_empty(), has_second) {
            (true, true) => at += 1,
            (true, false) => return End { at, open: None },
            (false, _) => {}
        }
    }
    unfinished(bytes, &open, "")
}

fn unfinished(bytes: &[u8], brackets: &[u8], text: &str) -> End {
    let brackets = brackets.iter().take(MAX_DEPTH).map(|bracket| char::from(*bracket));
    End {
        at: bytes.len(),
        open: Some(brackets.collect::<String>() + text),
    }
}

/// Whether the quote at `at` begins a string, and is no apostrophe.
fn begins_text(bytes: &[u8], at: usize) -> bool {
    bytes[at] == b'"' || !bytes[..at].last().is_some_and(u8::is_ascii_alphanumeric)
}

/// The end of the string whose quote stands at `quote`: its closing quote with the backslashes before that. Node goes on with
/// ` +` and another string where one has line breaks.
pub(super) fn end_of_text(bytes: &[u8], quote: usize) -> End {
    let backslashes = bytes[..quote].iter().rev().take_while(|byte| **byte == b'\\').count();
    let depth = depth(backslashes).unwrap_or_default();
    let mut end = end_of_string(bytes, quote + 1, bytes[quote], depth);
    while end < bytes.len() {
        let closing = end_of_run(bytes, end, |byte| byte == b'\\');
        if bytes.get(closing + 1..closing + 3) != Some(b" +") {
            return End { at: end, open: None };
        }
        let next = end_of_run(bytes, closing + 3, |byte| byte.is_ascii_whitespace());
        match bytes.get(next) {
            None => return unfinished(bytes, &[], ""),
            Some(byte @ (b'"' | b'\'' | b'`')) => end = end_of_string(bytes, next + 1, *byte, depth),
            Some(_) => return End { at: end, open: None },
        }
    }
    let opening = "\\".repeat((1 << depth) - 1) + char::from(bytes[quote]).encode_utf8(&mut [0; 4]);
    unfinished(bytes, &[], &opening)
}

/// How deep in strings a quote stands that has so many backslashes: JSON in JSON has 1, and JSON in that 3.
fn depth(backslashes: usize) -> Option<u32> {
    [0, 1, 3, 7]
        .iter()
        .position(|count| *count == backslashes)
        .map(|depth| depth as u32)
}

/// The end of a string that was opened at `depth`: its closing quote with the backslashes before that, or the end of the text.
fn end_of_string(bytes: &[u8], start: usize, quote: u8, depth: u32) -> usize {
    let (mut at, mut backslashes) = (start, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => backslashes += 1,
            byte if byte == quote && closes(backslashes, depth) => return at - backslashes.min((1 << depth) - 1),
            _ => backslashes = 0,
        }
        at += 1;
    }
    bytes.len()
}

/// Whether a quote with so many backslashes ends a string of `depth`, or one around it.
fn closes(mut backslashes: usize, depth: u32) -> bool {
    for _ in 0..depth {
        if backslashes.is_multiple_of(2) {
            return true;
        }
        backslashes = (backslashes - 1) / 2;
    }
    backslashes.is_multiple_of(2)
}
