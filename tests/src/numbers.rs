//! Numbers of a command line: one that makes no sense is refused in a sentence before anything is started.

/// A number of things of which there must be some.
///
/// # Errors
/// Says what to write.
pub fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("write a whole number, 1 or more".into()),
        Ok(number) => Ok(number),
    }
}

/// How many of a hundred.
///
/// # Errors
/// Says what to write.
pub fn percent(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 0..=100) => Ok(number),
        Ok(_) | Err(_) => Err("write a whole number from 0 to 100".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_no_crowd() {
        assert_eq!(["1", "5000"].map(at_least_one), [Ok(1), Ok(5000)]);
        assert!(
            ["0", "-1", "", "many", "1.5"]
                .into_iter()
                .all(|text| at_least_one(text).is_err())
        );
    }

    #[test]
    fn a_share_is_at_most_all() {
        assert_eq!(["0", "100"].map(percent), [Ok(0), Ok(100)]);
        assert!(["101", "-1", "half"].into_iter().all(|text| percent(text).is_err()));
    }
}
