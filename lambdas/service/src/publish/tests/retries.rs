//! Sending again: one entry, one answer, and whoever was not told the first time is told now.

use futures_util::future::join_all;

use super::*;
use crate::serve::tests::world::{ask, caller};

#[tokio::test]
async fn msg_10_the_same_id_gets_the_first_answer_and_nobody_gets_it_twice() {
    let world = world();
    let (alice, bob) = (connected(&world, "alice", 1).await, connected(&world, "bob", 1).await);
    let first = send(&world, &alice, "all", &json!(1), Some(ID)).await;
    at(&world, 5000);
    let again = send(&world, &alice, "all", &json!(1), Some(ID)).await;
    assert_eq!((&first["id"], first.get("duplicate")), (&json!(ID), None));
    let mut repeated = first.clone();
    repeated["duplicate"] = json!(true);
    assert_eq!(again, repeated);
    assert_eq!(told(&world, &bob, "message").len(), 1);
    assert_eq!(log(&world, "all").len(), 1);
}

#[tokio::test]
async fn msg_10_on_another_connection_and_from_a_fresh_process_it_is_the_same_message() {
    let mut world = world();
    let phone = connected(&world, "alice", 1).await;
    let first = send(&world, &phone, "all", &json!(1), Some(ID)).await;
    world.guesses = crate::guesses::Guesses::default();
    let tablet = connected(&world, "alice", 2).await;
    let again = send(&world, &tablet, "all", &json!(1), Some(ID)).await;
    assert_eq!((&again["seq"], &again["duplicate"]), (&first["seq"], &json!(true)));
}

#[tokio::test]
async fn msg_10_another_user_s_same_id_is_another_message() {
    let world = world();
    let (alice, bob) = (connected(&world, "alice", 1).await, connected(&world, "bob", 1).await);
    let first = send(&world, &alice, "all", &json!(1), Some(ID)).await;
    let other = send(&world, &bob, "all", &json!(1), Some(ID)).await;
    assert!(other["seq"].as_u64() > first["seq"].as_u64() && other.get("duplicate").is_none());
}

#[tokio::test]
async fn msg_10_from_many_places_at_once_it_is_stored_once_and_all_get_its_number() {
    let world = world();
    let mut devices = Vec::new();
    for number in 0..20 {
        devices.push(connected(&world, "alice", number).await);
    }
    let content = json!("once");
    let answers = join_all(
        devices
            .iter()
            .map(|device| send(&world, device, "all", &content, Some(ID))),
    )
    .await;
    let numbers = log(&world, "all");
    assert_eq!(numbers.len(), 1);
    assert!(
        answers.iter().all(|answer| answer["seq"] == json!(numbers[0])),
        "{answers:?}"
    );
    assert_eq!(
        answers
            .iter()
            .filter(|answer| answer.get("duplicate").is_none())
            .count(),
        1
    );
}

#[tokio::test]
async fn msg_11_the_same_id_with_another_content_or_channel_is_a_conflict() {
    let world = world();
    let alice = subscribed(&world, "alice", 1, "room:a").await;
    let bob = connected(&world, "bob", 1).await;
    send(&world, &alice, "all", &json!(1), Some(ID)).await;
    for (to, content) in [("all", json!(2)), ("room:a", json!(1)), ("dm:alice:bob", json!(1))] {
        let answer = send(&world, &alice, to, &content, Some(ID)).await;
        assert_eq!(
            (&answer["code"], &answer["id"]),
            (&json!("conflict"), &json!(ID)),
            "{to}"
        );
    }
    assert_eq!(told(&world, &bob, "message").len(), 1);
}

#[tokio::test]
async fn a_retry_after_a_reconnect_gets_the_first_answer_before_it_subscribes() {
    let world = world();
    let old = subscribed(&world, "alice", 1, "room:a").await;
    let first = send(&world, &old, "room:a", &json!(1), Some(ID)).await;
    let new = connected(&world, "alice", 2).await;
    let again = send(&world, &new, "room:a", &json!(1), Some(ID)).await;
    assert_eq!((&again["seq"], &again["duplicate"]), (&first["seq"], &json!(true)));
    for (content, id) in [(json!(2), ID), (json!(1), "another-id-of-16")] {
        let answer = send(&world, &new, "room:a", &content, Some(id)).await;
        assert_eq!(
            answer["code"], "not_subscribed",
            "{content} {id}: not told whether the id is known"
        );
    }
    let stranger = connected(&world, "bob", 1).await;
    let answer = send(&world, &stranger, "room:a", &json!(1), Some(ID)).await;
    assert_eq!(answer["code"], "not_subscribed", "another user's");
    assert_eq!(log(&world, "room:a").len(), 1);
}

