//! Member rows, one per connection and channel in the connection's shard, and watcher rows, which say the same of members
//! that want to be told who comes and goes.

use domain::channel::Channel;
use domain::connection_id::ConnectionId;
use domain::identity::{DisplayName, UserId};
use domain::membership::{Member, Membership};
use service::ports::{MemberPage, Members, TableError};

use super::attributes::{Key, Row, Unreadable, Writer, one_readable, read_life, read_millis, read_text, readable};
use super::errors::failed;
use super::{Table, limit};

pub(super) fn key(membership: &Membership, id: &ConnectionId) -> Key {
    Key::new(partition(&membership.channel, membership.shard), id.as_str())
}

fn partition(channel: &Channel, shard: u32) -> String {
    format!("member#{channel}#{shard}")
}

pub(super) fn watcher_key(channel: &Channel, id: &ConnectionId) -> Key {
    Key::new(watchers(channel), id.as_str())
}

fn watchers(channel: &Channel) -> String {
    format!("watcher#{channel}")
}

/// The rows of a membership: a member, and a watcher if it is one.
pub(super) fn write_all(membership: &Membership, member: &Member) -> Vec<Row> {
    let channel = &membership.channel;
    let mut rows = vec![write(key(membership, &member.connection), "member", channel, member)];
    if membership.watching {
        rows.push(write(
            watcher_key(channel, &member.connection),
            "watcher",
            channel,
            member,
        ));
    }
    rows
}

fn write(key: Key, kind: &str, channel: &Channel, member: &Member) -> Row {
    Writer::new(key, kind)
        .text("connectionId", member.connection.as_str())
        .text("channel", channel.to_string())
        .text("user", member.user.as_str())
        .text("name", member.name.as_str())
        .number("joinedAt", member.joined_at.millis())
        .life(member.hard_end)
        .row()
}

fn read(row: &Row) -> Result<Member, Unreadable> {
    let user = read_text(row, "user", UserId::parse)?;
    Ok(Member {
        connection: read_text(row, "connectionId", ConnectionId::parse)?,
        name: read_text(row, "name", |name| Some(DisplayName::new(name, &user)))?,
        joined_at: read_millis(row, "joinedAt")?,
        hard_end: read_life(row)?,
        user,
    })
}

impl Members for Table {
    async fn page(
        &self,
        channel: &Channel,
        shard: u32,
        after: Option<&ConnectionId>,
        rows: usize,
    ) -> Result<MemberPage, TableError> {
        let partition = partition(channel, shard);
        let start = after.map(|id| Key::new(partition.clone(), id.as_str()).into_row());
        let query = self.query(partition).set_exclusive_start_key(start).limit(limit(rows));
        let page = query.send().await.map_err(failed("members"))?;
        let next = page
            .last_evaluated_key()
            .and_then(|key| key.get("sk"))
            .and_then(|sk| sk.as_s().ok());
        Ok(MemberPage {
            members: readable("member", page.items(), read),
            next: next.and_then(|sk| ConnectionId::parse(sk)),
        })
    }

    async fn member(&self, membership: &Membership, id: &ConnectionId) -> Result<Option<Member>, TableError> {
        let row = self.get("member", key(membership, id)).await?;
        Ok(row.and_then(|row| one_readable("member", read(&row))))
    }

    async fn watchers(&self, channel: &Channel, rows: usize) -> Result<Vec<Member>, TableError> {
        let query = self.query(watchers(channel)).limit(limit(rows));
        let page = query.send().await.map_err(failed("watchers"))?;
        Ok(readable("watcher", page.items(), read))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::table::attributes::text;
    use domain::timestamp::Timestamp;

    #[test]
    fn a_member_reads_back_as_written_and_a_watcher_stands_beside_it() {
        let user = UserId::parse("alice").unwrap();
        let member = Member {
            connection: ConnectionId::parse("Zk3dPfYbIAMCJpw=").unwrap(),
            name: DisplayName::new("Alice", &user),
            user,
            joined_at: Timestamp::from_millis(1_001),
            hard_end: Timestamp::from_seconds(9_000),
        };
        let mut membership = Membership {
            channel: Channel::All,
            shard: 3,
            watching: false,
        };
        assert_eq!(write_all(&membership, &member).len(), 1);
        membership.watching = true;
        let rows = write_all(&membership, &member);
        let keys = rows.iter().map(|row| (row["pk"].clone(), row["kind"].clone()));
        assert_eq!(
            keys.collect::<Vec<_>>(),
            [
                (text("member#all#3"), text("member")),
                (text("watcher#all"), text("watcher"))
            ]
        );
        for row in &rows {
            assert_eq!(row["sk"], text("Zk3dPfYbIAMCJpw="));
            assert_eq!(row["ttl"].as_n().unwrap(), "12600");
            assert_eq!(read(row).unwrap(), member);
        }
    }
}
