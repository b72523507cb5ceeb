//! Posting to a gateway that answers in every way it can.

#![allow(clippy::unwrap_used)]

use aws_sdk_apigatewaymanagement::config::{BehaviorVersion, Config, Credentials, Region};
use domain::content::Content;

use super::*;
use crate::testing::{answering, response};

async fn sockets(status: &str, headers: &str) -> GatewaySockets {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::new("id", "secret", None, None, "test"))
        .retry_config(aws_config::retry::RetryConfig::disabled())
        .endpoint_url(answering(response(status, headers, "")).await.unwrap())
        .build();
    GatewaySockets::new(Client::from_conf(config))
}

fn connection() -> ConnectionId {
    ConnectionId::parse("Zk3dPfYbIAMCJpw=").unwrap()
}

async fn post(status: &str, headers: &str) -> Posted {
    let frame = Frame::echo(None, &Content::parse("1").unwrap());
    sockets(status, headers).await.post(&connection(), &frame).await
}

async fn end(status: &str, headers: &str) -> Ended {
    sockets(status, headers).await.end(&connection()).await
}

#[tokio::test]
async fn a_connection_is_ended_or_gone_or_perhaps_still_there() {
    assert_eq!(end("204 No Content", "").await, Ended::Now);
    assert_eq!(
        end("410 Gone", "x-amzn-ErrorType: GoneException\r\n").await,
        Ended::Gone
    );
    assert_eq!(end("410 Gone", "").await, Ended::Gone);
    for status in ["403 Forbidden", "429 Too Many Requests", "500 Internal Server Error"] {
        assert_eq!(end(status, "").await, Ended::Failed, "{status}");
    }
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
