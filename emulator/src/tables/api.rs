//! DynamoDB's JSON protocol over the embedded store
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html>).

use std::fmt::{self, Display, Formatter};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, Response, StatusCode};
use axum::response::IntoResponse;
use axum::routing::post;
use dynoxide::{Database, DynoxideError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::Tables;
use crate::identifiers;

/// DynamoDB's limit for a request (bytes).
const MAX_REQUEST_BYTES: usize = 16 * 1024 * 1024;
const TARGET_PREFIX: &str = "DynamoDB_20120810.";

/// Serves `POST /` with `X-Amz-Target: DynamoDB_20120810.<operation>`.
pub(crate) fn router(tables: Tables) -> Router {
    Router::new()
        .route("/", post(operation))
        .layer(DefaultBodyLimit::max(MAX_REQUEST_BYTES))
        .with_state(tables)
}

async fn operation(State(tables): State<Tables>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let operation = target.and_then(|target| target.strip_prefix(TARGET_PREFIX));
    let Some(operation) = operation.map(str::to_owned) else {
        return answer(Err(unknown_operation()));
    };
    let called = tokio::task::spawn_blocking(move || match std::str::from_utf8(&body) {
        Ok(body) => tables.call(&operation, body),
        Err(_) => Err(serialization_error("the request is not UTF-8")),
    });
    answer(called.await.unwrap_or_else(|_| Err(Failure::internal())))
}

/// A refusal: status and body as DynamoDB writes them.
#[derive(Debug)]
pub(super) struct Failure(StatusCode, String);

impl Display for Failure {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.0, self.1)
    }
}

impl Failure {
    /// DynamoDB's own fault, which SDKs answer by trying again.
    pub(super) fn internal() -> Self {
        let body = json!({ "__type": "com.amazonaws.dynamodb.v20120810#InternalServerError" });
        Self(StatusCode::INTERNAL_SERVER_ERROR, body.to_string())
    }

    /// The table's throughput is used up.
    pub(super) fn throttled() -> Self {
        let body = json!({
            "__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
            "message": "The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.",
        });
        Self(StatusCode::BAD_REQUEST, body.to_string())
    }
}

impl From<DynoxideError> for Failure {
    fn from(error: DynoxideError) -> Self {
        let status = StatusCode::from_u16(error.status_code()).unwrap_or(StatusCode::BAD_REQUEST);
        Self(status, error.to_json())
    }
}

/// Runs one operation; blocks while the store works.
pub(super) fn call(database: &Database, operation: &str, body: &str) -> Result<String, Failure> {
    match operation {
        "CreateTable" => run(body, |request| database.create_table(request)),
        "DeleteTable" => run(body, |request| database.delete_table(request)),
        "DescribeTable" => run(body, |request| database.describe_table(request)),
        "ListTables" => run(body, |request| database.list_tables(request)),
        "UpdateTable" => run(body, |request| database.update_table(request)),
        "UpdateTimeToLive" => run(body, |request| database.update_time_to_live(request)),
        "DescribeTimeToLive" => run(body, |request| database.describe_time_to_live(request)),
        "GetItem" => run(body, |request| database.get_item(request)),
        "PutItem" => run(body, |request| database.put_item(request)),
        "UpdateItem" => run(body, |request| database.update_item(request)),
        "DeleteItem" => run(body, |request| database.delete_item(request)),
        "Query" => run(body, |request| database.query(request)),
        "Scan" => run(body, |request| database.scan(request)),
        "BatchGetItem" => run(body, |request| database.batch_get_item(request)),
        "BatchWriteItem" => run(body, |request| database.batch_write_item(request)),
        "TransactGetItems" => run(body, |request| database.transact_get_items(request)),
        "TransactWriteItems" => run(body, |request| database.transact_write_items(request)),
        "ExecuteStatement" => run(body, |request| database.execute_statement(request)),
        "ExecuteTransaction" => run(body, |request| database.execute_transaction(request)),
        "BatchExecuteStatement" => run(body, |request| database.batch_execute_statement(request)),
        _ => Err(unknown_operation()),
    }
}

fn run<Request: DeserializeOwned, Answer: Serialize>(
    body: &str,
    operation: impl FnOnce(Request) -> Result<Answer, DynoxideError>,
) -> Result<String, Failure> {
    let request = serde_json::from_str(body).map_err(|error| serialization_error(&error.to_string()))?;
    let answer = operation(request)?;
    serde_json::to_string(&answer).map_err(|error| serialization_error(&error.to_string()))
}

fn serialization_error(message: &str) -> Failure {
    let body = json!({ "__type": "com.amazon.coral.service#SerializationException", "Message": message });
    Failure(StatusCode::BAD_REQUEST, body.to_string())
}

fn unknown_operation() -> Failure {
    let body = json!({ "__type": "com.amazon.coral.service#UnknownOperationException" });
    Failure(StatusCode::BAD_REQUEST, body.to_string())
}

fn answer(result: Result<String, Failure>) -> Response<Body> {
    let (status, body) = match result {
        Ok(body) => (StatusCode::OK, body),
        Err(Failure(status, body)) => (status, body),
    };
    let headers = [
        ("content-type", "application/x-amz-json-1.0".to_owned()),
        ("x-amzn-requestid", identifiers::uuid()),
    ];
    (status, headers, body).into_response()
}
