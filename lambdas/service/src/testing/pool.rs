//! A user pool in memory: it gives the tokens it was told to give, once per code, and notes what it is asked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use domain::identity::Username;
use domain::session::Secret;

use super::{give_way, lock};
use crate::ports::{Directory, DirectoryError, NoTokens, TokenEndpoint, Tokens};

/// Codes, refresh tokens, and everything that was done to them.
#[derive(Debug, Default)]
pub struct MemoryPool {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    codes: BTreeMap<String, Tokens>,
    refreshes: BTreeMap<String, Tokens>,
    calls: Vec<String>,
    failing: BTreeSet<&'static str>,
}

impl MemoryPool {
    /// This code gets these tokens, once.
    pub fn code(&self, code: &str, tokens: Tokens) {
        lock(&self.state).codes.insert(code.to_owned(), tokens);
    }

    /// This refresh token gets these tokens, until it is revoked.
    pub fn refreshes(&self, token: &str, tokens: Tokens) {
        lock(&self.state).refreshes.insert(token.to_owned(), tokens);
    }

    /// From now on, the operation with this name fails without effect.
    pub fn fail(&self, operation: &'static str) {
        lock(&self.state).failing.insert(operation);
    }

    /// What it was asked, in that order: the operation and what was shown.
    pub fn calls(&self) -> Vec<String> {
        lock(&self.state).calls.clone()
    }

    async fn begin(&self, operation: &'static str, shown: &str) -> Result<(), String> {
        give_way().await;
        let mut state = lock(&self.state);
        state.calls.push(format!("{operation} {shown}"));
        if state.failing.contains(operation) {
            Err("told to fail".to_owned())
        } else {
            Ok(())
        }
    }
}

fn refused() -> NoTokens {
    NoTokens::Refused("invalid_grant".to_owned())
}

impl TokenEndpoint for Arc<MemoryPool> {
    async fn exchange(&self, code: &Secret, verifier: &Secret) -> Result<Tokens, NoTokens> {
        let shown = format!("{} {}", code.expose(), verifier.expose());
        self.begin("exchange", &shown).await.map_err(NoTokens::Unavailable)?;
        lock(&self.state).codes.remove(code.expose()).ok_or_else(refused)
    }

    async fn refresh(&self, token: &Secret) -> Result<Tokens, NoTokens> {
        self.begin("refresh", token.expose())
            .await
            .map_err(NoTokens::Unavailable)?;
        lock(&self.state)
            .refreshes
            .get(token.expose())
            .cloned()
            .ok_or_else(refused)
    }

    async fn revoke(&self, token: &Secret) -> Result<(), NoTokens> {
        self.begin("revoke", token.expose())
            .await
            .map_err(NoTokens::Unavailable)?;
        lock(&self.state).refreshes.remove(token.expose());
        Ok(())
    }
}

impl Directory for Arc<MemoryPool> {
    async fn sign_out_everywhere(&self, user: &Username) -> Result<(), DirectoryError> {
        self.begin("sign_out_everywhere", user.as_str())
            .await
            .map_err(|error| DirectoryError(error.into()))?;
        lock(&self.state).refreshes.clear();
        Ok(())
    }
}
