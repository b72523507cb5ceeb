//! Keeps the issuer's keys between invocations, and asks for new ones no more often than a bound allows.

use std::collections::BTreeMap;

use domain::limits::{CLOCK_SKEW_MAX, KEYS_AGE_MAX, KEYS_COOL_DOWN, KEYS_FRESH, TOKEN_TIME_STEP};
use domain::timestamp::Timestamp;
use domain::token::{KeyId, Reason};
use futures_util::lock::Mutex;
use jsonwebtoken::DecodingKey;

use super::jwks::read_keys;
use crate::ports::KeySource;

/// Keys of one source.
#[derive(Debug)]
pub(super) struct KeyCache<K> {
    source: K,
    // Held across a fetch on purpose: whoever comes meanwhile waits for that one instead of starting another.
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    keys: BTreeMap<KeyId, DecodingKey>,
    fetched_at: Option<Timestamp>,
    attempted_at: Option<Timestamp>,
}

impl<K: KeySource> KeyCache<K> {
    pub(super) fn new(source: K) -> Self {
        Self {
            source,
            state: Mutex::default(),
        }
    }

    /// Fetches the set before anybody needs it. That arms no cool-down: a failure may be that of a process that was frozen in
    /// the middle, and the first unknown id is answered for certain, by a set that was fetched for it.
    pub(super) async fn warm(&self, now: Timestamp) {
        let mut state = self.state.lock().await;
        self.refresh(&mut state, now).await;
    }

    /// The key with this id, for a token issued at that instant. Fetches the set when there is none, when it is getting
    /// old, and when the id is unknown, but never within [`KEYS_COOL_DOWN`] of the last attempt.
    ///
    /// An issuer publishes a key before it signs with it. So an id that is not in a set fetched since the token was issued
    /// is nobody's; in an older set it may be that of a new key, and nobody can tell yet. Since then is what was fetched for
    /// this very token. Of an earlier fetch only `issued_at` tells, by another machine's clock.
    pub(super) async fn find(&self, id: &KeyId, issued_at: Timestamp, now: Timestamp) -> Result<DecodingKey, Reason> {
        let mut state = self.state.lock().await;
        let mut fetched = false;
        if state.wants_keys(id, now) {
            // Noted before the attempt, so that it counts even if this handler is ended in the middle of it.
            state.attempted_at = Some(now);
            fetched = self.refresh(&mut state, now).await;
        }
        if !state.usable(now) {
            return Err(Reason::KeysUnavailable);
        }
        match state.keys.get(id) {
            Some(key) => Ok(key.clone()),
            None if fetched || state.is_newer_than(issued_at) => Err(Reason::UnknownKey),
            None => Err(Reason::KeysUnavailable),
        }
    }

    /// Whether there is a new set.
    async fn refresh(&self, state: &mut State, now: Timestamp) -> bool {
        let keys = match self.source.fetch().await {
            Ok(body) => read_keys(&body).ok_or_else(|| "no usable key in the answer".to_owned()),
            Err(error) => Err(error.to_string()),
        };
        match keys {
            Ok(keys) => {
                state.keys = keys;
                state.fetched_at = Some(now);
                true
            }
            Err(error) => {
                tracing::error!(error, "keys.not_fetched");
                false
            }
        }
    }
}

impl State {
    fn wants_keys(&self, id: &KeyId, now: Timestamp) -> bool {
        let within = |since: Option<Timestamp>, span| since.is_some_and(|since| now.distance(since) < span);
        let good = within(self.fetched_at, KEYS_FRESH) && self.keys.contains_key(id);
        !good && !within(self.attempted_at, KEYS_COOL_DOWN)
    }

    /// Whether the set was fetched after that instant of the issuer's clock, which is cut to its step and may be behind ours.
    fn is_newer_than(&self, issued_at: Timestamp) -> bool {
        let issued_by = issued_at.plus(CLOCK_SKEW_MAX + TOKEN_TIME_STEP);
        self.fetched_at.is_some_and(|fetched| fetched >= issued_by)
    }

    fn usable(&self, now: Timestamp) -> bool {
        self.fetched_at
            .is_some_and(|fetched| now.distance(fetched) < KEYS_AGE_MAX)
    }
}
