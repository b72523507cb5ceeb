//! Connection rows and the tombstones that follow them, with the registration that writes them.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, Put, ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
};
use domain::channel::Channel;
use domain::connection::{Connection, ConnectionId, Membership};
use domain::timestamp::Timestamp;
use service::ports::{Connections, Registered, Registry, TableError};

use super::attributes::{Key, Row, Writer, number, read_text, text, ttl};
use super::errors::{Obstacle, cancellation, failed, obstacle};
use super::{Table, member};

fn key(connection: &ConnectionId) -> Key {
    Key::new(format!("connection#{connection}"), "connection")
}

fn write(connection: &Connection) -> Row {
    let identity = &connection.identity;
    let row = Writer::new(key(&connection.id), "connection")
        .text("connectionId", connection.id.as_str())
        .text("user", identity.user.as_str())
        .text("name", identity.name.as_str())
        .number("signedInAt", identity.signed_in_at.seconds_ceil())
        .number("registeredAt", connection.registered_at.millis())
        .value("channels", write_memberships(&connection.memberships))
        .life(connection.hard_end);
    match &identity.origin_jti {
        Some(jti) => row.text("originJti", jti).row(),
        None => row.row(),
    }
}

/// A map from channel to shard.
fn write_memberships(memberships: &[Membership]) -> AttributeValue {
    AttributeValue::M(
        memberships
            .iter()
            .map(|m| (m.channel.to_string(), number(m.shard.into())))
            .collect(),
    )
}

fn read_memberships(row: &Row) -> Vec<Membership> {
    let channels = row.get("channels").and_then(|value| value.as_m().ok());
    let membership = |(name, shard): (&String, &AttributeValue)| {
        Some(Membership {
            channel: Channel::parse(name)?,
            shard: shard.as_n().ok()?.parse().ok()?,
        })
    };
    channels.into_iter().flatten().filter_map(membership).collect()
}

impl Registry for Table {
    async fn register(&self, connection: &Connection) -> Result<Registered, TableError> {
        let absent = self
            .put(write(connection))
            .condition_expression("attribute_not_exists(#pk)")
            .expression_attribute_names("#pk", "pk")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let member = connection.member();
        let members = connection
            .memberships
            .iter()
            .map(|membership| self.put(member::write(membership, &member)));
        let puts = std::iter::once(absent)
            .chain(members)
            .map(|put| put.build().map(transact))
            .collect::<Result<_, _>>();
        let items = puts.map_err(|error| TableError::new("register", error))?;
        match self
            .client
            .transact_write_items()
            .set_transact_items(Some(items))
            .send()
            .await
        {
            Ok(_) => Ok(Registered::Now),
            Err(error) => why_not_registered(&cancellation("register", error)?),
        }
    }
}

fn transact(put: Put) -> TransactWriteItem {
    TransactWriteItem::builder().put(put).build()
}

fn why_not_registered(reasons: &[CancellationReason]) -> Result<Registered, TableError> {
    let own = reasons.first().filter(|reason| obstacle(reason) == Obstacle::Condition);
    let Some(own) = own else {
        let codes: Vec<_> = reasons
            .iter()
            .map(|reason| reason.code().unwrap_or("None").to_owned())
            .collect();
        return Err(TableError::new("register", format!("cancelled: {}", codes.join(", "))));
    };
    let kind = own
        .item()
        .and_then(|row| read_text(row, "kind", |kind| Some(kind.to_owned())).ok());
    Ok(if kind.as_deref() == Some("connection") {
        Registered::Already
    } else {
        Registered::Forgotten
    })
}

impl Connections for Table {
    async fn entomb(&self, connection: &ConnectionId, life: Timestamp) -> Result<Vec<Membership>, TableError> {
        let names = [
            ("#kind", "kind"),
            ("#id", "connectionId"),
            ("#life", "life"),
            ("#ttl", "ttl"),
        ];
        let values = [
            (":kind", text("tombstone")),
            (":id", text(connection.as_str())),
            (":life", number(life.seconds_ceil())),
            (":ttl", number(ttl(life))),
        ];
        let old = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(key(connection).into_row()))
            .update_expression("SET #kind = :kind, #id = :id, #life = :life, #ttl = :ttl")
            .set_expression_attribute_names(Some(names.map(|(n, v)| (n.to_owned(), v.to_owned())).into()))
            .set_expression_attribute_values(Some(values.map(|(n, v)| (n.to_owned(), v)).into()))
            .return_values(ReturnValue::AllOld)
            .send()
            .await
            .map_err(failed("entomb"))?;
        Ok(old.attributes().map(read_memberships).unwrap_or_default())
    }

    async fn remove_member(&self, membership: &Membership, connection: &ConnectionId) -> Result<(), TableError> {
        let key: HashMap<_, _> = member::key(membership, connection).into_row();
        let delete = self.client.delete_item().table_name(&self.name).set_key(Some(key));
        delete.send().await.map(drop).map_err(failed("remove_member"))
    }
}

impl Table {
    pub(super) fn put(&self, row: Row) -> aws_sdk_dynamodb::types::builders::PutBuilder {
        Put::builder().table_name(&self.name).set_item(Some(row))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use domain::connection::Shards;
    use domain::identity::{DisplayName, Identity, UserId};

    fn connection() -> Connection {
        let user = UserId::parse("alice").unwrap();
        let identity = Identity {
            name: DisplayName::new("Alice", &user),
            groups: vec![],
            expires_at: Timestamp::from_millis(1_060_500),
            signed_in_at: Timestamp::from_seconds(1_000),
            origin_jti: Some("o1".into()),
            user,
        };
        let id = ConnectionId::parse("Zk3dPfYbIAMCJpw=").unwrap();
        let shards = Shards::new(4).unwrap();
        Connection::open(id, identity, shards, Timestamp::from_seconds(1_000)).unwrap()
    }

    #[test]
    fn a_row_holds_its_channels_with_their_shards() {
        let row = write(&connection());
        assert_eq!(row["pk"], text("connection#Zk3dPfYbIAMCJpw="));
        assert_eq!(row["life"], number(1_061), "seconds, rounded up");
        assert_eq!(row["ttl"], number(4_661));
        let mut memberships = read_memberships(&row);
        memberships.sort_by_key(|m| m.channel.clone());
        assert_eq!(memberships, connection().memberships);
    }

    #[test]
    fn memberships_of_an_unknown_form_are_left_out() {
        assert!(read_memberships(&Row::new()).is_empty());
        let channels = [
            ("all".to_owned(), text("1")),
            ("room:x".to_owned(), number(0)),
            ("user:a".to_owned(), number(0)),
        ];
        let row = Row::from([("channels".to_owned(), AttributeValue::M(channels.into()))]);
        assert_eq!(read_memberships(&row).len(), 1);
    }

    fn reason(code: &str, kind: Option<&str>) -> CancellationReason {
        let row = kind.map(|kind| Row::from([("kind".to_owned(), text(kind))]));
        CancellationReason::builder().code(code).set_item(row).build()
    }

    #[test]
    fn the_row_in_the_way_says_whether_the_event_came_twice_or_too_late() {
        let why =
            |kind| why_not_registered(&[reason("ConditionalCheckFailed", Some(kind)), reason("None", None)]).unwrap();
        assert_eq!(why("connection"), Registered::Already);
        assert_eq!(why("tombstone"), Registered::Forgotten);
        assert!(why_not_registered(&[reason("TransactionConflict", None)]).is_err());
    }
}
