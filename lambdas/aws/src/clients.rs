//! The SDK's clients: made once per process, with a time limit on everything they do.
//!
//! Region and credentials come from variables alone, as Lambda gives them. The SDK's default chain would go on to ask
//! files and the instance's metadata service, which costs seconds where there is none.

use std::time::Duration;

use aws_config::environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider};
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_dynamodb::config::interceptors::InterceptorContext;
use aws_sdk_dynamodb::config::retry::{ClassifyRetry, RetryAction};
use aws_sdk_dynamodb::error::ProvideErrorMetadata as _;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;

/// Time to open a connection, to an endpoint in the same region.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// Time of one call to the table, repeated attempts included. API Gateway waits 29 s for all of a function's calls.
const TABLE_TIMEOUT: Duration = Duration::from_secs(6);

/// Time of one attempt.
const TABLE_ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);

/// Attempts of one call to the table, also where nobody knows whether the one before was carried out. A transaction carries a
/// request token; a single write sets the same again, or is refused by what it did itself, and its caller takes that for
/// done. Only what buckets count is counted twice: see there why it may be.
const TABLE_ATTEMPTS: u32 = 3;

/// Time of one post. One slow socket must not hold up a fan-out.
const POST_TIMEOUT: Duration = Duration::from_secs(2);

/// Attempts to post. A fan-out makes further ones itself, where it knows how many it may make.
const POST_ATTEMPTS: u32 = 1;

/// Time to hand a job over, repeated attempts included. A message is acknowledged only after that.
const HANDOVER_TIMEOUT: Duration = Duration::from_secs(4);

/// Time of one attempt.
const HANDOVER_ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);

/// Attempts to hand a job over. One that is done twice is harmless, since every message has a number.
const HANDOVER_ATTEMPTS: u32 = 2;

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
    /// From a configuration that says region, credentials, and perhaps where everything is.
    pub fn new(config: SdkConfig) -> Self {
        Self(config)
    }

    /// Reads region and credentials from the variables that Lambda sets.
    pub async fn from_variables() -> Self {
        let loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .region(EnvironmentVariableRegionProvider::new())
            .credentials_provider(EnvironmentVariableCredentialsProvider::new());
        // Boxed because the compiler gives up on computing the size of so deep a future in each function's main.
        Self::new(Box::pin(loader.load()).await)
    }

    /// For DynamoDB, where `AWS_ENDPOINT_URL_DYNAMODB` says if it is set.
    pub fn table(&self) -> aws_sdk_dynamodb::Client {
        let config = aws_sdk_dynamodb::config::Builder::from(&self.0)
            .timeout_config(timeouts(TABLE_TIMEOUT, TABLE_ATTEMPT_TIMEOUT))
            .retry_config(RetryConfig::standard().with_max_attempts(TABLE_ATTEMPTS))
            .retry_classifier(MetATransaction)
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
            .timeout_config(timeouts(POST_TIMEOUT, POST_TIMEOUT))
            .retry_config(RetryConfig::standard().with_max_attempts(POST_ATTEMPTS))
            .build();
        aws_sdk_apigatewaymanagement::Client::from_conf(config)
    }

    /// For other functions, where `AWS_ENDPOINT_URL_LAMBDA` says if it is set.
    pub fn functions(&self) -> aws_sdk_lambda::Client {
        let config = aws_sdk_lambda::config::Builder::from(&self.0)
            .timeout_config(timeouts(HANDOVER_TIMEOUT, HANDOVER_ATTEMPT_TIMEOUT))
            .retry_config(RetryConfig::standard().with_max_attempts(HANDOVER_ATTEMPTS))
            .build();
        aws_sdk_lambda::Client::from_conf(config)
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

/// A single write to a row that a transaction is just at: refused, and worth another attempt in a moment. The SDK does not
/// know that of itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MetATransaction;

impl ClassifyRetry for MetATransaction {
    fn name(&self) -> &'static str {
        "MetATransaction"
    }

    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let Some(Err(error)) = context.output_or_error() else {
            return RetryAction::NoActionIndicated;
        };
        let error = error.as_operation_error();
        let update = error.and_then(|error| error.downcast_ref::<UpdateItemError>()?.code());
        let delete = error.and_then(|error| error.downcast_ref::<DeleteItemError>()?.code());
        if update.or(delete) == Some("TransactionConflictException") {
            RetryAction::transient_error()
        } else {
            RetryAction::NoActionIndicated
        }
    }
}
