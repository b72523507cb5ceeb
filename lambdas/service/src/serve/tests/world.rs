//! A world in memory in which clients talk to the routes: what the tests of all use-cases begin with.

use std::time::Duration;

use domain::channel::Channel;
use domain::connection::Connection;
use domain::connection_id::ConnectionId;
use domain::jitter::Jitter;
use domain::shards::Shards;
use domain::timestamp::Timestamp;
use serde_json::{Value, json};

use crate::caller::Caller;
use crate::messaging::Messaging;
use crate::serve::{serve_channel, serve_message};
use crate::testing::{self, MemoryHandover, MemorySockets, MemoryTable, TestClock, messaging, register};

/// When everything begins.
pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_000_000);

/// When every connection ends at the latest.
pub(crate) const END: Timestamp = Timestamp::from_seconds(1_003_600);

/// How often a client pings.
pub(crate) const HEARTBEAT: Duration = Duration::from_secs(240);

/// How long a client is believed to be there.
pub(crate) const LEASE: Duration = Duration::from_secs(720);

/// A message id.
pub(crate) const ID: &str = "0123456789abcdef";

pub(crate) type World = Messaging<MemoryTable, MemorySockets, MemoryHandover, TestClock>;

pub(crate) fn world() -> World {
    messaging(NOW)
}

/// The same with these numbers of shards of `all` and of rooms.
pub(crate) fn sharded(all: u32, rooms: u32) -> World {
    let mut world = world();
    world.rules.shards.all = Shards::new(all).unwrap();
    world.rules.shards.rooms = Shards::new(rooms).unwrap();
    world
}

pub(crate) fn channel(name: &str) -> Channel {
    Channel::parse(name).unwrap()
}

/// A user's connection of this number, which nobody has registered.
pub(crate) fn caller(user: &str, number: u32) -> Caller {
    testing::caller(user, number, END).unwrap()
}

/// A user's connection of this number, registered just now.
pub(crate) async fn connected(world: &World, user: &str, number: u32) -> Caller {
    let caller = caller(user, number);
    let now = now(world);
    register(&world.table, &caller, world.rules.shards.all, now)
        .await
        .unwrap();
    caller
}

/// The same, subscribed to a channel.
pub(crate) async fn subscribed(world: &World, user: &str, number: u32, channel: &str) -> Caller {
    let caller = connected(world, user, number).await;
    let answer = ask(world, &caller, "subscribe", json!({"channel": channel})).await;
    assert_eq!(answer["type"], "subscribed", "{answer}");
    caller
}

/// The same, wanting to be told who comes and goes.
pub(crate) async fn watching(world: &World, user: &str, number: u32, channel: &str) -> Caller {
    let caller = connected(world, user, number).await;
    let wanted = json!({"channel": channel, "presence": true});
    let answer = ask(world, &caller, "subscribe", wanted).await;
    assert_eq!(answer["type"], "subscribed", "{answer}");
    caller
}

pub(crate) fn now(world: &World) -> Timestamp {
    use crate::ports::Clock as _;
    world.clock.now()
}

/// Sets the clock to so many milliseconds after the beginning.
pub(crate) fn at(world: &World, millis: u64) {
    world.clock.set(NOW.plus(Duration::from_millis(millis)));
}

/// The one frame that a request is answered with.
pub(crate) async fn ask(world: &World, caller: &Caller, action: &str, data: Value) -> Value {
    let mut answers = answers(world, caller, action, data).await;
    assert_eq!(answers.len(), 1, "{answers:?}");
    answers.remove(0)
}

/// The frames that come to a connection while its request is served.
pub(crate) async fn answers(world: &World, caller: &Caller, action: &str, data: Value) -> Vec<Value> {
    let before = world.sockets.frames(&caller.connection).len();
    let body = json!({"action": action, "data": data}).to_string();
    serve_channel(world, HEARTBEAT, caller, &body, Jitter::seeded(1)).await;
    world.sockets.frames(&caller.connection).split_off(before)
}

/// What a message is answered with; the sender's own copy is no answer.
pub(crate) async fn send(world: &World, caller: &Caller, to: &str, content: &Value, id: Option<&str>) -> Value {
    let before = world.sockets.frames(&caller.connection).len();
    let mut frame = json!({"action": "message", "data": {"recipient": to, "content": content}});
    if let Some(id) = id {
        frame["id"] = json!(id);
    }
    serve_message(world, caller, &frame.to_string(), Jitter::seeded(1)).await;
    let mut frames = world.sockets.frames(&caller.connection).split_off(before);
    frames.retain(|frame| frame["type"] != "message");
    assert_eq!(frames.len(), 1, "{frames:?}");
    frames.remove(0)
}

/// The frames of this type that have come to a connection.
pub(crate) fn told(world: &World, caller: &Caller, kind: &str) -> Vec<Value> {
    let mut frames = world.sockets.frames(&caller.connection);
    frames.retain(|frame| frame["type"] == kind);
    frames
}

/// The connection as its row tells of it, if it is registered and nobody has ended it.
pub(crate) fn row(world: &World, id: &ConnectionId) -> Option<Connection> {
    world.table.with_rows(|rows| rows.registered(id).cloned())
}

/// Changes the connection's row.
pub(crate) fn change(world: &World, id: &ConnectionId, change: impl FnOnce(&mut Connection)) {
    use domain::connection::Standing;
    world.table.with_rows(|rows| match rows.connections.get_mut(id) {
        Some((Standing::Registered(connection), _)) => change(connection),
        other => panic!("{id} is not registered: {other:?}"),
    });
}

/// Makes of the connection's row what another release might have written.
pub(crate) fn make_unreadable(world: &World, caller: &Caller) {
    use domain::connection::Standing;
    world
        .table
        .with_rows(|rows| match rows.connections.get_mut(&caller.connection) {
            Some((standing, _)) => *standing = Standing::Unreadable,
            None => panic!("{} has no row", caller.connection),
        });
}

/// Which connections are members of a channel.
pub(crate) fn members_of(world: &World, channel: &Channel) -> Vec<ConnectionId> {
    let members = world.table.members().into_iter();
    members.filter(|(of, _)| of == channel).map(|(_, id)| id).collect()
}

/// Lets others take so many steps first, so that use-cases meet at every point of each other.
pub(crate) async fn after<R>(steps: usize, work: impl Future<Output = R>) -> R {
    for _ in 0..steps {
        tokio::task::yield_now().await;
    }
    work.await
}
