//! What each operation takes: calls, posts, and the units that DynamoDB says. The figures stand in docs/costs.json, and this
//! fails when two stores, neither of which knows of the other, do not both count them.

use std::path::PathBuf;
use std::time::Duration;

use aws::table::Table;
use aws_sdk_dynamodb::Client;
use domain::connection::ConnectionRules;
use domain::connection_id::ConnectionId;
use domain::handshake::protocols::Offer;
use domain::identity::{DisplayName, Identity, OriginJti, UserId};
use domain::jitter::Jitter;
use domain::limits::{INLINE_MEMBERS_MAX, RATE_BURST, SWEEP_CYCLE};
use domain::policy::Policy;
use domain::rate::{Rate, Rates};
use domain::shards::{ShardRules, Shards};
use domain::timestamp::Timestamp;
use serde_json::{Value, json};
use service::caller::Caller;
use service::connect::{Handshake, Outcome, connect};
use service::disconnect::disconnect;
use service::guesses::Guesses;
use service::messaging::{Messaging, MessagingRules};
use service::ports::Clock as _;
use service::serve::{serve_channel, serve_message};
use service::sweep::sweep;
use service::testing::{MemoryHandover, MemorySockets, TestClock};

use crate::dynamodb_local::DynamoDbLocal;
use crate::emulator::Emulator;
use crate::meter::{Counts, Meter, Units};
use crate::store::{Prepared, new_table, repository};

/// Late enough that nothing is past its life, and in the middle of a minute, so that the sweeper looks everywhere once in four
/// rounds.
const NOW: Timestamp = Timestamp::from_seconds(4_000_000_110);

/// As a deployment has them without further settings.
fn rules() -> ConnectionRules {
    ConnectionRules {
        shards: ShardRules {
            all: Shards::new(4).unwrap_or(Shards::ONE),
            rooms: Shards::ONE,
        },
        heartbeat: Duration::from_secs(240),
        per_user: 50,
    }
}

type World = Messaging<Table, MemorySockets, MemoryHandover, TestClock>;

#[tokio::test]
async fn the_costs_written_down_are_those_that_are_counted() -> Prepared<()> {
    let store = Emulator::start().await?;
    let counted = as_file(&counted(&store.client().await, Units::AsOnAws).await?);
    if std::env::var_os("RENEW").is_some() {
        std::fs::write(file(), counted)?;
        return Ok(());
    }
    assert_eq!(
        std::fs::read_to_string(file())?,
        counted,
        "docs/costs.json is not what is counted (right). Renew it: RENEW=1 cargo test -p aws --test table costs"
    );
    Ok(())
}

/// All but the units of transactions.
#[tokio::test]
async fn dynamodb_local_counts_the_same() -> Prepared<()> {
    let Some(store) = DynamoDbLocal::start().await? else {
        return Ok(());
    };
    let written: Value = serde_json::from_slice(&std::fs::read(file())?)?;
    let written = written["operations"].as_array().cloned().unwrap_or_default();
    let counted = counted(&store.client().await, Units::Local).await?;
    assert_eq!(written.len(), counted.len());
    for (mut written, counted) in written.into_iter().zip(counted) {
        let mut own: Value = serde_json::from_str(&counted.line())?;
        if counted.took.transactions > 0 {
            own["writeUnits"] = Value::Null;
            written["writeUnits"] = Value::Null;
        }
        assert_eq!(own.to_string(), written.to_string());
    }
    Ok(())
}

fn file() -> PathBuf {
    repository().join("docs/costs.json")
}

fn as_file(operations: &[Operation]) -> String {
    let lines: Vec<_> = operations
        .iter()
        .map(|operation| format!("    {}", operation.line()))
        .collect();
    format!("{{\n  \"operations\": [\n{}\n  ]\n}}\n", lines.join(",\n"))
}

async fn counted(client: &Client, units: Units) -> Prepared<Vec<Operation>> {
    let meter = Meter::new(units);
    let client = meter.counting(client);
    let mut costs = Costs {
        world: world(new_table(client.clone(), "costs-of-some").await?),
        meter,
        operations: Vec::new(),
    };
    costs.connections().await;
    costs.messages().await;
    costs.channels().await;
    costs.world = world(new_table(client, "costs-of-a-crowd").await?);
    costs.crowd().await;
    Ok(costs.operations)
}

/// What one operation took.
struct Operation {
    name: String,
    took: Counts,
    posts: usize,
    invokes: usize,
}

impl Operation {
    fn line(&self) -> String {
        let Counts {
            calls,
            write_units,
            read_units,
            ..
        } = self.took;
        let Self {
            name, posts, invokes, ..
        } = self;
        format!(
            "{{ \"name\": {}, \"calls\": {{ \"table\": {calls}, \"posts\": {posts}, \"invokes\": {invokes} }}, \
             \"writeUnits\": {write_units}, \"readUnits\": {read_units} }}",
            json!(name)
        )
    }
}

