//! Whether the suite would notice: breaks the emulator's gateway in one way after the other, and looks which cases fail.
//!
//! A mutation takes the place of an expression. All of them are built into one program at once, each behind a switch that
//! a variable turns, because sixty builds would take an hour and one takes a minute.

mod notes;
mod program;

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::Deserialize;

use super::case::{folder, read_all};
use super::{Options, Report};
use crate::{TestResult, failure, repository};

pub use self::notes::Notes;

/// A broken behaviour.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mutation {
    /// What is broken, as a sentence.
    pub(super) name: String,
    /// Below `emulator/src`.
    pub(super) file: PathBuf,
    /// An expression that stands there once.
    pub(super) find: String,
    /// What takes its place.
    pub(super) replace: String,
}

impl Mutation {
    pub(super) fn path(&self) -> PathBuf {
        repository().join("emulator/src").join(&self.file)
    }
}

pub(super) fn read() -> TestResult<Vec<Mutation>> {
    let text = std::fs::read_to_string(folder().join("mutations.json"))?;
    Ok(serde_json::from_str(&text)?)
}

/// Whether every mutation still has its place.
///
/// # Errors
/// The ones that have not.
pub fn check() -> TestResult {
    let mut lost = Vec::new();
    let mut names = BTreeSet::new();
    for mutation in read()? {
        let text = std::fs::read_to_string(mutation.path()).unwrap_or_default();
        match text.matches(&mutation.find).count() {
            1 => {}
            count => lost.push(format!(
                "{}: its text stands {count} times in {}",
                mutation.name,
                mutation.file.display()
            )),
        }
        if !names.insert(mutation.name.clone()) {
            lost.push(format!("{}: two mutations have this name", mutation.name));
        }
    }
    if lost.is_empty() {
        Ok(())
    } else {
        Err(failure(lost.join("\n")))
    }
}

/// Breaks one behaviour after the other; `tell` hears of each. Only mutations whose names hold `only`, if it is given.
///
/// # Errors
/// A mutation has lost its place, does not build, or the suite fails without any.
pub async fn run(options: &Options, only: Option<&str>, tell: impl Fn(&str)) -> TestResult<Notes> {
    check()?;
    let mut mutations = read()?;
    tell("building the emulator with every mutation behind a switch");
    let program = program::build(&mutations)?;
    mutations.retain(|mutation| only.is_none_or(|text| mutation.name.contains(text)));
    let mut options = options.clone();
    options.emulator = Some(program);
    let whole = super::run(&options).await?;
    if whole.failed().next().is_some() {
        return Err(failure(format!("without any mutation:\n{whole}")));
    }
    let titles = read_all()?.iter().map(super::Case::title).collect();
    let mut notes = Notes::new(titles);
    for mutation in mutations {
        let noticed = noticed(&options, &mutation).await?;
        tell(&format!("{:>4} noticed: {}", noticed.len(), mutation.name));
        notes.add(mutation, noticed);
    }
    Ok(notes)
}

/// The cases that fail, and fail again: one that fails once may be of a machine that is busy.
async fn noticed(options: &Options, mutation: &Mutation) -> TestResult<Vec<String>> {
    /// So many failures are no accident.
    const MANY: usize = 20;
    let mut options = options.clone();
    options.mutation = Some(mutation.name.clone());
    let titles = |report: &Report| report.failed().map(|outcome| outcome.title.clone()).collect::<Vec<_>>();
    let first = titles(&super::run(&options).await?);
    if first.is_empty() || first.len() > MANY {
        return Ok(first);
    }
    options.titles = Some(first);
    Ok(titles(&super::run(&options).await?))
}
