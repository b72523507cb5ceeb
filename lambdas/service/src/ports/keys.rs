//! Where the issuer publishes its keys.

/// Fetches the issuer's key set.
pub trait KeySource: Sync {
    /// The bytes of the key set, at most `KEYS_BYTES_MAX`, within a bound of its own; no redirect is followed.
    fn fetch(&self) -> impl Future<Output = Result<Vec<u8>, KeysError>> + Send;
}

/// The key set could not be had.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct KeysError(pub String);
