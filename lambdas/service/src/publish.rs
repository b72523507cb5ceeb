//! Publishes a message: into the log first, then to the members, and only then is it acknowledged.

use std::time::Duration;

use domain::connection::Shards;
use domain::identity::Identity;
use domain::jitter::Jitter;
use domain::log::{Draft, Sender};
use domain::policy::may_publish;
use domain::request_id::RequestId;
use domain::timestamp::Timestamp;
use domain::wire::client::Message;
use domain::wire::{Frame, Refusal};

use crate::append::{AppendError, Appender, InLog};
use crate::describe::describe;
use crate::fan_out::FanOut;
use crate::guesses::Guesses;
use crate::ports::{Clock, Connections, Log, Members, Sockets};

/// What a deployment decides about messages.
#[derive(Debug, Clone, Copy)]
pub struct PublishRules {
    /// How long entries are kept.
    pub retention: Duration,
    /// Over how many keys the members of `all` are spread.
    pub all_shards: Shards,
}

/// Publishes messages. Lives as long as the process, for the sake of its guesses.
#[derive(Debug)]
pub struct Publisher<T, S, C> {
    /// Where logs, members and connections stand.
    pub table: T,
    /// Where frames go.
    pub sockets: S,
    /// What time it is.
    pub clock: C,
    /// What the deployment decided.
    pub rules: PublishRules,
    /// Heads last seen.
    pub guesses: Guesses,
}

impl<T: Log + Members + Connections, S: Sockets, C: Clock> Publisher<T, S, C> {
    /// Publishes the message and gives the acknowledgement, or what the sender is to be told instead.
    pub(crate) async fn publish(
        &self,
        who: &Identity,
        message: Message,
        now: Timestamp,
        jitter: Jitter,
    ) -> Result<Frame, Refusal> {
        if !may_publish(who, &message.recipient) {
            return Err(Refusal::forbidden());
        }
        let draft = Draft {
            channel: message.recipient,
            sender: Sender::from(who),
            id: message.id,
            content: message.content,
        };
        let in_log = self
            .appender(&draft)
            .append(&draft, now, jitter)
            .await
            .map_err(|error| refusal(&error))?;
        if !in_log.handed_over {
            self.hand_over(&draft, &in_log).await;
        }
        let id = draft.id.as_ref().and_then(|id| RequestId::parse(id.as_str()));
        Ok(Frame::ack(
            id.as_ref(),
            &draft.channel,
            in_log.entry.sequence,
            in_log.entry.at,
            in_log.duplicate,
        ))
    }

    fn appender<'a>(&'a self, draft: &Draft) -> Appender<'a, T, C> {
        Appender {
            log: &self.table,
            clock: &self.clock,
            guesses: &self.guesses,
            retention: self.rules.retention,
            shards: self.rules.all_shards.of(&draft.channel),
        }
    }

    /// Tells the members, and notes it. Nothing in here can take the acknowledgement back: the message is in the log.
    async fn hand_over(&self, draft: &Draft, in_log: &InLog) {
        let frame = Frame::message(&draft.channel, &in_log.entry);
        let fan_out = FanOut {
            table: &self.table,
            sockets: &self.sockets,
            clock: &self.clock,
        };
        let complete = fan_out.tell(&draft.channel, in_log.shards, &frame).await;
        let Some(id) = draft.id.as_ref().filter(|_| complete) else {
            return;
        };
        if let Err(error) = self.table.mark_handed_over(&draft.sender.id, id).await {
            tracing::warn!(error = %describe(&error), "message.not_marked");
        }
    }
}

fn refusal(error: &AppendError) -> Refusal {
    match error {
        AppendError::Conflict => Refusal::conflict(),
        AppendError::Contended | AppendError::Table(_) => {
            tracing::error!(error = %describe(error), "append.failed");
            Refusal::unavailable()
        }
    }
}

#[cfg(test)]
mod tests;
