//! The bounds of PROTOCOL.md that frames alone can reach: one below, at, and one above each.

use serde_json::{Value, json};
use tests::{Stack, TestResult};

use crate::frames::{ask, open};

#[tokio::test]
async fn rat_05_a_connection_is_in_100_rooms_and_groups_at_most() -> TestResult {
    let stack = Stack::start().await?;
    let mut alice = open(&stack, "alice").await?;
    let room = |number: usize| json!({ "channel": format!("room:{number}") });
    for number in 1..=100 {
        assert_eq!(
            ask(&mut alice, "subscribe", &room(number)).await?["type"],
            "subscribed",
            "room {number}"
        );
    }
    let refused = ask(&mut alice, "subscribe", &room(101)).await?;
    assert_eq!(refused["code"], "limit_reached", "{refused}");
    for within in [
        room(100),
        json!({ "channel": "all" }),
        json!({ "channel": "room:1", "presence": true }),
    ] {
        let again = ask(&mut alice, "subscribe", &within).await?;
        assert_eq!(
            again["type"], "subscribed",
            "what it is in already takes no place: {again}"
        );
    }
    ask(&mut alice, "unsubscribe", &room(50)).await?;
    assert_eq!(
        ask(&mut alice, "subscribe", &room(101)).await?["type"],
        "subscribed",
        "one left"
    );
    assert_eq!(ask(&mut alice, "subscribe", &room(50)).await?["code"], "limit_reached");
    assert_eq!(stack.rows_of_kind("member").await?.len(), 102);

    let mut other = open(&stack, "alice").await?;
    assert_eq!(
        ask(&mut other, "subscribe", &room(50)).await?["type"],
        "subscribed",
        "each connection by itself"
    );
    alice.close().await?;
    tests::eventually("its hundred memberships to go", async || {
        stack.rows_of_kind("member").await.is_ok_and(|rows| rows.len() == 3)
    })
    .await
}

#[tokio::test]
async fn a_ping_carries_20_cursors_at_most() -> TestResult {
    let stack = Stack::start().await?;
    let mut alice = open(&stack, "alice").await?;
    let cursors = |count: usize| {
        let cursors: serde_json::Map<String, Value> = (0..count).map(|n| (format!("room:{n}"), json!(0))).collect();
        json!({ "cursors": cursors })
    };
    for (count, passes) in [(0, true), (19, true), (20, true), (21, false)] {
        let answer = ask(&mut alice, "ping", &cursors(count)).await?;
        assert_eq!(answer["type"] == "pong", passes, "{count}: {answer}");
        assert!(passes || answer["details"]["field"] == "data.cursors", "{answer}");
    }
    Ok(())
}

#[tokio::test]
async fn names_and_ids_have_as_many_characters_as_they_may() -> TestResult {
    let stack = Stack::start().await?;
    let mut alice = open(&stack, "alice").await?;
    for (length, passes) in [(1, true), (63, true), (64, true), (65, false)] {
        let room = ask(
            &mut alice,
            "subscribe",
            &json!({ "channel": format!("room:{}", "r".repeat(length)) }),
        )
        .await?;
        assert_eq!(room["type"] == "subscribed", passes, "room {length}: {room}");
        let group = ask(
            &mut alice,
            "history",
            &json!({ "channel": format!("group:{}", "g".repeat(length)) }),
        )
        .await?;
        let code = if passes { "forbidden" } else { "invalid_field" };
        assert_eq!(group["code"], code, "group {length}: {group}");
        let echo = json!({ "action": "echo", "id": "i".repeat(length), "data": { "content": 1 } });
        alice.send(echo.to_string()).await?;
        assert_eq!(alice.next().await?["type"] == "echo", passes, "id {length}");
    }
    for (length, passes) in [(15, false), (16, true), (17, true), (63, true), (64, true), (65, false)] {
        let message =
            json!({ "action": "message", "id": "m".repeat(length), "data": { "recipient": "all", "content": 1 } });
        alice.send(message.to_string()).await?;
        let answer = alice.next_where(|frame| frame["type"] != "message").await?;
        assert_eq!(answer["type"] == "ack", passes, "message id {length}: {answer}");
    }
    for (length, code) in [(127, "forbidden"), (128, "forbidden"), (129, "invalid_field")] {
        let user = ask(
            &mut alice,
            "history",
            &json!({ "channel": format!("user:{}", "u".repeat(length)) }),
        )
        .await?;
        assert_eq!(user["code"], code, "user id {length}: {user}");
    }
    for channel in ["room:Aa", "room:aA"] {
        let joined = ask(&mut alice, "subscribe", &json!({ "channel": channel })).await?;
        assert_eq!(joined["head"], 0, "another room than that in other case");
        let said = ask(&mut alice, "message", &json!({ "recipient": channel, "content": 1 })).await?;
        assert_eq!(said["channel"], channel);
    }
    Ok(())
}

