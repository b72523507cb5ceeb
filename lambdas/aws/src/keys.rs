//! Fetches the issuer's keys over HTTPS: no redirect, a time limit, and no more bytes than a key set can have.

use std::time::Duration;

use domain::limits::KEYS_BYTES_MAX;
use reqwest::{Client, redirect};
use service::ports::{KeySource, KeysError};

use crate::http_body;

/// Time of a fetch. It happens while a function starts or inside a handshake, and Lambda gives the authorizer 10 s for each.
const FETCH_TIMEOUT: Duration = Duration::from_secs(2);

/// The key set at one address.
#[derive(Debug, Clone)]
pub struct HttpKeys {
    client: Client,
    url: String,
}

impl HttpKeys {
    /// The key set at `url`.
    ///
    /// # Errors
    /// When the system has no usable TLS.
    pub fn new(url: String) -> Result<Self, KeysError> {
        Self::within(url, FETCH_TIMEOUT)
    }

    /// The same with another bound on the time of a fetch, from the first packet to the last byte.
    fn within(url: String, timeout: Duration) -> Result<Self, KeysError> {
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .timeout(timeout)
            // Fetches are hours apart, and Lambda freezes the process in between: a kept connection would be dead.
            .pool_max_idle_per_host(0)
            .build()
            .map_err(|error| KeysError(error.to_string()))?;
        Ok(Self { client, url })
    }
}

impl KeySource for HttpKeys {
    async fn fetch(&self) -> Result<Vec<u8>, KeysError> {
        let response = self.client.get(&self.url).send().await;
        let response = response.map_err(|error| KeysError(http_body::failed(error)))?;
        if response.status() != reqwest::StatusCode::OK {
            return Err(KeysError(format!("status {}", response.status().as_u16())));
        }
        http_body::read(response, KEYS_BYTES_MAX).await.map_err(KeysError)
    }
}

#[cfg(test)]
mod tests;
