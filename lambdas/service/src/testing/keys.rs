//! A key set in memory, which counts how often it is fetched.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::{give_way, lock};
use crate::ports::{KeySource, KeysError};

/// Answers with the bytes it holds, or fails while it holds none.
#[derive(Debug, Default)]
pub struct MemoryKeys {
    body: Mutex<Option<Vec<u8>>>,
    fetches: AtomicUsize,
}

impl MemoryKeys {
    /// A key set.
    pub fn new(body: impl Into<Vec<u8>>) -> Self {
        Self {
            body: Mutex::new(Some(body.into())),
            fetches: AtomicUsize::new(0),
        }
    }

    /// Another key set, or none.
    pub fn set(&self, body: Option<Vec<u8>>) {
        *lock(&self.body) = body;
    }

    /// How often it was fetched, in vain or not.
    pub fn fetches(&self) -> usize {
        self.fetches.load(Ordering::SeqCst)
    }
}

impl KeySource for &MemoryKeys {
    async fn fetch(&self) -> Result<Vec<u8>, KeysError> {
        self.fetches.fetch_add(1, Ordering::SeqCst);
        give_way().await;
        lock(&self.body)
            .clone()
            .ok_or_else(|| KeysError("no answer".to_owned()))
    }
}

impl KeySource for Arc<MemoryKeys> {
    async fn fetch(&self) -> Result<Vec<u8>, KeysError> {
        (&**self).fetch().await
    }
}
