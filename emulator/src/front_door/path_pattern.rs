//! A behaviour's path pattern
//! (<https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html#DownloadDistValuesPathPattern>).

/// A pattern in which `*` stands for any characters, slashes too, and `?` for exactly one. Letter case counts; the leading
/// slash does not.
#[derive(Debug, Clone)]
pub(super) struct PathPattern(Vec<u8>);

impl PathPattern {
    pub(super) fn new(pattern: &str) -> Self {
        Self(without_slash(pattern).as_bytes().to_vec())
    }

    /// Compares in time proportional to both lengths multiplied: only the last `*` is ever tried again.
    pub(super) fn matches(&self, path: &str) -> bool {
        let (pattern, path) = (self.0.as_slice(), without_slash(path).as_bytes());
        let (mut at_pattern, mut at_path) = (0, 0);
        let mut last_star = None;
        while at_path < path.len() {
            match pattern.get(at_pattern) {
                Some(b'*') => {
                    last_star = Some((at_pattern, at_path));
                    at_pattern += 1;
                }
                Some(&wanted) if wanted == b'?' || wanted == path[at_path] => {
                    at_pattern += 1;
                    at_path += 1;
                }
                _ => {
                    let Some((star, taken_to)) = last_star else {
                        return false;
                    };
                    last_star = Some((star, taken_to + 1));
                    (at_pattern, at_path) = (star + 1, taken_to + 1);
                }
            }
        }
        pattern[at_pattern..].iter().all(|&rest| rest == b'*')
    }
}

fn without_slash(text: &str) -> &str {
    text.strip_prefix('/').unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_as_the_developer_guide_says() {
        for (pattern, path, expected) in [
            ("/ws", "/ws", true),
            ("/ws", "/ws/", false),
            ("/ws", "/WS", false),
            ("ws", "/ws", true),
            ("/session*", "/session", true),
            ("/session*", "/session/login", true),
            ("/session*", "/sessions", true),
            ("/session*", "/a/session", false),
            ("*", "/anything/at/all", true),
            ("*.jpg", "/images/a.jpg", true),
            ("*.jpg", "/images/a.jpeg", false),
            ("/a??.jpg", "/ant.jpg", true),
            ("/a??.jpg", "/abe.jpg", true),
            ("/a??.jpg", "/at.jpg", false),
            ("/a*b*c", "/a-b-b-c", true),
            ("/a*b*c", "/a-b-b-d", false),
            ("/a*", "/", false),
            ("/?", "/", false),
        ] {
            assert_eq!(PathPattern::new(pattern).matches(path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn many_stars_take_no_more_than_their_time() {
        let pattern = PathPattern::new(&"*a".repeat(100));
        assert!(!pattern.matches(&format!("{}b", "a".repeat(10_000))));
        assert!(!pattern.matches(&"a".repeat(99)));
        assert!(pattern.matches(&"a".repeat(100)));
    }
}
