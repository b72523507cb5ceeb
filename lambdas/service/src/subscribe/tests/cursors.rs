//! What a subscriber is told of the log: every kind of cursor, from beginning to end.

use std::time::Duration;

use domain::content::Content;
use domain::jitter::Jitter;
use domain::limits::SUBSCRIBE_ENTRIES_MAX;
use domain::log::{Draft, Sender};

use super::*;

/// A room to which so many messages came, one a second, each kept for ten minutes; and who sent them.
async fn room(count: u64) -> (World, Caller) {
    let world = world();
    let bob = connected(&world, "bob", 1).await;
    publish(&world, count).await;
    (world, bob)
}

/// Publishes this many further messages, one a second from the beginning on.
async fn publish(world: &World, count: u64) {
    for number in 0..count {
        let draft = Draft {
            channel: channel("room:a"),
            sender: Sender::from(caller("bob", 1).identity.as_ref().unwrap()),
            id: None,
            content: Content::parse(&number.to_string()).unwrap(),
        };
        let now = NOW.plus(Duration::from_secs(number));
        world.append_and_tell(&draft, now, Jitter::seeded(1)).await.unwrap();
    }
}

/// The number before the room's first message.
fn base(world: &World) -> u64 {
    let room = channel("room:a");
    world
        .table
        .with_rows(|rows| rows.head(&room))
        .map_or(0, |head| head.first.number())
}

/// What is told: how far the head is, whether all is recovered, which contents come, and whether there are more.
fn summary(world: &World, answer: &Value) -> (u64, bool, Vec<u64>, bool) {
    assert_eq!(answer["type"], "subscribed", "{answer}");
    let entries = answer["entries"].as_array().unwrap();
    (
        answer["head"].as_u64().unwrap() - base(world),
        answer["recovered"].as_bool().unwrap(),
        entries.iter().map(|entry| entry["content"].as_u64().unwrap()).collect(),
        answer["more"].as_bool().unwrap(),
    )
}

type Cursor<'a> = &'a dyn Fn(u64) -> Option<u64>;

/// What it is, the log's length, when it is asked, the cursor, and what is told: head, recovered, entries.
type Case<'a> = (&'a str, u64, u64, Cursor<'a>, (u64, bool, Vec<u64>));

#[tokio::test]
async fn msg_14_every_cursor_gets_what_follows_it_or_is_told_that_something_is_missing() {
    // Of five messages, at 600 s the first is no longer kept, at 604 s none is.
    let from_base = |after: u64| move |base: u64| Some(base + after);
    let zero = |_: u64| Some(0);
    let absent = |_: u64| None;
    let cases: [Case<'_>; 19] = [
        ("absent, nothing ever stored", 0, 0, &absent, (0, true, vec![])),
        ("absent", 5, 4, &absent, (5, true, vec![])),
        ("absent, all expired", 5, 604, &absent, (5, true, vec![])),
        ("zero, nothing ever stored", 0, 0, &zero, (0, true, vec![])),
        ("zero", 5, 4, &zero, (5, true, vec![0, 1, 2, 3, 4])),
        (
            "zero, to the last instant",
            5,
            599,
            &zero,
            (5, true, vec![0, 1, 2, 3, 4]),
        ),
        ("zero, the first expired", 5, 600, &zero, (5, false, vec![1, 2, 3, 4])),
        ("zero, all expired", 5, 604, &zero, (5, false, vec![])),
        ("before the first", 5, 4, &from_base(0), (5, true, vec![0, 1, 2, 3, 4])),
        ("in the middle", 5, 4, &from_base(2), (5, true, vec![2, 3, 4])),
        (
            "in the middle, its own expired",
            5,
            601,
            &from_base(2),
            (5, true, vec![2, 3, 4]),
        ),
        (
            "in the middle, the next expired",
            5,
            602,
            &from_base(2),
            (5, false, vec![3, 4]),
        ),
        ("in the middle, all expired", 5, 604, &from_base(2), (5, false, vec![])),
        ("one before the head", 5, 4, &from_base(4), (5, true, vec![4])),
        ("the head", 5, 4, &from_base(5), (5, true, vec![])),
        ("the head, all expired", 5, 604, &from_base(5), (5, true, vec![])),
        ("beyond the head", 5, 4, &from_base(6), (5, false, vec![0, 1, 2, 3, 4])),
        (
            "far beyond the head",
            5,
            4,
            &|_| Some((1 << 53) - 1),
            (5, false, vec![0, 1, 2, 3, 4]),
        ),
        ("of a log that is no more", 0, 0, &|_| Some(7), (0, false, vec![])),
    ];
    for (what, stored, seconds, cursor, (head, recovered, entries)) in cases {
        let (world, _) = room(stored).await;
        at(&world, seconds * 1000);
        let alice = connected(&world, "alice", 1).await;
        let mut data = json!({"channel": "room:a"});
        if let Some(since) = cursor(base(&world)) {
            data["since"] = json!(since);
        }
        let answer = ask(&world, &alice, "subscribe", data).await;
        assert_eq!(summary(&world, &answer), (head, recovered, entries, false), "{what}");
    }
}

