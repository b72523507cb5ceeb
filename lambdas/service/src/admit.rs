//! The decision at the door: finds the credential of a handshake, verifies it, and says who is there and until when.

use std::time::Duration;

use domain::handshake::{CredentialRules, Pairs, find_credential};
use domain::identity::Identity;
use domain::timestamp::Timestamp;
use domain::token::Reason;

use crate::ports::KeySource;
use crate::verifier::Verifier;

/// Decides handshakes. Lives as long as the process, for the sake of its keys.
#[derive(Debug)]
pub struct Door<K> {
    /// Where a token may come from.
    pub rules: CredentialRules,
    /// Checks tokens.
    pub verifier: Verifier<K>,
    /// The longest life of a connection.
    pub lifetime: Duration,
}

impl<K: KeySource> Door<K> {
    /// Who opens the connection, with the instant at which it ends: the earlier of the token's end and its own. All
    /// that follows, from registering to the last post, goes by that instant alone.
    ///
    /// # Errors
    /// The one reason why nobody does.
    pub async fn admit(&self, headers: &Pairs, query: &Pairs, now: Timestamp) -> Result<Identity, Reason> {
        let credential = find_credential(&self.rules, headers, query)?;
        let identity = self.verifier.verify(credential, now).await?;
        Ok(identity.ending_by(now.plus(self.lifetime)))
    }
}

#[cfg(test)]
mod tests;
