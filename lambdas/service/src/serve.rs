//! One use-case per route: reads a client's frame, checks that its token still lasts, does what it asks, answers.

use domain::jitter::Jitter;
use domain::timestamp::Timestamp;
use domain::wire::{Action, Frame, Refusal, Request, read_request};

use crate::caller::Caller;
use crate::history::history;
use crate::ports::{Clock, Connections, Log, LogReader, Members, Sockets};
use crate::publish::Publisher;
use crate::reply::reply;

/// Routes `message` and `echo`.
pub async fn serve_message<T, S, C>(
    publisher: &Publisher<T, S, C>,
    caller: &Caller,
    body: &str,
    now: Timestamp,
    jitter: Jitter,
) where
    T: Log + Members + Connections,
    S: Sockets,
    C: Clock,
{
    let answer = message_or_echo(publisher, caller, body, now, jitter).await;
    reply(&publisher.sockets, caller, answer).await;
}

async fn message_or_echo<T, S, C>(
    publisher: &Publisher<T, S, C>,
    caller: &Caller,
    body: &str,
    now: Timestamp,
    jitter: Jitter,
) -> Result<Frame, Refusal>
where
    T: Log + Members + Connections,
    S: Sockets,
    C: Clock,
{
    let who = caller.identity_at(now)?;
    let Request { id, action } = read_request(body)?;
    let answer = match action {
        Action::Message(message) => publisher.publish(who, message, now, jitter).await,
        Action::Echo(echo) => Ok(Frame::echo(id.as_ref(), &echo.content)),
        Action::History(_) | Action::Unknown => Err(Refusal::unknown_action()),
    };
    answer.map_err(|refusal| refusal.answering(id))
}

/// Route `history`.
pub async fn serve_channel(log: &impl LogReader, sockets: &impl Sockets, caller: &Caller, body: &str, now: Timestamp) {
    reply(sockets, caller, channel_action(log, caller, body, now).await).await;
}

async fn channel_action(log: &impl LogReader, caller: &Caller, body: &str, now: Timestamp) -> Result<Frame, Refusal> {
    let who = caller.identity_at(now)?;
    let Request { id, action } = read_request(body)?;
    let answer = match action {
        Action::History(wanted) => history(log, who, id.as_ref(), &wanted, now).await,
        Action::Message(_) | Action::Echo(_) | Action::Unknown => Err(Refusal::unknown_action()),
    };
    answer.map_err(|refusal| refusal.answering(id))
}

/// Route `$default`: whatever comes here was understood by no other route.
pub async fn serve_default(sockets: &impl Sockets, caller: &Caller, body: &str, now: Timestamp) {
    let refusal = caller.identity_at(now).and_then(|_| read_request(body)).map_or_else(
        |refusal| refusal,
        |request| Refusal::unknown_action().answering(request.id),
    );
    reply(sockets, caller, Err(refusal)).await;
}

#[cfg(test)]
mod tests;
