//! The back end's door: the same log, ids and order as clients, and refusals that nobody need repeat.

#![allow(clippy::unwrap_used)]

use domain::identity::OriginJti;
use serde_json::json;

use super::*;
use crate::ports::Posted;
use crate::serve::tests::world::{END, NOW, World, change, channel, connected, send, subscribed, told, world};
use crate::testing::{MemoryHandover, TestClock};

async fn order(world: &World, order: &Value) -> Result<Value, PushError> {
    serve_push(world, &order.to_string(), Jitter::seeded(1)).await
}

fn publish(to: &str, content: &Value) -> Value {
    json!({"action": "publish", "channel": to, "content": content})
}

/// The same order as EventBridge brings it.
fn event(detail: &Value) -> Value {
    json!({
        "version": "0", "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718", "detail-type": "order", "source": "carillon.push",
        "account": "111122223333", "time": "2026-01-01T00:00:00Z", "region": "eu-west-1", "resources": [], "detail": detail,
    })
}

#[tokio::test]
async fn it_publishes_to_a_user_on_all_devices_as_the_back_end() {
    let world = world();
    let devices = [connected(&world, "alice", 1).await, connected(&world, "alice", 2).await];
    let answer = order(&world, &publish("user:alice", &json!({"hello": 1})))
        .await
        .unwrap();
    assert_eq!(answer["channel"], "user:alice");
    assert_eq!(
        (&answer["duplicate"], &answer["at"]),
        (&json!(false), &json!(NOW.millis()))
    );
    for device in &devices {
        let message = &told(&world, device, "message")[0];
        assert_eq!(message["sender"], json!({"id": "back-end", "name": "Back end"}));
        assert_eq!(
            (&message["content"], &message["seq"]),
            (&json!({"hello": 1}), &answer["seq"])
        );
    }
}

#[tokio::test]
async fn it_stands_in_one_order_with_clients_and_needs_no_subscription() {
    let world = world();
    let alice = subscribed(&world, "alice", 1, "room:lobby").await;
    let first = send(&world, &alice, "room:lobby", &json!(1), None).await;
    let mut named = publish("room:lobby", &json!(2));
    named["name"] = json!("Shop");
    let second = order(&world, &named).await.unwrap();
    assert_eq!(second["seq"].as_u64(), first["seq"].as_u64().map(|number| number + 1));
    assert_eq!(told(&world, &alice, "message")[1]["sender"]["name"], "Shop");
}

#[tokio::test]
async fn sto_10_an_event_brought_twice_is_published_once() {
    let world = world();
    let brought = event(&publish("all", &json!("once")));
    let first = order(&world, &brought).await.unwrap();
    let again = order(&world, &brought).await.unwrap();
    assert_eq!((&again["seq"], &again["duplicate"]), (&first["seq"], &json!(true)));
    assert_eq!(world.table.log(&channel("all")).len(), 1);
    let other = order(&world, &event(&publish("all", &json!("other")))).await.unwrap();
    assert_eq!(other["error"]["code"], "conflict");
}

#[tokio::test]
async fn it_lists_a_user_s_connections() {
    let world = world();
    assert_eq!(
        order(&world, &json!({"action": "connections", "user": "alice"}))
            .await
            .unwrap(),
        json!({"connections": []})
    );
    let alice = connected(&world, "alice", 1).await;
    connected(&world, "bob", 1).await;
    let list = json!({"action": "connections", "user": "alice"});
    let expected = json!({"connections": [{
        "connection": alice.connection.as_str(), "registeredAt": NOW.millis(), "expiresAt": END.millis(),
    }]});
    assert_eq!(order(&world, &list).await.unwrap(), expected);
    world.clock.set(END);
    assert_eq!(order(&world, &list).await.unwrap(), json!({"connections": []}));
}

