//! One use-case per route: reads a client's frame, checks that its connection still lasts, does what it asks, answers.

use std::time::Duration;

use domain::identity::Identity;
use domain::jitter::Jitter;
use domain::timestamp::Timestamp;
use domain::wire::{Action, Frame, Refusal, Request, read_request};

use crate::caller::Caller;
use crate::history::history;
use crate::messaging::{Channelled, Messaging, Publishable};
use crate::ports::{Clock, Closing, Handover, Sockets};
use crate::reply::{Answer, post, reply};

/// Routes `message` and `echo`.
pub async fn serve_message<T, S, H, C>(messaging: &Messaging<T, S, H, C>, caller: &Caller, body: &str, jitter: Jitter)
where
    T: Publishable,
    S: Sockets + Closing,
    H: Handover,
    C: Clock,
{
    let answer = message_or_echo(messaging, caller, body, jitter).await;
    reply(&messaging.sockets, &messaging.clock, caller, answer).await;
}

async fn message_or_echo<T, S, H, C>(
    messaging: &Messaging<T, S, H, C>,
    caller: &Caller,
    body: &str,
    jitter: Jitter,
) -> Result<Answer, Refusal>
where
    T: Publishable,
    S: Sockets,
    H: Handover,
    C: Clock,
{
    let (_, Request { id, action }) = judge(caller, body, messaging.clock.now())?;
    let answer = match action {
        Action::Message(message) => messaging.publish(caller, message, jitter).await,
        Action::Echo(echo) => Ok(Answer::Frame(Frame::echo(id.as_ref(), &echo.content))),
        _ => Err(Refusal::unknown_action()),
    };
    answer.map_err(|refusal| refusal.answering(id))
}

/// Routes `history`, `ping`, `subscribe`, `unsubscribe`, `presence` and `signal`. Clients ping every
/// `heartbeat`.
pub async fn serve_channel<T, S, H, C>(
    messaging: &Messaging<T, S, H, C>,
    heartbeat: Duration,
    caller: &Caller,
    body: &str,
    jitter: Jitter,
) where
    T: Channelled,
    S: Sockets + Closing,
    H: Handover,
    C: Clock,
{
    let answer = channel_action(messaging, heartbeat, caller, body, jitter).await;
    reply(&messaging.sockets, &messaging.clock, caller, answer).await;
}

async fn channel_action<T, S, H, C>(
    messaging: &Messaging<T, S, H, C>,
    heartbeat: Duration,
    caller: &Caller,
    body: &str,
    jitter: Jitter,
) -> Result<Answer, Refusal>
where
    T: Channelled,
    S: Sockets,
    H: Handover,
    C: Clock,
{
    let now = messaging.clock.now();
    let (who, Request { id, action }) = judge(caller, body, now)?;
    let asked = id.as_ref();
    let answer = match action {
        Action::History(wanted) => history(&messaging.table, who, asked, &wanted, now)
            .await
            .map(Answer::Frame),
        Action::Ping(ping) => messaging.ping(caller, asked, &ping, heartbeat, jitter).await,
        Action::Subscribe(wanted) => messaging.subscribe(caller, asked, &wanted, jitter).await,
        Action::Unsubscribe(wanted) => messaging.unsubscribe(caller, asked, &wanted, jitter).await,
        Action::Presence(wanted) => messaging.presence(caller, asked, &wanted).await,
        Action::Signal(signal) => messaging.signal(caller, &signal, jitter).await,
        Action::Message(_) | Action::Echo(_) | Action::Unknown => Err(Refusal::unknown_action()),
    };
    answer.map_err(|refusal| refusal.answering(id))
}

/// Route `$default`: whatever comes here was understood by no other route.
pub async fn serve_default(sockets: &impl Sockets, clock: &impl Clock, caller: &Caller, body: &str) {
    let refusal = judge(caller, body, clock.now()).map_or_else(
        |refusal| refusal,
        |(_, request)| Refusal::unknown_action().answering(request.id),
    );
    post(sockets, clock, caller, Err(refusal)).await;
}

/// Who asks for what. The frame is read first, so that even a refusal of the caller names the frame it answers.
fn judge<'a>(caller: &'a Caller, body: &str, now: Timestamp) -> Result<(&'a Identity, Request), Refusal> {
    let read = read_request(body);
    let id = match &read {
        Ok(request) => &request.id,
        Err(refusal) => &refusal.id,
    };
    let who = caller
        .identity_at(now)
        .map_err(|refusal| refusal.answering(id.clone()))?;
    Ok((who, read?))
}

#[cfg(test)]
pub(crate) mod tests;