#[tokio::test]
async fn a_retry_from_where_it_is_not_subscribed_counts_as_long_as_the_id_is_remembered() {
    let world = world();
    let alice = subscribed(&world, "alice", 1, "room:a").await;
    send(&world, &alice, "room:a", &json!(1), Some(ID)).await;
    ask(&world, &alice, "unsubscribe", json!({"channel": "room:a"})).await;
    let life = (600 + 3600) * 1000;
    crate::serve::tests::world::change(&world, &alice.connection, |row| {
        row.lease = NOW.plus(std::time::Duration::from_secs(9999));
        row.hard_end = row.lease;
    });
    let mut alice = caller("alice", 1);
    alice.identity.as_mut().unwrap().expires_at = NOW.plus(std::time::Duration::from_secs(9999));
    at(&world, life - 1);
    assert_eq!(
        send(&world, &alice, "room:a", &json!(1), Some(ID)).await["duplicate"],
        true
    );
    at(&world, life);
    assert_eq!(
        send(&world, &alice, "room:a", &json!(1), Some(ID)).await["code"],
        "not_subscribed"
    );
    assert_eq!(log(&world, "room:a").len(), 1);
}

#[tokio::test]
async fn sto_03_a_message_whose_answer_was_lost_is_stored_once_and_told_by_the_retry() {
    let world = world();
    let (alice, bob) = (connected(&world, "alice", 1).await, connected(&world, "bob", 1).await);
    world.table.lose("append");
    assert_eq!(
        send(&world, &alice, "all", &json!(1), Some(ID)).await["code"],
        "unavailable"
    );
    assert!(
        told(&world, &bob, "message").is_empty(),
        "whether it is stored was unknown"
    );
    world.table.recover();
    let again = send(&world, &alice, "all", &json!(1), Some(ID)).await;
    assert_eq!((&again["duplicate"], log(&world, "all").len()), (&json!(true), 1));
    assert_eq!(told(&world, &bob, "message").len(), 1);
}

#[tokio::test]
async fn psh_05_without_its_members_read_it_is_not_acknowledged_and_the_retry_tells_them() {
    let world = world();
    let (alice, bob) = (connected(&world, "alice", 1).await, connected(&world, "bob", 1).await);
    world.table.fail("members");
    let answer = send(&world, &alice, "all", &json!(1), Some(ID)).await;
    assert_eq!(
        (&answer["code"], &answer["retryAfterMs"]),
        (&json!("unavailable"), &json!(1000))
    );
    assert_eq!(log(&world, "all").len(), 1, "it is in the log");
    world.table.recover();
    let again = send(&world, &alice, "all", &json!(1), Some(ID)).await;
    assert_eq!(again["duplicate"], true);
    assert_eq!(told(&world, &bob, "message").len(), 1);
}

#[tokio::test]
async fn a_retry_tells_the_members_again_while_the_mark_is_missing() {
    let world = world();
    let (alice, bob) = (connected(&world, "alice", 1).await, connected(&world, "bob", 1).await);
    world.table.fail("mark_handed_over");
    let first = send(&world, &alice, "all", &json!(1), Some(ID)).await;
    assert_eq!(first["type"], "ack", "the telling is done");
    world.table.recover();
    let again = send(&world, &alice, "all", &json!(1), Some(ID)).await;
    assert_eq!(again["seq"], first["seq"]);
    let frames = told(&world, &bob, "message");
    assert_eq!((frames.len(), &frames[0]), (2, &frames[1]), "the same push");
    send(&world, &alice, "all", &json!(1), Some(ID)).await;
    assert_eq!(told(&world, &bob, "message").len(), 2, "marked now");
}

#[tokio::test]
async fn sto_01_of_a_retry_whose_memory_cannot_be_read_the_fate_stays_unknown() {
    for unsubscribed in [true, false] {
        let world = world();
        let alice = subscribed(&world, "alice", 1, "room:a").await;
        send(&world, &alice, "room:a", &json!(1), Some(ID)).await;
        if unsubscribed {
            ask(&world, &alice, "unsubscribe", json!({"channel": "room:a"})).await;
        }
        world.table.fail("sent");
        let answer = send(&world, &alice, "room:a", &json!(1), Some(ID)).await;
        assert_eq!(answer["code"], "unavailable", "{unsubscribed}");
    }
}
