//! Fetching keys from an endpoint that is well, gone, slow, too talkative, or elsewhere.

#![allow(clippy::unwrap_used)]

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
async fn a_body_may_have_64_kib() {
    let of = |bytes: usize| response("200 OK", "", &"x".repeat(bytes));
    assert_eq!(fetch(of(KEYS_BYTES_MAX)).await.unwrap().len(), KEYS_BYTES_MAX);
    assert!(fetch(of(KEYS_BYTES_MAX + 1)).await.unwrap_err().contains("more than"));
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let elsewhere = answering(response("200 OK", "", "{}")).await.unwrap();
    let redirect = response("302 Found", &format!("Location: {elsewhere}\r\n"), "");
    assert_eq!(fetch(redirect).await.unwrap_err(), "status 302");
}

#[tokio::test]
async fn any_other_status_is_an_error() {
    assert_eq!(
        fetch(response("500 Internal Server Error", "", "{}"))
            .await
            .unwrap_err(),
        "status 500"
    );
    assert_eq!(
        fetch(response("429 Too Many Requests", "", "{}")).await.unwrap_err(),
        "status 429"
    );
}

#[tokio::test]
async fn an_endpoint_that_never_answers_is_given_up() {
    let begun = std::time::Instant::now();
    assert!(fetch(String::new()).await.is_err());
    assert!(begun.elapsed() < FETCH_TIMEOUT * 2);
}
