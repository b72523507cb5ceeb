//! Where to go after signing in: a path of this very origin, whatever the link that led here says.

use super::form;
use crate::limits::RETURN_PATH_BYTES_MAX;

/// A path, perhaps with query and fragment, that every browser reads as one of this origin, and that the session
/// endpoint does not serve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnPath(String);

impl ReturnPath {
    /// `None` unless `text` begins with exactly one `/`, holds only printable ASCII without spaces and backslashes, no
    /// `.` or `..` as a step, at most 512 bytes, and is not `/session` or below it.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() <= RETURN_PATH_BYTES_MAX && text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
        let path = text.split(['?', '#']).next().unwrap_or_default();
        let steps = path.strip_prefix('/')?;
        let stays = !steps.starts_with('/') && !steps.split('/').any(is_dots);
        let foreign = steps.split('/').next() == Some("session");
        (fits && stays && !foreign).then(|| Self(text.to_owned()))
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for ReturnPath {
    fn default() -> Self {
        Self("/".to_owned())
    }
}

/// A browser takes these steps before it asks, also where the dots are escaped.
fn is_dots(step: &str) -> bool {
    form::decode(step).is_some_and(|step| step == "." || step == "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_this_origin_are_taken_as_they_are() {
        for path in [
            "/",
            "/chat",
            "/chat/",
            "/a?b=c&d=//e#f",
            "/a//b",
            "/sessions",
            "/a/session",
            "/%20",
            "/@x:y",
            "/...",
            "/a?x=../..",
        ] {
            assert_eq!(ReturnPath::parse(path).map(|p| p.0).as_deref(), Some(path));
        }
        assert_eq!(ReturnPath::default().as_str(), "/");
    }

    #[test]
    fn whatever_could_lead_elsewhere_or_in_circles_is_refused() {
        for path in [
            "",
            "chat",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "/a\\b",
            "https://evil.example",
            "javascript:alert(1)",
            "/a b",
            "/\t/evil.example",
            "/\n/evil.example",
            "/a\r\nSet-Cookie:x=y",
            "/\u{0}",
            "/\u{7f}",
            "/é",
            " /a",
            "/session",
            "/session/",
            "/session/login",
            "/session?x",
            "/session#x",
            "/./session",
            "/a/../session/login",
            "/a/%2e%2E/session",
            "/.//evil.example",
            "?x",
        ] {
            assert_eq!(ReturnPath::parse(path), None, "{path:?}");
        }
    }

    #[test]
    fn it_has_at_most_512_bytes() {
        let of = |bytes: usize| format!("/{}", "a".repeat(bytes - 1));
        for (bytes, valid) in [(511, true), (512, true), (513, false)] {
            assert_eq!(ReturnPath::parse(&of(bytes)).is_some(), valid, "{bytes}");
        }
    }
}
