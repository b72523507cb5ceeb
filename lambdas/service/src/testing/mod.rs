//! In-memory adapters with the guarantees the ports ask for, and faults on request. For tests and simulations.

mod clock;
pub mod contract;
mod handover;
pub mod issuer;
mod keys;
pub mod mangle;
mod people;
mod pool;
pub mod rows;
mod sockets;
mod table;

pub use clock::TestClock;
pub use handover::MemoryHandover;
pub use keys::MemoryKeys;
pub use mangle::Mangler;
pub use people::{caller, connection_rules, identity, messaging, register};
pub use pool::MemoryPool;
pub use sockets::MemorySockets;
pub use table::MemoryTable;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Poll;

/// Locks, even after a test has panicked while it held the lock.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lets whatever else is ready go first, so that concurrent use-cases interleave at every call.
async fn give_way() {
    let mut waited = false;
    std::future::poll_fn(|context| {
        if waited {
            return Poll::Ready(());
        }
        waited = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
