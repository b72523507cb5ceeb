//! Posting to a gateway that answers in every way it can.

#![allow(clippy::unwrap_used)]

use aws_sdk_apigatewaymanagement::config::{BehaviorVersion, Config, Credentials, Region};
use domain::content::Content;

use super::*;
use crate::testing::{answering, response};

async fn sockets(status: &str, headers: &str) -> GatewaySockets {
    GatewaySockets::new(client(answering(response(status, headers, "")).await.unwrap()))
}

fn client(address: String) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::new("id", "secret", None, None, "test"))
        .retry_config(aws_config::retry::RetryConfig::disabled())
        .endpoint_url(address)
        .build();
    Client::from_conf(config)
}

fn connection() -> ConnectionId {
    ConnectionId::parse("Zk3dPfYbIAMCJpw=").unwrap()
}

fn frame() -> Frame {
    Frame::echo(None, &Content::parse("1").unwrap())
}

async fn post(status: &str, headers: &str) -> Posted {
    sockets(status, headers).await.post(&connection(), &frame()).await
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
async fn what_the_gateway_will_never_take_is_refused() {
    for (status, kind) in [
        ("400 Bad Request", "BadRequestException"),
        ("403 Forbidden", "ForbiddenException"),
        ("413 Payload Too Large", "PayloadTooLargeException"),
    ] {
        let typed = format!("x-amzn-ErrorType: {kind}\r\n");
        assert_eq!(post(status, &typed).await, Posted::Refused, "{status}");
        assert_eq!(post(status, "").await, Posted::Refused, "{status}");
    }
}

#[tokio::test]
async fn anything_else_has_failed_and_may_pass() {
    for status in ["500 Internal Server Error", "502 Bad Gateway", "404 Not Found"] {
        assert_eq!(post(status, "").await, Posted::Failed, "{status}");
    }
    let nobody = GatewaySockets::new(client("http://127.0.0.1:1".to_owned()));
    assert_eq!(nobody.post(&connection(), &frame()).await, Posted::Failed);
}
