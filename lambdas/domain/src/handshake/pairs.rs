//! Headers and query parameters as API Gateway hands them over: twice, with one value each and with all values each.

use std::collections::BTreeMap;

/// Headers or query parameters of a handshake.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs {
    /// The map with one value per name.
    pub single: BTreeMap<String, String>,
    /// The map with all values per name.
    pub multi: BTreeMap<String, Vec<String>>,
}

/// The two maps tell different stories, so neither is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Differ;

impl Pairs {
    /// All values of a header; its name in any case.
    ///
    /// # Errors
    /// When the map with one value holds one that the map with all values lacks.
    pub fn header(&self, name: &str) -> Result<Vec<&str>, Differ> {
        self.values(|candidate| candidate.eq_ignore_ascii_case(name))
    }

    /// All values of a query parameter; its name exactly.
    ///
    /// # Errors
    /// When the map with one value holds one that the map with all values lacks.
    pub fn parameter(&self, name: &str) -> Result<Vec<&str>, Differ> {
        self.values(|candidate| candidate == name)
    }

    fn values(&self, is_name: impl Fn(&str) -> bool) -> Result<Vec<&str>, Differ> {
        let singles = self
            .single
            .iter()
            .filter(|(name, _)| is_name(name))
            .map(|(_, value)| value.as_str());
        let all: Vec<&str> = self
            .multi
            .iter()
            .filter(|(name, _)| is_name(name))
            .flat_map(|(_, v)| v)
            .map(String::as_str)
            .collect();
        if all.is_empty() {
            return Ok(singles.collect());
        }
        let joined = [all.join(","), all.join(", ")];
        for single in singles {
            if !all.contains(&single) && !joined.iter().any(|j| j == single) {
                return Err(Differ);
            }
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(single: &[(&str, &str)], multi: &[(&str, &[&str])]) -> Pairs {
        Pairs {
            single: single.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect(),
            multi: multi
                .iter()
                .map(|(n, v)| ((*n).into(), v.iter().map(|v| (*v).into()).collect()))
                .collect(),
        }
    }

    #[test]
    fn crd_02_header_names_are_found_in_any_case_and_parameters_only_in_their_own() {
        let both = pairs(&[("COOKIE", "a=1")], &[("cookie", &["a=1"])]);
        assert_eq!(both.header("Cookie"), Ok(vec!["a=1"]));
        assert_eq!(both.parameter("Cookie"), Ok(vec![]));
    }

    #[test]
    fn either_map_alone_will_do() {
        assert_eq!(pairs(&[("A", "1")], &[]).header("a"), Ok(vec!["1"]));
        assert_eq!(pairs(&[], &[("A", &["1", "2"])]).header("a"), Ok(vec!["1", "2"]));
        assert_eq!(Pairs::default().header("a"), Ok(vec![]));
    }

    #[test]
    fn crd_02_maps_that_differ_are_not_believed() {
        assert_eq!(
            pairs(&[("A", "2")], &[("a", &["1", "2"])]).header("a"),
            Ok(vec!["1", "2"])
        );
        assert_eq!(
            pairs(&[("A", "1, 2")], &[("a", &["1", "2"])]).header("a"),
            Ok(vec!["1", "2"])
        );
        assert_eq!(pairs(&[("A", "3")], &[("a", &["1", "2"])]).header("a"), Err(Differ));
    }
}
