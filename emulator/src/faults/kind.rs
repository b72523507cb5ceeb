//! The kinds of faults: what each is called, and which keys it understands.

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::nearest::hint;

/// One thing that can go wrong on AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub(crate) enum Kind {
    ConnectFailed,
    DisconnectLost,
    DisconnectLate,
    DisconnectTwice,
    EventTwice,
    EventLate,
    PushLost,
    PushDoubled,
    PushDelayed,
    PushGone,
    PushThrottled,
    PushFailed,
    PushHanging,
    FunctionCold,
    FunctionKilled,
    FunctionKilledAfter,
    TableThrottled,
    TableSmallPages,
    TableStale,
    TableUnanswered,
}

/// What an event is about, and so what a fault can be held to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    /// The stage as a whole.
    Stage,
    /// A route by its key.
    Route,
    /// A function by its logical id.
    Function,
    /// One of these operations of DynamoDB.
    Operation(&'static [&'static str]),
}

/// What pages, and what may be answered from the past.
const PAGED: [&str; 2] = ["Query", "Scan"];
const READS: [&str; 4] = ["BatchGetItem", "GetItem", "Query", "Scan"];
const WRITES: [&str; 5] = [
    "BatchWriteItem",
    "DeleteItem",
    "PutItem",
    "TransactWriteItems",
    "UpdateItem",
];
/// What uses throughput.
const METERED: [&str; 13] = [
    "BatchExecuteStatement",
    "BatchGetItem",
    "BatchWriteItem",
    "DeleteItem",
    "ExecuteStatement",
    "ExecuteTransaction",
    "GetItem",
    "PutItem",
    "Query",
    "Scan",
    "TransactGetItems",
    "TransactWriteItems",
    "UpdateItem",
];

impl Kind {
    pub(crate) const ALL: [Self; 20] = [
        Self::ConnectFailed,
        Self::DisconnectLost,
        Self::DisconnectLate,
        Self::DisconnectTwice,
        Self::EventTwice,
        Self::EventLate,
        Self::PushLost,
        Self::PushDoubled,
        Self::PushDelayed,
        Self::PushGone,
        Self::PushThrottled,
        Self::PushFailed,
        Self::PushHanging,
        Self::FunctionCold,
        Self::FunctionKilled,
        Self::FunctionKilledAfter,
        Self::TableThrottled,
        Self::TableSmallPages,
        Self::TableStale,
        Self::TableUnanswered,
    ];

    /// As a plan names it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::ConnectFailed => "connect.failed",
            Self::DisconnectLost => "disconnect.lost",
            Self::DisconnectLate => "disconnect.late",
            Self::DisconnectTwice => "disconnect.twice",
            Self::EventTwice => "event.twice",
            Self::EventLate => "event.late",
            Self::PushLost => "push.lost",
            Self::PushDoubled => "push.doubled",
            Self::PushDelayed => "push.delayed",
            Self::PushGone => "push.gone",
            Self::PushThrottled => "push.throttled",
            Self::PushFailed => "push.failed",
            Self::PushHanging => "push.hanging",
            Self::FunctionCold => "function.cold",
            Self::FunctionKilled => "function.killed",
            Self::FunctionKilledAfter => "function.killedAfter",
            Self::TableThrottled => "table.throttled",
            Self::TableSmallPages => "table.smallPages",
            Self::TableStale => "table.stale",
            Self::TableUnanswered => "table.unanswered",
        }
    }

    /// What its events are about.
    pub(super) const fn subject(self) -> Subject {
        match self {
            Self::EventTwice | Self::EventLate => Subject::Route,
            Self::FunctionCold | Self::FunctionKilled | Self::FunctionKilledAfter => Subject::Function,
            Self::TableThrottled => Subject::Operation(&METERED),
            Self::TableSmallPages => Subject::Operation(&PAGED),
            Self::TableStale => Subject::Operation(&READS),
            Self::TableUnanswered => Subject::Operation(&WRITES),
            _ => Subject::Stage,
        }
    }

    /// Whether it can strike at this operation of DynamoDB.
    pub(crate) fn concerns(self, operation: &str) -> bool {
        matches!(self.subject(), Subject::Operation(operations) if operations.contains(&operation))
    }

    /// How long it waits if the plan does not say; absent for what waits for nothing.
    pub(super) const fn usual_delay(self) -> Option<Duration> {
        Some(Duration::from_millis(match self {
            Self::FunctionKilled => 0,
            Self::EventLate => 200,
            Self::DisconnectLate | Self::PushDelayed | Self::FunctionCold | Self::TableStale => 1_000,
            // Longer than any client waits.
            Self::PushHanging => 600_000,
            _ => return None,
        }))
    }
}

impl Display for Kind {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl From<Kind> for &'static str {
    fn from(kind: Kind) -> Self {
        kind.name()
    }
}

impl TryFrom<String> for Kind {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == name);
        let explain = || format!("{name} is no kind of fault: {}", hint(&name, &Self::names()));
        found.ok_or_else(explain)
    }
}

impl Kind {
    pub(super) fn names() -> [&'static str; Self::ALL.len()] {
        Self::ALL.map(Self::name)
    }
}
