//! A table that answers only a part of what it is asked for.

#![allow(clippy::unwrap_used)]

use std::sync::PoisonError;

use domain::channel::Channel;
use serde_json::json;
use service::ports::Heads as _;

use crate::testing::{response, scripted_table};

fn channels() -> [Channel; 3] {
    ["room:a", "room:b", "room:a"].map(|name| Channel::parse(name).unwrap())
}

/// The head of one channel, and the keys of the others.
fn part(channel: &str, left: &[&str]) -> String {
    let head = json!({
        "pk": {"S": format!("head#{channel}")}, "sk": {"S": "head"}, "channel": {"S": channel}, "shards": {"N": "1"},
        "first": {"N": "1"}, "last": {"N": "2"}, "at": {"N": "3"}
    });
    let keys: Vec<_> = left
        .iter()
        .map(|channel| json!({"pk": {"S": format!("head#{channel}")}, "sk": {"S": "head"}}))
        .collect();
    let left = if keys.is_empty() {
        json!({})
    } else {
        json!({"t": {"Keys": keys, "ConsistentRead": true}})
    };
    response(
        "200 OK",
        "",
        &json!({"Responses": {"t": [head]}, "UnprocessedKeys": left}).to_string(),
    )
}

#[tokio::test]
async fn what_is_left_is_asked_for_again() {
    let (table, asked) = scripted_table(vec![part("room:b", &["room:a"]), part("room:a", &[])])
        .await
        .unwrap();
    let heads = table.heads(&channels()).await.unwrap();
    let found: Vec<_> = heads.iter().map(|(channel, _)| channel.to_string()).collect();
    assert_eq!(found, ["room:a", "room:b"]);
    let asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0].matches("head#room:a").count(), 1, "no key twice");
    assert!(asked.iter().all(|request| request.contains(r#""ConsistentRead":true"#)));
    assert!(asked[1].contains("head#room:a") && !asked[1].contains("head#room:b"));
}

#[tokio::test]
async fn what_is_left_after_six_requests_is_an_error() {
    let (table, asked) = scripted_table(vec![part("room:a", &["room:b"])]).await.unwrap();
    assert!(table.heads(&channels()).await.is_err());
    assert_eq!(asked.lock().unwrap_or_else(PoisonError::into_inner).len(), 6);
}

#[tokio::test]
async fn nothing_is_asked_for_nothing() {
    let (table, asked) = scripted_table(vec![String::new()]).await.unwrap();
    assert!(table.heads(&[]).await.unwrap().is_empty());
    assert!(asked.lock().unwrap_or_else(PoisonError::into_inner).is_empty());
}
