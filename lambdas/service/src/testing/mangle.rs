//! Mangles good input into bad, for fuzzing. A seed decides what comes of it, so that a round that shows a fault replays.

use std::ops::Range;

use domain::jitter::Jitter;
use serde_json::{Value, json};

/// Text that readers stumble over.
const WORDS: [&str; 30] = [
    "",
    ".",
    "..",
    "=",
    "==",
    ";",
    ",",
    "; ",
    ":",
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    " ",
    "\t",
    "\n",
    "\0",
    "é",
    "🙂",
    "\u{feff}",
    "\u{202e}",
    "%2e",
    "\\ud800",
    "1e999",
    "-0",
    "null",
    "__proto__",
    "A",
];

/// Most edits of one input.
const EDITS_MAX: usize = 4;

/// Copies of a piece that one edit inserts at most: inputs become long, and no longer than that.
const COPIES_MAX: usize = 64;

/// The seeds of a test's rounds: `usual` of them from a new one on, or as many as `ROUNDS` and from where `SEED` says.
#[allow(clippy::print_stdout, reason = "a failing run is replayed by its seed")]
pub fn rounds(usual: u64) -> Rounds {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let first = number("SEED").unwrap_or_else(|| u64::from(std::process::id()) * 1_000_000);
    println!("SEED={first}");
    Rounds {
        seeds: first..first.saturating_add(number("ROUNDS").unwrap_or(usual)),
        current: first,
    }
}

/// Seeds one after the other. What panics in the middle of a round knows nothing of its seed, so that this names it.
#[derive(Debug)]
pub struct Rounds {
    seeds: Range<u64>,
    current: u64,
}

impl Iterator for Rounds {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        let seed = self.seeds.next()?;
        self.current = seed;
        Some(seed)
    }
}

impl Drop for Rounds {
    #[allow(clippy::print_stdout, reason = "a failing round is replayed by its seed")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("failed in the round SEED={} ROUNDS=1", self.current);
        }
    }
}

/// Mangles inputs, each differently.
#[derive(Debug)]
pub struct Mangler(Jitter);

impl Mangler {
    /// The same seed mangles the same way.
    pub fn seeded(seed: u64) -> Self {
        Self(Jitter::seeded(seed))
    }

    /// Below `bound`, or 0 if that is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.0.draw() % bound.max(1) as u64).unwrap_or(0)
    }

    /// One of them.
    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// The text after a few edits, which may leave it as it was.
    pub fn text(&mut self, text: &str) -> String {
        let mut letters: Vec<char> = text.chars().collect();
        for _ in 0..=self.below(EDITS_MAX) {
            self.edit(&mut letters);
        }
        letters.into_iter().collect()
    }

    /// The bytes after a few edits, of which the last may leave no UTF-8.
    pub fn bytes(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = self.text(&String::from_utf8_lossy(bytes)).into_bytes();
        if self.below(4) == 0 {
            let at = self.below(bytes.len() + 1);
            bytes.insert(at, self.pick(&[0x80, 0xc0, 0xed, 0xff]));
        }
        bytes
    }

    /// Replaces, moves, renames or removes a few of the parts of a JSON value.
    pub fn json(&mut self, value: &mut Value) {
        for _ in 0..=self.below(EDITS_MAX) {
            let mut number = self.below(count(value));
            if let Some(part) = part(value, &mut number) {
                *part = self.odd(part.take());
            }
        }
    }

    fn edit(&mut self, letters: &mut Vec<char>) {
        let from = self.below(letters.len() + 1);
        let to = (from + self.below(16)).min(letters.len());
        let word = self.pick(&WORDS);
        let piece: Vec<char> = match self.below(6) {
            0 => Vec::new(),
            1 => word.chars().collect(),
            2 => word.repeat(self.below(COPIES_MAX)).chars().collect(),
            3 => letters[from..to].repeat(2),
            4 => letters[from..to].iter().rev().copied().collect(),
            _ => {
                let other = self.below(letters.len());
                letters[other..].iter().copied().take(to - from).collect()
            }
        };
        letters.splice(from..to, piece);
    }

    fn odd(&mut self, value: Value) -> Value {
        match (self.below(8), value) {
            (0, _) => Value::Null,
            (1, _) => self.number(),
            (2, _) => Value::String(self.pick(&WORDS).to_owned()),
            (3, value) => json!([value]),
            (4, value) => json!([value.clone(), value]),
            (5, value) => json!({ self.pick(&WORDS): value }),
            (_, Value::String(text)) => Value::String(self.text(&text)),
            (_, Value::Object(members)) => self.members(members),
            (_, Value::Array(mut values)) => {
                values.truncate(self.below(values.len() + 1));
                Value::Array(values)
            }
            (_, value) => value,
        }
    }

    fn number(&mut self) -> Value {
        let numbers = [
            json!(0),
            json!(-1),
            json!(u64::MAX),
            json!(1e300),
            json!(0.5),
            json!(self.0.draw() >> 12),
        ];
        numbers[self.below(numbers.len())].clone()
    }

    /// One member away, or under another name.
    fn members(&mut self, mut members: serde_json::Map<String, Value>) -> Value {
        let names: Vec<String> = members.keys().cloned().collect();
        if let Some(name) = names.get(self.below(names.len()))
            && let Some(value) = members.remove(name)
        {
            match self.below(4) {
                0 => None,
                1 => members.insert(name.to_uppercase(), value),
                2 => members.insert(name.to_lowercase(), value),
                _ => members.insert(self.text(name), value),
            };
        }
        Value::Object(members)
    }
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(values) => values.iter().map(count).sum::<usize>(),
        Value::Object(members) => members.values().map(count).sum(),
        _ => 0,
    }
}

/// The part of this number, counted from the outside in.
fn part<'a>(value: &'a mut Value, number: &mut usize) -> Option<&'a mut Value> {
    if *number == 0 {
        return Some(value);
    }
    *number -= 1;
    match value {
        Value::Array(values) => values.iter_mut().find_map(|value| part(value, number)),
        Value::Object(members) => members.values_mut().find_map(|value| part(value, number)),
        _ => None,
    }
}
