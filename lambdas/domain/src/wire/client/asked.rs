//! Which fields a reader asked for: what it knows of a frame, held against what clients are told it knows.

use std::cell::RefCell;
use std::collections::BTreeSet;

thread_local! {
    static NAMES: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
}

pub(super) fn note(prefix: &str, name: &str) {
    NAMES.with_borrow_mut(|names| names.insert(format!("{prefix}{name}")));
}

/// What `read` asks for, in this thread.
pub(in crate::wire) fn during(read: impl FnOnce()) -> BTreeSet<String> {
    NAMES.take();
    read();
    NAMES.take()
}
