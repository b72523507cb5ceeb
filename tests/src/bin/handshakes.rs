//! Valid handshakes beside a flood of garbage, as a command: `npm run handshakes`.

use std::process::ExitCode;

use clap::Parser;
use tests::handshakes::run;
use tests::numbers::at_least_one;

/// More than this times its quiet value, and garbage keeps users out.
const MOST: f64 = 3.0;

/// Opens connections while others bring garbage in the place of a token, and tells what that costs.
#[derive(Debug, Parser)]
struct Options {
    /// Valid handshakes, half of them beside garbage.
    #[arg(long, default_value_t = 4_000, value_parser = at_least_one)]
    samples: usize,
    /// Handshakes with garbage a second.
    #[arg(long, default_value_t = 100, value_parser = at_least_one)]
    rate: usize,
}

#[tokio::main]
#[allow(clippy::print_stdout)]
async fn main() -> ExitCode {
    let options = Options::parse();
    match run(options.samples, options.rate).await {
        Ok(figures) => {
            println!("{figures}");
            if figures.ratio() > MOST || figures.rate() < options.rate as f64 * 0.9 {
                println!("more than {MOST} times, or garbage came more slowly than it was to come");
                return ExitCode::FAILURE;
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}
