//! Runs a function: one event at a time, and one line in the log if it cannot start.

use std::process::ExitCode;

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::event::Event;
use crate::logging;

pub use lambda_runtime::Error;

/// Starts logging, then does what a function does until its environment ends. Why it cannot is said in the log.
pub async fn start(function: impl Future<Output = Result<(), Error>>) -> ExitCode {
    logging::start();
    match function.await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error = error.to_string(), "function.not_started");
            ExitCode::FAILURE
        }
    }
}

/// Handles events of API Gateway one after the other; nothing of one is left when the next begins.
///
/// # Errors
/// When the Lambda runtime cannot be reached.
pub async fn serve<R: Serialize>(handle: impl AsyncFn(Event) -> Result<R, Diagnostic>) -> Result<(), Error> {
    run(handle).await
}

/// The same with payloads of any form, as the very text that they are.
///
/// # Errors
/// When the Lambda runtime cannot be reached.
pub async fn serve_payloads<R: Serialize>(handle: impl AsyncFn(&str) -> Result<R, Diagnostic>) -> Result<(), Error> {
    run(async |payload: Box<RawValue>| handle(payload.get()).await).await
}

async fn run<P, R>(handle: impl AsyncFn(P) -> Result<R, Diagnostic>) -> Result<(), Error>
where
    P: DeserializeOwned,
    R: Serialize,
{
    let handle = &handle;
    // Boxed because the compiler gives up on computing the size of a future as deep as the SDK's inside main's.
    lambda_runtime::run(service_fn(move |event: LambdaEvent<P>| Box::pin(handle(event.payload)))).await
}
