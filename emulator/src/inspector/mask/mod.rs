//! Takes secrets out of text before it is kept: tokens wherever they stand, and what has a name that says so.
//!
//! Text may be JSON, JSON in JSON, a header, a query, a line of a log, or a part of any of them that was cut off: nothing is
//! parsed, and a value without an end is hidden to the end of the text. Hiding too much is no harm here.

mod group;
mod jwt;
mod lines;
mod named;

pub(crate) use lines::Lines;

use std::borrow::Cow;

/// What stands in the place of a secret.
const MASK: &str = "•••";
/// Shorter words behind `Bearer` are not taken for a credential (bytes).
const MIN_BEARER_BYTES: usize = 12;

/// Whether a header or a query parameter of this name has a value that must not be seen.
pub(super) fn is_secret(name: &str) -> bool {
    named::is_secret(name.as_bytes(), true)
}

/// `text` at most `max_bytes` long, without secrets. It is cut first, so that the cost does not grow with the text.
pub(super) fn cut_and_mask(text: &str, max_bytes: usize) -> String {
    mask(&text[..text.floor_char_boundary(max_bytes)])
}

/// As [`cut_and_mask`], for bytes that are usually text.
pub(super) fn cut_and_mask_bytes(bytes: &[u8], max_bytes: usize) -> String {
    mask(&String::from_utf8_lossy(&bytes[..bytes.len().min(max_bytes)]))
}

/// A header's or a parameter's value: all of it hidden if the name says so.
pub(super) fn mask_value<'a>(name: &str, value: &'a str) -> Cow<'a, str> {
    match is_secret(name) {
        true => Cow::Borrowed(MASK),
        false => Cow::Owned(mask(value)),
    }
}

/// `text` without secrets.
pub(super) fn mask(text: &str) -> String {
    mask_behind(text, 0).0
}

/// `text` without secrets and without its first `skipped` bytes, which tell what it goes on with; and if it ends within a
/// secret, what the text behind it goes on with.
fn mask_behind(text: &str, skipped: usize) -> (String, Option<String>) {
    let bytes = text.as_bytes();
    let mut masked = String::with_capacity(text.len());
    let (mut at, mut copied, mut open) = (0, skipped, None);
    // An index and few branches a byte: in a development build iterators cost ten times as much.
    while at < bytes.len() {
        let secret = match bytes[at] {
            b'e' => jwt::at(bytes, at).map(|end| Secret::plain(at, end)),
            b'B' | b'b' => bearer(bytes, at),
            b':' | b'=' | b'%' => named::value_at(bytes, at),
            _ => None,
        };
        match secret {
            Some(secret) if secret.end > copied && secret.end > secret.start && secret.start.max(skipped) >= copied => {
                // Its name, with its quotes, is on an earlier line.
                let quote = if secret.start < skipped { "" } else { secret.quote };
                masked.push_str(&text[copied..secret.start.max(copied)]);
                masked.extend([quote, MASK, quote]);
                (at, copied, open) = (secret.end.max(at + 1), secret.end, secret.open);
            }
            Some(secret) if secret.start >= copied => {
                open = secret.open;
                at += 1;
            }
            _ => at += 1,
        }
    }
    masked.push_str(&text[copied..]);
    (masked, open)
}

/// A part of a text that is to be hidden. It begins and ends beside an ASCII character.
#[derive(Debug, PartialEq, Eq)]
struct Secret {
    start: usize,
    end: usize,
    /// What the mask needs around it so that JSON stays JSON.
    quote: &'static str,
    /// If the text ends within it: a text that ends within such a secret too, in short.
    open: Option<String>,
}

impl Secret {
    fn plain(start: usize, end: usize) -> Self {
        Self {
            start,
            end,
            quote: "",
            open: None,
        }
    }

    fn until(start: usize, end: group::End) -> Self {
        Self {
            open: end.open,
            ..Self::plain(start, end.at)
        }
    }
}

/// The credential behind `Bearer `, or `bearer.` as in a sub-protocol.
fn bearer(bytes: &[u8], at: usize) -> Option<Secret> {
    let rest = &bytes[at..];
    let word = rest.get(..b"bearer".len())?;
    if !word.eq_ignore_ascii_case(b"bearer") || !matches!(rest.get(word.len()), Some(b' ' | b'.')) {
        return None;
    }
    let start = at + word.len() + 1;
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=%".contains(&byte);
    let end = end_of_run(bytes, start, is_part);
    (end - start >= MIN_BEARER_BYTES).then(|| Secret::plain(start, end))
}

fn end_of_run(bytes: &[u8], start: usize, is_part: impl Fn(u8) -> bool) -> usize {
    let mut end = start;
    while end < bytes.len() && is_part(bytes[end]) {
        end += 1;
    }
    end
}

#[cfg(test)]
mod tests;
