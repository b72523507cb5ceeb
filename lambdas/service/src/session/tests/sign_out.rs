//! Signing out here and everywhere: what ends, what is told to whom, and that a failure can be repeated.

use std::time::Duration;

use domain::connection_id::ConnectionId;
use domain::shards::Shards;
use domain::timestamp::Timestamp;

use super::*;
use crate::ports::Posted;
use crate::testing::{caller, register};

const ENDS: Timestamp = Timestamp::from_seconds(1_700_003_600);

fn is_signed_out(response: &Response) -> bool {
    response.status == 200
        && [Cookie::Auth, Cookie::Refresh, Cookie::SignIn]
            .iter()
            .all(|cookie| set_to(response, *cookie) == removed())
}

async fn sign_out(world: &World, cookies: &[(Cookie, &str)]) -> Response {
    world.answer(&with(cookies, asking("DELETE", "/session"))).await
}

async fn everywhere(world: &World) -> Response {
    let token = good_token();
    let cookies = [(Cookie::Auth, token.as_str()), (Cookie::Refresh, "r1")];
    world.answer(&with(&cookies, asking("DELETE", "/session/all"))).await
}

/// So many connections of this user, until `ENDS`.
async fn connect(world: &World, user: &str, count: usize) -> Vec<ConnectionId> {
    connect_by(world, user, &vec![None; count]).await
}

/// One connection of each of these sign-ins.
async fn connect_by(world: &World, user: &str, sign_ins: &[Option<&str>]) -> Vec<ConnectionId> {
    let mut connections = Vec::new();
    for (number, jti) in (0..).zip(sign_ins) {
        let mut caller = caller(user, number, ENDS).unwrap();
        if let Some(identity) = &mut caller.identity {
            identity.origin_jti = jti.and_then(OriginJti::parse);
        }
        register(&world.endpoint.table, &caller, Shards::new(4).unwrap(), NOW)
            .await
            .unwrap();
        connections.push(caller.connection);
    }
    connections
}

#[tokio::test]
async fn signing_out_here_revokes_and_forgets_and_says_where_to_go() {
    let world = world();
    let good = good_token();
    let response = sign_out(&world, &[(Cookie::Auth, &good), (Cookie::Refresh, "r1")]).await;
    assert!(is_signed_out(&response));
    assert_eq!(body(&response), json!({"logoutUrl": pages().logout()}));
    assert_eq!(world.pool.calls(), ["revoke r1"]);
}

#[tokio::test]
async fn signing_out_needs_neither_a_session_nor_the_pool_nor_keys() {
    let world = world();
    world.pool.fail("revoke");
    world.keys.set(None);
    let good = good_token();
    for cookies in [
        &[][..],
        &[(Cookie::Auth, "x")],
        &[(Cookie::Auth, &good), (Cookie::Refresh, "r1")],
        &[(Cookie::Refresh, "r1"), (Cookie::Refresh, "r2")],
    ] {
        assert!(is_signed_out(&sign_out(&world, cookies).await));
    }
    let no_pages = world.without_pages();
    let response = sign_out(&no_pages, &[(Cookie::Refresh, "r1")]).await;
    assert!(is_signed_out(&response));
    assert_eq!(body(&response), json!({"logoutUrl": null}));
}

#[tokio::test]
async fn aut_08_signing_out_here_ends_what_came_of_this_sign_in_and_no_other() {
    let world = world();
    let alice = connect_by(&world, "alice", &[Some("here"), Some("phone"), None, Some("here")]).await;
    let token = token("origin_jti", json!("here"));
    let cookies = [(Cookie::Auth, token.as_str()), (Cookie::Refresh, "r1")];
    assert!(is_signed_out(&sign_out(&world, &cookies).await));
    let mut ended = world.endpoint.sockets.ended();
    ended.sort();
    assert_eq!(ended, [alice[0].clone(), alice[3].clone()]);
    assert_eq!(
        world.endpoint.sockets.frames(&alice[3]),
        [json!({"type": "closing", "reason": "signed_out", "retry": false})]
    );
    let who = world.answer(&with(&cookies, asking("GET", "/session"))).await;
    assert!(is_signed_out_elsewhere(&who), "the token counts no more");
    let other = self::token("origin_jti", json!("phone"));
    let who = world
        .answer(&with(&[(Cookie::Auth, &other)], asking("GET", "/session")))
        .await;
    assert_eq!(who.status, 200, "another sign-in of the same second does");
}

