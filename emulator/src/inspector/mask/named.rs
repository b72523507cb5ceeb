//! Finds values by their names: `"token":"…"`, `token=…`, `Cookie: …`, and the same as JSON in JSON or percent-encoded.

use super::{Secret, end_of_run, group};

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
    let secret = value_behind(bytes, at, after, name, (is_assignment, is_certain))?;
    if is_certain {
        let open = secret
            .open
            .map(|open| format!("{}:{open}", String::from_utf8_lossy(name)));
        return Some(Secret { open, ..secret });
    }
    let is_random = seems_random(&bytes[secret.start..secret.end]);
    is_random.then_some(Secret { open: None, ..secret })
}

fn value_behind(
    bytes: &[u8],
    at: usize,
    after: usize,
    name: &[u8],
    (is_assignment, is_certain): (bool, bool),
) -> Option<Secret> {
    let start = end_of_run(bytes, after, |byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
    let quote = end_of_run(bytes, start, |byte| byte == b'\\');
    let Some(&first) = bytes.get(quote) else {
        // Node begins a long value on the next line.
        let open = Some(String::new());
        return (!is_assignment).then(|| Secret {
            open,
            ..Secret::plain(start, start)
        });
    };
    let group = group::behind_word(bytes, quote).filter(|group| is_certain || *group == quote);
    if let Some(group) = group {
        let quote = quote_of(bytes, at);
        return Some(Secret {
            quote,
            ..Secret::until(start, group::end(bytes, group))
        });
    }
    match first {
        b'"' | b'\'' | b'`' => Some(Secret::until(quote + 1, group::end_of_text(bytes, quote))),
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
