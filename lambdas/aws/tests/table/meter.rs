//! Counts a client's calls and the units that DynamoDB says they took, by asking for them with each call.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::interceptors::{
    BeforeSerializationInterceptorContextMut, FinalizerInterceptorContextRef,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::operation::batch_get_item::{BatchGetItemInput, BatchGetItemOutput};
use aws_sdk_dynamodb::operation::delete_item::{DeleteItemInput, DeleteItemOutput};
use aws_sdk_dynamodb::operation::get_item::{GetItemInput, GetItemOutput};
use aws_sdk_dynamodb::operation::query::{QueryInput, QueryOutput};
use aws_sdk_dynamodb::operation::transact_write_items::{TransactWriteItemsInput, TransactWriteItemsOutput};
use aws_sdk_dynamodb::operation::update_item::{UpdateItemInput, UpdateItemOutput};
use aws_sdk_dynamodb::types::{ConsumedCapacity, ReturnConsumedCapacity};

/// What was counted.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Counts {
    pub(crate) calls: u64,
    pub(crate) write_units: f64,
    pub(crate) read_units: f64,
    /// Transactions among the calls.
    pub(crate) transactions: u64,
    /// Calls of which it was not said what they took.
    pub(crate) untold: u64,
}

/// How a store computes units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Units {
    /// As AWS does.
    AsOnAws,
    /// As DynamoDB Local does, to which a consistent read that finds nothing is free; on AWS it takes a unit as any other.
    /// What it says of transactions has nothing to do with AWS, where they take two units for each begun kilobyte of each
    /// item.
    Local,
}

/// Counts what passes through the clients that it is put into.
#[derive(Debug, Clone)]
pub(crate) struct Meter {
    units: Units,
    counts: Arc<Mutex<Counts>>,
}

impl Meter {
    pub(crate) fn new(units: Units) -> Self {
        Self {
            units,
            counts: Arc::default(),
        }
    }

    /// The same client, counted.
    pub(crate) fn counting(&self, client: &Client) -> Client {
        Client::from_conf(client.config().to_builder().interceptor(self.clone()).build())
    }

    /// What was counted since it was last taken, as AWS would.
    pub(crate) fn take(&self) -> Counts {
        std::mem::take(&mut self.counts())
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, took: Option<Took>) {
        let local = self.units == Units::Local;
        let mut counts = self.counts();
        counts.calls += 1;
        match took {
            // A query of one key; what it finds at once is rounded up to units together.
            Some(Took::Query(units)) => counts.read_units += if local { units.max(1.0) } else { units },
            Some(Took::Read(units)) => counts.read_units += units,
            Some(Took::Write(units)) => counts.write_units += units,
            Some(Took::Transaction(units)) => {
                counts.transactions += 1;
                counts.write_units += units;
            }
            None => counts.untold += 1,
        }
    }

    /// Of the keys of a batch, DynamoDB Local counts those that it finds: all are added when asked for, and these taken off.
    fn batch(&self, keys: f64) {
        if self.units == Units::Local {
            self.counts().read_units += keys;
        }
    }
}

/// What one call took, in units.
#[derive(Debug, Clone, Copy)]
enum Took {
    Read(f64),
    Query(f64),
    Write(f64),
    Transaction(f64),
}

fn units<'a>(capacity: impl IntoIterator<Item = &'a ConsumedCapacity>) -> Option<f64> {
    let said: Option<Vec<f64>> = capacity.into_iter().map(ConsumedCapacity::capacity_units).collect();
    said.filter(|said| !said.is_empty()).map(|said| said.iter().sum())
}

impl Intercept for Meter {
    fn name(&self) -> &'static str {
        "Meter"
    }

    fn modify_before_serialization(
        &self,
        context: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let total = Some(ReturnConsumedCapacity::Total);
        let input = context.input_mut();
        if let Some(input) = input.downcast_mut::<GetItemInput>() {
            input.return_consumed_capacity = total;
        } else if let Some(input) = input.downcast_mut::<BatchGetItemInput>() {
            let wanted = input.request_items().into_iter().flat_map(|tables| tables.values());
            self.batch(wanted.map(|keys| keys.keys().len() as f64).sum());
            input.return_consumed_capacity = total;
        } else if let Some(input) = input.downcast_mut::<QueryInput>() {
            input.return_consumed_capacity = total;
        } else if let Some(input) = input.downcast_mut::<UpdateItemInput>() {
            input.return_consumed_capacity = total;
        } else if let Some(input) = input.downcast_mut::<DeleteItemInput>() {
            input.return_consumed_capacity = total;
        } else if let Some(input) = input.downcast_mut::<TransactWriteItemsInput>() {
            input.return_consumed_capacity = total;
        }
        Ok(())
    }

    fn read_after_execution(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(Ok(output)) = context.output_or_error() else {
            self.note(None);
            return Ok(());
        };
        let took = if let Some(got) = output.downcast_ref::<GetItemOutput>() {
            units(got.consumed_capacity()).map(Took::Read)
        } else if let Some(got) = output.downcast_ref::<QueryOutput>() {
            units(got.consumed_capacity()).map(Took::Query)
        } else if let Some(got) = output.downcast_ref::<BatchGetItemOutput>() {
            let found = got.responses().into_iter().flat_map(|tables| tables.values());
            self.batch(-found.map(|rows| rows.len() as f64).sum::<f64>());
            units(got.consumed_capacity()).map(Took::Read)
        } else if let Some(done) = output.downcast_ref::<UpdateItemOutput>() {
            units(done.consumed_capacity()).map(Took::Write)
        } else if let Some(done) = output.downcast_ref::<DeleteItemOutput>() {
            units(done.consumed_capacity()).map(Took::Write)
        } else if let Some(done) = output.downcast_ref::<TransactWriteItemsOutput>() {
            units(done.consumed_capacity()).map(Took::Transaction)
        } else {
            None
        };
        self.note(took);
        Ok(())
    }
}
