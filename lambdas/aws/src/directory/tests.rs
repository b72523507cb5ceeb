//! Asking a user pool that does it, does not know the user, or fails.

#![allow(clippy::unwrap_used)]

use aws_sdk_cognitoidentityprovider::config::retry::RetryConfig;
use aws_sdk_cognitoidentityprovider::config::{BehaviorVersion, Config, Credentials, Region};

use super::*;
use crate::testing::{Asked, recording, response};

async fn sign_out(status: &str, body: &str) -> (Result<(), DirectoryError>, Asked) {
    let (address, asked) = recording(response(status, "", body)).await.unwrap();
    let config = Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::new("id", "secret", None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .endpoint_url(address)
        .build();
    let directory = CognitoDirectory::new(Client::from_conf(config), "eu-west-1_A".into());
    let user = Username::parse("alice").unwrap();
    (directory.sign_out_everywhere(&user).await, asked)
}

#[tokio::test]
async fn the_user_is_named_by_pool_and_username() {
    let (outcome, asked) = sign_out("200 OK", "{}").await;
    assert!(outcome.is_ok());
    let asked = asked.lock().unwrap().join("");
    assert!(
        asked.contains("AWSCognitoIdentityProviderService.AdminUserGlobalSignOut"),
        "{asked}"
    );
    assert!(
        asked.ends_with(r#"{"UserPoolId":"eu-west-1_A","Username":"alice"}"#),
        "{asked}"
    );
}

#[tokio::test]
async fn a_user_who_is_not_there_has_nothing_to_end() {
    let body = r#"{"__type":"UserNotFoundException","message":"User does not exist."}"#;
    assert!(sign_out("400 Bad Request", body).await.0.is_ok());
}

#[tokio::test]
async fn anything_else_has_failed() {
    for (status, kind) in [
        ("400 Bad Request", "NotAuthorizedException"),
        ("400 Bad Request", "ResourceNotFoundException"),
        ("400 Bad Request", "TooManyRequestsException"),
        ("400 Bad Request", "AccessDeniedException"),
        ("500 Internal Server Error", "InternalErrorException"),
    ] {
        let body = format!(r#"{{"__type":"{kind}","message":"x"}}"#);
        assert!(sign_out(status, &body).await.0.is_err(), "{kind}");
    }
}
