//! Direct rows: a list for each user of the direct channels in which something is kept, so that whoever was away hears of
//! those they never knew.

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::channel::Channel;
use domain::identity::UserId;
use domain::timestamp::Timestamp;
use service::ports::{Append, TableError};

use super::attributes::{Key, Row, Writer, passed, read_text, readable};
use super::errors::failed;
use super::{Table, limit};

fn partition(user: &UserId) -> String {
    format!("direct#{user}")
}

fn write(user: &UserId, channel: &Channel, life: Timestamp) -> Row {
    Writer::new(Key::new(partition(user), channel.to_string()), "direct")
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

impl Table {
    /// A page may hold only rows past their life, which DynamoDB counts and leaves out, so that more than one may be read.
    pub(super) async fn listed(&self, user: &UserId, most: usize, now: Timestamp) -> Result<Vec<Channel>, TableError> {
        let mut channels = Vec::new();
        let mut start = None;
        loop {
            let query = self
                .query(partition(user))
                .filter_expression("#life > :now")
                .expression_attribute_names("#life", "life")
                .expression_attribute_values(":now", passed(now))
                .set_exclusive_start_key(start)
                .limit(limit(most));
            let page = query.send().await.map_err(failed("directs"))?;
            channels.extend(readable("direct", page.items(), |row| {
                read_text(row, "channel", Channel::parse)
            }));
            start = page.last_evaluated_key;
            if start.is_none() || channels.len() >= most {
                break;
            }
        }
        channels.truncate(most);
        Ok(channels)
    }
}
