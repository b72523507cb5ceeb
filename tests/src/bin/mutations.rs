//! Whether the conformance suite would notice, as a command: `npm run conformance:mutations`.

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use tests::conformance::{Notes, Options, run_mutations};
use tests::{TestResult, repository};

/// Breaks the emulator in one way at a time, plays the suite, and writes tests/conformance/mutations.md. Fails when a
/// mutation is noticed by no case, or when a case notices no mutation.
#[derive(Debug, Parser)]
struct Arguments {
    /// Only mutations whose name holds this text; nothing is written then.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// How long an answer may take, in seconds.
    #[arg(long, default_value_t = 5.0)]
    patience: f64,
}

#[tokio::main]
async fn main() -> ExitCode {
    match mutate(&Arguments::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            say(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

async fn mutate(arguments: &Arguments) -> TestResult<bool> {
    let options = Options {
        patience: Duration::from_secs_f64(arguments.patience),
        ..Options::default()
    };
    let notes = run_mutations(&options, arguments.only.as_deref(), say).await?;
    if arguments.only.is_none() {
        std::fs::write(repository().join("tests/conformance/mutations.md"), notes.markdown())?;
    }
    Ok(told(&notes, arguments.only.is_none()))
}

fn told(notes: &Notes, is_whole: bool) -> bool {
    for name in notes.unnoticed() {
        say(&format!("UNNOTICED {name}"));
    }
    let blind = if is_whole { notes.blind() } else { Vec::new() };
    for title in &blind {
        say(&format!("NOTICES NOTHING {title}"));
    }
    notes.unnoticed().is_empty() && blind.is_empty()
}

#[allow(clippy::print_stdout)]
fn say(text: &str) {
    println!("{text}");
}
