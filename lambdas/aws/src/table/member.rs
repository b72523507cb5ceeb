//! Member rows: one per connection and channel, in the connection's shard.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::channel::Channel;
use domain::connection::{ConnectionId, Member, Membership};
use domain::identity::{DisplayName, UserId};
use domain::limits::MEMBER_PAGE_ROWS;
use service::ports::{MemberPage, Members, TableError};

use super::Table;
use super::attributes::{Key, Row, Unreadable, Writer, read_life, read_millis, read_text, text};
use super::errors::failed;

pub(super) fn key(membership: &Membership, connection: &ConnectionId) -> Key {
    Key::new(partition(&membership.channel, membership.shard), connection.as_str())
}

fn partition(channel: &Channel, shard: u32) -> String {
    format!("member#{channel}#{shard}")
}

pub(super) fn write(membership: &Membership, member: &Member) -> Row {
    Writer::new(key(membership, &member.connection), "member")
        .text("connectionId", member.connection.as_str())
        .text("channel", membership.channel.to_string())
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
    ) -> Result<MemberPage, TableError> {
        let partition = partition(channel, shard);
        let start = after.map(|connection| Key::new(partition.clone(), connection.as_str()).into_row());
        let query = self.client.query().table_name(&self.name).consistent_read(true);
        let page = query
            .key_condition_expression("#pk = :pk")
            .expression_attribute_names("#pk", "pk")
            .expression_attribute_values(":pk", text(partition))
            .set_exclusive_start_key(start)
            .limit(i32::try_from(MEMBER_PAGE_ROWS).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(failed("members"))?;
        let next = page
            .last_evaluated_key()
            .and_then(|key| key.get("sk"))
            .and_then(|sk| sk.as_s().ok());
        Ok(MemberPage {
            members: readable(page.items()),
            next: next.and_then(|sk| ConnectionId::parse(sk)),
        })
    }
}

/// Rows of another version of this code are left out, and said so, rather than ending the fan-out for everyone.
fn readable(rows: &[std::collections::HashMap<String, AttributeValue>]) -> Vec<Member> {
    let mut members = Vec::with_capacity(rows.len());
    for row in rows {
        match read(row) {
            Ok(member) => members.push(member),
            Err(error) => tracing::warn!(error = %error, kind = "member", "row.skipped"),
        }
    }
    members
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use domain::timestamp::Timestamp;

    #[test]
    fn a_member_reads_back_as_written() {
        let user = UserId::parse("alice").unwrap();
        let member = Member {
            connection: ConnectionId::parse("Zk3dPfYbIAMCJpw=").unwrap(),
            name: DisplayName::new("Alice", &user),
            user,
            joined_at: Timestamp::from_millis(1_001),
            hard_end: Timestamp::from_seconds(9_000),
        };
        let row = write(
            &Membership {
                channel: Channel::All,
                shard: 3,
            },
            &member,
        );
        assert_eq!(row["pk"], text("member#all#3"));
        assert_eq!(row["sk"], text("Zk3dPfYbIAMCJpw="));
        assert_eq!(row["ttl"].as_n().unwrap(), "12600");
        assert_eq!(read(&row).unwrap(), member);
    }

    #[test]
    fn a_row_without_a_part_is_left_out() {
        let mut row = Row::new();
        row.insert("user".into(), text("alice"));
        assert!(readable(&[row, Row::new()]).is_empty());
    }
}
