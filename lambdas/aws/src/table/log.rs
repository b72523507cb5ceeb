//! Appending to a log: head, entry, message id and both users' lists in one transaction.

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{AttributeValue, CancellationReason, TransactWriteItem};
use domain::identity::UserId;
use domain::log::Sent;
use domain::message_id::MessageId;
use service::ports::{Append, Appended, Log, TableError};

use super::errors::{contended, is_condition, refused};
use super::expression::Terms;
use super::transaction::Written;
use super::{Table, direct, entry, head, sent};

/// Where the head stands among the items, and among the reasons of a cancellation.
const HEAD: usize = 0;

/// Where the id stands, or else an item without a condition, or none.
const ID: usize = 2;

impl Log for Table {
    async fn append(&self, append: &Append<'_>) -> Result<Appended, TableError> {
        let items = self.append_items(append);
        let items = items.map_err(|error| TableError::new("append", error))?;
        match self.transact("append", items).await? {
            Written::All => Ok(Appended::Done),
            Written::None(reasons) => why_not_appended(&reasons),
        }
    }

    async fn sent(&self, user: &UserId, id: &MessageId) -> Result<Option<Sent>, TableError> {
        let row = self.get("sent", sent::key(user, id)).await?;
        row.map(|row| sent::read(&row))
            .transpose()
            .map_err(|error| TableError::new("sent", error))
    }

    async fn mark_handed_over(&self, user: &UserId, id: &MessageId) -> Result<(), TableError> {
        let terms = Terms::of(["handedOver", "pk"]).value("true", AttributeValue::Bool(true));
        let update = self
            .update(sent::key(user, id), &terms)
            .update_expression("SET #handedOver = :true")
            .condition_expression("attribute_exists(#pk)");
        match update.send().await {
            Ok(_) => Ok(()),
            Err(error) => refused("mark_handed_over", error).map(drop),
        }
    }
}

impl Table {
    fn append_items(&self, append: &Append<'_>) -> Result<Vec<TransactWriteItem>, BuildError> {
        let entry = self.put_part(entry::write(append.channel, append.entry)).build()?;
        let mut items = vec![
            head::advance(self, append)?,
            TransactWriteItem::builder().put(entry).build(),
        ];
        if let (Some(id), Some(remembered)) = (&append.entry.id, append.sent) {
            let sender = &append.entry.sender.id;
            items.push(sent::remember(self, sender, id, remembered, append.now)?);
        }
        items.extend(direct::listing(self, append)?);
        Ok(items)
    }
}

fn why_not_appended(reasons: &[CancellationReason]) -> Result<Appended, TableError> {
    if is_condition(reasons.get(ID)) {
        return Ok(Appended::IdKnown);
    }
    if is_condition(reasons.get(HEAD)) {
        let shown = reasons.get(HEAD).and_then(CancellationReason::item);
        return Ok(Appended::HeadMoved(shown.and_then(|row| head::read(row).ok())));
    }
    contended("append", reasons, Appended::Contended)
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
