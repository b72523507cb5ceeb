//! The SDK's errors as the ports know them, and what the reasons of a cancelled transaction mean.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::CancellationReason;
use service::ports::TableError;

use super::attributes::Row;

/// Wraps any error of the SDK. Its `Debug` text would hold the answer's body, and rows with it; so only its causes are told.
pub(super) fn failed<E>(operation: &'static str) -> impl Fn(SdkError<E>) -> TableError
where
    E: std::error::Error + Send + Sync + 'static,
{
    move |error| TableError::new(operation, error)
}

/// The row as it stands, where it said so, if the write was refused because its condition does not hold.
///
/// # Errors
/// When it failed in another way.
pub(super) fn refused(operation: &'static str, error: SdkError<UpdateItemError>) -> Result<Option<Row>, TableError> {
    match error.as_service_error() {
        Some(UpdateItemError::ConditionalCheckFailedException(refused)) => Ok(refused.item().cloned()),
        _ => Err(failed(operation)(error)),
    }
}

/// The same of a deletion.
pub(super) fn not_deleted(
    operation: &'static str,
    error: SdkError<DeleteItemError>,
) -> Result<Option<Row>, TableError> {
    match error.as_service_error() {
        Some(DeleteItemError::ConditionalCheckFailedException(refused)) => Ok(refused.item().cloned()),
        _ => Err(failed(operation)(error)),
    }
}

/// Whether the table refused a whole request because it takes no more just now.
pub(super) fn is_throttled(error: &impl ProvideErrorMetadata) -> bool {
    matches!(
        error.code(),
        Some("ProvisionedThroughputExceededException" | "RequestLimitExceeded" | "ThrottlingException" | "Throttling")
    )
}

/// Why one item of a transaction stood in its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// It did not.
    None,
    /// Its condition did not hold.
    Condition,
    /// Another transaction was at it, or its key takes no more just now.
    Contention,
    /// Anything else.
    Other,
}

pub(super) fn obstacle(reason: &CancellationReason) -> Obstacle {
    match reason.code() {
        None | Some("None") => Obstacle::None,
        Some("ConditionalCheckFailed") => Obstacle::Condition,
        Some("TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded" | "RequestLimitExceeded") => {
            Obstacle::Contention
        }
        Some(_) => Obstacle::Other,
    }
}

/// Whether the transaction was cancelled over this item's condition.
pub(super) fn is_condition(reason: Option<&CancellationReason>) -> bool {
    reason.is_some_and(|reason| obstacle(reason) == Obstacle::Condition)
}

/// What is left to say when no condition stood in the way: whether another attempt is of use at once.
///
/// # Errors
/// When none is: the reasons, for the log.
pub(super) fn contended<T>(
    operation: &'static str,
    reasons: &[CancellationReason],
    outcome: T,
) -> Result<T, TableError> {
    if reasons.iter().any(|reason| obstacle(reason) == Obstacle::Contention) {
        return Ok(outcome);
    }
    let codes: Vec<_> = reasons.iter().map(|reason| reason.code().unwrap_or("None")).collect();
    Err(TableError::new(operation, format!("cancelled: {}", codes.join(", "))))
}