#[tokio::test]
async fn positions_are_below_2_to_the_53() -> TestResult {
    let stack = Stack::start().await?;
    let mut alice = open(&stack, "alice").await?;
    let last: u64 = (1 << 53) - 1;
    for (number, passes) in [(0, true), (1, true), (last - 1, true), (last, true), (last + 1, false)] {
        for (action, field) in [("subscribe", "since"), ("history", "before"), ("history", "after")] {
            let answer = ask(&mut alice, action, &json!({ "channel": "all", field: number })).await?;
            assert_eq!(answer["type"] != "error", passes, "{field} {number}: {answer}");
        }
        let answer = ask(&mut alice, "ping", &json!({ "cursors": { "all": number } })).await?;
        assert_eq!(answer["type"] == "pong", passes, "cursor {number}: {answer}");
    }
    Ok(())
}

#[tokio::test]
async fn pages_hold_as_many_entries_as_they_may() -> TestResult {
    let stack = Stack::start().await?;
    let mut alice = open(&stack, "alice").await?;
    let mut first = 0;
    for number in 0..101 {
        let ack = ask(&mut alice, "message", &json!({ "recipient": "all", "content": number })).await?;
        first = if number == 0 {
            ack["seq"].as_u64().unwrap_or_default()
        } else {
            first
        };
    }
    let count = |answer: &Value| (answer["entries"].as_array().map_or(0, Vec::len), answer["more"] == true);
    let mut bob = open(&stack, "bob").await?;
    for (data, expected) in [
        (json!({ "channel": "all" }), (50, true)),
        (json!({ "channel": "all", "limit": 1 }), (1, true)),
        (json!({ "channel": "all", "limit": 99 }), (99, true)),
        (json!({ "channel": "all", "limit": 100 }), (100, true)),
        (
            json!({ "channel": "all", "limit": 100, "before": first + 100 }),
            (100, false),
        ),
        (json!({ "channel": "all", "limit": 100, "after": 0 }), (100, true)),
        (json!({ "channel": "all", "limit": 100, "after": first }), (100, false)),
    ] {
        assert_eq!(count(&ask(&mut bob, "history", &data).await?), expected, "{data}");
    }
    for limit in [0, 101] {
        let refused = ask(&mut bob, "history", &json!({ "channel": "all", "limit": limit })).await?;
        assert_eq!(refused["details"]["field"], "data.limit", "{refused}");
    }
    for (since, expected) in [(0, (100, true)), (first, (100, false)), (first + 1, (99, false))] {
        let answer = ask(&mut bob, "subscribe", &json!({ "channel": "all", "since": since })).await?;
        assert_eq!(
            (count(&answer), &answer["recovered"]),
            (expected, &json!(true)),
            "since {since}"
        );
        assert_eq!(answer["head"], first + 100);
    }
    Ok(())
}

#[tokio::test]
async fn a_pong_names_100_direct_channels_at_most() -> TestResult {
    let stack = Stack::start().await?;
    let mut alice = open(&stack, "alice").await?;
    let id = tests::Forge::claims(&stack.sign_in("alice").await?.id)?["sub"].clone();
    let id = id.as_str().unwrap_or_default();
    let behind = |pong: &Value| pong["behind"].as_array().map_or(0, Vec::len);
    for number in 1..=101 {
        // Nobody need have the other id: a user may come later.
        let mut pair = [id.to_owned(), format!("friend-{number}")];
        pair.sort();
        let direct = format!("dm:{}:{}", pair[0], pair[1]);
        let ack = ask(
            &mut alice,
            "message",
            &json!({ "recipient": direct, "content": number }),
        )
        .await?;
        assert_eq!(ack["type"], "ack", "{ack}");
        if number >= 99 {
            let pong = ask(&mut alice, "ping", &json!({})).await?;
            assert_eq!(behind(&pong), number.min(100));
        }
    }
    Ok(())
}
