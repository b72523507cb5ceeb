//! Head rows: one per channel, without an end of life, so that no number is ever given twice.

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update};
use domain::channel::Channel;
use domain::connection::Shards;
use domain::log::{Head, Sequence};
use service::ports::Append;

use super::Table;
use super::attributes::{Key, Row, Unreadable, Writer, number, read_millis, read_number};

pub(super) fn key(channel: &Channel) -> Key {
    Key::new(format!("head#{channel}"), "head")
}

fn write(channel: &Channel, head: &Head) -> Row {
    Writer::new(key(channel), "head")
        .text("channel", channel.to_string())
        .number("first", head.first.number())
        .number("last", head.last.number())
        .number("at", head.at.millis())
        .number("shards", head.shards.count().into())
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

fn update(table: &Table, append: &Append<'_>, previous: &Head) -> Result<Update, BuildError> {
    Update::builder()
        .table_name(&table.name)
        .set_key(Some(key(append.channel).into_row()))
        .update_expression("SET #last = :last, #at = :at, #shards = :shards")
        .condition_expression("#last = :previous")
        .expression_attribute_names("#last", "last")
        .expression_attribute_names("#at", "at")
        .expression_attribute_names("#shards", "shards")
        .expression_attribute_values(":last", number(append.head.last.number()))
        .expression_attribute_values(":at", number(append.head.at.millis()))
        .expression_attribute_values(":shards", number(append.head.shards.count().into()))
        .expression_attribute_values(":previous", number(previous.last.number()))
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .build()
}

fn create(table: &Table, append: &Append<'_>) -> Result<Put, BuildError> {
    table
        .put(write(append.channel, append.head))
        .condition_expression("attribute_not_exists(#pk)")
        .expression_attribute_names("#pk", "pk")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .build()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use domain::timestamp::Timestamp;

    #[test]
    fn a_head_reads_back_as_written_and_has_no_end() {
        let head = Head::after(None, Timestamp::from_millis(1_700_000_000_000), Shards::new(4).unwrap());
        let row = write(&Channel::All, &head);
        assert!(!row.contains_key("ttl") && !row.contains_key("life"));
        assert_eq!(read(&row).unwrap(), head);
    }
}
