//! Things that live for minutes under a name nobody can guess. They are held in memory: a restart only means signing in
//! again.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// At most so many things of one kind, oldest first; each is forgotten after so many seconds.
pub(crate) struct ShortLived<T> {
    seconds: u64,
    most: usize,
    entries: Vec<Entry<T>>,
}

struct Entry<T> {
    key: String,
    expires: u64,
    value: T,
}

impl<T> ShortLived<T> {
    pub(crate) fn new(seconds: u64, most: usize) -> Self {
        Self {
            seconds,
            most,
            entries: Vec::new(),
        }
    }

    /// Keeps the value and gives its name, 256 random bits. The oldest makes room.
    pub(crate) fn keep(&mut self, value: T, now: u64) -> String {
        self.entries.retain(|entry| now < entry.expires);
        let surplus = (self.entries.len() + 1).saturating_sub(self.most);
        self.entries.drain(..surplus);
        let key = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
        self.entries.push(Entry {
            key: key.clone(),
            expires: now.saturating_add(self.seconds),
            value,
        });
        key
    }

    pub(crate) fn find(&self, key: &str, now: u64) -> Option<&T> {
        self.entries
            .iter()
            .find(|entry| entry.key == key && now < entry.expires)
            .map(|entry| &entry.value)
    }

    pub(crate) fn find_mut(&mut self, key: &str, now: u64) -> Option<&mut T> {
        self.entries
            .iter_mut()
            .find(|entry| entry.key == key && now < entry.expires)
            .map(|entry| &mut entry.value)
    }

    pub(crate) fn forget(&mut self, key: &str) {
        self.entries.retain(|entry| entry.key != key);
    }
}
