//! Takes secrets out of a log line by line: Node and Rust print a list or an object on many lines, and its name on the first.

use super::mask_behind;

/// A value without an end hides so much behind its first line, and no more (bytes).
const MAX_HIDDEN_BYTES: usize = 64 * 1024;
/// So much of a piece of a line is looked at again with the next piece, since names and tokens may be cut through (bytes).
const SEAM_BYTES: usize = 128;

/// Where a log stands.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    /// What the next line, or piece of one, goes on with.
    before: String,
    /// Since the value that is open began (bytes).
    hidden: usize,
}

impl Lines {
    /// The next `line` without its secrets. Of one that is `cut`, the next call brings the rest.
    pub(in crate::inspector) fn mask(&mut self, line: &str, cut: bool) -> String {
        let text = format!("{}{line}", self.before);
        let (masked, open) = mask_behind(&text, self.before.len());
        self.hidden += line.len();
        self.before = match (open, cut) {
            (Some(open), _) if self.hidden <= MAX_HIDDEN_BYTES => open,
            (_, true) => line[line.ceil_char_boundary(line.len().saturating_sub(SEAM_BYTES))..].to_owned(),
            (_, false) => String::new(),
        };
        if self.before.is_empty() || cut {
            self.hidden = 0;
        } else {
            self.before.push('\n');
        }
        masked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(lines: &[&str]) -> Vec<String> {
        let mut log = Lines::default();
        lines.iter().map(|line| log.mask(line, false)).collect()
    }

    /// As `console.log`, `{:#?}` and JSON with indentation print them.
    #[test]
    fn a_value_is_hidden_to_its_end_on_another_line() {
        for lines in [
            [
                "{ Cookie: [",
                "    'session=]SECRET',",
                "    'b=SECRET'",
                "  ], ok: 1 }",
            ],
            ["{ token:", "   'SECRET', a: 1", "} b", "c ok: 1"],
            [
                "{ token: 'SECRET\\n' +",
                "    'SECRET\\n' +",
                "    \"it's SECRET\"",
                "ok: 1",
            ],
            ["token: Some(", "    \"SECRET)\",", "),", "ok: 1"],
            [
                "Cookies {",
                "  session_token: Token {",
                "    a: \"SECRET\", it's: `SECRET`",
                "}, ok: 1",
            ],
            [
                "cookies: [Object: null prototype] {",
                "  session: 'SECRET',",
                "  more: { a: 'SECRET' }",
                "} ok: 1",
            ],
            [
                "\"access_token\": {",
                "  \"a\": [",
                "\"SECRET\"], \"b\": \"SECRET\"",
                "}, ok: 1",
            ],
        ] {
            let masked = masked(&lines);
            let all = masked.join("\n");
            assert!(!all.contains("SECRET") && all.contains("ok: 1"), "{all}");
        }
    }

    #[test]
    fn what_is_not_secret_stays() {
        let lines = [
            "{ Host: [",
            "    'a'",
            "  ],",
            "  token: null,",
            "  state:",
            "   'open',",
            "}",
        ];
        assert_eq!(masked(&lines), lines);
    }

    #[test]
    fn a_value_without_an_end_does_not_hide_for_ever() {
        let mut log = Lines::default();
        log.mask("token: [", false);
        let hidden = (0..2_000)
            .filter(|_| log.mask(&"x".repeat(100), false) == "•••")
            .count();
        assert_eq!(hidden, MAX_HIDDEN_BYTES / 100 + 1);
    }

    /// Wherever a line is cut.
    #[test]
    fn what_begins_in_a_piece_of_a_line_is_hidden_on_the_next_line() {
        let line = "a long line with a \"Cookie\": [";
        for at in 1..line.len() {
            let mut log = Lines::default();
            let (first, second) = line.split_at(at);
            log.mask(first, true);
            log.mask(second, false);
            assert_eq!(log.mask("'session=SECRET'", false), "•••", "cut at {at}");
        }
    }
}