fn world(table: Table) -> World {
    Messaging {
        table,
        sockets: MemorySockets::default(),
        handover: MemoryHandover::default(),
        clock: TestClock::at(NOW),
        rules: MessagingRules {
            retention: Duration::from_secs(24 * 3600),
            shards: rules().shards,
            posts_per_second: 5000,
            inline_members: INLINE_MEMBERS_MAX,
            policy: Policy::default(),
            rates: Rates {
                connection: Rate::MAX,
                user: Rate::MAX,
            },
        },
        guesses: Guesses::default(),
    }
}

/// Ids and names of the usual length, and no two alike.
fn caller(number: u32) -> Caller {
    let id = ConnectionId::parse(&format!("conn{number:08}AMC="));
    let user = UserId::parse(&format!("{number:08}-4c1d-4d5e-8f90-a1b2c3d4e5f6"));
    let (Some(connection), Some(user)) = (id, user) else {
        panic!("not well-formed");
    };
    Caller {
        connection,
        identity: Some(Identity {
            name: DisplayName::new("Ada Lovelace", &user),
            groups: Vec::new(),
            expires_at: NOW.plus(Duration::from_secs(3600)),
            signed_in_at: NOW,
            origin_jti: OriginJti::parse("a1b2c3d4-4c1d-4d5e-8f90-a1b2c3d4e5f6"),
            user,
        }),
        gateway_request: None,
        source: None,
    }
}

/// Counts one operation after the other.
struct Costs {
    world: World,
    meter: Meter,
    operations: Vec<Operation>,
}

impl Costs {
    async fn connections(&mut self) {
        let ada = caller(1);
        self.count("connect", async |world| open(world, &ada, None).await).await;
        let again = Caller {
            connection: caller(2).connection,
            ..ada.clone()
        };
        let replacing = async |world: &World| open(world, &again, Some(&ada.connection)).await;
        self.count("connect, replacing another", replacing).await;
        for (rooms, number) in [(0, 3), (3, 4), (5, 5)] {
            let leaving = caller(number);
            open(&self.world, &leaving, None).await;
            for room in 0..rooms {
                subscribe(&self.world, &leaving, &format!("room:left{room}")).await;
            }
            let name = format!("disconnect, {rooms} rooms");
            self.count(&name, async |world| {
                let done = disconnect(&world.table, &world.sockets, &world.clock, &leaving.connection).await;
                assert!(done.is_ok(), "{done:?}");
            })
            .await;
        }
    }

    /// Every one is the second of its channel: the first is what a process guesses the head from.
    async fn messages(&mut self) {
        for (members, first) in [(3, 10), (50, 100)] {
            let room = format!("room:of{members}");
            for number in first..first + members {
                open(&self.world, &caller(number), None).await;
                subscribe(&self.world, &caller(number), &room).await;
            }
            say(&self.world, &caller(first), &room, 1, None).await;
        }
        let (three, fifty) = ("room:of3", "room:of50");
        for (name, from, room, bytes, id) in [
            ("message, room of 3", 10, three, KILOBYTE, Some("3b1e6a8c-2f4d-4a")),
            ("message, room of 3, without id", 10, three, KILOBYTE, None),
            (
                "message of 700 bytes, room of 3",
                10,
                three,
                700,
                Some("9c0d7b2e-1a3f-4b"),
            ),
            ("message of 700 bytes, room of 3, without id", 10, three, 700, None),
            ("message, room of 50", 100, fifty, KILOBYTE, Some("5d2f8e1a-6b7c-4c")),
        ] {
            // As most messages, it comes when its sender's buckets are full.
            let clock = &self.world.clock;
            clock.set(clock.now().plus(RATE_BURST));
            self.count(name, async |world| say(world, &caller(from), room, bytes, id).await)
                .await;
        }
    }

    async fn channels(&mut self) {
        let ada = caller(200);
        open(&self.world, &ada, None).await;
        say(&self.world, &ada, "all", 1, None).await;
        self.count("subscribe", async |world| subscribe(world, &ada, "room:of3").await)
            .await;
        self.count("unsubscribe", async |world| {
            let frame = ask(world, &ada, "unsubscribe", json!({"channel": "room:of3"})).await;
            assert_eq!(frame["type"], "unsubscribed");
        })
        .await;
        let mut cursors = serde_json::Map::new();
        for room in 0..5 {
            let room = format!("room:of{}", room + 10);
            subscribe(&self.world, &ada, &room).await;
            say(&self.world, &ada, &room, 1, None).await;
            cursors.insert(room, json!(1));
        }
        self.count("heartbeat, 5 cursors", async |world| beat(world, &ada, &cursors).await)
            .await;
        cursors.insert("all".to_owned(), json!(1));
        cursors.insert(own_channel(&ada), json!(1));
        // What a client in five rooms sends: those of `all` and of its user too.
        self.count("heartbeat", async |world| beat(world, &ada, &cursors).await)
            .await;
        let reader = caller(10);
        for _ in 0..50 {
            say(&self.world, &reader, "room:of3", 1, None).await;
        }
        self.count("history, 50 small messages", async |world| {
            let frame = ask(world, &reader, "history", json!({"channel": "room:of3", "limit": 50})).await;
            assert_eq!(frame["entries"].as_array().map(Vec::len), Some(50), "{frame}");
        })
        .await;
    }

