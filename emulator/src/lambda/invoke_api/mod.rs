//! Lambda's Invoke API, for functions and back ends that call functions through an AWS SDK
//! (<https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>).

mod refusal;
mod request;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use axum::response::IntoResponse;
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::function::{Function, Run};
use super::functions::Functions;
use super::invocation::{Event, LATEST};
use super::output::FunctionError;
use refusal::Refusal;
use request::{InvocationType, Invoke};

/// Lambda's limits for the event of a synchronous and of an asynchronous invocation, in bytes
/// (<https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>).
pub(crate) const MAX_EVENT_BYTES: usize = 6 * 1024 * 1024;
const MAX_ASYNCHRONOUS_EVENT_BYTES: usize = 1024 * 1024;

pub(crate) fn router(functions: Arc<Functions>) -> Router {
    Router::new()
        .route("/2015-03-31/functions/{name}/invocations", post(invoke))
        .layer(DefaultBodyLimit::max(MAX_EVENT_BYTES))
        .with_state(functions)
}

async fn invoke(
    State(functions): State<Arc<Functions>>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    payload: Result<Bytes, BytesRejection>,
) -> Response<Body> {
    let invoked = async {
        let request = Invoke::read(&functions, &name, query.as_deref(), &headers, payload)?;
        answer(request).await
    };
    invoked.await.unwrap_or_else(IntoResponse::into_response)
}

async fn answer(request: Invoke) -> Result<Response<Body>, Refusal> {
    let Invoke { function, kind, event } = request;
    let trace = event.trace.replace(";Parent", ";parent");
    let request_id = event.request_id.clone();
    let mut response = match kind {
        InvocationType::DryRun => StatusCode::NO_CONTENT.into_response(),
        InvocationType::Event => {
            function.invoke_later(event);
            StatusCode::ACCEPTED.into_response()
        }
        InvocationType::RequestResponse => request_response(function, event).await?,
    };
    put(&mut response, "x-amzn-requestid", &request_id);
    put(&mut response, "x-amzn-trace-id", &trace);
    Ok(response)
}

async fn request_response(function: Arc<Function>, event: Event) -> Result<Response<Body>, Refusal> {
    let execution = function.concurrency.begin().map_err(Refusal::throttled)?;
    let request_id = event.request_id.clone();
    // Its own task: a caller that hangs up does not stop the function, nor take its environment along.
    let invocation = tokio::spawn(async move { function.run(function.place(execution).await, &event).await });
    let run = invocation.await.unwrap_or_else(|error| Run {
        result: Err(FunctionError::not_started(&request_id, &error.to_string())),
        log: None,
    });
    let mut response = match run.result {
        Ok(answer) => answer.into_response(),
        Err(error) => ([("x-amz-function-error", "Unhandled")], axum::Json(error)).into_response(),
    };
    put(&mut response, "x-amz-executed-version", LATEST);
    if let Some(log) = run.log {
        put(&mut response, "x-amz-log-result", &STANDARD.encode(log));
    }
    Ok(response)
}

fn put(response: &mut Response<Body>, name: &'static str, value: &str) {
    // A trace may hold anything that its sender put into a header, which is what a header can hold.
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(HeaderName::from_static(name), value);
    }
}
