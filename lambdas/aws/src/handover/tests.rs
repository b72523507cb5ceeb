//! Handing a job to a function that Lambda takes it for, throttles, or does not know.

#![allow(clippy::unwrap_used)]

use std::sync::PoisonError;
use std::time::Duration;

use aws_sdk_lambda::config::retry::RetryConfig;
use aws_sdk_lambda::config::{BehaviorVersion, Config, Credentials, Region};
use domain::channel::Channel;
use domain::content::Content;
use domain::wire::Frame;

use super::*;
use crate::testing::{Asked, response, scripted};

fn job() -> FanOutJob {
    FanOutJob {
        channel: Channel::All,
        shard: 3,
        posts_per_second: 1250,
        except: None,
        frame: Frame::echo(None, &Content::parse(r#""x""#).unwrap()),
    }
}

/// Answers are a status and the type of an error, if it is one.
async fn hand_over(answers: &[(&str, &str)]) -> (Result<(), NotHandedOver>, Asked) {
    let answers = answers
        .iter()
        .map(|(status, kind)| response(status, &format!("x-amzn-ErrorType: {kind}\r\n"), ""));
    let (address, asked) = scripted(answers.collect()).await.unwrap();
    let config = Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::new("id", "secret", None, None, "test"))
        .retry_config(
            RetryConfig::standard()
                .with_max_attempts(2)
                .with_initial_backoff(Duration::from_millis(1)),
        )
        .endpoint_url(address)
        .build();
    let handover = LambdaHandover::new(Client::from_conf(config), "carillon-FanOut-1".into());
    (handover.hand_over(&job()).await, asked)
}

fn count(asked: &Asked) -> usize {
    asked.lock().unwrap_or_else(PoisonError::into_inner).len()
}

#[tokio::test]
async fn the_function_is_invoked_by_name_and_nobody_waits_for_it() {
    let (outcome, asked) = hand_over(&[("202 Accepted", "")]).await;
    assert!(outcome.is_ok());
    let asked = asked.lock().unwrap_or_else(PoisonError::into_inner).join("");
    assert!(
        asked.starts_with("POST /2015-03-31/functions/carillon-FanOut-1/invocations "),
        "{asked}"
    );
    assert!(asked.contains("x-amz-invocation-type: Event\r\n"), "{asked}");
    let (_, body) = asked.split_once("\r\n\r\n").unwrap();
    assert_eq!(FanOutJob::read(body).unwrap(), job());
}

#[tokio::test]
async fn what_may_pass_is_tried_once_more() {
    let throttled = ("429 Too Many Requests", "TooManyRequestsException");
    let failing = ("500 Internal Server Error", "ServiceException");
    for first in [throttled, failing] {
        let (outcome, asked) = hand_over(&[first, ("202 Accepted", "")]).await;
        assert!(outcome.is_ok(), "{first:?}: {outcome:?}");
        assert_eq!(count(&asked), 2);
    }
    let (outcome, asked) = hand_over(&[failing]).await;
    assert!(outcome.is_err());
    assert_eq!(count(&asked), 2);
}

#[tokio::test]
async fn what_will_not_pass_is_told_at_once() {
    let (outcome, asked) = hand_over(&[("403 Forbidden", "AccessDeniedException")]).await;
    assert!(outcome.is_err());
    assert_eq!(count(&asked), 1);
}
