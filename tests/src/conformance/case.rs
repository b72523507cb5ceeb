//! The suite's files: cases, what each is grounded on, and whether it says something about AWS or only about a choice.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::step::{Deed, Step};
use crate::{TestResult, failure, repository};

/// On what a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// AWS's documents or models say it.
    Documented,
    /// Somebody saw the service do it.
    Captured,
    /// It follows from what is documented or was captured.
    Inferred,
    /// Nobody is known to have looked: the case holds what was chosen here, and says nothing about AWS.
    Chosen,
}

impl Kind {
    pub(super) const ALL: [Self; 4] = [Self::Documented, Self::Captured, Self::Inferred, Self::Chosen];
}

/// One statement, and the steps that show it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    /// The statement.
    pub(super) name: String,
    pub(super) kind: Kind,
    /// The marks of tests/conformance/sources.md.
    pub(super) evidence: Vec<String>,
    /// The API of the probe stack, by its logical id.
    #[serde(default = "main_api")]
    pub(super) api: String,
    /// How many times faster than true time the service's own timers have to run for the case to be over soon. Where they
    /// cannot, on AWS, the case takes its true time.
    #[serde(default = "true_time")]
    pub(super) clock: u32,
    pub(super) steps: Vec<Step>,
    /// The folder and the file's name, such as `handshake/statuses`.
    #[serde(skip)]
    pub(super) file: String,
}

fn main_api() -> String {
    "Main".to_owned()
}

fn true_time() -> u32 {
    1
}

impl Case {
    /// The folder.
    pub(super) fn section(&self) -> &str {
        self.file.split('/').next().unwrap_or_default()
    }

    /// Whether a step looks into an access log.
    pub(super) fn reads_logs(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.deed, Deed::Logged(_)))
    }

    /// What no other case is called.
    pub(super) fn title(&self) -> String {
        format!("{}: {}", self.file, self.name)
    }
}

/// The suite's folder.
pub(super) fn folder() -> PathBuf {
    repository().join("tests/conformance")
}

/// Every case, in the order of files and within them.
///
/// # Errors
/// A file is not written as a case is, two cases have the same name, or a mark is none of the sources.
pub(super) fn read_all() -> TestResult<Vec<Case>> {
    let sources = std::fs::read_to_string(folder().join("sources.md"))?;
    let mut cases = Vec::new();
    for file in files()? {
        cases.extend(read(&file)?);
    }
    let mut titles: Vec<String> = cases.iter().map(Case::title).collect();
    titles.sort();
    if let Some(pair) = titles.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(failure(format!("two cases are called {:?}: rename one", pair[0])));
    }
    for case in &cases {
        let unknown = case.evidence.iter().find(|mark| !is_source(&sources, mark));
        match (unknown, case.evidence.is_empty(), case.kind) {
            (Some(mark), ..) => return Err(failure(format!("{}: sources.md has no {mark}", case.title()))),
            (None, true, Kind::Documented | Kind::Captured) => {
                return Err(failure(format!("{} needs evidence, or another kind", case.title())));
            }
            _ => {}
        }
    }
    Ok(cases)
}

fn is_source(sources: &str, mark: &str) -> bool {
    mark == "INF" || sources.lines().any(|line| line.starts_with(&format!("| {mark} |")))
}

fn files() -> TestResult<Vec<PathBuf>> {
    let mut files = Vec::new();
    for section in std::fs::read_dir(folder())? {
        let section = section?.path();
        if !section.is_dir() || section.ends_with("probe") || section.ends_with("mutations") {
            continue;
        }
        for file in std::fs::read_dir(section)? {
            files.push(file?.path());
        }
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    Ok(files)
}

fn read(path: &Path) -> TestResult<Vec<Case>> {
    let named = |error: &dyn std::fmt::Display| failure(format!("{}: {error}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| named(&error))?;
    let mut cases: Vec<Case> = serde_json::from_str(&text).map_err(|error| named(&error))?;
    let within = path.strip_prefix(folder())?.with_extension("");
    for case in &mut cases {
        case.file = within.to_string_lossy().into_owned();
    }
    Ok(cases)
}
