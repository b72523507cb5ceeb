//! The SDK's clients: made once per process, with a time limit on everything they do.
//!
//! Region and credentials come from variables alone, as Lambda gives them. The SDK's default chain would go on to ask
//! files and the instance's metadata service, which costs seconds where there is none.

use std::time::Duration;

use aws_config::environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider};
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};

/// Time to open a connection, to an endpoint in the same region.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// Time of one call to the table, repeated attempts included. API Gateway waits 29 s for all of a function's calls.
const TABLE_TIMEOUT: Duration = Duration::from_secs(6);

/// Time of one attempt.
const TABLE_ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);

/// Attempts of one call to the table. Writes carry a request token, so that a repeated one is harmless.
const TABLE_ATTEMPTS: u32 = 3;

/// Time of one post, repeated attempts included. One slow socket must not hold up a fan-out.
const POST_TIMEOUT: Duration = Duration::from_secs(4);

/// Time of one attempt to post.
const POST_ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);

/// Attempts to post. A post that arrives twice is harmless, since every message has a number.
const POST_ATTEMPTS: u32 = 2;

/// Time of one call to the user pool, repeated attempts included. The session function may take 10 s.
const POOL_TIMEOUT: Duration = Duration::from_secs(3);

/// Time of one attempt.
const POOL_ATTEMPT_TIMEOUT: Duration = Duration::from_millis(1500);

/// Attempts of one call to the user pool. What is asked of it is harmless when asked twice.
const POOL_ATTEMPTS: u32 = 2;

/// Makes the clients.
#[derive(Debug, Clone)]
pub struct Clients(SdkConfig);

impl Clients {
    /// Reads region and credentials from the variables that Lambda sets.
    pub async fn from_variables() -> Self {
        let loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .region(EnvironmentVariableRegionProvider::new())
            .credentials_provider(EnvironmentVariableCredentialsProvider::new());
        // Boxed because the compiler gives up on computing the size of so deep a future in each function's main.
        Self(Box::pin(loader.load()).await)
    }

    /// For DynamoDB, where `AWS_ENDPOINT_URL_DYNAMODB` says if it is set.
    pub fn table(&self) -> aws_sdk_dynamodb::Client {
        let config = aws_sdk_dynamodb::config::Builder::from(&self.0)
            .timeout_config(timeouts(TABLE_TIMEOUT, TABLE_ATTEMPT_TIMEOUT))
            .retry_config(RetryConfig::standard().with_max_attempts(TABLE_ATTEMPTS))
            .build();
        aws_sdk_dynamodb::Client::from_conf(config)
    }

    /// For the user pool, where `AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER` says if it is set.
    pub fn directory(&self) -> aws_sdk_cognitoidentityprovider::Client {
        let config = aws_sdk_cognitoidentityprovider::config::Builder::from(&self.0)
            .timeout_config(timeouts(POOL_TIMEOUT, POOL_ATTEMPT_TIMEOUT))
            .retry_config(RetryConfig::standard().with_max_attempts(POOL_ATTEMPTS))
            .build();
        aws_sdk_cognitoidentityprovider::Client::from_conf(config)
    }

    /// For `@connections` at this address.
    pub fn sockets(&self, endpoint: &str) -> aws_sdk_apigatewaymanagement::Client {
        let config = aws_sdk_apigatewaymanagement::config::Builder::from(&self.0)
            .endpoint_url(endpoint)
            .timeout_config(timeouts(POST_TIMEOUT, POST_ATTEMPT_TIMEOUT))
            .retry_config(RetryConfig::standard().with_max_attempts(POST_ATTEMPTS))
            .build();
        aws_sdk_apigatewaymanagement::Client::from_conf(config)
    }
}

fn timeouts(operation: Duration, attempt: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(attempt)
        .operation_attempt_timeout(attempt)
        .operation_timeout(operation)
        .build()
}
