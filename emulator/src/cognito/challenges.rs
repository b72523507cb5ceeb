//! Sign-ins that wait for a new password. They are held in memory: a restart only means signing in again.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::limits::{CHALLENGE_SECONDS, MAX_CHALLENGES};

/// A user who has given the temporary password and owes a new one.
#[derive(Debug, Clone)]
pub(crate) struct Challenge {
    pub(crate) username: String,
    pub(crate) sub: String,
    pub(crate) client_id: String,
    /// The hash of the password that was given: a changed one makes the challenge void.
    pub(crate) password_hash: String,
}

/// All open challenges, oldest first.
#[derive(Default)]
pub(crate) struct Challenges(Vec<Open>);

struct Open {
    session: String,
    expires: u64,
    challenge: Challenge,
}

impl Challenges {
    /// Remembers the challenge and gives the `Session` that answers it.
    pub(crate) fn open(&mut self, challenge: Challenge, now: u64) -> String {
        self.0.retain(|open| now < open.expires);
        let surplus = (self.0.len() + 1).saturating_sub(MAX_CHALLENGES);
        self.0.drain(..surplus);
        let session = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
        self.0.push(Open {
            session: session.clone(),
            expires: now + CHALLENGE_SECONDS,
            challenge,
        });
        session
    }

    pub(crate) fn find(&self, session: &str, now: u64) -> Option<Challenge> {
        self.0
            .iter()
            .find(|open| open.session == session && now < open.expires)
            .map(|open| open.challenge.clone())
    }

    pub(crate) fn close(&mut self, session: &str) {
        self.0.retain(|open| open.session != session);
    }
}
