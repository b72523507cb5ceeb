//! Has the simulation run its worlds. `npm run simulate` runs more of them, and replays one.

use std::process::{Command, Output};

/// What the simulation prints for these words; each world is a function of its seed alone.
fn simulate(words: &[&str]) -> std::io::Result<Output> {
    Command::new(env!("CARGO_BIN_EXE_simulate")).args(words).output()
}

#[test]
fn no_world_breaks_a_promise() -> std::io::Result<()> {
    let output = simulate(&["--seeds", "2000", "--seed", "1"])?;
    let words = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{words}");
    Ok(())
}
