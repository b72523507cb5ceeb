//! The SDK's errors as the ports know them, and what the reasons of a cancelled transaction mean.

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::CancellationReason;
use service::ports::TableError;

/// Wraps any error of the SDK. Its `Debug` text would hold the answer's body, and rows with it; so only its causes are told.
pub(super) fn failed<E>(operation: &'static str) -> impl Fn(SdkError<E>) -> TableError
where
    E: std::error::Error + Send + Sync + 'static,
{
    move |error| TableError::new(operation, error)
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
        Some("TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded") => Obstacle::Contention,
        Some(_) => Obstacle::Other,
    }
}

/// The reasons of a cancelled transaction, one per item in their order.
///
/// # Errors
/// When it failed in another way, so that its outcome is unknown.
pub(super) fn cancellation(
    operation: &'static str,
    error: SdkError<TransactWriteItemsError>,
) -> Result<Vec<CancellationReason>, TableError> {
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
            Ok(cancelled.cancellation_reasons().to_vec())
        }
        _ => Err(failed(operation)(error)),
    }
}
