//! One connection that follows the channel as PROTOCOL.md asks of a client, in the little that this needs.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::Instant;

use super::Gate;
use super::gauge::Gauge;
use super::log::ChannelLog;
use super::wire::Wire;
use crate::{TestResult, failure};

/// Time without a frame after which a follower asks what is new. A client's heartbeat would do it later.
const IDLE: Duration = Duration::from_secs(5);

/// Time after which a request without an answer is sent again; it doubles each time, so that a server that is slow does
/// not drown in repetitions.
const UNANSWERED: Duration = Duration::from_secs(8);

/// The longest such time.
const UNANSWERED_MAX: Duration = Duration::from_secs(60);

/// Milliseconds that a push may come later than the one after it, before it is asked for: fan-outs run side by side, and
/// followers that miss the same push shall not all ask for it at once.
const LATE_MS: std::ops::Range<u64> = 500..2000;

/// A follower that has not got everything by then has lost something.
const PATIENCE: Duration = Duration::from_secs(900);

/// What becomes of a follower.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Stays,
    /// After that message its connection is gone, and nobody is told.
    Vanishes(usize),
    /// After that message its connection is gone, and it opens another.
    Returns(usize),
}

/// Somebody who follows a channel.
pub(super) struct Follower {
    pub(super) number: usize,
    pub(super) address: String,
    pub(super) origin: String,
    pub(super) token: String,
    pub(super) channel: String,
    pub(super) messages: usize,
    pub(super) fate: Fate,
}

/// How it went.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told {
    pub(super) fate: Fate,
    pub(super) pushed: usize,
    pub(super) resumed: usize,
    pub(super) asked: usize,
    pub(super) connections: usize,
}

/// Why a connection is left.
enum Left {
    Complete,
    Vanished,
    Lost,
}

impl Follower {
    /// Follows until every message is shown.
    pub(super) async fn follow(self, gate: Arc<Gate>, progress: watch::Receiver<usize>) -> TestResult<Told> {
        let mut log = ChannelLog::default();
        let following = self.connections(&gate, progress, &mut log);
        let connections = match tokio::time::timeout(PATIENCE, following).await {
            Ok(connections) => connections.map_err(|error| failure(format!("follower {}: {error}", self.number)))?,
            Err(_) => {
                let words = format!("follower {} shows {} of {}", self.number, log.shown(), self.messages);
                return Err(failure(words));
            }
        };
        Ok(Told {
            fate: self.fate,
            pushed: log.pushed,
            resumed: log.resumed,
            asked: log.asked,
            connections,
        })
    }

    async fn connections(
        &self,
        gate: &Gate,
        mut progress: watch::Receiver<usize>,
        log: &mut ChannelLog,
    ) -> TestResult<usize> {
        for connections in 1.. {
            let wire = self.open(gate).await;
            let mut session = Session {
                wire,
                log,
                channel: &self.channel,
                requests: 0,
                pending: None,
                heard: Instant::now(),
                lacking: None,
            };
            session.subscribe().await?;
            if connections == 1 {
                session.until_subscribed().await?;
                gate.everybody.wait().await;
            }
            match self.listen(&mut session, &mut progress, connections).await? {
                Left::Complete | Left::Vanished => {
                    Gauge::add(&gate.gauge.complete);
                    return Ok(connections);
                }
                Left::Lost => {}
            }
        }
        Ok(0)
    }

    /// Opens a connection, however often functions die in the middle of it.
    async fn open(&self, gate: &Gate) -> Wire {
        loop {
            let turn = gate.handshakes.acquire().await;
            let opened = Wire::open(&self.address, &self.origin, &self.token).await;
            drop(turn);
            match opened {
                Ok(wire) => {
                    Gauge::add(&gate.gauge.connected);
                    return wire;
                }
                Err(_) => {
                    Gauge::add(&gate.gauge.refused);
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
            }
        }
    }

    async fn listen(
        &self,
        session: &mut Session<'_>,
        progress: &mut watch::Receiver<usize>,
        connections: usize,
    ) -> TestResult<Left> {
        let doom = self.doom(connections);
        loop {
            if session.log.shown() == self.messages {
                return Ok(Left::Complete);
            }
            let next_step = session.next_step();
            tokio::select! {
                frame = session.wire.next() => match frame {
                    Some(frame) if frame["type"] == "closing" => return Ok(Left::Lost),
                    Some(frame) => session.take(&frame).await?,
                    None => return Ok(Left::Lost),
                },
                changed = progress.changed(), if doom.is_some() => {
                    // The publisher ends only after its last message.
                    let published = *progress.borrow_and_update();
                    if doom.is_some_and(|doom| published > doom) || changed.is_err() {
                        let vanishes = matches!(self.fate, Fate::Vanishes(_));
                        return Ok(if vanishes { Left::Vanished } else { Left::Lost });
                    }
                }
                () = tokio::time::sleep_until(next_step) => session.step().await?,
            }
        }
    }

    fn doom(&self, connections: usize) -> Option<usize> {
        match self.fate {
            Fate::Vanishes(after) | Fate::Returns(after) if connections == 1 => Some(after),
            _ => None,
        }
    }
}

/// A request that is awaited. It is repeated as it is, so that the answer to any copy counts.
struct Pending {
    id: String,
    frame: Value,
    again_at: Instant,
    wait: Duration,
}

/// One connection's conversation.
struct Session<'a> {
    wire: Wire,
    log: &'a mut ChannelLog,
    channel: &'a str,
    requests: u64,
    pending: Option<Pending>,
    heard: Instant,
    /// When what is missing is asked for.
    lacking: Option<Instant>,
}

