//! Direct rows: a list for each user of the direct channels in which something was said, so that whoever was away hears of
//! those they never knew.

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::channel::Channel;
use domain::identity::UserId;
use domain::timestamp::Timestamp;
use service::ports::{Append, TableError};

use super::attributes::{Key, Row, Writer, passed, read_text, readable, text};
use super::errors::failed;
use super::{Table, limit};

fn partition(user: &UserId) -> String {
    format!("direct#{user}")
}

/// Rows are in the order of places, so that a reading can begin anywhere among them.
fn sort_key(place: u64) -> String {
    format!("{place:016x}")
}

fn write(user: &UserId, channel: &Channel, life: Timestamp) -> Row {
    let key = format!("{}#{channel}", sort_key(channel.place()));
    Writer::new(Key::new(partition(user), key), "direct")
        .text("channel", channel.to_string())
        .life(life)
        .row()
}

/// The rows of both users, if the append lists its channel for longer than it was. They need no condition: whoever moves
/// the head is the only one to do so.
pub(super) fn listing(table: &Table, append: &Append<'_>) -> Result<Vec<TransactWriteItem>, BuildError> {
    let until = append.head.listed_until;
    let listed = append.previous.map_or(Timestamp::default(), |head| head.listed_until);
    let Channel::Direct(pair) = append.channel else {
        return Ok(Vec::new());
    };
    if until <= listed {
        return Ok(Vec::new());
    }
    let item = |user| {
        let put = table.put_part(write(user, append.channel, until));
        Ok(TransactWriteItem::builder().put(put.build()?).build())
    };
    pair.users().into_iter().map(item).collect()
}

/// Pages that are read of a long list.
const PAGES_MAX: usize = 6;

/// A part of a list.
#[derive(Clone, Copy)]
enum Arc {
    Whole,
    From(u64),
    Before(u64),
}

/// One page of a list: what is listed, and where the next begins, unless it was the end.
struct Page {
    channels: Vec<Channel>,
    next: Option<Row>,
}

impl Table {
    /// Nearly every list is one page, whatever the place to begin at. Rows past their life are counted and left out by
    /// DynamoDB, which deletes them late, so that many pages may bring nothing: beginning somewhere else each time finds the
    /// others.
    pub(super) async fn listed(
        &self,
        user: &UserId,
        from: u64,
        most: usize,
        now: Timestamp,
    ) -> Result<Vec<Channel>, TableError> {
        let whole = self.list_page(user, Arc::Whole, None, most, now).await?;
        if whole.next.is_none() {
            return Ok(whole.channels);
        }
        let mut channels = Vec::new();
        let mut arcs = [Arc::From(from), Arc::Before(from)].into_iter();
        let (mut arc, mut start) = (arcs.next(), None);
        for _ in 0..PAGES_MAX {
            let Some(part) = arc.filter(|_| channels.len() < most) else {
                break;
            };
            let page = self.list_page(user, part, start, most, now).await?;
            channels.extend(page.channels);
            start = page.next;
            if start.is_none() {
                arc = arcs.next();
            }
        }
        channels.truncate(most);
        Ok(channels)
    }

    async fn list_page(
        &self,
        user: &UserId,
        arc: Arc,
        start: Option<Row>,
        rows: usize,
        now: Timestamp,
    ) -> Result<Page, TableError> {
        let query = self
            .query(partition(user))
            .filter_expression("#life > :now")
            .expression_attribute_names("#life", "life")
            .expression_attribute_values(":now", passed(now))
            .set_exclusive_start_key(start)
            .limit(limit(rows));
        let query = match arc {
            Arc::Whole => query,
            Arc::From(place) => between(query, "#pk = :pk AND #sk >= :sk", place),
            Arc::Before(place) => between(query, "#pk = :pk AND #sk < :sk", place),
        };
        let page = query.send().await.map_err(failed("directs"))?;
        let channel = |row: &Row| read_text(row, "channel", Channel::parse);
        Ok(Page {
            channels: readable("direct", page.items(), channel),
            next: page.last_evaluated_key,
        })
    }
}

fn between(query: QueryFluentBuilder, condition: &str, place: u64) -> QueryFluentBuilder {
    query
        .key_condition_expression(condition)
        .expression_attribute_names("#sk", "sk")
        .expression_attribute_values(":sk", text(sort_key(place)))
}
