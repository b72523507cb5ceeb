//! Fetching keys from an endpoint that is well, gone, slow, too talkative, or elsewhere.

#![allow(clippy::unwrap_used)]

mod endpoint;
mod entries;
mod faults;
mod passing_time;
mod world;

use super::*;
use crate::testing::{answering, response};

async fn fetch(answer: String) -> Result<Vec<u8>, String> {
    let keys = HttpKeys::new(answering(answer).await.unwrap()).unwrap();
    keys.fetch().await.map_err(|error| error.to_string())
}

#[tokio::test]
async fn the_body_is_given_as_it_is() {
    assert_eq!(
        fetch(response("200 OK", "", "{\"keys\":[]}")).await.unwrap(),
        b"{\"keys\":[]}"
    );
}

#[tokio::test]
async fn key_04_a_body_may_have_64_kib() {
    let of = |bytes: usize| response("200 OK", "", &"x".repeat(bytes));
    assert_eq!(fetch(of(KEYS_BYTES_MAX)).await.unwrap().len(), KEYS_BYTES_MAX);
    assert!(fetch(of(KEYS_BYTES_MAX + 1)).await.unwrap_err().contains("more than"));
}

#[tokio::test]
async fn key_03_an_endpoint_that_never_answers_is_given_up_in_time() {
    // A start may take 10 s, and so may the authorizer for a handshake.
    let given_up = tokio::time::timeout(FETCH_TIMEOUT * 2, fetch(String::new())).await;
    assert!(given_up.is_ok_and(|fetched| fetched.is_err()));
}
