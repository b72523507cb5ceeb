//! Asks the pool's token endpoint over HTTPS (RFC 6749, RFC 7009): no redirect, a time limit, no endless answer.

use std::time::Duration;

use domain::limits::TOKEN_ANSWER_BYTES_MAX;
use domain::session::{Pages, Secret};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, StatusCode, redirect};
use serde_json::Value;
use service::ports::{NoTokens, TokenEndpoint, Tokens};

use crate::http_body;

/// Time of an exchange or a refresh. Neither is repeated here: a code that the pool has seen is worth nothing.
const EXCHANGE_TIMEOUT: Duration = Duration::from_secs(4);

/// Time of a revocation, which the user who signs out waits for in vain.
const REVOKE_TIMEOUT: Duration = Duration::from_millis(1500);

/// Answers that say that what was shown is worth nothing (RFC 6749, 5.2). Any other, such as `invalid_client`, says that
/// the deployment is wrong, and no user's session shall end for that.
const REFUSALS: [&str; 2] = ["invalid_grant", "invalid_request"];

/// The token endpoint of one pool.
#[derive(Debug, Clone)]
pub struct HttpTokenEndpoint {
    client: Client,
    pages: Pages,
}

impl HttpTokenEndpoint {
    /// That of the pool with these pages.
    ///
    /// # Errors
    /// When the system has no usable TLS.
    pub fn new(pages: Pages) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .connect_timeout(REVOKE_TIMEOUT)
            .build()?;
        Ok(Self { client, pages })
    }

    async fn ask(&self, url: String, form: String, limit: Duration) -> Result<Vec<u8>, NoTokens> {
        let request = self.client.post(url).timeout(limit).body(form);
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let unavailable = |error| NoTokens::Unavailable(http_body::failed(error));
        let response = request.send().await.map_err(unavailable)?;
        let status = response.status();
        let body = http_body::read(response, TOKEN_ANSWER_BYTES_MAX).await;
        let body = body.map_err(NoTokens::Unavailable)?;
        match status {
            StatusCode::OK => Ok(body),
            _ => Err(refusal(status, &body)),
        }
    }

    async fn tokens(&self, form: String) -> Result<Tokens, NoTokens> {
        let body = self.ask(self.pages.token_endpoint(), form, EXCHANGE_TIMEOUT).await?;
        read_tokens(&body).ok_or_else(|| NoTokens::Unavailable("an answer without usable tokens".to_owned()))
    }
}

impl TokenEndpoint for HttpTokenEndpoint {
    async fn exchange(&self, code: &Secret, verifier: &Secret) -> Result<Tokens, NoTokens> {
        self.tokens(self.pages.exchange(code, verifier)).await
    }

    async fn refresh(&self, token: &Secret) -> Result<Tokens, NoTokens> {
        self.tokens(self.pages.refresh(token)).await
    }

    async fn revoke(&self, token: &Secret) -> Result<(), NoTokens> {
        let form = self.pages.revoke(token);
        self.ask(self.pages.revocation_endpoint(), form, REVOKE_TIMEOUT)
            .await
            .map(drop)
    }
}

fn read_tokens(body: &[u8]) -> Option<Tokens> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    let refresh = match answer.get("refresh_token") {
        None | Some(Value::Null) => None,
        Some(token) => Some(Secret::parse(token.as_str()?)?),
    };
    Some(Tokens {
        id: Secret::parse(answer.get("id_token")?.as_str()?)?,
        refresh,
    })
}

/// Names the pool's error only if it is one of a few words: its description may repeat what it was shown.
fn refusal(status: StatusCode, body: &[u8]) -> NoTokens {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    let error = answer.get("error").and_then(Value::as_str).unwrap_or_default();
    match REFUSALS.iter().find(|known| **known == error) {
        Some(error) if status == StatusCode::BAD_REQUEST => NoTokens::Refused((*error).to_owned()),
        _ => {
            let is_word = error.len() <= 64 && error.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
            let word = if is_word { error } else { "" };
            NoTokens::Unavailable(format!("status {} {word}", status.as_u16()).trim_end().to_owned())
        }
    }
}

#[cfg(test)]
mod tests;
