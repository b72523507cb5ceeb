//! Entry rows: the messages of a channel, in the order of their numbers.

use domain::channel::Channel;
use domain::content::Content;
use domain::identity::{DisplayName, UserId};
use domain::limits::FRAME_BYTES_MAX;
use domain::log::{Entry, Sender, Sequence};
use domain::message_id::MessageId;
use domain::timestamp::Timestamp;
use service::ports::{LogReader, Span, TableError};

use super::attributes::{
    Key, Row, Unreadable, Writer, optional, passed, read_life, read_millis, read_number, read_text, readable, text,
};
use super::errors::failed;
use super::{Table, limit};

fn partition(channel: &Channel) -> String {
    format!("entry#{channel}")
}

/// Sixteen digits hold every number below 2^53, and sort as text as they do as numbers.
fn sort_key(sequence: Sequence) -> String {
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

fn read(row: &Row) -> Result<Entry, Unreadable> {
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

/// The condition of a query beside its key, and the number that it names.
fn beyond(span: Span) -> Option<(&'static str, Sequence)> {
    match span {
        Span::Down(to) => to.map(|to| ("#pk = :pk AND #sk < :sk", to)),
        Span::Up(from) => Some(("#pk = :pk AND #sk > :sk", from)),
    }
}

impl LogReader for Table {
    async fn entries(
        &self,
        channel: &Channel,
        span: Span,
        count: usize,
        now: Timestamp,
    ) -> Result<Vec<Entry>, TableError> {
        let (mut entries, mut next) = self.entry_page(channel, span, Some(count), now, None).await?;
        // What the first page lacks was past its life, and there may be much more of that: from here on in large pages.
        while entries.len() < count && !fills_a_frame(&entries) && next.is_some() {
            let (further, after) = self.entry_page(channel, span, None, now, next).await?;
            entries.extend(further);
            next = after;
        }
        entries.truncate(count);
        Ok(entries)
    }
}

impl Table {
    /// One page of entries that are kept at `now`, and where the next begins. The limit counts rows before the filter, so
    /// that a page may be empty without being the last.
    async fn entry_page(
        &self,
        channel: &Channel,
        span: Span,
        rows: Option<usize>,
        now: Timestamp,
        start: Option<Row>,
    ) -> Result<(Vec<Entry>, Option<Row>), TableError> {
        let mut query = self
            .query(partition(channel))
            .scan_index_forward(matches!(span, Span::Up(_)))
            .filter_expression("#life > :now")
            .expression_attribute_names("#life", "life")
            .expression_attribute_values(":now", passed(now))
            .set_limit(rows.map(limit))
            .set_exclusive_start_key(start);
        if let Some((condition, number)) = beyond(span) {
            query = query
                .key_condition_expression(condition)
                .expression_attribute_names("#sk", "sk")
                .expression_attribute_values(":sk", text(sort_key(number)));
        }
        let page = query.send().await.map_err(failed("entries"))?;
        Ok((readable("entry", page.items(), read), page.last_evaluated_key))
    }
}

/// Whether no more of them could be shown in one answer anyway.
fn fills_a_frame(entries: &[Entry]) -> bool {
    let bytes: usize = entries.iter().map(|entry| entry.content.as_str().len()).sum();
    entries.len() >= 2 && bytes > FRAME_BYTES_MAX
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use domain::limits::SEQUENCE_MAX;

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
