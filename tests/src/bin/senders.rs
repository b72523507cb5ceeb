//! Many senders to one channel, as a command: `npm run senders`.

use std::process::ExitCode;

use clap::Parser;
use tests::numbers::at_least_one;
use tests::senders::run;

/// Publishes to one channel from many connections at once, and tells how many messages it takes a second.
#[derive(Debug, Parser)]
struct Options {
    /// Connections that publish.
    #[arg(long, default_value_t = 50, value_parser = at_least_one)]
    senders: usize,
    /// Messages of each, one after the other.
    #[arg(long, default_value_t = 20, value_parser = at_least_one)]
    each: usize,
}

#[tokio::main]
#[allow(clippy::print_stdout)]
async fn main() -> ExitCode {
    let options = Options::parse();
    match run(options.senders, options.each).await {
        Ok(throughput) => {
            println!("{throughput}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}
