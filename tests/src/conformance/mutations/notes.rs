//! What a run of the mutations found out, as tests/conformance/mutations.md says it.

use std::fmt::Write as _;

use super::Mutation;

/// Which case noticed what.
#[derive(Debug)]
pub struct Notes {
    titles: Vec<String>,
    found: Vec<(Mutation, Vec<String>)>,
}

impl Notes {
    pub(super) fn new(titles: Vec<String>) -> Self {
        Self {
            titles,
            found: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, mutation: Mutation, noticed: Vec<String>) {
        self.found.push((mutation, noticed));
    }

    /// The mutations that no case noticed.
    pub fn unnoticed(&self) -> Vec<&str> {
        let unnoticed = self.found.iter().filter(|(_, noticed)| noticed.is_empty());
        unnoticed.map(|(mutation, _)| mutation.name.as_str()).collect()
    }

    /// The cases that noticed nothing.
    pub fn blind(&self) -> Vec<&str> {
        let sees = |title: &String| self.found.iter().any(|(_, noticed)| noticed.contains(title));
        self.titles
            .iter()
            .filter(|title| !sees(title))
            .map(String::as_str)
            .collect()
    }

    /// The document.
    pub fn markdown(&self) -> String {
        let mut text = String::from(
            "# What the suite notices\n\nWritten by `npm run conformance:mutations`: the emulator broken in one way at a time (mutations.json), and the \
             cases that failed.\nA case stands with the mutations that the fewest others noticed.\n\n",
        );
        let _ = writeln!(
            text,
            "{} mutations, {} unnoticed; {} cases, {} that noticed none.\n\n| mutation | where | cases |\n| --- | --- | --- |",
            self.found.len(),
            self.unnoticed().len(),
            self.titles.len(),
            self.blind().len()
        );
        for (mutation, noticed) in &self.found {
            let _ = writeln!(
                text,
                "| {} | {} | {} |",
                mutation.name,
                mutation.file.display(),
                noticed.len()
            );
        }
        text.push_str("\n| case | noticed |\n| --- | --- |\n");
        for title in &self.titles {
            let _ = writeln!(text, "| {title} | {} |", self.noticed_by(title));
        }
        text
    }

    /// The most telling mutations of a case, and how many there are.
    fn noticed_by(&self, title: &String) -> String {
        const SHOWN: usize = 2;
        let mut noticed: Vec<_> = self
            .found
            .iter()
            .filter(|(_, noticed)| noticed.contains(title))
            .collect();
        noticed.sort_by_key(|(_, noticed)| noticed.len());
        let names: Vec<&str> = noticed
            .iter()
            .take(SHOWN)
            .map(|(mutation, _)| mutation.name.as_str())
            .collect();
        match noticed.len().saturating_sub(SHOWN) {
            0 => names.join("; "),
            further => format!("{}; {further} more", names.join("; ")),
        }
    }
}
