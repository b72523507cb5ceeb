//! Whether nothing was written, told from whether nobody knows: after a lost answer no refusal says it any more.

#![allow(clippy::unwrap_used)]

use std::sync::PoisonError;

use domain::channel::Channel;
use domain::connection_id::ConnectionId;
use domain::membership::Membership;
use serde_json::Value;
use service::ports::{Leases as _, Memberships as _, Moved, Renewed, TableError};

use crate::testing::{Asked, dynamodb_error, response, scripted_table};

fn connection() -> ConnectionId {
    ConnectionId::parse("Zk3dPfYbIAMCJpw=").unwrap()
}

async fn leave(answers: Vec<String>) -> (Result<Moved, TableError>, Asked) {
    let (table, asked) = scripted_table(answers).await.unwrap();
    let membership = Membership {
        channel: Channel::parse("room:a").unwrap(),
        shard: 0,
        watching: false,
    };
    (table.leave(&membership, &connection()).await, asked)
}

fn lost() -> String {
    response("500 Internal Server Error", "", "{}")
}

fn throttled() -> String {
    dynamodb_error("ProvisionedThroughputExceededException")
}

#[tokio::test]
async fn a_table_that_takes_no_more_has_written_nothing() {
    for name in [
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
    ] {
        let (moved, _) = leave(vec![dynamodb_error(name)]).await;
        assert_eq!(moved.unwrap(), Moved::Contended, "{name}");
    }
}

#[tokio::test]
async fn after_a_lost_answer_nobody_knows() {
    assert!(leave(vec![lost(), throttled()]).await.0.is_err());
    assert!(leave(vec![throttled(), lost(), throttled()]).await.0.is_err());
    assert!(leave(vec![lost()]).await.0.is_err());
    assert_eq!(
        leave(vec![lost(), response("200 OK", "", "{}")]).await.0.unwrap(),
        Moved::Done
    );
}

#[tokio::test]
async fn other_refusals_are_errors() {
    for name in [
        "ValidationException",
        "ResourceNotFoundException",
        "AccessDeniedException",
    ] {
        assert!(leave(vec![dynamodb_error(name)]).await.0.is_err(), "{name}");
    }
}

#[tokio::test]
async fn every_attempt_of_a_transaction_carries_the_same_token() {
    let (_, asked) = leave(vec![lost()]).await;
    let asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
    let tokens: Vec<_> = asked
        .iter()
        .filter_map(|request| {
            let (_, body) = request.split_once("\r\n\r\n")?;
            let body: Value = serde_json::from_str(body).ok()?;
            body["ClientRequestToken"].as_str().map(str::to_owned)
        })
        .collect();
    assert_eq!(tokens.len(), 3);
    assert!(
        tokens[0].len() >= 32 && tokens.iter().all(|token| *token == tokens[0]),
        "{tokens:?}"
    );
}

#[tokio::test]
async fn a_single_write_that_met_a_transaction_is_tried_again() {
    let now = domain::timestamp::Timestamp::default();
    let met = dynamodb_error("TransactionConflictException");
    let (table, asked) = scripted_table(vec![met, response("200 OK", "", "{}")]).await.unwrap();
    assert_eq!(table.renew(&connection(), now, now).await.unwrap(), Renewed::Now);
    assert_eq!(asked.lock().unwrap_or_else(PoisonError::into_inner).len(), 2);
}
