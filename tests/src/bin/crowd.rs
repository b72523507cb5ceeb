//! A crowd in one channel, as a command: `npm run crowd` and `npm run crowd:all` say with what.

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use tests::crowd::{Plan, run};
use tests::numbers::{at_least_one, percent};

/// Follows a channel with many connections while one publishes, and tells whether all that stayed show every message.
#[derive(Debug, Parser)]
struct Options {
    /// The channel.
    #[arg(long, default_value = "room:crowd")]
    channel: String,
    /// Connections that follow it.
    #[arg(long, default_value_t = 1000, value_parser = at_least_one)]
    connections: usize,
    /// Messages published.
    #[arg(long, default_value_t = 200, value_parser = at_least_one)]
    messages: usize,
    /// Of a hundred connections, how many vanish without a `$disconnect`.
    #[arg(long, default_value_t = 10, value_parser = percent)]
    vanishing: usize,
    /// Of a hundred connections, how many are lost and come back.
    #[arg(long, default_value_t = 5, value_parser = percent)]
    returning: usize,
    /// Kill a function's process every so many milliseconds.
    #[arg(long)]
    kill_every: Option<u64>,
    /// Replays who vanishes, who returns and what is killed.
    #[arg(long)]
    seed: Option<u64>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    if options.vanishing + options.returning > 100 {
        say("--vanishing and --returning are together more than all: lower one of them");
        return ExitCode::from(2);
    }
    let plan = Plan {
        channel: options.channel,
        connections: options.connections,
        messages: options.messages,
        vanishing: options.vanishing,
        returning: options.returning,
        faults: None,
        kill_every: options.kill_every.map(Duration::from_millis),
        seed: options.seed.unwrap_or_else(rand::random),
    };
    match run(&plan).await {
        Ok(figures) => {
            say(&figures.to_string());
            ExitCode::SUCCESS
        }
        Err(error) => {
            say(&format!("SEED={}: {error}", plan.seed));
            ExitCode::FAILURE
        }
    }
}

#[allow(clippy::print_stdout)]
fn say(text: &str) {
    println!("{text}");
}
