//! The management API: posting to connections, and closing them.

use std::sync::Arc;

use domain::channel::Channel;
use domain::connection_id::ConnectionId;
use domain::limits::FRAME_BYTES_MAX;
use domain::wire::Frame;
use serde_json::Value;
use service::ports::{Closing, Ended, Posted, Sockets};

use crate::bugs::Bug;
use crate::call::{Fault, Port, Repetition};
use crate::facts::{Fact, Kind, Post};
use crate::functions::Function;
use crate::time::seconds;
use crate::world::World;

pub(crate) struct SimSockets(pub(crate) Port);

impl Sockets for SimSockets {
    async fn post(&self, connection: &ConnectionId, frame: &Frame) -> Posted {
        let text: Arc<str> = Arc::from(frame.as_str());
        let posted = self.post_once(connection, &text).await;
        if !posted.may_pass() || !self.0.shared.world().is_planted(Bug::EagerPosts) {
            return posted;
        }
        for _ in 0..20 {
            if !self.post_once(connection, &text).await.may_pass() {
                return Posted::Accepted;
            }
        }
        Posted::Failed
    }
}

impl SimSockets {
    async fn post_once(&self, connection: &ConnectionId, text: &Arc<str>) -> Posted {
        let text = self.0.shared.world().believed(text);
        let (id, task) = (connection.clone(), self.0.process.task());
        let called = self
            .0
            .call("post", Repetition::Never, move |world| world.post(&id, &text, task));
        match called.await {
            Ok(posted) => posted,
            Err(Fault::Throttled) => Posted::Throttled,
            Err(Fault::Lost) => Posted::Failed,
        }
    }
}

impl Closing for SimSockets {
    async fn end(&self, connection: &ConnectionId) -> Ended {
        let (id, function) = (connection.clone(), self.0.process.function);
        let called = self.0.call("end", Repetition::Again, move |world| {
            world.end_connection(&id, function)
        });
        called.await.unwrap_or(Ended::Failed)
    }
}

impl World {
    /// What a planted bug makes of an answer: it calls everything recovered as long as something older is kept.
    fn believed(&self, text: &Arc<str>) -> Arc<str> {
        if !self.is_planted(Bug::DeletionOrder) || !text.contains("\"recovered\":false") {
            return Arc::clone(text);
        }
        let frame: Value = serde_json::from_str(text).unwrap_or_default();
        let log = frame["channel"].as_str().and_then(Channel::parse);
        let log = log.and_then(|channel| self.table.rows.entries.get(&channel));
        let oldest = log.and_then(|log| log.keys().next().copied());
        let shown = frame["entries"][0]["seq"].as_u64();
        if oldest.zip(shown).is_some_and(|(oldest, shown)| oldest < shown) {
            Arc::from(text.replace("\"recovered\":false", "\"recovered\":true"))
        } else {
            Arc::clone(text)
        }
    }

    fn post(&mut self, id: &ConnectionId, text: &Arc<str>, task: u64) -> Posted {
        let Some(socket) = self.gateway.find(id) else {
            return Posted::Gone;
        };
        let outcome = if !self.gateway.sockets[socket].is_open() {
            Posted::Gone
        } else if text.len() > FRAME_BYTES_MAX {
            Posted::Refused
        } else if self.is_clogged(socket) {
            Posted::Throttled
        } else if self.fault(self.rules.post_loss * 0.2) {
            self.random.pick(&[Posted::Throttled, Posted::Failed])
        } else {
            Posted::Accepted
        };
        let post = Post::read(socket, text, task, outcome);
        if post.kind == Kind::Message && self.is_planted(Bug::PostsSkipped) && self.random.chance(0.1) {
            return Posted::Accepted;
        }
        if post.kind == Kind::Signal {
            self.misdirect(&post);
        }
        self.note(Fact::Posted(post));
        if outcome == Posted::Accepted {
            let now = self.now;
            if self.rules.posts_keep_alive {
                self.gateway.sockets[socket].last_frame = now;
            }
            let twice = self.fault(self.rules.post_double);
            for _ in 0..=u8::from(twice) {
                self.deliver(socket, Arc::clone(text));
            }
        }
        outcome
    }

    /// Whether the client takes no more just now.
    fn is_clogged(&mut self, socket: usize) -> bool {
        let now = self.now;
        if self.fault(self.rules.clogging) {
            let span = self.random.uniform(1.0, 20.0);
            self.gateway.sockets[socket].clogged = now + seconds(span);
        }
        !self.quiet && self.gateway.sockets[socket].clogged > now
    }

    /// What planted bugs do with a signal beside passing it on.
    fn misdirect(&mut self, post: &Post) {
        let target = if self.is_planted(Bug::SignalEcho) {
            self.gateway.signals.get(&post.mark).copied()
        } else if self.is_planted(Bug::SignalLeaks) {
            Some(self.random.below(self.gateway.sockets.len()))
        } else {
            None
        };
        if let Some(socket) = target.filter(|socket| self.gateway.sockets[*socket].is_open()) {
            let outcome = Posted::Accepted;
            let post = Post {
                socket,
                outcome,
                ..post.clone()
            };
            self.note(Fact::Posted(post));
        }
    }

    fn end_connection(&mut self, id: &ConnectionId, function: Function) -> Ended {
        let Some(socket) = self.gateway.find(id) else {
            return Ended::Gone;
        };
        let is_open = self.gateway.sockets[socket].is_open();
        let unopened_counts = match function {
            Function::Session | Function::Push => self.is_planted(Bug::RevokedUnopened),
            Function::Sweep => self.is_planted(Bug::SweptUnopened),
            _ => false,
        };
        if !is_open {
            return if unopened_counts { Ended::Now } else { Ended::Gone };
        }
        let spared = function == Function::Sweep && self.is_planted(Bug::LapsedForgotten);
        if !spared || self.gateway.sockets[socket].hard_end() <= self.now {
            self.close(socket);
        }
        Ended::Now
    }
}
