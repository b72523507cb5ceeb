//! Entry rows: the messages of a channel, in the order of their numbers.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::channel::Channel;
use domain::content::Content;
use domain::identity::{DisplayName, UserId};
use domain::limits::FRAME_BYTES_MAX;
use domain::log::{Entry, Sender, Sequence};
use domain::message_id::MessageId;
use domain::timestamp::Timestamp;
use service::ports::{LogReader, Span, TableError};

use super::Table;
use super::attributes::{Key, Row, Unreadable, Writer, number, read_life, read_millis, read_number, read_text, text};
use super::errors::failed;

fn partition(channel: &Channel) -> String {
    format!("entry#{channel}")
}

/// Sixteen digits hold every number below 2^53, and sort as text as they do as numbers.
fn sort_key(sequence: Sequence) -> String {
    format!("{:016}", sequence.number())
}

pub(super) fn write(channel: &Channel, entry: &Entry) -> Row {
    let row = Writer::new(Key::new(partition(channel), sort_key(entry.sequence)), "entry")
        .text("channel", channel.to_string())
        .number("seq", entry.sequence.number())
        .text("sender", entry.sender.id.as_str())
        .text("name", entry.sender.name.as_str())
        .text("content", entry.content.as_str())
        .number("at", entry.at.millis())
        .life(entry.life);
    match &entry.id {
        Some(id) => row.text("id", id.as_str()).row(),
        None => row.row(),
    }
}

fn read(row: &Row) -> Result<Entry, Unreadable> {
    let sender = read_text(row, "sender", UserId::parse)?;
    Ok(Entry {
        sequence: Sequence::new(read_number(row, "seq")?).ok_or(Unreadable("seq"))?,
        at: read_millis(row, "at")?,
        sender: Sender {
            name: read_text(row, "name", |name| Some(DisplayName::new(name, &sender)))?,
            id: sender,
        },
        id: row
            .contains_key("id")
            .then(|| read_text(row, "id", MessageId::parse))
            .transpose()?,
        content: read_text(row, "content", |json| Content::parse(json).ok())?,
        life: read_life(row)?,
    })
}

/// Where a query begins and which way it goes.
struct Way {
    forward: bool,
    condition: &'static str,
    bound: Option<Sequence>,
}

impl From<Span> for Way {
    fn from(span: Span) -> Self {
        match span {
            Span::Down(None) => Self {
                forward: false,
                condition: "#pk = :pk",
                bound: None,
            },
            Span::Down(bound) => Self {
                forward: false,
                condition: "#pk = :pk AND #sk < :sk",
                bound,
            },
            Span::Up(bound) => Self {
                forward: true,
                condition: "#pk = :pk AND #sk > :sk",
                bound: Some(bound),
            },
        }
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
        let way = Way::from(span);
        let (rows, mut next) = self.entry_rows(channel, &way, Some(count), now, None).await?;
        let mut entries = readable(&rows);
        // What the first page lacks was past its life, and there may be much more of that: from here on in large pages.
        while entries.len() < count && !fills_a_frame(&entries) && next.is_some() {
            let (rows, after) = self.entry_rows(channel, &way, None, now, next).await?;
            entries.extend(readable(&rows));
            next = after;
        }
        entries.truncate(count);
        Ok(entries)
    }
}

impl Table {
    /// One page of rows that are kept at `now`, and where the next begins. The limit counts rows before the filter, so
    /// that a page may be empty without being the last.
    async fn entry_rows(
        &self,
        channel: &Channel,
        way: &Way,
        limit: Option<usize>,
        now: Timestamp,
        start: Option<Row>,
    ) -> Result<(Vec<Row>, Option<Row>), TableError> {
        let names = [("#pk", "pk"), ("#life", "life")]
            .into_iter()
            .chain(way.bound.map(|_| ("#sk", "sk")));
        // A life of so many seconds ends later than `now` if it is above the seconds that have fully passed.
        let values = [(":pk", text(partition(channel))), (":now", number(now.millis() / 1000))];
        let values = values
            .into_iter()
            .chain(way.bound.map(|bound| (":sk", text(sort_key(bound)))));
        let query = self
            .client
            .query()
            .table_name(&self.name)
            .consistent_read(true)
            .scan_index_forward(way.forward);
        let page = query
            .key_condition_expression(way.condition)
            .filter_expression("#life > :now")
            .set_expression_attribute_names(Some(names.map(|(n, v)| (n.to_owned(), v.to_owned())).collect()))
            .set_expression_attribute_values(Some(values.map(|(n, v)| (n.to_owned(), v)).collect()))
            .set_exclusive_start_key(start)
            .set_limit(limit.map(|limit| i32::try_from(limit).unwrap_or(i32::MAX)))
            .send()
            .await
            .map_err(failed("entries"))?;
        Ok((page.items.unwrap_or_default(), page.last_evaluated_key))
    }
}

/// Whether no more of them could be shown in one answer anyway.
fn fills_a_frame(entries: &[Entry]) -> bool {
    let bytes: usize = entries.iter().map(|entry| entry.content.as_str().len()).sum();
    entries.len() >= 2 && bytes > FRAME_BYTES_MAX
}

/// Rows of another version of this code are left out, and said so.
fn readable(rows: &[std::collections::HashMap<String, AttributeValue>]) -> Vec<Entry> {
    let mut entries = Vec::with_capacity(rows.len());
    for row in rows {
        match read(row) {
            Ok(entry) => entries.push(entry),
            Err(error) => tracing::warn!(error = %error, kind = "entry", "row.skipped"),
        }
    }
    entries
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
    }

    #[test]
    fn keys_sort_as_numbers_do() {
        let key = |number| sort_key(Sequence::new(number).unwrap());
        assert!(key(0) < key(9) && key(9) < key(10) && key(10) < key(SEQUENCE_MAX));
        assert_eq!(key(SEQUENCE_MAX).len(), 16);
    }
}