    async fn crowd(&mut self) {
        for number in 0..1000 {
            open(&self.world, &caller(number), None).await;
        }
        // Not every round looks at the same: the mean of as many as there are turns.
        let before = self.operations.len();
        for round in 0..SWEEP_CYCLE.as_secs() / 60 {
            self.world.clock.set(NOW.plus(Duration::from_secs(60 * round)));
            self.count("sweep, 1000 connections", async |world| {
                let swept = sweep(&world.table, &world.sockets, &world.clock, rules().shards).await;
                assert!(swept.is_ok(), "{swept:?}");
            })
            .await;
        }
        let swept = self.operations.split_off(before);
        self.operations.extend(mean(swept));
    }

    async fn count(&mut self, name: &str, operation: impl AsyncFnOnce(&World)) {
        let posted = self.world.sockets.all().len();
        self.meter.take();
        operation(&self.world).await;
        let took = self.meter.take();
        assert_eq!(took.untold, 0, "{name}: not every call said what it took");
        self.operations.push(Operation {
            name: name.to_owned(),
            took,
            posts: self.world.sockets.all().len() - posted,
            invokes: self.world.handover.take().len(),
        });
    }
}

/// Of the same operation done several times, rounded to whole calls and units.
fn mean(operations: Vec<Operation>) -> Option<Operation> {
    let count = u32::try_from(operations.len()).ok()?;
    let sum = |of: fn(&Counts) -> f64| operations.iter().map(|operation| of(&operation.took)).sum::<f64>();
    let took = Counts {
        calls: operations.iter().map(|operation| operation.took.calls).sum::<u64>() / u64::from(count),
        write_units: (sum(|took| took.write_units) / f64::from(count)).round(),
        read_units: (sum(|took| took.read_units) / f64::from(count)).round(),
        ..Counts::default()
    };
    let one = operations.into_iter().next()?;
    Some(Operation { took, ..one })
}

/// Bytes of a message of a kilobyte.
const KILOBYTE: usize = 1024;

async fn open(world: &World, caller: &Caller, replaces: Option<&ConnectionId>) {
    let Some(identity) = caller.identity.clone() else {
        panic!("nobody");
    };
    let handshake = Handshake {
        connection: caller.connection.clone(),
        identity,
        offer: Offer::Ours,
        replaces: replaces.cloned(),
        source: None,
    };
    let outcome = connect(&world.table, &world.clock, &rules(), handshake, 1).await;
    assert!(matches!(outcome, Ok(Outcome::OpenWithProtocol)), "{outcome:?}");
}

async fn say(world: &World, caller: &Caller, channel: &str, bytes: usize, id: Option<&str>) {
    let content = "x".repeat(bytes.saturating_sub(2));
    let mut frame = json!({"action": "message", "data": {"recipient": channel, "content": content}});
    if let Some(id) = id {
        frame["id"] = json!(id);
    }
    serve_message(world, caller, &frame.to_string(), Jitter::seeded(1)).await;
    let answer = answer(world, caller);
    assert_eq!(answer["type"], "ack", "{answer}");
}

async fn subscribe(world: &World, caller: &Caller, channel: &str) {
    let frame = ask(world, caller, "subscribe", json!({"channel": channel})).await;
    assert_eq!(frame["type"], "subscribed", "{frame}");
}

async fn beat(world: &World, caller: &Caller, cursors: &serde_json::Map<String, Value>) {
    let frame = ask(world, caller, "ping", json!({"cursors": cursors})).await;
    assert_eq!(frame["type"], "pong", "{frame}");
}

async fn ask(world: &World, caller: &Caller, action: &str, data: Value) -> Value {
    let frame = json!({"action": action, "id": "q", "data": data});
    serve_channel(world, rules().heartbeat, caller, &frame.to_string(), Jitter::seeded(1)).await;
    answer(world, caller)
}

fn answer(world: &World, caller: &Caller) -> Value {
    let frames = world.sockets.frames(&caller.connection);
    frames.into_iter().next_back().unwrap_or_default()
}

fn own_channel(caller: &Caller) -> String {
    let user = caller.identity.as_ref().map(|identity| identity.user.to_string());
    format!("user:{}", user.unwrap_or_default())
}
