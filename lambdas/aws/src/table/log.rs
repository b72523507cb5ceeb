//! Appending to a log: head, entry and message id in one transaction.

use aws_sdk_dynamodb::error::{BuildError, SdkError};
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, CancellationReason, TransactWriteItem};
use domain::channel::Channel;
use domain::identity::UserId;
use domain::log::{Head, Sent};
use domain::message_id::MessageId;
use service::ports::{Append, Appended, Log, TableError};

use super::attributes::{Key, Row};
use super::errors::{Obstacle, cancellation, failed, obstacle};
use super::{Table, entry, head, sent};

impl Log for Table {
    async fn head(&self, channel: &Channel) -> Result<Option<Head>, TableError> {
        let row = self.get("head", head::key(channel)).await?;
        row.map(|row| head::read(&row))
            .transpose()
            .map_err(|error| TableError::new("head", error))
    }

    /// The SDK gives every call a request token of its own, so that an attempt it repeats cannot write twice.
    async fn append(&self, append: &Append<'_>) -> Result<Appended, TableError> {
        let items = self
            .append_items(append)
            .map_err(|error| TableError::new("append", error))?;
        match self
            .client
            .transact_write_items()
            .set_transact_items(Some(items))
            .send()
            .await
        {
            Ok(_) => Ok(Appended::Done),
            Err(error) => why_not_appended(&cancellation("append", error)?),
        }
    }

    async fn sent(&self, user: &UserId, id: &MessageId) -> Result<Option<Sent>, TableError> {
        let row = self.get("sent", sent::key(user, id)).await?;
        row.map(|row| sent::read(&row))
            .transpose()
            .map_err(|error| TableError::new("sent", error))
    }

    async fn mark_handed_over(&self, user: &UserId, id: &MessageId) -> Result<(), TableError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(sent::key(user, id).into_row()))
            .update_expression("SET #mark = :true")
            .condition_expression("attribute_exists(#pk)")
            .expression_attribute_names("#mark", "handedOver")
            .expression_attribute_names("#pk", "pk")
            .expression_attribute_values(":true", AttributeValue::Bool(true));
        match update.send().await {
            Ok(_) => Ok(()),
            Err(error) if is_condition(&error) => Ok(()),
            Err(error) => Err(failed("mark_handed_over")(error)),
        }
    }
}

fn is_condition(error: &SdkError<UpdateItemError>) -> bool {
    matches!(
        error.as_service_error(),
        Some(UpdateItemError::ConditionalCheckFailedException(_))
    )
}

impl Table {
    async fn get(&self, operation: &'static str, key: Key) -> Result<Option<Row>, TableError> {
        let get = self.client.get_item().table_name(&self.name).consistent_read(true);
        let got = get
            .set_key(Some(key.into_row()))
            .send()
            .await
            .map_err(failed(operation))?;
        Ok(got.item)
    }

    /// Head first and entry second, then the id: the order in which the reasons of a cancellation come.
    fn append_items(&self, append: &Append<'_>) -> Result<Vec<TransactWriteItem>, BuildError> {
        let entry = self.put(entry::write(append.channel, append.entry)).build()?;
        let mut items = vec![
            head::advance(self, append)?,
            TransactWriteItem::builder().put(entry).build(),
        ];
        if let (Some(id), Some(remembered)) = (&append.entry.id, append.sent) {
            items.push(sent::remember(
                self,
                &append.entry.sender.id,
                id,
                remembered,
                append.now,
            )?);
        }
        Ok(items)
    }
}

fn why_not_appended(reasons: &[CancellationReason]) -> Result<Appended, TableError> {
    let obstacles: Vec<Obstacle> = reasons.iter().map(obstacle).collect();
    if obstacles.get(2) == Some(&Obstacle::Condition) {
        return Ok(Appended::IdKnown);
    }
    if obstacles.first() == Some(&Obstacle::Condition) {
        let shown = reasons
            .first()
            .and_then(CancellationReason::item)
            .and_then(|row| head::read(row).ok());
        return Ok(Appended::HeadMoved(shown));
    }
    if obstacles.contains(&Obstacle::Contention) {
        return Ok(Appended::Contended);
    }
    let codes: Vec<_> = reasons.iter().map(|reason| reason.code().unwrap_or("None")).collect();
    Err(TableError::new("append", format!("cancelled: {}", codes.join(", "))))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn why(codes: [&str; 3]) -> Result<Appended, TableError> {
        why_not_appended(&codes.map(|code| CancellationReason::builder().code(code).build()))
    }

    #[test]
    fn a_known_id_is_told_before_a_moved_head() {
        let (no, failed, conflict) = ("None", "ConditionalCheckFailed", "TransactionConflict");
        assert_eq!(why([failed, no, failed]).unwrap(), Appended::IdKnown);
        assert_eq!(why([no, no, failed]).unwrap(), Appended::IdKnown);
        assert_eq!(why([failed, no, no]).unwrap(), Appended::HeadMoved(None));
        assert_eq!(why([conflict, no, no]).unwrap(), Appended::Contended);
        assert_eq!(why([no, no, "ThrottlingError"]).unwrap(), Appended::Contended);
        assert!(why([no, "ValidationError", no]).is_err());
    }
}
