//! Ready-made users, connections and worlds, so that a test says only what it is about.

use std::time::Duration;

use domain::connection::{Connection, ConnectionRules};
use domain::connection_id::ConnectionId;
use domain::identity::{DisplayName, Identity, UserId};
use domain::limits::INLINE_MEMBERS_MAX;
use domain::policy::Policy;
use domain::rate::{Rate, Rates};
use domain::shards::{ShardRules, Shards};
use domain::slot::SlotNumber;
use domain::timestamp::Timestamp;

use super::{MemoryHandover, MemorySockets, MemoryTable, TestClock};
use crate::caller::Caller;
use crate::guesses::Guesses;
use crate::messaging::{Messaging, MessagingRules};
use crate::ports::{Place, Registry, TableError};

/// A user signed in until this instant; `None` if the text can be no user's id.
pub fn identity(user: &str, expires_at: Timestamp) -> Option<Identity> {
    let user = UserId::parse(user)?;
    let name = DisplayName::new(user.as_str(), &user);
    Some(Identity {
        name,
        groups: Vec::new(),
        expires_at,
        signed_in_at: Timestamp::default(),
        origin_jti: None,
        user,
    })
}

/// The caller on a connection with the user's name and this number.
pub fn caller(user: &str, number: u32, expires_at: Timestamp) -> Option<Caller> {
    let connection = ConnectionId::parse(&format!("{user}{number:04}="))?;
    Some(Caller {
        connection,
        identity: identity(user, expires_at),
        gateway_request: Some("request=".to_owned()),
        source: None,
    })
}

/// A heartbeat of four minutes, a thousand connections a user, and members of `all` in this many shards.
pub fn connection_rules(all: Shards) -> ConnectionRules {
    ConnectionRules {
        shards: ShardRules {
            all,
            rooms: Shards::ONE,
        },
        heartbeat: Duration::from_secs(240),
        per_user: 1000,
    }
}

/// Messaging over a table, sockets and jobs in memory, at this instant, with a retention of ten minutes.
pub fn messaging(now: Timestamp) -> Messaging<MemoryTable, MemorySockets, MemoryHandover, TestClock> {
    Messaging {
        table: MemoryTable::default(),
        sockets: MemorySockets::default(),
        handover: MemoryHandover::default(),
        clock: TestClock::at(now),
        rules: MessagingRules {
            retention: Duration::from_secs(600),
            shards: connection_rules(Shards::ONE).shards,
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

/// Registers the caller's connection at `now`, in the slot of its number within the first thousand.
///
/// # Errors
/// When the table was told to fail.
pub async fn register(table: &MemoryTable, caller: &Caller, all: Shards, now: Timestamp) -> Result<(), TableError> {
    let Some(identity) = caller.identity.clone() else {
        return Ok(());
    };
    let digits: String = caller
        .connection
        .as_str()
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    let number = digits.parse::<u32>().unwrap_or(0) % 1000;
    let slot = SlotNumber::new(number).unwrap_or(SlotNumber::FIRST);
    match Connection::open(caller.connection.clone(), identity, slot, &connection_rules(all), now) {
        Some(connection) => table.register(&connection, &Place::Free).await.map(drop),
        None => Ok(()),
    }
}
