//! Sent rows: what is remembered of a sender's message id, so that a retry gets the first answer.

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use domain::channel::Channel;
use domain::digest::Digest;
use domain::identity::UserId;
use domain::log::{Sent, Sequence};
use domain::message_id::MessageId;
use domain::timestamp::Timestamp;

use super::Table;
use super::attributes::{Key, Row, Unreadable, Writer, passed, read_life, read_millis, read_number, read_text};

pub(super) fn key(user: &UserId, id: &MessageId) -> Key {
    Key::new(format!("sent#{user}"), id.as_str())
}

fn write(user: &UserId, id: &MessageId, sent: &Sent) -> Row {
    Writer::new(key(user, id), "sent")
        .text("user", user.as_str())
        .text("id", id.as_str())
        .text("channel", sent.channel.to_string())
        .number("seq", sent.sequence.number())
        .number("at", sent.at.millis())
        .text("digest", sent.digest.as_str())
        .value("handedOver", AttributeValue::Bool(sent.handed_over))
        .life(sent.life)
        .row()
}

pub(super) fn read(row: &Row) -> Result<Sent, Unreadable> {
    Ok(Sent {
        channel: read_text(row, "channel", Channel::parse)?,
        sequence: Sequence::new(read_number(row, "seq")?).ok_or(Unreadable("seq"))?,
        at: read_millis(row, "at")?,
        digest: read_text(row, "digest", |text| Some(Digest::stored(text.to_owned())))?,
        handed_over: row.get("handedOver").is_some_and(|mark| mark.as_bool() == Ok(&true)),
        life: read_life(row)?,
    })
}

/// Remembers the id on condition that it is not remembered: absent, or past its life and not deleted yet.
pub(super) fn remember(
    table: &Table,
    user: &UserId,
    id: &MessageId,
    sent: &Sent,
    now: Timestamp,
) -> Result<TransactWriteItem, BuildError> {
    let put = table
        .put_part(write(user, id, sent))
        .condition_expression("attribute_not_exists(#pk) OR #life <= :now")
        .expression_attribute_names("#pk", "pk")
        .expression_attribute_names("#life", "life")
        .expression_attribute_values(":now", passed(now))
        .build()?;
    Ok(TransactWriteItem::builder().put(put).build())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use domain::content::Content;

    #[test]
    fn what_is_remembered_reads_back_as_written() {
        let (user, id) = (
            UserId::parse("alice").unwrap(),
            MessageId::parse("0123456789abcdef").unwrap(),
        );
        let mut sent = Sent {
            channel: Channel::All,
            sequence: Sequence::new(7).unwrap(),
            at: Timestamp::from_millis(1_001),
            digest: Digest::of(&Channel::All, &Content::parse("1").unwrap()),
            handed_over: false,
            life: Timestamp::from_seconds(9_000),
        };
        assert_eq!(read(&write(&user, &id, &sent)).unwrap(), sent);
        sent.handed_over = true;
        assert_eq!(read(&write(&user, &id, &sent)).unwrap(), sent);
    }
}
