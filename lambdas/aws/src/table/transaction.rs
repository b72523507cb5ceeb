//! Writing several rows, all or none, and knowing for certain when none was written.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_dynamodb::config::interceptors::FinalizerInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{CancellationReason, TransactWriteItem};
use service::ports::TableError;

use super::Table;
use super::errors::{failed, is_throttled};

/// What came of a transaction.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Written {
    /// All is written.
    All,
    /// Nothing is, for these reasons: one per item, in their order.
    None(Vec<CancellationReason>),
}

impl Table {
    /// The SDK gives every call a request token of its own, so that an attempt it repeats cannot write twice.
    ///
    /// # Errors
    /// When it is not known whether anything was written.
    pub(super) async fn transact(
        &self,
        operation: &'static str,
        items: Vec<TransactWriteItem>,
    ) -> Result<Written, TableError> {
        let doubt = Doubt::default();
        let call = self.client.transact_write_items().set_transact_items(Some(items));
        let Err(error) = call.customize().interceptor(doubt.clone()).send().await else {
            return Ok(Written::All);
        };
        match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                Ok(Written::None(cancelled.cancellation_reasons().to_vec()))
            }
            Some(refusal) if is_throttled(refusal) && !doubt.is_there() => Ok(Written::None(vec![throttled()])),
            _ => Err(failed(operation)(error)),
        }
    }
}

/// As the reasons of a cancellation say it.
fn throttled() -> CancellationReason {
    CancellationReason::builder().code("ThrottlingError").build()
}

/// Whether any attempt of a call may have been carried out without an answer that says so. A refusal of a later attempt
/// then says nothing of the whole call.
#[derive(Debug, Clone, Default)]
struct Doubt(Arc<AtomicBool>);

impl Doubt {
    fn is_there(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

impl Intercept for Doubt {
    fn name(&self) -> &'static str {
        "Doubt"
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let answered = context.output_or_error().is_some_and(|outcome| outcome.is_ok());
        let refused = context
            .response()
            .is_some_and(|response| response.status().is_client_error());
        if !answered && !refused {
            self.0.store(true, Ordering::SeqCst);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
