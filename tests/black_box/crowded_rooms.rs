//! What a room with many in it says of who is there: up to a bound each one, and beyond it that there are more.

use futures_util::future::try_join_all;
use serde_json::{Value, json};
use tests::{Forge, Handshake, Socket, Stack, TestResult};

use crate::frames::{ask, open};

/// Users that one answer lists, and members that are told of comings and goings.
const BOUND: usize = 200;

/// Tokens as the pool would give them to users of these ids.
fn token(pool: &Forge, claims: &Value, user: usize) -> TestResult<String> {
    let mut claims = claims.clone();
    claims["sub"] = json!(format!("user-{user}"));
    claims["cognito:username"] = json!(format!("name {user}"));
    pool.sign(pool.header(), claims.to_string())
}

async fn member(stack: &Stack, token: &str, data: &Value) -> TestResult<Socket> {
    let mut socket = Handshake::of_browser(stack, token).open().await?;
    let answer = ask(&mut socket, "subscribe", data).await?;
    assert_eq!(answer["type"], "subscribed", "{answer}");
    Ok(socket)
}

#[tokio::test]
async fn rat_05_presence_lists_200_users() -> TestResult {
    let stack = Stack::start().await?;
    let (pool, claims) = (
        Forge::of_pool(&stack)?,
        Forge::claims(&stack.sign_in("alice").await?.id)?,
    );
    let room = json!({ "channel": "room:crowded" });
    let mut bob = open(&stack, "bob").await?;
    let tokens: Vec<String> = (0..=BOUND)
        .map(|user| token(&pool, &claims, user))
        .collect::<TestResult<_>>()?;
    let (first, others) = tokens.split_at(BOUND - 1);
    let mut members = try_join_all(first.iter().map(|token| member(&stack, token, &room))).await?;
    let listed = |answer: &Value| (answer["users"].as_array().map_or(0, Vec::len), answer["more"] == true);
    for (index, expected) in [(0, (BOUND - 1, false)), (1, (BOUND, false)), (2, (BOUND, true))] {
        if index > 0 {
            members.push(member(&stack, &others[index - 1], &room).await?);
        }
        let answer = ask(&mut bob, "presence", &room).await?;
        assert_eq!(listed(&answer), expected);
        assert!(answer.to_string().len() <= 32 * 1024);
    }
    Ok(())
}

#[tokio::test]
async fn beyond_200_watchers_nobody_is_told() -> TestResult {
    let stack = Stack::start().await?;
    let alice = stack.sign_in("alice").await?.id;
    let watch = json!({ "channel": "room:watched", "presence": true });
    // All of one user, so that only the first of them is news.
    let mut first = member(&stack, &alice, &watch).await?;
    let mut watchers = try_join_all((1..BOUND).map(|_| member(&stack, &alice, &watch))).await?;
    let mut bob = open(&stack, "bob").await?;
    ask(&mut bob, "subscribe", &json!({ "channel": "room:watched" })).await?;
    for watcher in watchers.iter_mut().chain([&mut first]) {
        let told = watcher.next_of("presence").await?;
        assert_eq!(told["joined"]["name"], "bob", "{told}");
    }
    watchers.push(member(&stack, &alice, &watch).await?);
    ask(&mut bob, "unsubscribe", &json!({ "channel": "room:watched" })).await?;
    for watcher in watchers.iter_mut().chain([&mut first]) {
        // Comings and goings are told before they are answered.
        let id = json!({ "action": "echo", "id": "e1", "data": { "content": 1 } });
        watcher.send(id.to_string()).await?;
        assert_eq!(watcher.next().await?["type"], "echo", "nothing came before it");
    }
    let answer = ask(&mut bob, "presence", &json!({ "channel": "room:watched" })).await?;
    assert_eq!(
        answer["users"].as_array().map(Vec::len),
        Some(1),
        "the list tells it all the same: {answer}"
    );
    Ok(())
}
