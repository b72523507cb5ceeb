//! `signal`: passed on to the members and kept nowhere.

use domain::jitter::Jitter;
use domain::log::Sender;
use domain::policy::Publishing;
use domain::wire::client::Signal;
use domain::wire::{Frame, Refusal};

use crate::caller::Caller;
use crate::describe::describe;
use crate::fan_out::Telling;
use crate::messaging::{Channelled, Messaging};
use crate::ports::{Clock, Handover, Sockets};
use crate::publish::Subscription;
use crate::reply::Answer;

impl<T: Channelled, S: Sockets, H: Handover, C: Clock> Messaging<T, S, H, C> {
    /// Passes the signal on to everybody in the channel but the connection it came from.
    pub(crate) async fn signal(&self, caller: &Caller, signal: &Signal, jitter: Jitter) -> Result<Answer, Refusal> {
        let now = self.clock.now();
        let who = caller.identity_at(now)?;
        if let Some(reason) = self.within_rates(caller, who).await? {
            return Ok(Answer::Over(reason));
        }
        match self.rules.policy.publishing(who, &signal.channel) {
            Publishing::Forbidden => return Err(Refusal::forbidden()),
            Publishing::Allowed => {}
            Publishing::IfSubscribed => match self.subscription(caller, &signal.channel, now).await? {
                Subscription::Yes => {}
                Subscription::No => return Err(Refusal::not_subscribed()),
                Subscription::Over(reason) => return Ok(Answer::Over(reason)),
            },
        }
        let frame = Frame::signal(&signal.channel, &Sender::from(who), &signal.content, now);
        let telling = Telling {
            channel: &signal.channel,
            shards: self.shards(&signal.channel),
            frame: &frame,
            except: Some(&caller.connection),
        };
        match self.tell(&telling, jitter).await {
            Ok(()) => Ok(Answer::Nothing),
            Err(error) => {
                tracing::warn!(channel = %signal.channel, error = describe(&error), "signal.not_handed_over");
                Err(Refusal::unavailable())
            }
        }
    }
}

#[cfg(test)]
mod tests;
