//! Reading many rows at once. DynamoDB may answer only some of them, and is asked again for the rest.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::KeysAndAttributes;
use domain::jitter::Jitter;
use service::ports::TableError;

use super::Table;
use super::attributes::{Key, Row};
use super::errors::failed;
use crate::random;

/// Keys in one request: DynamoDB's own bound.
const BATCH_KEYS_MAX: usize = 100;

/// Requests for what is left of a hundred keys. With pauses up to 20, 40, 80 … ms, a second and a quarter at most.
const BATCH_ATTEMPTS_MAX: u32 = 6;

impl Table {
    /// The rows under these keys, in any order; those that are not there are left out. Strongly consistent.
    pub(super) async fn batch(
        &self,
        operation: &'static str,
        keys: impl IntoIterator<Item = Key>,
    ) -> Result<Vec<Row>, TableError> {
        // DynamoDB refuses a request that names a key twice.
        let keys: Vec<_> = keys.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
        let mut rows = Vec::with_capacity(keys.len());
        for chunk in keys.chunks(BATCH_KEYS_MAX) {
            let keys = chunk.iter().cloned().map(Key::into_row).collect();
            let wanted = wanted(keys).map_err(|error| TableError::new(operation, error))?;
            self.chunk(operation, wanted, &mut rows).await?;
        }
        Ok(rows)
    }

    async fn chunk(
        &self,
        operation: &'static str,
        mut wanted: KeysAndAttributes,
        rows: &mut Vec<Row>,
    ) -> Result<(), TableError> {
        let mut jitter = Jitter::seeded(random::seed());
        for attempt in 0..BATCH_ATTEMPTS_MAX {
            let request = HashMap::from([(self.name.clone(), wanted)]);
            let call = self.client.batch_get_item().set_request_items(Some(request));
            let answer = call.send().await.map_err(failed(operation))?;
            let found = answer.responses.unwrap_or_default();
            rows.extend(found.into_values().flatten());
            match answer.unprocessed_keys.and_then(|left| left.into_values().next()) {
                Some(left) => wanted = left,
                None => return Ok(()),
            }
            tokio::time::sleep(jitter.pause(attempt)).await;
        }
        Err(TableError::new(
            operation,
            "keys are left unread after several attempts",
        ))
    }
}

fn wanted(keys: Vec<Row>) -> Result<KeysAndAttributes, BuildError> {
    KeysAndAttributes::builder()
        .set_keys(Some(keys))
        .consistent_read(true)
        .build()
}

#[cfg(test)]
mod tests;
