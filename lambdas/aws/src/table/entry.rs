//! Entry rows: the messages of a channel, in the order of their numbers.

use domain::channel::Channel;
use domain::content::Content;
use domain::identity::{DisplayName, UserId};
use domain::log::{Entry, Sender, Sequence};
use domain::message_id::MessageId;

use super::attributes::{Key, Row, Unreadable, Writer, optional, read_life, read_millis, read_number, read_text, text};

pub(super) fn partition(channel: &Channel) -> String {
    format!("entry#{channel}")
}

/// Sixteen digits hold every number below 2^53, and sort as text as they do as numbers.
pub(super) fn sort_key(sequence: Sequence) -> String {
    format!("{:016}", sequence.number())
}

pub(super) fn write(channel: &Channel, entry: &Entry) -> Row {
    Writer::new(Key::new(partition(channel), sort_key(entry.sequence)), "entry")
        .text("channel", channel.to_string())
        .number("seq", entry.sequence.number())
        .text("sender", entry.sender.id.as_str())
        .text("name", entry.sender.name.as_str())
        .text("content", entry.content.as_str())
        .number("at", entry.at.millis())
        .optional("id", entry.id.as_ref().map(|id| text(id.as_str())))
        .life(entry.life)
        .row()
}

pub(super) fn read(row: &Row) -> Result<Entry, Unreadable> {
    let sender = read_text(row, "sender", UserId::parse_sender)?;
    Ok(Entry {
        sequence: Sequence::new(read_number(row, "seq")?).ok_or(Unreadable("seq"))?,
        at: read_millis(row, "at")?,
        sender: Sender {
            name: read_text(row, "name", |name| Some(DisplayName::new(name, &sender)))?,
            id: sender,
        },
        id: optional(row, "id", |row, name| read_text(row, name, MessageId::parse))?,
        content: read_text(row, "content", |json| Content::parse(json).ok())?,
        life: read_life(row)?,
    })
}

/// The number in a row's key, whatever else the row holds.
pub(super) fn sequence_of(row: &Row) -> Result<Sequence, Unreadable> {
    read_text(row, "sk", |key| Sequence::new(key.parse().ok()?))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use domain::limits::SEQUENCE_MAX;
    use domain::timestamp::Timestamp;

    #[test]
    fn an_entry_reads_back_as_written() {
        let user = UserId::parse("alice").unwrap();
        let mut entry = Entry {
            sequence: Sequence::new(1_700_000_000_000_001).unwrap(),
            at: Timestamp::from_millis(1_700_000_000_123),
            sender: Sender {
                name: DisplayName::new("Alice", &user),
                id: user,
            },
            id: MessageId::parse("0123456789abcdef"),
            content: Content::parse(r#"{"a" : "\u00e9"}"#).unwrap(),
            life: Timestamp::from_seconds(1_700_086_401),
        };
        let row = write(&Channel::All, &entry);
        assert_eq!(
            (&row["pk"], &row["sk"]),
            (&text("entry#all"), &text("1700000000000001"))
        );
        assert_eq!(read(&row).unwrap(), entry);
        assert_eq!(sequence_of(&row).unwrap(), entry.sequence);
        entry.id = None;
        assert_eq!(read(&write(&Channel::All, &entry)).unwrap(), entry);
        entry.sender = Sender::back_end(Some("Shop"));
        assert_eq!(read(&write(&Channel::All, &entry)).unwrap(), entry);
    }

    #[test]
    fn keys_sort_as_numbers_do() {
        let key = |number| sort_key(Sequence::new(number).unwrap());
        assert!(key(0) < key(9) && key(9) < key(10) && key(10) < key(SEQUENCE_MAX));
        assert_eq!(key(SEQUENCE_MAX).len(), 16);
    }
}
