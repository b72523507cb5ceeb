//! What a run of the suite says: a table of sections by kind, and every case that was not as it should be.

use std::collections::BTreeMap;
use std::fmt;

use super::case::{Case, Kind};
use crate::TestResult;

/// How one case went.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What no other case is called.
    pub title: String,
    section: String,
    kind: Kind,
    /// Absent if it passed, or was left out.
    pub failure: Option<String>,
    /// Whether it was played at all.
    pub played: bool,
}

impl Outcome {
    pub(super) fn new(case: &Case, result: TestResult<bool>) -> Self {
        let (failure, played) = match result {
            Ok(played) => (None, played),
            Err(error) => (Some(error.to_string()), true),
        };
        Self {
            title: case.title(),
            section: case.section().to_owned(),
            kind: case.kind,
            failure,
            played,
        }
    }

    fn passed(&self) -> bool {
        self.played && self.failure.is_none()
    }
}

/// How all went.
#[derive(Debug)]
pub struct Report {
    /// In the order of the files.
    pub outcomes: Vec<Outcome>,
    /// What the emulators printed.
    pub log: String,
}

impl Report {
    /// The cases that were not as they should be.
    pub fn failed(&self) -> impl Iterator<Item = &Outcome> {
        self.outcomes.iter().filter(|outcome| outcome.failure.is_some())
    }

    /// How many were left out, because they take too long there.
    pub fn left_out(&self) -> usize {
        self.outcomes.iter().filter(|outcome| !outcome.played).count()
    }

    /// How many cases there are.
    pub fn count(&self) -> usize {
        self.outcomes.len()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sections: BTreeMap<&str, Vec<&Outcome>> = BTreeMap::new();
        for outcome in &self.outcomes {
            sections.entry(&outcome.section).or_default().push(outcome);
        }
        writeln!(
            f,
            "{:<12} {:>11} {:>9} {:>9} {:>7} {:>8}",
            "section", "documented", "captured", "inferred", "chosen", "passed"
        )?;
        for (section, outcomes) in &sections {
            row(f, section, outcomes)?;
        }
        row(f, "all", &self.outcomes.iter().collect::<Vec<_>>())?;
        if self.left_out() > 0 {
            writeln!(
                f,
                "{} left out: they take up to two hours on AWS (--patient)",
                self.left_out()
            )?;
        }
        for outcome in self.failed() {
            writeln!(
                f,
                "FAILED {}\n       {}",
                outcome.title,
                outcome.failure.as_deref().unwrap_or_default()
            )?;
        }
        Ok(())
    }
}

fn row(f: &mut fmt::Formatter<'_>, name: &str, outcomes: &[&Outcome]) -> fmt::Result {
    let of = |kind: Kind| outcomes.iter().filter(|outcome| outcome.kind == kind).count();
    let [documented, captured, inferred, chosen] = Kind::ALL.map(of);
    let passed = outcomes.iter().filter(|outcome| outcome.passed()).count();
    let passed = format!("{passed}/{}", outcomes.len());
    writeln!(
        f,
        "{name:<12} {documented:>11} {captured:>9} {inferred:>9} {chosen:>7} {passed:>8}"
    )
}
