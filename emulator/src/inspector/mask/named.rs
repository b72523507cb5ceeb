//! Finds values by their names: `"token":"…"`, `token=…`, `Cookie: …`, and the same as JSON in JSON or percent-encoded.

use super::{Secret, end_of_run};

/// Longer words are not taken for names (bytes).
const MAX_NAME_BYTES: usize = 64;

/// Names without hyphens and underscores, in lower case.
const SECRET: [&[u8]; 14] = [
    b"authorization",
    b"proxyauthorization",
    b"cookie",
    b"cookies",
    b"setcookie",
    b"secwebsocketprotocol",
    b"xapikey",
    b"apikey",
    b"auth",
    b"jwt",
    b"codeverifier",
    b"passwd",
    b"pwd",
    b"sid",
];
const SECRET_ENDINGS: [&[u8]; 7] = [
    b"token",
    b"tokens",
    b"password",
    b"secret",
    b"accesskey",
    b"privatekey",
    b"sessionid",
];
/// Secret in a query, as when somebody signs in; elsewhere only if the value seems drawn by lot, since the words mean other
/// things too.
const SECRET_IN_QUERIES: [&[u8]; 3] = [b"code", b"state", b"nonce"];
/// Shorter values are not taken for drawn by lot (bytes).
const MIN_RANDOM_BYTES: usize = 16;
/// A header's value goes on to the end of its line.
const HEADERS: [&[u8]; 5] = [
    b"authorization",
    b"proxyauthorization",
    b"cookie",
    b"setcookie",
    b"secwebsocketprotocol",
];

pub(super) fn is_secret(name: &[u8], in_query: bool) -> bool {
    let name = plain(name);
    SECRET.contains(&name.as_slice())
        || SECRET_ENDINGS.iter().any(|ending| name.ends_with(ending))
        || in_query && SECRET_IN_QUERIES.contains(&name.as_slice())
}

fn plain(name: &[u8]) -> Vec<u8> {
    let letters = name.iter().filter(|byte| !matches!(byte, b'-' | b'_'));
    letters.map(u8::to_ascii_lowercase).collect()
}

/// The value behind the `:`, `=` or `%3D` that stands at `at`, if its name says that it is secret.
pub(super) fn value_at(bytes: &[u8], at: usize) -> Option<Secret> {
    let (is_assignment, after) = match bytes[at] {
        b'=' => (true, at + 1),
        b'%' if matches!(bytes.get(at + 1..at + 3), Some(b"3D" | b"3d")) => (true, at + 3),
        b':' => (false, at + 1),
        _ => return None,
    };
    let name = name_before(bytes, at)?;
    let is_certain = is_secret(name, is_assignment);
    if !is_certain && !is_secret(name, true) {
        return None;
    }
    let secret = value_behind(bytes, at, after, is_assignment, name)?;
    (is_certain || seems_random(&bytes[secret.start..secret.end])).then_some(secret)
}

fn value_behind(bytes: &[u8], at: usize, after: usize, is_assignment: bool, name: &[u8]) -> Option<Secret> {
    let start = end_of_run(bytes, after, |byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
    let quote = end_of_run(bytes, start, |byte| byte == b'\\');
    match bytes.get(quote)? {
        b'"' => {
            let depth = depth(quote - start)?;
            Some(Secret::plain(quote + 1, end_of_string(bytes, quote + 1, depth)))
        }
        b'\'' => Some(Secret::plain(
            quote + 1,
            end_of_run(bytes, quote + 1, |byte| byte != b'\''),
        )),
        b'[' | b'{' => Some(Secret {
            start,
            end: end_of_group(bytes, quote),
            quote: quote_of(bytes, at),
        }),
        _ => bare(bytes, start, is_assignment, name).filter(|secret| secret.end > secret.start),
    }
}

/// Words have no digits and no capitals inside.
fn seems_random(value: &[u8]) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.~+/=".contains(byte);
    let is_odd = |byte: &u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
    value.len() >= MIN_RANDOM_BYTES && value.iter().all(is_part) && value.iter().any(is_odd)
}

/// The word before a separator, which may be quoted.
fn name_before(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let is_space = |byte: u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    let mut end = at;
    while end > 0 && is_space(bytes[end - 1]) {
        end -= 1;
    }
    if end > 0 && matches!(bytes[end - 1], b'"' | b'\'') {
        end -= 1;
        while end > 0 && bytes[end - 1] == b'\\' {
            end -= 1;
        }
    }
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let mut start = end;
    while start > 0 && is_part(bytes[start - 1]) && end - start <= MAX_NAME_BYTES {
        start -= 1;
    }
    // `%3Ftoken`: two digits belong to the sign before them.
    if start > 0 && bytes[start - 1] == b'%' {
        start = (start + 2).min(end);
    }
    (start < end && end - start <= MAX_NAME_BYTES).then(|| &bytes[start..end])
}

/// A value without quotes.
fn bare(bytes: &[u8], start: usize, is_assignment: bool, name: &[u8]) -> Option<Secret> {
    let is_header = !is_assignment && HEADERS.contains(&plain(name).as_slice());
    let mut end = end_of_run(bytes, start, |byte| match byte {
        b'\n' | b'\r' | b'"' => false,
        _ if is_header => true,
        b' ' | b'\t' | b'\'' | b'<' | b'>' | b'\\' | b'&' | b';' => false,
        b',' | b')' | b']' | b'}' => is_assignment,
        _ => true,
    });
    if is_assignment && let Some(next) = bytes[start..end].windows(3).position(|part| part == b"%26") {
        end = start + next;
    }
    let is_nothing = !is_assignment && matches!(&bytes[start..end], b"null" | b"true" | b"false");
    (!is_nothing).then(|| Secret::plain(start, end))
}

/// How deep in strings a quote stands that has so many backslashes: JSON in JSON has 1, and JSON in that 3.
fn depth(backslashes: usize) -> Option<u32> {
    [0, 1, 3, 7]
        .iter()
        .position(|count| *count == backslashes)
        .map(|depth| depth as u32)
}

/// The end of a string that was opened at `depth`: its closing quote with the backslashes before that, or the end of the text.
fn end_of_string(bytes: &[u8], start: usize, depth: u32) -> usize {
    let (mut at, mut backslashes) = (start, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => backslashes += 1,
            b'"' if closes(backslashes, depth) => return at - backslashes.min((1 << depth) - 1),
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

/// The end of a list or an object; brackets in its strings do not count.
fn end_of_group(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut open) = (start, 0_usize);
    while at < bytes.len() {
        match bytes[at] {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open -= 1,
            b'"' => {
                let backslashes = bytes[..at].iter().rev().take_while(|byte| **byte == b'\\').count();
                let depth = depth(backslashes).unwrap_or_default();
                at = end_of_string(bytes, at + 1, depth);
                at = end_of_run(bytes, at, |byte| byte == b'\\');
            }
            _ => {}
        }
        at += 1;
        if open == 0 {
            return at.min(bytes.len());
        }
    }
    bytes.len()
}

/// The quotes of the name before a separator.
fn quote_of(bytes: &[u8], at: usize) -> &'static str {
    let backslashes = bytes[..at]
        .iter()
        .rev()
        .skip(1)
        .take_while(|byte| **byte == b'\\')
        .count();
    match (bytes.get(at.wrapping_sub(1)), backslashes) {
        (Some(b'"'), 0) => "\"",
        (Some(b'"'), 1) => "\\\"",
        _ => "",
    }
}