#[tokio::test]
async fn signing_out_here_does_not_wait_for_a_table_that_fails_or_a_socket_that_stays() {
    for broken in ["revoke", "members", "socket"] {
        let world = going();
        let alice = connect_by(&world, "alice", &[Some("here")]).await;
        match broken {
            "socket" => world.endpoint.sockets.answer(&alice[0], Posted::Failed),
            operation => world.endpoint.table.fail(operation),
        }
        let token = token("origin_jti", json!("here"));
        assert!(
            is_signed_out(&sign_out(&world, &[(Cookie::Auth, &token)]).await),
            "{broken}"
        );
        world.endpoint.table.recover();
        let who = world
            .answer(&with(&[(Cookie::Auth, &token)], asking("GET", "/session")))
            .await;
        assert_eq!(
            is_signed_out_elsewhere(&who),
            broken != "revoke",
            "{broken}: the door is shut first"
        );
    }
}

#[tokio::test]
async fn aut_08_everywhere_by_a_token_that_was_signed_out_here_is_refused() {
    let world = world();
    connect_by(&world, "alice", &[Some("phone")]).await;
    let token = token("origin_jti", json!("here"));
    let cookies = [(Cookie::Auth, token.as_str())];
    assert!(is_signed_out(&sign_out(&world, &cookies).await));
    let again = world.answer(&with(&cookies, asking("DELETE", "/session/all"))).await;
    assert!(is_signed_out_elsewhere(&again));
    assert!(world.pool.calls().is_empty() && world.endpoint.sockets.ended().is_empty());
}

#[tokio::test]
async fn everywhere_ends_all_sign_ins_and_all_connections_of_the_user_and_nobody_else_s() {
    let world = world();
    let (alice, bob) = (connect(&world, "alice", 5).await, connect(&world, "bob", 2).await);
    assert!(is_signed_out(&everywhere(&world).await));
    assert_eq!(world.pool.calls(), ["sign_out_everywhere alice.name", "revoke r1"]);
    let mut ended = world.endpoint.sockets.ended();
    ended.sort();
    assert_eq!(ended, alice);
    for connection in &alice {
        assert_eq!(
            world.endpoint.sockets.frames(connection),
            [json!({"type": "closing", "reason": "signed_out", "retry": false})]
        );
    }
    assert!(
        bob.iter()
            .all(|connection| world.endpoint.sockets.frames(connection).is_empty())
    );
    assert_eq!(world.endpoint.table.members().len(), 14, "rows are left to $disconnect");
}

#[tokio::test]
async fn a_token_whose_sign_in_was_ended_ends_those_of_its_time_and_none_that_came_after() {
    let world = world();
    let old = connect(&world, "alice", 2).await;
    revoke_until(&world, 1).await;
    let mut fresh = caller("alice", 7, ENDS).unwrap();
    if let Some(identity) = &mut fresh.identity {
        identity.signed_in_at = NOW.plus(Duration::from_secs(2));
    }
    register(&world.endpoint.table, &fresh, Shards::new(4).unwrap(), NOW)
        .await
        .unwrap();
    let revoked = || world.endpoint.table.with_rows(|rows| rows.revoked.clone());
    let before = revoked();
    assert!(is_signed_out(&everywhere(&world).await));
    let mut ended = world.endpoint.sockets.ended();
    ended.sort();
    assert_eq!(ended, old);
    assert_eq!(world.pool.calls(), ["revoke r1"], "the pool's newer sessions stay");
    assert_eq!(revoked(), before);
}

