//! What idle connections cost and how long an echo takes beside them, as a command: `npm run idle`.

use std::process::ExitCode;

use clap::Parser;
use tests::idle::run;
use tests::numbers::at_least_one;

/// Opens many connections, has some of them send, and tells what one costs and how long an echo takes.
#[derive(Debug, Parser)]
struct Options {
    /// Connections.
    #[arg(long, default_value_t = 8_000, value_parser = at_least_one)]
    connections: usize,
    /// Of these, how many send.
    #[arg(long, default_value_t = 100, value_parser = at_least_one)]
    busy: usize,
}

#[tokio::main]
#[allow(clippy::print_stdout)]
async fn main() -> ExitCode {
    let options = Options::parse();
    match run(options.connections, options.busy).await {
        Ok(figures) => {
            print!("{figures}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}
