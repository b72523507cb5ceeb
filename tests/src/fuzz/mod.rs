//! Fuzzing the sockets: handshakes and frames, lawful and not, drawn from seeds, while a well-behaved client goes on.

mod frames;
mod handshake;
mod round;
mod verdict;

pub use verdict::Said;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures_util::stream::{self, StreamExt};
use tempfile::TempDir;

use crate::{Handshake, Probe, Socket, TestResult, failure};

/// Connections at a time.
const PARALLEL: usize = 32;
/// Rounds between two looks at the well-behaved client.
const BATCH: u64 = 500;

/// How often the rounds went how, by how.
pub type Tally = BTreeMap<Option<Said>, u64>;

/// Plays rounds from the seed `first` on until `enough` says so.
///
/// # Errors
/// A round that shows a fault, by its seed; a bystander that is not answered; a panic in the log.
pub async fn run(first: u64, enough: impl Fn(u64, Duration) -> bool) -> TestResult<Tally> {
    // Other paths are the web client's: 404 there, while 503 would tell that there is none.
    let pages = TempDir::new()?;
    std::fs::write(pages.path().join("index.html"), "")?;
    let probe = Probe::start_with(&["--web", &pages.path().to_string_lossy()]).await?;
    let mut bystander = Handshake::with(&probe.stack).open().await?;
    let address = probe.stack.endpoint("/websocket");
    let (host, path) = address
        .strip_prefix("ws://")
        .and_then(|rest| rest.split_once('/'))
        .ok_or_else(|| failure(format!("no address: {address}")))?;
    let path = format!("/{path}");
    let (mut played, mut tally, began) = (0, Tally::new(), Instant::now());
    while !enough(played, began.elapsed()) {
        let seeds = first + played..first + played + BATCH;
        let mut rounds = stream::iter(seeds.map(|seed| {
            let path = &path;
            async move { (seed, round::play(seed, host, path).await) }
        }))
        .buffer_unordered(PARALLEL);
        while let Some((seed, outcome)) = rounds.next().await {
            let said = outcome.map_err(|error| failure(format!("SEED={seed}: {error}")))?;
            *tally.entry(said).or_default() += 1;
        }
        played += BATCH;
        is_well(&probe, &mut bystander).await?;
    }
    Ok(tally)
}

/// Nobody else has noticed.
async fn is_well(probe: &Probe, bystander: &mut Socket) -> TestResult {
    bystander.send("still here").await?;
    let answer = bystander.next().await?;
    if answer["body"] != "still here" {
        return Err(failure(format!("the bystander was told {answer}")));
    }
    match probe.stack.log().lines().find(|line| line.contains("panicked")) {
        Some(line) => Err(failure(format!("a panic: {line}"))),
        None => Ok(()),
    }
}
