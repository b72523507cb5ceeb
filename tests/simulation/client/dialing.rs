//! How clients connect, come back, and move to the next connection before the last one ends.

use domain::connection_id::ConnectionId;

use super::{Membership, Refusal, State, Token, is_direct, membership, pings, publishing};
use crate::time::{SECOND, seconds};
use crate::world::{World, tell};

/// Begins a handshake, unless there is a connection and none to be replaced.
pub(crate) fn dial(world: &mut World, index: usize, replaces: Option<ConnectionId>) {
    let client = &world.clients[index];
    let has_open = client.current.is_some_and(|socket| world.socket(socket).is_open());
    if client.gone || client.dialing.is_some() || (has_open && replaces.is_none()) {
        return;
    }
    take_token(world, index, false);
    let names_lost = world.rules.names_lost;
    let client = &mut world.clients[index];
    let named = replaces.or_else(|| client.lost_name.clone().filter(|_| names_lost));
    let token = client.token;
    let socket = world.dial(index, token, named);
    world.clients[index].dialing = Some(socket);
}

/// Signs in, or has the pool give a new token for the same sign-in.
fn take_token(world: &mut World, index: usize, renewing: bool) {
    let now = world.now;
    let ends = now + seconds(world.rules.token);
    let renews = renewing || world.random.chance(0.3);
    // Some use a token to its last second.
    let reserve = world.random.pick(&[1, 30]) * SECOND;
    let is_brief = world.fault(if world.rules.calm { 0.0 } else { 0.03 });
    let ends = if is_brief {
        now + seconds(world.random.uniform(2.0, 25.0))
    } else {
        ends
    };
    let client = &mut world.clients[index];
    if client.signed_out {
        client.signed_out = false;
        client.token = Token { signed_in: now, ends };
    } else if is_brief || renews || client.token.ends < now + reserve {
        client.token.ends = ends;
    }
}

/// A handshake failed.
pub(crate) fn refused(world: &mut World, index: usize, refusal: Refusal) {
    let socket = world.socket(index);
    let (client, replaces) = (socket.client, socket.replaces.clone());
    if world.clients[client].dialing != Some(index) {
        return;
    }
    let now = world.now;
    let state = &mut world.clients[client];
    state.dialing = None;
    state.signed_out |= refusal == Refusal::Unauthorized;
    if refusal == Refusal::Full {
        state.full_since.get_or_insert(now);
    } else {
        state.full_since = None;
    }
    let is_renewal = state.own_name.is_some() && state.own_name == replaces;
    let pause = world.random.uniform(1.0, 20.0);
    world.after(pause, move |world| {
        let still = is_renewal && world.clients[client].own_name == replaces;
        dial(world, client, replaces.filter(|_| still));
    });
}

/// A handshake is done. The socket of a client that has gone stays as it is.
pub(crate) fn opened(world: &mut World, socket: usize) {
    let index = world.socket(socket).client;
    let client = &mut world.clients[index];
    client.full_since = None;
    let was_dialing = client.dialing == Some(socket);
    if was_dialing {
        client.dialing = None;
    }
    if !was_dialing || client.gone {
        return;
    }
    client.old = client.current.replace(socket);
    client.own_name = None;
    client.lost_name = None;
    client.pings.clear();
    client.memberships.clear();
    begin_memberships(world, index);
    world.after(1.0, move |world| pings::beat(world, index, socket));
    plan_renewal(world, index, socket);
    let old = world.clients[index].old;
    if let Some(old) = old.filter(|_| !world.rules.rude) {
        world.after(15.0, move |world| world.close(old));
    }
    publishing::again(world, index);
}

fn begin_memberships(world: &mut World, index: usize) {
    let now = world.now;
    let channels: Vec<_> = world.clients[index].wishes.keys().cloned().collect();
    for channel in channels {
        let mut first = Membership::default();
        if is_direct(&channel) {
            first.state = State::In;
            first.settled = now;
        }
        world.clients[index].memberships.insert(channel.clone(), first);
        membership::go_on(world, index, &channel);
    }
}

fn plan_renewal(world: &mut World, index: usize, socket: usize) {
    let left = world.socket(socket).hard_end().saturating_sub(world.now);
    let when = (left as f64 / SECOND as f64 * world.random.uniform(0.3, 0.8)).max(20.0);
    world.after(when, move |world| renew(world, index, socket));
}

/// Opens the next connection before this one ends.
fn renew(world: &mut World, index: usize, socket: usize) {
    let client = &world.clients[index];
    if client.current != Some(socket) || client.gone || !world.socket(socket).is_open() {
        return;
    }
    let Some(own) = client.own_name.clone() else {
        // It does not know its own name yet: the next heartbeat tells.
        return world.after(20.0, move |world| renew(world, index, socket));
    };
    take_token(world, index, true);
    dial(world, index, Some(own));
}

/// A connection is closed, and its client learns of it.
pub(crate) fn lost(world: &mut World, socket: usize) {
    let index = world.socket(socket).client;
    let client = &mut world.clients[index];
    if client.current != Some(socket) {
        return;
    }
    tell!(world, "client {index} sees the end of its connection");
    forget_current(world, index);
    let pause = world.random.uniform(0.0, 10.0);
    world.after(pause, move |world| dial(world, index, None));
}

/// It has no connection any more, as far as it knows.
pub(crate) fn forget_current(world: &mut World, index: usize) {
    let client = &mut world.clients[index];
    client.current = None;
    client.old = None;
    client.lost_name = client.own_name.take();
    client.memberships.clear();
    client.pings.clear();
}

/// The server says that it ends the connection.
pub(crate) fn told_to_close(world: &mut World, index: usize, socket: usize, reason: &str) {
    if reason == "signed_out" {
        world.clients[index].signed_out = true;
    }
    if world.clients[index].current == Some(socket) {
        world.close(socket);
    }
}

/// Woken up after the time to move on had come.
pub(crate) fn renew_late(world: &mut World, index: usize, socket: usize) {
    let it = world.socket(socket);
    let (end, opened) = (it.hard_end(), it.opened.unwrap_or(it.started));
    if world.now > opened + end.saturating_sub(opened) / 4 * 3 {
        renew(world, index, socket);
    }
}
