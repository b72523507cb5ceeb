//! What a connection's row holds, and what is read of rows of every kind and age.

#![allow(clippy::unwrap_used)]

use super::*;

/// Alice's, in a room that she watches, replaced and with everything else that a row can hold.
pub(in crate::table) fn connection() -> Connection {
    let user = UserId::parse("alice").unwrap();
    let membership = |name: &str, shard, watching| Membership {
        channel: Channel::parse(name).unwrap(),
        shard,
        watching,
    };
    Connection {
        id: ConnectionId::parse("Zk3dPfYbIAMCJpw=").unwrap(),
        name: DisplayName::new("Alice", &user),
        signed_in_at: Timestamp::from_seconds(1_000),
        origin_jti: OriginJti::parse("o1"),
        registered_at: Timestamp::from_millis(1_000_250),
        hard_end: Timestamp::from_millis(1_060_500),
        lease: Timestamp::from_millis(1_060_400),
        replaced_until: Some(Timestamp::from_millis(1_030_001)),
        sent_away: true,
        slot: SlotNumber::new(7).unwrap(),
        memberships: vec![
            membership("all", 3, false),
            membership("room:lobby", 1, true),
            membership("user:alice", 0, false),
        ],
        joins_full_at: Timestamp::from_millis(1_020_003),
        user,
    }
}

fn tombstone() -> Row {
    let mut row = write(&connection());
    for (name, value) in [("kind", text("tombstone")), ("life", number(9)), ("ttl", number(3_609))] {
        row.insert(name.to_owned(), value);
    }
    row
}

#[test]
fn a_row_reads_back_as_written() {
    let row = write(&connection());
    assert_eq!(row["pk"], text("connection#Zk3dPfYbIAMCJpw="));
    assert_eq!(row["life"], number(1_061), "seconds, rounded up");
    assert_eq!(row["ttl"], number(4_661));
    assert_eq!(standing(&row), Standing::Registered(connection()));
    let plain = Connection {
        origin_jti: None,
        replaced_until: None,
        sent_away: false,
        joins_full_at: Timestamp::default(),
        ..connection()
    };
    assert_eq!(standing(&write(&plain)), Standing::Registered(plain));
}

#[test]
fn a_tombstone_keeps_what_the_connection_was_its_end_included() {
    assert_eq!(standing(&tombstone()), Standing::Entombed(Some(connection())));
    assert_eq!(was(&tombstone()), Some(connection()));
}

#[test]
fn a_tombstone_of_what_never_was_tells_nothing() {
    let names = ["pk", "sk", "kind", "connectionId", "life", "ttl"];
    let mut bare = tombstone();
    bare.retain(|name, _| names.contains(&name.as_str()));
    assert_eq!(standing(&bare), Standing::Entombed(None));
    assert_eq!(was(&bare), None);
}

#[test]
fn a_lease_never_reads_as_longer_than_the_connection() {
    let mut row = write(&connection());
    row.insert("lease".to_owned(), number(9_999_999));
    assert_eq!(was(&row).unwrap().lease, connection().hard_end);
}

#[test]
fn rows_of_other_releases_are_unreadable_and_their_tombstones_still_entomb() {
    for missing in [
        "lease",
        "slot",
        "hardEnd",
        "user",
        "name",
        "registeredAt",
        "connectionId",
    ] {
        let mut row = write(&connection());
        row.remove(missing);
        assert_eq!(standing(&row), Standing::Unreadable, "{missing}");
        row.insert("kind".to_owned(), text("tombstone"));
        assert_eq!(standing(&row), Standing::Entombed(None), "{missing}");
    }
    let mut row = write(&connection());
    row.insert("kind".to_owned(), text("else"));
    assert_eq!(standing(&row), Standing::Unreadable);
}

#[test]
fn memberships_of_an_unknown_form_are_left_out() {
    assert!(read_memberships(&Row::new()).is_empty());
    let channels = [
        ("all".to_owned(), text("1")),
        ("topic:x".to_owned(), number(0)),
        ("user:a".to_owned(), number(0)),
    ];
    let row = Row::from([("channels".to_owned(), AttributeValue::M(channels.into()))]);
    let memberships = read_memberships(&row);
    assert_eq!(memberships.len(), 1);
    assert!(!memberships[0].watching, "there were no watchers yet");
}
