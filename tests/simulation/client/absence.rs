//! Clients that sleep with their socket open, vanish without a word, or close.

use crate::world::{World, tell};

use super::{dialing, membership, pings, publishing};

/// Goes away at random times.
pub(crate) fn plan(world: &mut World, index: usize) {
    let times = world.rules.absences * 2.0 * world.random.unit() + 0.5;
    for _ in 0..if world.rules.absences > 0.0 { times as usize } else { 0 } {
        let when = world.random.uniform(30.0, world.rules.act);
        world.after(when, move |world| leave(world, index));
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// The socket stays, and frames wait.
    Sleeps,
    /// The socket stays half open, and nobody reads it.
    Vanishes,
    Closes,
}

fn leave(world: &mut World, index: usize) {
    if world.clients[index].gone || world.quiet {
        return;
    }
    let way = world.random.pick(&[Way::Sleeps, Way::Vanishes, Way::Closes]);
    tell!(world, "client {index} {way:?}");
    let current = world.clients[index].current;
    if let Some(socket) = current.filter(|_| way == Way::Closes) {
        world.close(socket);
    }
    let client = &mut world.clients[index];
    client.gone = true;
    client.absences += 1;
    client.full_since = None;
    if way != Way::Sleeps {
        dialing::forget_current(world, index);
        let client = &mut world.clients[index];
        client.dialing = None;
        if world.random.chance(0.5) {
            client.pending.clear();
        }
    }
    let how_long = world.random.pick(&[5.0, 100.0, 650.0, 900.0]) * world.random.uniform(0.5, 1.5);
    world.after(how_long, move |world| come_back(world, index));
}

/// Wakes up: a ping, the memberships, the unacknowledged messages.
pub(crate) fn come_back(world: &mut World, index: usize) {
    if !world.clients[index].gone {
        return;
    }
    tell!(world, "client {index} is back");
    let client = &mut world.clients[index];
    client.gone = false;
    client.absences += 1;
    let open = client.current.filter(|socket| world.gateway.sockets[*socket].is_open());
    if let Some(socket) = open {
        pings::ask_all(world, index, socket);
        let channels: Vec<_> = world.clients[index].memberships.keys().cloned().collect();
        for channel in channels {
            if let Some(membership) = world.clients[index].memberships.get_mut(&channel) {
                membership.repair = true;
            }
            membership::go_on(world, index, &channel);
        }
        dialing::renew_late(world, index, socket);
    } else {
        dialing::forget_current(world, index);
        dialing::dial(world, index, None);
    }
    publishing::again(world, index);
}
