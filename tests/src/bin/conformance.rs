//! The conformance suite as a command: `npm run conformance`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use tests::conformance::{Options, run};

/// Plays the cases of tests/conformance against the emulator, or against the deployed probe stack.
#[derive(Debug, Parser)]
struct Arguments {
    /// The outputs of the deployed probe stack, as `aws cloudformation describe-stacks --query Stacks[0].Outputs` prints
    /// them. Credentials and Region come from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and AWS_REGION.
    #[arg(long, value_name = "FILE")]
    outputs: Option<PathBuf>,
    /// Another emulator's program.
    #[arg(long, value_name = "PATH", conflicts_with = "outputs")]
    emulator: Option<PathBuf>,
    /// Only cases whose title holds this text.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// On AWS, play the cases too that wait for the 10-minute and the 2-hour limit.
    #[arg(long)]
    patient: bool,
    /// How long an answer may take, in seconds.
    #[arg(long, default_value_t = 15.0)]
    patience: f64,
    /// Print what the emulator printed.
    #[arg(long)]
    log: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let options = Options {
        outputs: arguments.outputs,
        emulator: arguments.emulator,
        only: arguments.only,
        patient: arguments.patient,
        patience: Duration::from_secs_f64(arguments.patience),
        ..Options::default()
    };
    match run(&options).await {
        Ok(report) => {
            if arguments.log {
                say(&report.log);
            }
            say(&report.to_string());
            ExitCode::from(u8::from(report.failed().next().is_some()))
        }
        Err(error) => {
            say(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

#[allow(clippy::print_stdout)]
fn say(text: &str) {
    println!("{text}");
}
