//! The conformance suite: cases as data (tests/conformance), each a statement about API Gateway WebSocket with its
//! evidence, and the one runner that plays them against the emulator or against a deployed stage.

mod case;
mod client;
mod http;
mod mutations;
mod pattern;
mod payload;
mod play;
mod probe;
mod records;
mod report;
mod signing;
mod step;
mod target;
mod wire;
mod witness;

use std::path::PathBuf;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream;

pub use mutations::{Notes, check as check_mutations, run as run_mutations};
pub use probe::handle;
pub use report::{Outcome, Report};

use self::case::Case;
use self::target::{Deployed, Emulated, Targets};
use crate::{TestResult, failure};

/// Cases that are played at once.
const AT_ONCE: usize = 16;

/// What to run, and against what.
#[derive(Debug, Clone)]
pub struct Options {
    /// The outputs of a deployed probe stack; the emulator if there are none.
    pub outputs: Option<PathBuf>,
    /// Another emulator's program than cargo's.
    pub emulator: Option<PathBuf>,
    /// What is broken in that program.
    pub mutation: Option<String>,
    /// Only cases whose title holds this text.
    pub only: Option<String>,
    /// Only the cases of these titles.
    pub titles: Option<Vec<String>>,
    /// Whether cases that take hours on AWS are played there.
    pub patient: bool,
    /// How long an answer may take.
    pub patience: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            outputs: None,
            emulator: None,
            mutation: None,
            only: None,
            titles: None,
            patient: false,
            patience: Duration::from_secs(15),
        }
    }
}

/// Plays the cases.
///
/// # Errors
/// A file of the suite is wrong, or no case has the text.
pub async fn run(options: &Options) -> TestResult<Report> {
    let mut cases = case::read_all()?;
    if let Some(text) = &options.only {
        cases.retain(|case| case.title().contains(text));
    }
    if let Some(titles) = &options.titles {
        cases.retain(|case| titles.contains(&case.title()));
    }
    if cases.is_empty() {
        return Err(failure("no case is called like that"));
    }
    let targets = match &options.outputs {
        Some(outputs) => Targets::Deployed(Deployed::new(outputs, options.patient)?),
        None => Targets::Emulated(Emulated::new(options)),
    };
    let outcomes = stream::iter(cases).map(|case| played(case, &targets, options.patience));
    let outcomes = outcomes.buffered(AT_ONCE).collect().await;
    Ok(Report {
        outcomes,
        log: targets.log().await,
    })
}

async fn played(case: Case, targets: &Targets, patience: Duration) -> Outcome {
    let result = match targets.of(&case).await {
        Ok(Some(target)) => play::play(&case, &target, patience).await.map(|()| true),
        Ok(None) => Ok(false),
        Err(error) => Err(error),
    };
    Outcome::new(&case, result)
}