#[tokio::test]
async fn everywhere_needs_a_session() {
    let world = world();
    connect(&world, "alice", 1).await;
    for cookies in [&[][..], &[(Cookie::Auth, "x")], &[(Cookie::Refresh, "r1")]] {
        let response = world.answer(&with(cookies, asking("DELETE", "/session/all"))).await;
        assert_eq!(refusal(&response), (401, "not_signed_in".into()));
        assert!(response.cookies.is_empty());
    }
    world.keys.set(None);
    assert_eq!(refusal(&everywhere(&world).await), (503, "unavailable".into()));
    assert!(world.pool.calls().is_empty() && world.endpoint.sockets.ended().is_empty());
}

/// The same world, whose time goes on as long as something waits.
fn going() -> World {
    let mut world = world();
    world.endpoint.clock = TestClock::going_from(NOW);
    world
}

#[tokio::test]
async fn a_failure_keeps_the_cookies_so_that_it_can_be_repeated() {
    for broken in [
        "pool",
        "revocation",
        "members",
        "connection",
        "send_away",
        "socket",
        "time",
    ] {
        let mut world = going();
        let alice = connect(&world, "alice", 3).await;
        match broken {
            "pool" => world.pool.fail("sign_out_everywhere"),
            "revocation" => world.endpoint.table.fail("revoke"),
            "socket" => world.endpoint.sockets.answer(&alice[1], Posted::Failed),
            "time" => world.endpoint.clock.out_of_time = true,
            operation => world.endpoint.table.fail(operation),
        }
        let response = everywhere(&world).await;
        assert_eq!(refusal(&response), (503, "unavailable".into()), "{broken}");
        assert!(response.cookies.is_empty());
        world.endpoint.table.recover();
        world.endpoint.clock.out_of_time = false;
        world.endpoint.sockets.answer(&alice[1], Posted::Accepted);
        if broken != "pool" {
            assert!(is_signed_out(&everywhere(&world).await), "{broken}");
            let ended = world.endpoint.sockets.ended();
            assert!(alice.iter().all(|connection| ended.contains(connection)), "{broken}");
        }
    }
}

#[tokio::test]
async fn a_connection_that_is_gone_already_is_as_good_as_ended() {
    let world = world();
    let alice = connect(&world, "alice", 2).await;
    world.endpoint.sockets.answer(&alice[0], Posted::Gone);
    world.endpoint.clock.set(NOW.plus(Duration::from_millis(30_001)));
    assert!(is_signed_out(&everywhere(&world).await));
    assert_eq!(world.endpoint.sockets.ended(), [alice[1].clone()]);
}

#[tokio::test]
async fn one_that_may_not_be_open_yet_is_waited_for_and_signing_out_fails_rather_than_forgets_it() {
    for (gone, signed_out) in [(1, true), (2, false)] {
        let world = going();
        let alice = connect(&world, "alice", 1).await;
        // The reason is posted first; the time there is, 3 s, bears two attempts 2 s apart.
        let mut outcomes = vec![Posted::Gone; 1 + gone];
        outcomes.push(Posted::Accepted);
        world.endpoint.sockets.answer_next(&alice[0], &outcomes);
        assert_eq!(is_signed_out(&everywhere(&world).await), signed_out, "{gone}");
        assert_eq!(world.endpoint.sockets.ended().len(), usize::from(signed_out));
    }
}

#[tokio::test]
async fn aut_08_who_signed_in_before_cannot_connect_any_more() {
    let world = world();
    assert!(is_signed_out(&everywhere(&world).await));
    let revoked = world.endpoint.table.with_rows(|rows| rows.revoked.clone());
    let (user, (not_before, life)) = revoked.first_key_value().unwrap();
    assert_eq!(user.as_str(), "alice");
    assert!(not_before.refuses(NOW) && !not_before.refuses(NOW.plus(Duration::from_secs(1))));
    assert_eq!(life.since(NOW), domain::limits::REVOCATION_LIFE);
}
