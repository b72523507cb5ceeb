//! What happens by the clock: sweeps, deletions, deployments, and the end of the time of faults.

use domain::shards::ShardRules;

use crate::executor::end_of;
use crate::facts::Fact;
use crate::functions::{Function, Work};
use crate::time::{Micros, SECOND, seconds};
use crate::world::{World, tell};
use crate::{back_end, client, table};

/// Seconds between two rounds of the sweeper.
const ROUND: f64 = 60.0;

/// Puts everything that happens by itself into the heap; gives the instant of the end.
pub(crate) fn begin(world: &mut World) -> Micros {
    client::populate(world);
    back_end::plan(world);
    let first = first_sweep(world);
    world.at(first, sweep);
    world.after(20.0, table::deletion::round);
    world.after(60.0, minute);
    for (when, shards) in world.rules.deployments.clone() {
        world.after(when, move |world| deploy(world, shards));
    }
    let act = world.rules.act;
    world.after(act, quiet_down);
    let quiet = world.rules.lease() + world.rules.heartbeat as f64 + world.rules.sweeps() + 600.0;
    world.after(act + quiet - 60.0, ask_around);
    end_of(world, quiet)
}

/// Everybody who wants to know asks once more who is there.
fn ask_around(world: &mut World) {
    world.note(Fact::Settled);
    world.after(1.0, |world| {
        for index in 0..world.clients.len() {
            let channels: Vec<_> = world.clients[index].present.keys().cloned().collect();
            for channel in channels {
                client::presence::ask(world, index, &channel);
            }
        }
    });
}

/// A rule has its second of the minute. Near the full minute a round strays into the next one, and a part of the connections
/// has to wait for another turn: not in calm worlds, where everything has its time.
fn first_sweep(world: &mut World) -> Micros {
    let minute = world.start.next_multiple_of(60 * SECOND);
    let second = world.random.uniform(0.0, if world.rules.calm { 55.0 } else { ROUND });
    minute + seconds(second)
}

/// A rule of EventBridge runs about every minute, now and then twice.
fn sweep(world: &mut World) {
    world.after(ROUND, sweep);
    let twice = world.fault(if world.rules.calm { 0.0 } else { 0.05 });
    for _ in 0..=u8::from(twice) {
        let late = world.random.uniform(0.0, 3.0);
        world.after(late, |world| {
            world.invoke(Work::Sweep, |_, _| {});
        });
    }
}

fn minute(world: &mut World) {
    world.note(Fact::Minute);
    world.after(60.0, minute);
}

/// Functions are brought up to date one after the other.
fn deploy(world: &mut World, shards: ShardRules) {
    use Function::{Channel, Connect, FanOut, Message, Push, Sweep};
    tell!(world, "DEPLOYS {shards:?}");
    for function in [Connect, Message, Channel, FanOut, Sweep, Push] {
        let when = world.random.uniform(0.0, 20.0);
        world.after(when, move |world| world.functions.deploy(function, shards));
    }
}

/// Nothing fails any more, and everybody comes back.
fn quiet_down(world: &mut World) {
    tell!(world, "QUIET from now on");
    world.quiet = true;
    for index in 0..world.clients.len() {
        client::absence::come_back(world, index);
    }
}
