//! What a process saw last, kept between invocations as a guess: a right guess saves a read, a wrong one costs a retry or a
//! function more than needed.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::channel::Channel;
use domain::limits::{HEAD_GUESSES_MAX, LARGE_GUESS_LIFE};
use domain::log::Head;
use domain::timestamp::Timestamp;

/// Guesses by channel.
#[derive(Debug, Default)]
pub struct Guesses {
    heads: Mutex<HashMap<Channel, Head>>,
    /// Channels with more members than one function tells, and when that was seen.
    large: Mutex<HashMap<Channel, Timestamp>>,
}

impl Guesses {
    pub(crate) fn get(&self, channel: &Channel) -> Option<Head> {
        lock(&self.heads).get(channel).cloned()
    }

    pub(crate) fn set(&self, channel: &Channel, head: Head) {
        put(&mut lock(&self.heads), channel, head);
    }

    /// Drops a guess that turned out to be worth nothing.
    pub(crate) fn drop(&self, channel: &Channel) {
        lock(&self.heads).remove(channel);
    }

    /// Notes that the channel has many members.
    pub(crate) fn set_large(&self, channel: &Channel, now: Timestamp) {
        put(&mut lock(&self.large), channel, now);
    }

    /// Whether it had many a moment ago.
    pub(crate) fn is_large(&self, channel: &Channel, now: Timestamp) -> bool {
        let seen = lock(&self.large).get(channel).copied();
        seen.is_some_and(|seen| now.distance(seen) < LARGE_GUESS_LIFE)
    }
}

fn put<V>(guesses: &mut HashMap<Channel, V>, channel: &Channel, guess: V) {
    if guesses.len() >= HEAD_GUESSES_MAX && !guesses.contains_key(channel) {
        guesses.clear();
    }
    guesses.insert(channel.clone(), guess);
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
