//! Fuzzes the emulator's sockets for as long as one likes: `npm run fuzz -- --seconds 600`.

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use tests::fuzz::run;

/// Plays rounds of handshakes and frames, lawful and not, and checks what the emulator says to them.
#[derive(Debug, Parser)]
struct Options {
    /// How long.
    #[arg(long, default_value_t = 600)]
    seconds: u64,
    /// The first round's seed; the others follow.
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

#[tokio::main]
#[allow(clippy::print_stdout)]
async fn main() -> ExitCode {
    let options = Options::parse();
    let (first, long) = (options.seed, Duration::from_secs(options.seconds));
    match run(first, |_, elapsed| elapsed >= long).await {
        Ok(tally) => {
            let played: u64 = tally.values().sum();
            println!("{played} rounds from SEED={first}, {} s: no fault", options.seconds);
            for (said, times) in tally {
                println!(
                    "{times:8} {}",
                    said.map_or("vanished".to_owned(), |said| format!("{said:?}"))
                );
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}
