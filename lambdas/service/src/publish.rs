//! Publishes a message: into the log first, then to the members, and only then is it acknowledged.

use domain::digest::Digest;
use domain::jitter::Jitter;
use domain::log::{Draft, Sender};
use domain::policy::Publishing;
use domain::request_id::RequestId;
use domain::timestamp::Timestamp;
use domain::wire::client::Message;
use domain::wire::{Frame, Receipt, Refusal};

use crate::append::{AppendError, Appender, InLog};
use crate::caller::Caller;
use crate::describe::describe;
use crate::fan_out::Telling;
use crate::lasting::{Lasting, lasting};
use crate::messaging::{Messaging, Publishable};
use crate::ports::{Clock, Handover, Sockets};
use crate::reply::{Answer, unavailable};

impl<T: Publishable, S: Sockets, H: Handover, C: Clock> Messaging<T, S, H, C> {
    /// Publishes a client's message and gives the acknowledgement, or what the sender is to be told instead.
    pub(crate) async fn publish(&self, caller: &Caller, message: Message, jitter: Jitter) -> Result<Answer, Refusal> {
        let now = self.clock.now();
        let who = caller.identity_at(now)?;
        let id = message.id.as_ref().and_then(|id| RequestId::parse(id.as_str()));
        let draft = Draft {
            channel: message.recipient,
            sender: Sender::from(who),
            id: message.id,
            content: message.content,
        };
        if let Some(reason) = self.within_rates(caller, who).await? {
            return Ok(Answer::Over(reason));
        }
        let receipt = match self.rules.policy.publishing(who, &draft.channel) {
            Publishing::Forbidden => return Err(Refusal::forbidden()),
            Publishing::Allowed => self.append_and_tell(&draft, now, jitter).await?,
            Publishing::IfSubscribed => match self.subscription(caller, &draft.channel, now).await? {
                Subscription::Yes => self.append_and_tell(&draft, now, jitter).await?,
                Subscription::No => self.known_or_refused(&draft, now, jitter).await?,
                Subscription::Over(reason) => return Ok(Answer::Over(reason)),
            },
        };
        Ok(Answer::Frame(Frame::ack(id.as_ref(), &receipt)))
    }

    /// Puts the message into the log, unless it is there, and sees to it that everybody is told, unless they were.
    ///
    /// The answer is the sender's promise, so that it waits for the telling to be done or handed over: who dies before
    /// leaves the sender without one, and the retry under the same id tells everybody again.
    pub(crate) async fn append_and_tell(
        &self,
        draft: &Draft,
        now: Timestamp,
        jitter: Jitter,
    ) -> Result<Receipt, Refusal> {
        let in_log = self
            .appender(draft)
            .append(draft, now, jitter.clone())
            .await
            .map_err(|error| refusal(&error))?;
        if !in_log.handed_over {
            self.tell_of(draft, &in_log, jitter).await?;
        }
        Ok(Receipt {
            channel: draft.channel.clone(),
            sequence: in_log.entry.sequence,
            at: in_log.entry.at,
            duplicate: in_log.duplicate,
        })
    }

    /// A message from a connection that is not subscribed: its retry, after a reconnect, gets the first answer all the same.
    async fn known_or_refused(&self, draft: &Draft, now: Timestamp, jitter: Jitter) -> Result<Receipt, Refusal> {
        let Some(id) = &draft.id else {
            return Err(Refusal::not_subscribed());
        };
        let sent = self
            .table
            .sent(&draft.sender.id, id)
            .await
            .map_err(unavailable("message"))?;
        let digest = Digest::of(&draft.channel, &draft.content);
        match sent {
            Some(sent) if now < sent.life && sent.digest == digest => self.append_and_tell(draft, now, jitter).await,
            _ => Err(Refusal::not_subscribed()),
        }
    }

    /// Whether the caller's connection is subscribed to the channel, by its row.
    pub(crate) async fn subscription(
        &self,
        caller: &Caller,
        channel: &domain::channel::Channel,
        now: Timestamp,
    ) -> Result<Subscription, Refusal> {
        match lasting(&self.table, &caller.connection, now).await {
            Ok(Lasting::Yes(connection)) if connection.membership(channel).is_some() => Ok(Subscription::Yes),
            Ok(Lasting::Yes(_)) => Ok(Subscription::No),
            Ok(Lasting::No(reason)) => Ok(Subscription::Over(reason)),
            Err(error) => Err(unavailable("message")(error)),
        }
    }

    fn appender<'a>(&'a self, draft: &Draft) -> Appender<'a, T, C> {
        Appender {
            log: &self.table,
            clock: &self.clock,
            guesses: &self.guesses,
            retention: self.rules.retention,
            shards: self.rules.shards.of(&draft.channel),
        }
    }

    async fn tell_of(&self, draft: &Draft, in_log: &InLog, jitter: Jitter) -> Result<(), Refusal> {
        let frame = Frame::message(&draft.channel, &in_log.entry);
        let telling = Telling {
            channel: &draft.channel,
            shards: in_log.shards,
            frame: &frame,
            except: None,
        };
        if let Err(error) = self.tell(&telling, jitter).await {
            tracing::error!(channel = %draft.channel, error = describe(&error), "message.not_handed_over");
            return Err(Refusal::unavailable());
        }
        let Some(id) = &draft.id else { return Ok(()) };
        // Without the mark a retry tells everybody once more, which is harmless.
        if let Err(error) = self.table.mark_handed_over(&draft.sender.id, id).await {
            tracing::warn!(error = describe(&error), "message.not_marked");
        }
        Ok(())
    }
}

/// Whether a connection is subscribed to a channel.
pub(crate) enum Subscription {
    Yes,
    No,
    Over(domain::wire::ClosingReason),
}

fn refusal(error: &AppendError) -> Refusal {
    match error {
        AppendError::Conflict => Refusal::conflict(),
        AppendError::Contended | AppendError::Table(_) => {
            tracing::error!(error = describe(error), "append.failed");
            Refusal::unavailable()
        }
    }
}

#[cfg(test)]
mod tests;
