//! Head rows: one per channel, without an end of life, so that no number is ever given twice.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update};
use domain::channel::Channel;
use domain::identity::UserId;
use domain::log::{Head, Sequence};
use domain::shards::Shards;
use domain::timestamp::Timestamp;
use service::ports::{Append, Heads, TableError};

use super::Table;
use super::attributes::{
    Key, Row, Unreadable, Writer, millis, number, one_readable, optional, read_millis, read_number, read_text,
};
use super::errors::refused;
use super::expression::Terms;

pub(super) fn key(channel: &Channel) -> Key {
    Key::new(format!("head#{channel}"), "head")
}

fn write(channel: &Channel, head: &Head) -> Row {
    let listed = head.listed_until > Timestamp::default();
    Writer::new(key(channel), "head")
        .text("channel", channel.to_string())
        .number("first", head.first.number())
        .number("last", head.last.number())
        .number("at", head.at.millis())
        .number("shards", head.shards.count().into())
        .number("keptUntil", head.kept_until.millis())
        .optional("listedUntil", listed.then(|| millis(head.listed_until)))
        .row()
}

pub(super) fn read(row: &Row) -> Result<Head, Unreadable> {
    let sequence = |name| Sequence::new(read_number(row, name)?).ok_or(Unreadable(name));
    let shards = u32::try_from(read_number(row, "shards")?).ok().and_then(Shards::new);
    Ok(Head {
        first: sequence("first")?,
        last: sequence("last")?,
        at: read_millis(row, "at")?,
        shards: shards.ok_or(Unreadable("shards"))?,
        kept_until: optional(row, "keptUntil", read_millis)?.unwrap_or_default(),
        listed_until: optional(row, "listedUntil", read_millis)?.unwrap_or_default(),
    })
}

/// Moves the head on condition that it is as it was, or that there is none.
pub(super) fn advance(table: &Table, append: &Append<'_>) -> Result<TransactWriteItem, BuildError> {
    let item = TransactWriteItem::builder();
    match append.previous {
        Some(previous) => Ok(item.update(update(table, append, previous)?).build()),
        None => Ok(item.put(create(table, append)?).build()),
    }
}

/// Never over more shards than the writer knows of: members may stand in any that ever were, and it tells only those. Written
/// only where they grow.
fn update(table: &Table, append: &Append<'_>, previous: &Head) -> Result<Update, BuildError> {
    let head = append.head;
    let mut terms = Terms::of(["last", "at", "shards", "keptUntil"])
        .value("last", number(head.last.number()))
        .value("at", millis(head.at))
        .value("keptUntil", millis(head.kept_until))
        .value("previous", number(previous.last.number()))
        .value("shards", number(head.shards.count().into()));
    let mut set = "SET #last = :last, #at = :at, #keptUntil = :keptUntil".to_owned();
    if head.shards > previous.shards {
        set.push_str(", #shards = :shards");
    }
    if head.listed_until != previous.listed_until {
        terms = terms.and(["listedUntil"]).value("listed", millis(head.listed_until));
        set.push_str(", #listedUntil = :listed");
    }
    table
        .update_part(key(append.channel), &terms)
        .update_expression(set)
        .condition_expression("#last = :previous AND #shards <= :shards")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .build()
}

fn create(table: &Table, append: &Append<'_>) -> Result<Put, BuildError> {
    table
        .put_part(write(append.channel, append.head))
        .condition_expression("attribute_not_exists(#pk)")
        .expression_attribute_names("#pk", "pk")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .build()
}

impl Heads for Table {
    /// A head that cannot be read is an error and never a missing one, since a log would begin anew.
    async fn head(&self, channel: &Channel) -> Result<Option<Head>, TableError> {
        let row = self.get("head", key(channel)).await?;
        row.map(|row| read(&row))
            .transpose()
            .map_err(|error| TableError::new("head", error))
    }

    async fn heads(&self, channels: &[Channel]) -> Result<Vec<(Channel, Head)>, TableError> {
        let rows = self.batch("heads", channels.iter().map(key)).await?;
        let named = |row: &Row| {
            let channel = read_text(row, "channel", Channel::parse)?;
            Ok((channel, read(row)?))
        };
        let heads: BTreeMap<_, _> = rows.iter().filter_map(|row| one_readable("head", named(row))).collect();
        Ok(heads.into_iter().collect())
    }

    async fn spread(&self, channel: &Channel, shards: Shards) -> Result<(), TableError> {
        let terms = Terms::of(["shards"]).value("shards", number(shards.count().into()));
        let update = self
            .update(key(channel), &terms)
            .update_expression("SET #shards = :shards")
            .condition_expression("#shards < :shards");
        match update.send().await {
            Ok(_) => Ok(()),
            Err(error) => refused("spread", error).map(drop),
        }
    }

    async fn directs(
        &self,
        user: &UserId,
        from: u64,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<Channel>, TableError> {
        self.listed(user, from, limit, now).await
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_head_reads_back_as_written_and_has_no_end() {
        let (four, hour) = (Shards::new(4).unwrap(), Duration::from_secs(3600));
        let head = Head::after(None, Timestamp::from_millis(1_700_000_000_000), four).keeping(hour);
        let row = write(&Channel::All, &head);
        assert!(!row.contains_key("ttl") && !row.contains_key("life") && !row.contains_key("listedUntil"));
        assert_eq!(read(&row).unwrap(), head);
        let direct = Channel::parse("dm:a:b").unwrap();
        let listed = head.listing(&direct, hour);
        assert_eq!(read(&write(&direct, &listed)).unwrap(), listed);
    }
}
