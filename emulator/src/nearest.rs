//! The name that somebody probably meant.

/// The candidate with the fewest letters to add, drop or change, in all of it or behind its last dot.
pub(super) fn nearest<'a>(word: &str, candidates: &[&'a str]) -> &'a str {
    let by_distance = candidates.iter().min_by_key(|candidate| {
        let end = candidate.rsplit('.').next().unwrap_or_default();
        distance(word, candidate).min(distance(word, end))
    });
    by_distance.copied().unwrap_or_default()
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
