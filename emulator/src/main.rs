//! The emulator: runs the APIs of a synthesised CloudFormation template on a laptop, and serves its web client.
//!
//! Reading order: `template` (what is to run), `stack` (how the parts are put together), then the parts: `front_door`
//! (CloudFront), `gateway` (API Gateway's WebSocket APIs), `http_api` (its HTTP APIs), `web_client` (what is in a bucket on
//! AWS), `lambda` (functions), `event_bus` (EventBridge), `tables` (DynamoDB), `cognito` (the user pool). `faults` decides what
//! shall go wrong in any of them, and `inspector` shows what happens.

mod cli;
mod clock;
mod cognito;
mod deployed_addresses;
mod endpoints;
mod event_bus;
mod event_pattern;
mod faults;
mod front_door;
mod gateway;
mod http_api;
mod identifiers;
mod inspector;
mod lambda;
mod loopback;
mod nearest;
mod open_files;
mod ports;
mod problem;
mod programs;
mod stack;
mod stage_addresses;
mod state;
mod tables;
mod template;
mod timestamps;
mod tls;
mod web_client;

use std::io::Write as _;
use std::process::ExitCode;

use tokio::signal::unix::{SignalKind, signal};

use cli::{Cli, Command, RunOptions};
use problem::{OrProblem, Problem};
use stack::RunningStack;

fn main() -> ExitCode {
    match Cli::parse_or_hint().command {
        Command::Reap => {
            lambda::reap();
            ExitCode::SUCCESS
        }
        Command::Run(options) => {
            log_to_stderr();
            open_files::raise_limit();
            match run(*options) {
                Ok(()) => ExitCode::SUCCESS,
                Err(problem) => {
                    // Whoever reads it may have gone, as whoever reads anything else that is printed here.
                    let _ = writeln!(std::io::stderr(), "\n{problem}");
                    ExitCode::FAILURE
                }
            }
        }
    }
}

/// `RUST_LOG` chooses what is shown, as in other Rust programs.
fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_target(false)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .log_internal_errors(false)
        .init();
}

#[tokio::main]
async fn run(options: RunOptions) -> Result<(), Problem> {
    // One future for the whole run: a second one would miss a signal that came between the two.
    let mut stop_requested = std::pin::pin!(stop_requested(options.stop_with_parent));
    let stack = tokio::select! {
        biased;
        stopped = &mut stop_requested => return stopped,
        stack = start_and_announce(options) => stack?,
    };
    stop_requested.await?;
    stack.stop().await;
    Ok(())
}

async fn start_and_announce(options: RunOptions) -> Result<RunningStack, Problem> {
    // A program that has started it reads `endpoints.json`.
    let for_a_person = !options.stop_with_parent;
    let stack = RunningStack::start(options).await?;
    if for_a_person {
        eprintln!("\n{}", stack.summary);
    }
    announce(&stack.web);
    Ok(stack)
}

/// The one line on standard output: scripts wait for it.
fn announce(web: &str) {
    let _ = writeln!(std::io::stdout(), "ready {web}");
}

/// Waits for SIGINT, SIGTERM or, if asked, the end of the parent process.
async fn stop_requested(with_parent: bool) -> Result<(), Problem> {
    let explain = || "The emulator cannot listen for signals: start it again".to_owned();
    let mut terminate = signal(SignalKind::terminate()).or_problem(explain)?;
    let mut interrupt = signal(SignalKind::interrupt()).or_problem(explain)?;
    let parent_ended = async {
        if with_parent {
            standard_input_closed().await;
        } else {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        () = parent_ended => {}
    }
    Ok(())
}

/// Reads on a thread of its own, since a pending read of standard input would hold up the runtime's end.
async fn standard_input_closed() {
    let (closed, wait) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        // What comes in is thrown away; an error is an end too.
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        closed.send(()).ok();
    });
    let _ = wait.await;
}
