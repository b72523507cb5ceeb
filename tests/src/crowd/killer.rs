//! Kills a function's process every so often, as a host that fails does.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tokio::task::JoinHandle;

use super::Plan;
use crate::Stack;

/// At work until it is stopped.
pub(super) struct Killer {
    work: JoinHandle<()>,
    kills: Arc<AtomicUsize>,
}

/// Begins, if the plan says so.
pub(super) fn start(stack: &Arc<Stack>, plan: &Plan) -> Option<Killer> {
    let pause = plan.kill_every?;
    let mut random = StdRng::seed_from_u64(plan.seed);
    let kills = Arc::new(AtomicUsize::new(0));
    let (stack, counter) = (Arc::clone(stack), Arc::clone(&kills));
    let work = tokio::spawn(async move {
        loop {
            // The pause is the load itself: there is no signal to wait for.
            tokio::time::sleep(pause).await;
            let victims = stack.child_processes();
            if victims.is_empty() {
                continue;
            }
            let victim = victims[random.random_range(0..victims.len())];
            // It may have ended by itself in the meantime.
            let killed = kill(Pid::from_raw(victim), Signal::SIGKILL).is_ok();
            counter.fetch_add(usize::from(killed), Ordering::Relaxed);
        }
    });
    Some(Killer { work, kills })
}

impl Killer {
    /// Ends, and tells how many were killed.
    pub(super) fn stop(self) -> usize {
        self.work.abort();
        self.kills.load(Ordering::Relaxed)
    }
}
