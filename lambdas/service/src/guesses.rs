//! The last known heads, kept between invocations as a guess: a right guess saves a read, a wrong one costs a retry.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::channel::Channel;
use domain::limits::HEAD_GUESSES_MAX;
use domain::log::Head;

/// Heads by channel.
#[derive(Debug, Default)]
pub struct Guesses(Mutex<HashMap<Channel, Head>>);

impl Guesses {
    pub(crate) fn get(&self, channel: &Channel) -> Option<Head> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(channel)
            .cloned()
    }

    pub(crate) fn set(&self, channel: &Channel, head: Head) {
        let mut heads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if heads.len() >= HEAD_GUESSES_MAX && !heads.contains_key(channel) {
            heads.clear();
        }
        heads.insert(channel.clone(), head);
    }

    /// Drops a guess that turned out to be worth nothing.
    pub(crate) fn drop(&self, channel: &Channel) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(channel);
    }
}
