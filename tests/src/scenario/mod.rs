//! Scenarios as data: the files of `tests/scenarios`, read once and for any runner. A runner brings the clients, the back
//! end and the server; what a file says, and what its placeholders stand for, is decided here.
//!
//! A scenario has a `title`, the `users` with their groups, the deployment's `settings`, and `steps`. A step is one object
//! with one key: who does something. Clients are called by their user's name and a word that tells them apart, such as
//! `alice` and `alice phone`; the other two are `back end` and `server`. [`Deed`] lists what each can do.
//!
//! Placeholders (see [`Bindings`]): a text that is `$name` takes the value it meets first and is compared from then on;
//! `$name+1` counts on from it. `{alice}` inside a text is that user's id, `{dm alice bob}` their direct channel.

mod bindings;
mod step;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

pub use bindings::Bindings;
pub use step::{Connect, Deed, SignIn, SignOut, Step};

use crate::{TestResult, failure, repository};

/// One story.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What it shows, as a sentence.
    pub title: String,
    /// The users there are, each with their groups.
    pub users: BTreeMap<String, Vec<String>>,
    /// Settings of the deployment, such as `connectionsPerUser=2`.
    #[serde(default)]
    pub settings: Vec<String>,
    /// What happens, one after the other.
    pub steps: Vec<Step>,
}

impl Scenario {
    /// Reads a scenario by its file's name, without `.json`.
    ///
    /// # Errors
    /// There is none, or it is not written as a scenario is.
    pub fn read(name: &str) -> TestResult<Self> {
        let path = folder().join(format!("{name}.json"));
        let text = std::fs::read_to_string(&path).map_err(|error| failure(format!("{}: {error}", path.display())))?;
        let scenario: Self =
            serde_json::from_str(&text).map_err(|error| failure(format!("{}: {error}", path.display())))?;
        scenario
            .is_sound()
            .map_err(|words| failure(format!("{name}: {words}")))?;
        Ok(scenario)
    }

    /// The names of all scenarios, in alphabetical order.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn names() -> TestResult<Vec<String>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(folder())? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                names.push(stem(&path));
            }
        }
        names.sort();
        Ok(names)
    }

    fn is_sound(&self) -> Result<(), String> {
        let stranger = self
            .steps
            .iter()
            .filter(|step| step.deed.is_of_a_client())
            .find(|step| !self.users.contains_key(step.user()));
        match stranger {
            Some(step) => Err(format!("{} is none of the users", step.who)),
            None => Ok(()),
        }
    }
}

fn folder() -> PathBuf {
    repository().join("tests/scenarios")
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
