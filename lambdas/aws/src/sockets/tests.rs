//! Posting to a gateway that answers in every way it can.

#![allow(clippy::unwrap_used)]

use aws_sdk_apigatewaymanagement::config::{BehaviorVersion, Config, Credentials, Region};
use domain::content::Content;

use super::*;
use crate::testing::{answering, response};

async fn post(status: &str, headers: &str) -> Posted {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::new("id", "secret", None, None, "test"))
        .retry_config(aws_config::retry::RetryConfig::disabled())
        .endpoint_url(answering(response(status, headers, "")).await.unwrap())
        .build();
    let sockets = GatewaySockets::new(Client::from_conf(config));
    let connection = ConnectionId::parse("Zk3dPfYbIAMCJpw=").unwrap();
    sockets
        .post(&connection, &Frame::echo(None, &Content::parse("1").unwrap()))
        .await
}

#[tokio::test]
async fn taken_is_accepted() {
    assert_eq!(post("200 OK", "").await, Posted::Accepted);
}

#[tokio::test]
async fn gone_is_known_by_its_type_and_by_its_status() {
    assert_eq!(
        post("410 Gone", "x-amzn-ErrorType: GoneException\r\n").await,
        Posted::Gone
    );
    assert_eq!(post("410 Gone", "").await, Posted::Gone);
}

#[tokio::test]
async fn too_many_is_known_by_its_type_and_by_its_status() {
    let limit = post("429 Too Many Requests", "x-amzn-ErrorType: LimitExceededException\r\n").await;
    assert_eq!(limit, Posted::Throttled);
    assert_eq!(post("429 Too Many Requests", "").await, Posted::Throttled);
}

#[tokio::test]
async fn anything_else_has_failed_and_is_not_gone() {
    for (status, kind) in [
        ("400 Bad Request", "BadRequestException"),
        ("403 Forbidden", "ForbiddenException"),
        ("413 Payload Too Large", "PayloadTooLargeException"),
        ("500 Internal Server Error", "InternalServerException"),
    ] {
        assert_eq!(
            post(status, &format!("x-amzn-ErrorType: {kind}\r\n")).await,
            Posted::Failed,
            "{status}"
        );
    }
}
