//! Asks the functions' own token verifier, a line of standard input a token, so that another verifier can be held beside it.
#![allow(clippy::print_stdout, reason = "what it prints is what it is for")]

use std::io::BufRead;

use domain::handshake::Credential;
use domain::timestamp::Timestamp;
use domain::token::TokenRules;
use serde::Deserialize;
use serde_json::Value;
use service::testing::MemoryKeys;
use service::verifier::Verifier;
use tests::{TestResult, failure};

/// The first line: whose tokens they are.
#[derive(Debug, Deserialize)]
struct Pool {
    issuer: String,
    client: String,
    /// The key set, as the issuer would publish it.
    jwks: Value,
}

/// Every further line, answered by `accepted` or the reason of the refusal.
#[derive(Debug, Deserialize)]
struct Question {
    token: String,
    /// Milliseconds since 1970.
    now: u64,
    /// Whether access tokens are accepted beside ID tokens.
    access_tokens: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> TestResult {
    let mut lines = std::io::stdin().lock().lines();
    let first = lines.next().ok_or_else(|| failure("no pool"))??;
    let pool: Pool = serde_json::from_str(&first)?;
    let keys = MemoryKeys::new(pool.jwks.to_string());
    let verifier = |access_tokens| {
        let (issuer, client) = (pool.issuer.clone(), pool.client.clone());
        let rules = TokenRules {
            issuer,
            client,
            access_tokens,
        };
        Verifier::new(rules, &keys)
    };
    let (strict, lenient) = (verifier(false), verifier(true));
    for line in lines {
        let question: Question = serde_json::from_str(&line?)?;
        let verifier = if question.access_tokens { &lenient } else { &strict };
        let now = Timestamp::from_millis(question.now);
        let verdict = verifier.verify(Credential::new(&question.token), now).await;
        println!("{}", verdict.map_or_else(|reason| reason.as_str(), |_| "accepted"));
    }
    Ok(())
}