#[tokio::test]
async fn it_lists_which_sign_in_a_connection_came_of_and_ends_that_one() {
    let world = world();
    let phone = connected(&world, "alice", 1).await;
    let laptop = connected(&world, "alice", 2).await;
    for (device, jti) in [(&phone, "phone"), (&laptop, "laptop")] {
        change(&world, &device.connection, |row| row.origin_jti = OriginJti::parse(jti));
    }
    let list = json!({"action": "connections", "user": "alice"});
    let sign_ins = async || {
        let answer = order(&world, &list).await.unwrap();
        let listed = answer["connections"].as_array().unwrap().clone();
        listed
            .into_iter()
            .map(|one| one["originJti"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(sign_ins().await, ["phone", "laptop"]);
    let away = json!({"action": "disconnect", "user": "alice", "originJti": "phone"});
    assert_eq!(order(&world, &away).await.unwrap(), json!({"closed": 1}));
    assert_eq!(world.sockets.ended(), [phone.connection]);
    assert_eq!(
        sign_ins().await,
        ["laptop"],
        "what was ended is not listed, though its member may be there"
    );
}

#[tokio::test]
async fn it_sends_a_user_away() {
    let world = world();
    let alice = connected(&world, "alice", 1).await;
    let away = json!({"action": "disconnect", "user": "alice"});
    assert_eq!(order(&world, &away).await.unwrap(), json!({"closed": 1}));
    assert_eq!(world.sockets.ended(), [alice.connection]);
}

#[tokio::test]
async fn what_is_wrong_with_an_order_is_an_answer() {
    let world = world();
    for (wrong, code, field) in [
        (json!([]), "invalid_json", None),
        (json!({}), "invalid_field", Some("action")),
        (publish("lobby", &json!(1)), "invalid_field", Some("channel")),
        (publish("all", &json!("x".repeat(30_000))), "too_large", Some("content")),
        (
            event(&json!({"action": "disconnect"})),
            "invalid_field",
            Some("detail.user"),
        ),
    ] {
        let answer = order(&world, &wrong).await.unwrap();
        assert_eq!(answer["error"]["code"], code, "{answer}");
        assert_eq!(answer["error"].get("field").and_then(Value::as_str), field, "{answer}");
    }
    assert!(world.table.calls().is_empty());
}

#[tokio::test]
async fn what_may_pass_is_an_error_so_that_it_is_tried_again() {
    for operation in ["append", "members"] {
        let world = world();
        world.table.fail(operation);
        let mut message = publish("all", &json!(1));
        message["id"] = json!("0123456789abcdef");
        assert!(
            matches!(order(&world, &message).await, Err(PushError::Unavailable)),
            "{operation}"
        );
        world.table.recover();
        assert!(order(&world, &message).await.unwrap()["seq"].is_u64());
        assert_eq!(world.table.log(&channel("all")).len(), 1, "{operation}");
    }
    let world = world();
    world.table.fail("members");
    let list = json!({"action": "connections", "user": "alice"});
    assert!(matches!(order(&world, &list).await, Err(PushError::Table(_))));
    let away = json!({"action": "disconnect", "user": "alice"});
    assert!(matches!(order(&world, &away).await, Err(PushError::Revoke(_))));
}

#[tokio::test]
async fn an_order_s_own_id_counts_more_than_the_event_s() {
    let world = world();
    let mut detail = publish("all", &json!(1));
    detail["id"] = json!("0123456789abcdef");
    order(&world, &event(&detail)).await.unwrap();
    let direct = order(&world, &detail).await.unwrap();
    assert_eq!(direct["duplicate"], true, "by either way it is the same message");
    let entry = world.table.log(&channel("all")).remove(0);
    assert_eq!(entry.id.unwrap().as_str(), "0123456789abcdef");
}

#[tokio::test]
async fn without_an_id_each_order_is_a_message_of_its_own() {
    let world = world();
    for _ in 0..2 {
        let answer = order(&world, &publish("all", &json!(1))).await.unwrap();
        assert_eq!(answer["duplicate"], false);
    }
    assert_eq!(world.table.log(&channel("all")).len(), 2);
}

#[tokio::test]
async fn what_was_not_handed_over_is_an_error_and_handed_over_by_the_repetition() {
    let mut world = world();
    connected(&world, "alice", 1).await;
    world.rules.inline_members = 0;
    world.handover.refuse();
    let brought = event(&publish("all", &json!(1)));
    assert!(matches!(order(&world, &brought).await, Err(PushError::Unavailable)));
    world.handover = MemoryHandover::default();
    assert_eq!(order(&world, &brought).await.unwrap()["duplicate"], true);
    assert_eq!(world.handover.take().len(), 1);
}

#[tokio::test]
async fn aut_08_a_user_of_whom_something_may_be_left_is_not_said_to_be_away() {
    let mut world = world();
    world.clock = TestClock::going_from(NOW);
    let alice = connected(&world, "alice", 1).await;
    world.sockets.answer(&alice.connection, Posted::Failed);
    let away = json!({"action": "disconnect", "user": "alice"});
    let answer = order(&world, &away).await;
    assert!(
        matches!(answer, Err(PushError::Revoke(RevokeError::OutOfTime))),
        "{answer:?}"
    );
    world.sockets.answer(&alice.connection, Posted::Accepted);
    assert_eq!(order(&world, &away).await.unwrap(), json!({"closed": 1}));
}

#[tokio::test]
async fn sto_05_every_connection_of_many_pages_is_listed() {
    let world = world();
    for number in 0..50 {
        connected(&world, "alice", number).await;
    }
    let list = json!({"action": "connections", "user": "alice"});
    let answer = order(&world, &list).await.unwrap();
    assert_eq!(answer["connections"].as_array().unwrap().len(), 50);
}
