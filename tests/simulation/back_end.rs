//! The back end: pushes to users' own channels, and sends users away, each until it is told that it is done.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::revocation::{NotBefore, Revocation};
use serde_json::{Value, json};

use crate::checkers::Promise;
use crate::client::{id_of, user_id};
use crate::facts::Fact;
use crate::functions::{Done, Work};
use crate::time::SECOND;
use crate::world::World;

/// Attempts at one push: more than EventBridge makes in the time that a world has.
const ATTEMPTS: u32 = 6;

/// What it sent, and how it stands.
#[derive(Debug, Default)]
pub(crate) struct BackEnd {
    /// Pushes that were never acknowledged so far, with their attempts.
    pub(crate) open: BTreeMap<u64, u32>,
}

/// Pushes and revokes at random times.
pub(crate) fn plan(world: &mut World) {
    let act = world.rules.act;
    for _ in 0..world.rules.pushes {
        let when = world.random.uniform(10.0, act);
        world.after(when, push);
    }
    for _ in 0..world.rules.revocations {
        let when = world.random.uniform(5.0, act);
        let user = world.random.below(world.rules.users);
        world.after(when, move |world| revoke(world, user));
    }
}

fn push(world: &mut World) {
    let user = user_id(world.random.below(world.rules.users));
    let mark = world.fresh();
    let payload =
        json!({"action": "publish", "channel": format!("user:{user}"), "content": {"n": mark}, "id": id_of(mark)});
    world.back_end.open.insert(mark, 0);
    attempt(world, mark, payload.to_string());
}

fn attempt(world: &mut World, mark: u64, payload: String) {
    let Some(attempts) = world.back_end.open.get_mut(&mark) else {
        return;
    };
    *attempts += 1;
    if *attempts > ATTEMPTS {
        world.back_end.open.remove(&mark);
        return;
    }
    let twice = world.fault(world.rules.post_double);
    for _ in 0..u8::from(twice) {
        let payload = payload.clone();
        world.invoke(Work::Push(payload), |_, _| {});
    }
    let again = payload.clone();
    world.invoke(Work::Push(payload), move |world, done| match done {
        Some(Done::Pushed(answer)) => pushed(world, mark, &answer),
        _ => {
            let pause = world.random.uniform(1.0, 30.0);
            world.after(pause, move |world| attempt(world, mark, again));
        }
    });
}

fn pushed(world: &mut World, mark: u64, answer: &str) {
    let answer: Value = serde_json::from_str(answer).unwrap_or_default();
    let (Some(channel), Some(number)) = (answer["channel"].as_str(), answer["seq"].as_u64()) else {
        return world.note(Fact::Wrong {
            promise: Promise::Protocol,
            words: format!("a push was answered with {answer}"),
        });
    };
    world.back_end.open.remove(&mark);
    world.note(Fact::Acknowledged {
        sender: "back-end".to_owned(),
        channel: Arc::from(channel),
        number,
        mark: Some(mark),
    });
}

/// By one of the three ways there are.
pub(crate) fn revoke(world: &mut World, user: usize) {
    let latest = world.gateway.sockets.iter().rfind(|socket| socket.user == user);
    let sign_in = latest.and_then(|socket| socket.identity.origin_jti.clone());
    let user = user_id(user);
    // Whoever signed in a clock error before now may still count.
    let not_before = NotBefore::from_seconds((world.now as f64 / SECOND as f64 - world.rules.skew) as u64);
    let mut revocation = Revocation::Before(not_before);
    let mut order = json!({"action": "disconnect", "user": user.as_str()});
    let work = if world.random.chance(0.4) {
        Work::Revoke(user.clone())
    } else {
        if let (Some(jti), true) = (sign_in, world.random.chance(0.5)) {
            order["originJti"] = json!(jti.as_str());
            revocation = Revocation::SignIn(jti);
        }
        Work::Push(order.to_string())
    };
    world.invoke(work, move |world, done| {
        let is_promised = match done {
            Some(Done::Well) => true,
            Some(Done::Pushed(answer)) => answer.contains("closed"),
            _ => false,
        };
        if is_promised {
            world.note(Fact::Revoked {
                user: user.to_string(),
                revocation,
            });
        }
    });
}
