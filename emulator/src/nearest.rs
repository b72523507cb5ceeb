//! The name that somebody probably meant.

/// More letters than these are no slip.
const MOST_LETTERS: usize = 3;

/// The candidate with the fewest letters to add, drop or change, in all of it or behind its last dot; none if so many differ
/// that something else was meant.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let (distance, length, name) = candidates
        .into_iter()
        .flat_map(|candidate| {
            let end = candidate.rsplit('.').next().unwrap_or_default();
            [candidate, end].map(|part| (distance(word, part), part.chars().count(), candidate))
        })
        .min_by_key(|(distance, ..)| *distance)?;
    let is_near = distance <= MOST_LETTERS && distance * 3 <= length.max(word.chars().count()) + 1;
    is_near.then_some(name)
}

/// `the nearest is NAME`, or what there is where none is near.
pub(crate) fn hint(word: &str, candidates: &[&str]) -> String {
    match nearest(word, candidates.iter().copied()) {
        Some(name) => format!("the nearest is {name}"),
        None if candidates.is_empty() => "there is none".to_owned(),
        None => format!("there is {}", candidates.join(", ")),
    }
}

/// Levenshtein's distance, row by row.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, letter) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, &opposite) in other.iter().enumerate() {
            let changed = diagonal + usize::from(letter != opposite);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_in_too_much_is_not_near() {
        for (word, expected) in [
            ("push.lots", Some("push.lost")),
            ("killedAfter", Some("function.killedAfter")),
            ("kiled", None),
            ("Itmes", Some("Items")),
            ("items", Some("Items")),
            ("everything", None),
            ("x", None),
        ] {
            let candidates = ["push.lost", "function.killedAfter", "Items"];
            assert_eq!(nearest(word, candidates), expected, "{word}");
        }
    }

    #[test]
    fn counts_added_dropped_and_changed_letters() {
        for (one, other, expected) in [("", "", 0), ("abc", "abc", 0), ("abc", "", 3), ("kitten", "sitting", 3)] {
            assert_eq!(
                (distance(one, other), distance(other, one)),
                (expected, expected),
                "{one}"
            );
        }
    }
}
