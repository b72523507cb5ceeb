//! Rows that another release has written: nothing fails over them, and their connections are neither used nor thought deleted.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::channel::Channel;
use domain::connection::Standing;
use domain::connection_id::ConnectionId;
use domain::identity::{DisplayName, UserId};
use domain::membership::{Member, Membership};
use domain::timestamp::Timestamp;
use serde_json::{Value, json};
use service::ports::{Connections, Leases, Members, Memberships, Moved, Renewed, Standings};

use crate::emulator::Emulator;
use crate::store::{Prepared, new_table};

const NOW: Timestamp = Timestamp::from_seconds(4_000_000_000);

/// As it was before connections had leases, slots and watchers.
fn older() -> Value {
    json!({
        "pk": "connection#old=", "sk": "connection", "kind": "connection", "connectionId": "old=", "user": "alice",
        "name": "Alice", "signedInAt": 3_999_999_000_u64, "registeredAt": 4_000_000_000_000_u64,
        "channels": {"all": 0, "user:alice": 0}, "life": 4_000_003_600_u64, "ttl": 4_000_007_200_u64
    })
}

/// As it may be one day: a slot has a name.
fn newer() -> Value {
    let mut row = older();
    row["pk"] = json!("connection#new=");
    row["connectionId"] = json!("new=");
    row["hardEnd"] = json!(4_000_003_600_000_u64);
    row["lease"] = json!(4_000_000_720_000_u64);
    row["slot"] = json!("first");
    row
}

fn attribute(value: &Value) -> AttributeValue {
    match value {
        Value::Object(map) => AttributeValue::M(row(map)),
        Value::Number(number) => AttributeValue::N(number.to_string()),
        other => AttributeValue::S(other.as_str().unwrap_or_default().to_owned()),
    }
}

fn row(map: &serde_json::Map<String, Value>) -> HashMap<String, AttributeValue> {
    map.iter()
        .map(|(name, value)| (name.clone(), attribute(value)))
        .collect()
}

#[tokio::test]
async fn a_connection_of_another_form_stands_there_unread_and_can_be_ended() -> Prepared<()> {
    let store = Emulator::start().await?;
    let client = store.client().await;
    let table = new_table(client.clone(), "older").await?;
    let put = client.put_item().table_name("older");
    put.set_item(older().as_object().map(row)).send().await?;
    let Some((id, user)) = ConnectionId::parse("old=").zip(UserId::parse("alice")) else {
        return Err("not well-formed".into());
    };
    let room = Membership {
        channel: Channel::parse("room:a").ok_or("no room")?,
        shard: 0,
        watching: false,
    };
    let member = Member {
        connection: id.clone(),
        name: DisplayName::new("Alice", &user),
        user,
        joined_at: NOW,
        hard_end: NOW,
    };
    assert_eq!(table.connection(&id).await?, Some(Standing::Unreadable));
    let together = table.connections(std::slice::from_ref(&id)).await?;
    assert_eq!(together, [(id.clone(), Standing::Unreadable)]);
    assert_eq!(table.renew(&id, NOW, NOW).await?, Renewed::Over(None));
    assert_eq!(table.join(&room, None, &member, NOW).await?, Moved::Gone);
    assert_eq!(table.leave(&room, &id).await?, Moved::Gone);
    assert!(table.page(&room.channel, 0, None, 10).await?.members.is_empty());
    let late = Timestamp::from_seconds(4_000_009_000);
    assert_eq!(table.entomb_if_over(&id, late, late).await?, None);
    assert_eq!(table.entomb(&id, late).await?, None);
    assert_eq!(table.connection(&id).await?, Some(Standing::Entombed(None)));
    Ok(())
}

#[tokio::test]
async fn a_connection_of_a_newer_form_is_not_thought_deleted() -> Prepared<()> {
    let store = Emulator::start().await?;
    let client = store.client().await;
    let table = new_table(client.clone(), "newer").await?;
    let put = client.put_item().table_name("newer");
    put.set_item(newer().as_object().map(row)).send().await?;
    let id = ConnectionId::parse("new=").ok_or("not well-formed")?;
    assert_eq!(table.connection(&id).await?, Some(Standing::Unreadable));
    let together = table.connections(std::slice::from_ref(&id)).await?;
    assert_eq!(together, [(id.clone(), Standing::Unreadable)]);
    assert_eq!(table.entomb_if_over(&id, NOW, NOW).await?, None);
    assert_eq!(table.connection(&id).await?, Some(Standing::Unreadable), "it stays");
    Ok(())
}
