//! Has the simulation run its worlds, and find every bug that can be planted in them. `npm run simulate` runs more worlds, and
//! replays one.

use std::process::{Command, Output};

/// Worlds that must keep every promise.
const WORLDS: &str = "2000";
/// Worlds within which a planted bug must be found. The rarest needs some 200.
const WORLDS_OF_A_BUG: &str = "2000";

/// What the simulation says to these words.
fn simulate(words: &[&str]) -> std::io::Result<Output> {
    Command::new(env!("CARGO_BIN_EXE_simulate")).args(words).output()
}

#[test]
fn no_world_breaks_a_promise() -> std::io::Result<()> {
    let output = simulate(&["--seeds", WORLDS])?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    Ok(())
}

/// A checker that cannot fire proves nothing.
#[test]
fn every_planted_bug_is_found() -> std::io::Result<()> {
    let listed = String::from_utf8(simulate(&["--bugs"])?.stdout).unwrap_or_default();
    let bugs: Vec<&str> = listed.split_whitespace().collect();
    assert!(bugs.len() > 30, "{bugs:?}");
    let mut missed = Vec::new();
    for bug in bugs {
        if !simulate(&["--bug", bug, "--seeds", WORLDS_OF_A_BUG])?.status.success() {
            missed.push(bug);
        }
    }
    assert!(
        missed.is_empty(),
        "not found in {WORLDS_OF_A_BUG} worlds each: {missed:?}"
    );
    Ok(())
}

#[test]
fn a_seed_replays_to_the_last_call() -> std::io::Result<()> {
    for seed in ["1", "2", "3", "4"] {
        let story = || simulate(&["--seed", seed, "--seeds", "1", "--trace"]);
        let (first, second) = (story()?.stdout, story()?.stdout);
        assert!(first.len() > 10_000, "seed {seed}");
        assert!(first == second, "seed {seed} is another world the second time");
    }
    Ok(())
}
