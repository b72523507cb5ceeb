//! One use-case per route: reads a client's frame, checks that its connection still lasts, does what it asks, answers.

use domain::identity::Identity;
use domain::jitter::Jitter;
use domain::timestamp::Timestamp;
use domain::wire::client::Ping;
use domain::wire::{Action, Frame, Refusal, Request, read_request};

use crate::caller::Caller;
use crate::history::history;
use crate::ports::{Clock, Connections, Log, LogReader, Members, Sockets};
use crate::publish::Publisher;
use crate::reply::reply;

/// Routes `message` and `echo`.
pub async fn serve_message<T, S, C>(publisher: &Publisher<T, S, C>, caller: &Caller, body: &str, jitter: Jitter)
where
    T: Log + Members + Connections,
    S: Sockets,
    C: Clock,
{
    let answer = message_or_echo(publisher, caller, body, jitter).await;
    reply(&publisher.sockets, &publisher.clock, caller, answer).await;
}

async fn message_or_echo<T, S, C>(
    publisher: &Publisher<T, S, C>,
    caller: &Caller,
    body: &str,
    jitter: Jitter,
) -> Result<Frame, Refusal>
where
    T: Log + Members + Connections,
    S: Sockets,
    C: Clock,
{
    let now = publisher.clock.now();
    let (who, Request { id, action }) = judge(caller, body, now)?;
    let answer = match action {
        Action::Message(message) => publisher.publish(who, message, now, jitter).await,
        Action::Echo(echo) => Ok(Frame::echo(id.as_ref(), &echo.content)),
        Action::History(_) | Action::Ping(_) | Action::Unknown => Err(Refusal::unknown_action()),
    };
    answer.map_err(|refusal| refusal.answering(id))
}

/// Routes `history` and `ping`.
pub async fn serve_channel(
    log: &impl LogReader,
    sockets: &impl Sockets,
    clock: &impl Clock,
    caller: &Caller,
    body: &str,
) {
    let answer = channel_action(log, caller, body, clock.now()).await;
    reply(sockets, clock, caller, answer).await;
}

async fn channel_action(log: &impl LogReader, caller: &Caller, body: &str, now: Timestamp) -> Result<Frame, Refusal> {
    let (who, Request { id, action }) = judge(caller, body, now)?;
    let answer = match action {
        Action::History(wanted) => history(log, who, id.as_ref(), &wanted, now).await,
        Action::Ping(Ping) => Ok(Frame::pong(id.as_ref(), now, who.expires_at)),
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
    reply(sockets, clock, caller, Err(refusal)).await;
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
mod tests;
