//! Runs worlds: `simulate --seeds 2000 --seed 1`, `simulate --seed 17 --seeds 1 --trace`, `simulate --bug reuse`.
#![allow(clippy::print_stdout, reason = "what it prints is what it is for")]

mod back_end;
mod bugs;
mod call;
mod checkers;
mod client;
mod clock;
mod configuration;
mod executor;
mod facts;
mod functions;
mod gateway;
mod handover;
mod process;
mod schedule;
mod table;
mod time;
mod world;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use bugs::Bug;
use executor::{Outcome, run_world};
pub(crate) use tests::random;

/// What was asked for on the command line.
#[derive(Debug, Clone, Copy)]
struct Order {
    seeds: u64,
    first: u64,
    bug: Option<Bug>,
    trace: bool,
}

fn main() -> ExitCode {
    let bugs = Bug::ALL.iter().map(|bug| bug.name()).collect::<Vec<_>>().join(" ");
    let usage = format!("simulate [--seeds N] [--seed S] [--bug NAME] [--trace]\nsimulate --bugs\nbugs: {bugs}");
    match std::env::args().nth(1).as_deref() {
        Some("--bugs") => say(&bugs),
        Some("--help" | "-h") => say(&usage),
        _ => match read(std::env::args().skip(1)) {
            Ok(order) => carry_out(order),
            Err(words) => {
                println!("{words}\n{usage}");
                ExitCode::from(2)
            }
        },
    }
}

fn say(answer: &str) -> ExitCode {
    println!("{answer}");
    ExitCode::SUCCESS
}

fn read(mut words: impl Iterator<Item = String>) -> Result<Order, String> {
    let mut order = Order {
        seeds: 200,
        first: 1,
        bug: None,
        trace: false,
    };
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} wants a value"));
        match word.as_str() {
            "--seeds" => order.seeds = value()?.parse().map_err(|_| "--seeds wants a number")?,
            "--seed" => order.first = value()?.parse().map_err(|_| "--seed wants a number")?,
            "--bug" => {
                let name = value()?;
                let bug = Bug::ALL.iter().find(|bug| bug.name() == name);
                order.bug = Some(*bug.ok_or(format!("there is no bug {name}"))?);
            }
            "--trace" => order.trace = true,
            _ => return Err(format!("what is {word}?")),
        }
    }
    Ok(order)
}

/// The worlds of an order, and what came of them.
struct Campaign {
    order: Order,
    next: AtomicU64,
    stop: AtomicBool,
    total: Mutex<Total>,
}

#[derive(Default)]
struct Total {
    worlds: u64,
    calls: u64,
    seconds: f64,
    tally: BTreeMap<&'static str, u64>,
    found: BTreeMap<u64, String>,
    /// Whether the planted bug was found by what it breaks.
    caught: Option<u64>,
}

fn carry_out(order: Order) -> ExitCode {
    let campaign = Campaign {
        order,
        next: AtomicU64::new(order.first),
        stop: AtomicBool::new(false),
        total: Mutex::default(),
    };
    let threads = if order.trace {
        1
    } else {
        std::thread::available_parallelism().map_or(1, usize::from)
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| campaign.work());
        }
    });
    campaign.report()
}

impl Campaign {
    fn work(&self) {
        while !self.stop.load(Ordering::Relaxed) {
            let seed = self.next.fetch_add(1, Ordering::Relaxed);
            if seed >= self.order.first + self.order.seeds {
                return;
            }
            let outcome = run_world(seed, self.order.bug, self.order.trace);
            self.note(seed, outcome);
        }
    }

    fn note(&self, seed: u64, outcome: Outcome) {
        let mut total = self.total.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        total.worlds += 1;
        total.calls += outcome.calls;
        total.seconds += outcome.seconds;
        for (name, count) in outcome.tally {
            *total.tally.entry(name).or_default() += count;
        }
        let Some(violation) = outcome.violation else { return };
        let words = format!("{:?}: {}", violation.promise, violation.words);
        if let Some(bug) = self.order.bug
            && bug.breaks().contains(&violation.promise)
        {
            total.caught = Some(total.caught.map_or(seed, |first| first.min(seed)));
            self.stop.store(true, Ordering::Relaxed);
        }
        total.found.insert(seed, words);
    }

    fn report(self) -> ExitCode {
        let total = self
            .total
            .into_inner()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        for (seed, words) in &total.found {
            let bug = self
                .order
                .bug
                .map(|bug| format!(" --bug {}", bug.name()))
                .unwrap_or_default();
            println!("seed {seed} breaks {words}");
            println!("  replay: cargo run -p tests --bin simulate -- --seeds 1 --seed {seed}{bug} --trace");
        }
        println!(
            "{} worlds, {} hours, {} calls, {} broken: {:?}",
            total.worlds,
            (total.seconds / 3600.0) as u64,
            total.calls,
            total.found.len(),
            total.tally
        );
        match (self.order.bug, total.caught, total.found.is_empty()) {
            (Some(bug), Some(seed), _) => {
                let needed = seed - self.order.first + 1;
                println!("{} was found after {needed} seeds", bug.name());
                ExitCode::SUCCESS
            }
            (None, _, true) => ExitCode::SUCCESS,
            _ => ExitCode::FAILURE,
        }
    }
}