impl Session<'_> {
    async fn subscribe(&mut self) -> TestResult {
        let mut data = json!({"channel": self.channel});
        if let Some(since) = self.log.since() {
            data["since"] = json!(since);
        }
        self.ask("subscribe", data).await
    }

    async fn ask(&mut self, action: &str, data: Value) -> TestResult {
        self.requests += 1;
        let id = format!("{action}-{}", self.requests);
        let frame = json!({"action": action, "id": id, "data": data});
        self.wire.send(&frame).await?;
        self.log.asked += 1;
        self.pending = Some(Pending {
            id,
            frame,
            again_at: Instant::now() + UNANSWERED,
            wait: UNANSWERED,
        });
        self.lacking = None;
        Ok(())
    }

    async fn repeat(&mut self) -> TestResult {
        let Some(pending) = &mut self.pending else {
            return Ok(());
        };
        self.wire.send(&pending.frame).await?;
        self.log.asked += 1;
        pending.wait = (pending.wait * 2).min(UNANSWERED_MAX);
        pending.again_at = Instant::now() + pending.wait.mul_f64(rand::random_range(0.5..1.0));
        Ok(())
    }

    fn again_soon(&mut self) {
        if let Some(pending) = &mut self.pending {
            pending.again_at = Instant::now() + Duration::from_millis(rand::random_range(LATE_MS));
        }
    }

    async fn until_subscribed(&mut self) -> TestResult {
        while self.pending.is_some() {
            let next_step = self.next_step();
            tokio::select! {
                frame = self.wire.next() => match frame {
                    Some(frame) => self.take(&frame).await?,
                    None => return Err(failure("closed before it was subscribed")),
                },
                () = tokio::time::sleep_until(next_step) => self.step().await?,
            }
        }
        Ok(())
    }

    async fn take(&mut self, frame: &Value) -> TestResult {
        self.heard = Instant::now();
        let awaited = self
            .pending
            .as_ref()
            .is_some_and(|pending| frame["id"] == *pending.id.as_str());
        match frame["type"].as_str() {
            Some("message") if frame["channel"] == self.channel => {
                self.log.push(frame)?;
                if self.log.since() == Some(0) && self.pending.is_none() {
                    // Of a channel that was empty: no push can fill this gap.
                    self.subscribe().await?;
                } else if self.log.lacks() {
                    let late = Duration::from_millis(rand::random_range(LATE_MS));
                    self.lacking.get_or_insert_with(|| Instant::now() + late);
                } else {
                    self.lacking = None;
                }
            }
            Some("subscribed") if awaited => {
                self.pending = None;
                if self.log.resume(frame)? {
                    self.subscribe().await?;
                }
            }
            Some("pong") if awaited => {
                self.pending = None;
                if frame["behind"]
                    .as_array()
                    .is_some_and(|behind| behind.contains(&json!(self.channel)))
                {
                    self.subscribe().await?;
                }
            }
            Some("error") if awaited => self.again_soon(),
            // A function died, and API Gateway says so without naming the request.
            None if frame.get("message").is_some() => self.again_soon(),
            _ => {}
        }
        Ok(())
    }

    /// When something is to be done if no frame comes.
    fn next_step(&self) -> Instant {
        match (&self.pending, self.lacking) {
            (Some(pending), _) => pending.again_at,
            (None, Some(at)) => at,
            (None, None) => self.heard + IDLE,
        }
    }

    async fn step(&mut self) -> TestResult {
        if self.pending.is_some() {
            return self.repeat().await;
        }
        if self.lacking.is_some() {
            return self.subscribe().await;
        }
        self.heard = Instant::now();
        let cursor = self.log.since().unwrap_or_default();
        self.ask("ping", json!({"cursors": {self.channel: cursor}})).await
    }
}
