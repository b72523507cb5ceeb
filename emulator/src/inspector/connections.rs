//! Who is there, told from the records alone.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use serde::Serialize;

use super::record::{Kind, Record, Site};

/// Connections that are over stay in the list for a while: so many of them.
const MAX_OVER: usize = 200;

/// What is known of a connection.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Seen {
    pub(super) id: String,
    #[serde(flatten)]
    pub(super) site: Option<Arc<Site>>,
    /// Milliseconds since the epoch.
    pub(super) since_ms: u64,
    pub(super) last_active_ms: u64,
    pub(super) state: State,
    /// Who the authorizer says it is.
    pub(super) principal: Option<String>,
    /// The name of that user, if the authorizer's context has one.
    pub(super) name: Option<String>,
    pub(super) frames_in: u64,
    pub(super) frames_out: u64,
    /// How it ended.
    pub(super) ending: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum State {
    /// The handshake is under way.
    Handshake,
    Open,
    Refused,
    Closed,
}

#[derive(Debug, Default)]
pub(super) struct Connections {
    seen: HashMap<String, Seen>,
    /// Those that are over, the oldest first.
    over: VecDeque<String>,
}

impl Connections {
    pub(super) fn see(&mut self, record: &Record) {
        let Some(id) = &record.connection else { return };
        if record.kind == Kind::Handshake {
            self.seen.insert(id.clone(), Seen::new(id, record));
            return;
        }
        let Some(seen) = self.seen.get_mut(id) else { return };
        let fact = |name: &str| {
            let found = record.facts.iter().find(|(fact, _)| fact == name);
            found.map(|(_, value)| value.clone())
        };
        match record.kind {
            Kind::Authorizer => {
                seen.principal = fact("principalId");
                seen.name = ["name", "username", "user", "email"].into_iter().find_map(fact);
            }
            Kind::Opened => seen.state = State::Open,
            Kind::FrameIn => seen.frames_in += 1,
            Kind::FrameOut => seen.frames_out += 1,
            Kind::Refused | Kind::Closed => {
                seen.state = if record.kind == Kind::Closed {
                    State::Closed
                } else {
                    State::Refused
                };
                seen.ending = Some(record.summary.clone());
                self.over.push_back(id.clone());
            }
            _ => {}
        }
        // Events and answers are the functions' doing.
        if !matches!(record.kind, Kind::Event | Kind::Answer | Kind::Log | Kind::Management) {
            seen.last_active_ms = record.at_ms;
        }
        while self.over.len() > MAX_OVER {
            if let Some(oldest) = self.over.pop_front() {
                self.seen.remove(&oldest);
            }
        }
    }

    /// At most `limit`: first those that are not over, then those with the newest activity; and the number of all that are not over.
    pub(super) fn latest(&self, limit: usize) -> (Vec<Seen>, usize) {
        let mut latest: Vec<&Seen> = self.seen.values().collect();
        latest.sort_unstable_by_key(|seen| (seen.is_over(), std::cmp::Reverse(seen.last_active_ms)));
        let there = latest.iter().filter(|seen| !seen.is_over()).count();
        (latest.into_iter().take(limit).cloned().collect(), there)
    }
}

impl Seen {
    fn new(id: &str, record: &Record) -> Self {
        Self {
            id: id.to_owned(),
            site: record.site.clone(),
            since_ms: record.at_ms,
            last_active_ms: record.at_ms,
            state: State::Handshake,
            principal: None,
            name: None,
            frames_in: 0,
            frames_out: 0,
            ending: None,
        }
    }

    fn is_over(&self) -> bool {
        matches!(self.state, State::Refused | State::Closed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: Kind, id: &str) -> Record {
        let site = Arc::new(Site {
            api: "a".to_owned(),
            stage: "s".to_owned(),
        });
        Record::new(kind, "how").of_connection(&site, id)
    }

    #[test]
    fn a_connection_is_followed_from_its_handshake_to_its_end() {
        let mut connections = Connections::default();
        connections.see(&record(Kind::FrameIn, "unknown"));
        connections.see(&record(Kind::Handshake, "c"));
        let verdict = record(Kind::Authorizer, "c")
            .fact("principalId", "u1")
            .fact("username", "ada");
        for record in [
            verdict,
            record(Kind::Opened, "c"),
            record(Kind::FrameIn, "c"),
            record(Kind::FrameOut, "c"),
            record(Kind::FrameOut, "c"),
        ] {
            connections.see(&record);
        }
        let (latest, there) = connections.latest(9);
        let [seen] = latest.as_slice() else {
            panic!("{latest:?}");
        };
        assert_eq!(
            (there, seen.state, seen.frames_in, seen.frames_out),
            (1, State::Open, 1, 2)
        );
        assert_eq!(
            (seen.principal.as_deref(), seen.name.as_deref()),
            (Some("u1"), Some("ada"))
        );
        connections.see(&record(Kind::Closed, "c"));
        let (latest, there) = connections.latest(9);
        assert_eq!(
            (there, latest[0].state, latest[0].ending.as_deref()),
            (0, State::Closed, Some("how"))
        );
    }

    #[test]
    fn those_that_are_over_are_bounded() {
        let mut connections = Connections::default();
        connections.see(&record(Kind::Handshake, "there"));
        for number in 0..MAX_OVER + 50 {
            let id = number.to_string();
            connections.see(&record(Kind::Handshake, &id));
            connections.see(&record(Kind::Refused, &id));
        }
        assert_eq!(connections.seen.len(), MAX_OVER + 1);
        let (latest, there) = connections.latest(1);
        assert_eq!((there, latest[0].id.as_str()), (1, "there"));
    }
}