#[tokio::test]
async fn msg_14_a_cursor_that_is_none_is_refused_and_makes_nobody_a_member() {
    let (world, _) = room(1).await;
    let alice = connected(&world, "alice", 1).await;
    for since in [
        json!(-1),
        json!(1.5),
        json!("1"),
        json!(1_u64 << 53),
        json!(null),
        json!([1]),
    ] {
        let answer = ask(
            &world,
            &alice,
            "subscribe",
            json!({"channel": "room:a", "since": since}),
        )
        .await;
        assert_eq!(
            (&answer["code"], &answer["details"]["field"]),
            (&json!("invalid_field"), &json!("data.since")),
            "{since}"
        );
    }
    assert_eq!(count(&world, "join"), 0);
}

#[tokio::test]
async fn sto_05_pages_join_on_to_each_other() {
    for (stored, pages) in [
        (SUBSCRIBE_ENTRIES_MAX - 1, vec![(SUBSCRIBE_ENTRIES_MAX - 1, false)]),
        (SUBSCRIBE_ENTRIES_MAX, vec![(SUBSCRIBE_ENTRIES_MAX, false)]),
        (
            SUBSCRIBE_ENTRIES_MAX + 1,
            vec![(SUBSCRIBE_ENTRIES_MAX, true), (1, false)],
        ),
    ] {
        let (world, _) = room(stored as u64).await;
        let alice = connected(&world, "alice", 1).await;
        let (mut since, mut contents, mut told) = (0, Vec::new(), Vec::new());
        loop {
            let data = json!({"channel": "room:a", "since": since});
            let answer = ask(&world, &alice, "subscribe", data).await;
            let (_, recovered, entries, more) = summary(&world, &answer);
            assert!(recovered, "{stored}");
            told.push((entries.len(), more));
            contents.extend(entries);
            if !more {
                break;
            }
            since = answer["entries"].as_array().unwrap().last().unwrap()["seq"]
                .as_u64()
                .unwrap();
        }
        assert_eq!(told, pages);
        assert_eq!(contents, (0..stored as u64).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn what_no_longer_fits_into_a_frame_comes_with_the_next() {
    let world = world();
    let bob = subscribed(&world, "bob", 1, "room:a").await;
    for number in 0..5 {
        let content = json!(format!("{number}{}", "x".repeat(12_000)));
        send(&world, &bob, "room:a", &content, None).await;
    }
    let alice = connected(&world, "alice", 1).await;
    let (mut since, mut contents) = (0, String::new());
    for _ in 0..3 {
        let data = json!({"channel": "room:a", "since": since});
        let answer = ask(&world, &alice, "subscribe", data).await;
        assert!(answer.to_string().len() <= domain::limits::FRAME_BYTES_MAX);
        let entries = answer["entries"].as_array().unwrap();
        contents.extend(
            entries
                .iter()
                .map(|entry| entry["content"].as_str().unwrap().chars().next().unwrap()),
        );
        since = entries.last().unwrap()["seq"].as_u64().unwrap();
        assert_eq!(answer["more"], json!(contents.len() < 5));
    }
    assert_eq!(contents, "01234");
}

#[tokio::test]
async fn a_direct_channel_and_the_own_one_are_caught_up_with_like_any() {
    let world = world();
    let (alice, bob) = (connected(&world, "alice", 1).await, connected(&world, "bob", 1).await);
    send(&world, &bob, "dm:alice:bob", &json!(7), None).await;
    let answer = ask(
        &world,
        &alice,
        "subscribe",
        json!({"channel": "dm:alice:bob", "since": 0}),
    )
    .await;
    assert_eq!(
        (&answer["recovered"], &answer["entries"][0]["content"]),
        (&json!(true), &json!(7))
    );
    let answer = ask(
        &world,
        &alice,
        "subscribe",
        json!({"channel": "user:alice", "since": 0}),
    )
    .await;
    assert_eq!((&answer["head"], &answer["recovered"]), (&json!(0), &json!(true)));
}

#[tokio::test]
async fn an_entry_has_what_its_push_had() {
    let world = world();
    let bob = subscribed(&world, "bob", 1, "room:a").await;
    send(
        &world,
        &bob,
        "room:a",
        &json!({"any": "json"}),
        Some("0123456789abcdef"),
    )
    .await;
    let mut push = told(&world, &bob, "message").remove(0);
    let push = push.as_object_mut().unwrap();
    push.remove("type");
    push.remove("channel");
    let alice = connected(&world, "alice", 1).await;
    let answer = ask(&world, &alice, "subscribe", json!({"channel": "room:a", "since": 0})).await;
    assert_eq!(answer["entries"][0].as_object().unwrap(), push);
}

#[tokio::test]
async fn what_is_published_after_the_head_was_read_moves_the_head_that_is_told() {
    let (world, bob) = room(2).await;
    let alice = connected(&world, "alice", 1).await;
    ask(&world, &bob, "subscribe", json!({"channel": "room:a"})).await;
    let (before, content) = (count(&world, "head"), json!(2));
    let publishing = async {
        while count(&world, "head") == before {
            tokio::task::yield_now().await;
        }
        send(&world, &bob, "room:a", &content, None).await
    };
    world.table.slow_down("entries", 20);
    let data = json!({"channel": "room:a", "since": 0});
    futures_util::future::join(answers(&world, &alice, "subscribe", data), publishing).await;
    let answer = told(&world, &alice, "subscribed").remove(0);
    assert_eq!(summary(&world, &answer), (3, true, vec![0, 1, 2], false));
}
