//! What a client makes of the frames it gets: an answer counts on the current connection alone, and for the request under
//! way.

use std::sync::Arc;

use domain::connection_id::ConnectionId;
use domain::limits::RATE_LATENESS_MAX;
use domain::rate::Rate;
use serde_json::Value;

use super::{dialing, membership, number_of, pings, presence, publishing, signals};
use crate::checkers::Promise;
use crate::facts::{Fact, Name, mark};
use crate::world::{World, tell};

/// Seconds after which a sleeping device looks at what came.
const DOZE: f64 = 20.0;

/// A frame arrives at the device.
pub(crate) fn receive(world: &mut World, socket: usize, text: Arc<str>, posted: u64) {
    let index = world.socket(socket).client;
    let client = &world.clients[index];
    if client.gone {
        if client.current == Some(socket) && world.socket(socket).is_open() {
            world.after(DOZE, move |world| receive(world, socket, text, posted));
        }
        return;
    }
    if client.current != Some(socket) && client.old != Some(socket) {
        return;
    }
    tell!(world, "  client {index} {} < {text}", world.socket(socket).id);
    let Ok(frame) = serde_json::from_str::<Value>(&text) else {
        return wrong(world, format!("a frame that is no JSON: {text}"));
    };
    let is_current = client.current == Some(socket);
    let channel: Name = Arc::from(frame["channel"].as_str().unwrap_or_default());
    let number = frame["id"].as_str().and_then(number_of).unwrap_or_default();
    match frame["type"].as_str() {
        Some("message") => {
            let seq = frame["seq"].as_u64().unwrap_or_default();
            membership::take(world, index, &channel, seq, mark(&frame["content"]));
        }
        Some("ack") => publishing::acknowledged(world, index, &channel, &frame),
        Some("closing") => {
            let reason = frame["reason"].as_str().unwrap_or_default();
            dialing::told_to_close(world, index, socket, reason);
        }
        Some("signal") => signals::received(world, index, &channel, &frame),
        Some("error") => refused(world, index, &frame, number, is_current),
        _ if !is_current => {}
        Some("subscribed" | "history") => membership::joined(world, index, &frame, number, posted),
        Some("unsubscribed") => membership::left(world, index, socket, &frame, number),
        Some("presence") => presence::received(world, index, &channel, &frame, number),
        Some("pong") => {
            let own = frame["connection"].as_str().and_then(ConnectionId::parse);
            if own.as_ref() != Some(&world.socket(socket).id) {
                return wrong(world, format!("a pong of another connection: {text}"));
            }
            world.clients[index].own_name = own;
            pings::answered(world, index, &frame, number);
        }
        None if frame["message"].is_string() => {}
        _ => wrong(world, format!("an unknown frame: {text}")),
    }
}

fn is_a_moment(ms: u64) -> bool {
    u128::from(ms) <= RATE_LATENESS_MAX.as_millis() + Rate::MAX.step().as_millis()
}

fn refused(world: &mut World, index: usize, frame: &Value, number: u64, is_current: bool) {
    match frame["code"].as_str().unwrap_or_default() {
        "unavailable" if is_current => membership::unavailable(world, index, number),
        "unavailable" => {}
        // Where the clocks of functions differ by seconds, a bucket may look empty for a moment.
        "rate_limited" if frame["retryAfterMs"].as_u64().is_some_and(is_a_moment) => {}
        "not_subscribed" => publishing::not_subscribed(world, index, number),
        "token_expired" => {
            if is_current && let Some(socket) = world.clients[index].current {
                world.close(socket);
            }
        }
        _ => wrong(world, format!("a refusal that no dutiful client gets: {frame}")),
    }
}

fn wrong(world: &mut World, words: String) {
    world.note(Fact::Wrong {
        promise: Promise::Protocol,
        words,
    });
}
