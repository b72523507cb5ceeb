//! Answers a frame by posting to its connection. API Gateway passes on nothing a handler returns.

use domain::connection_id::ConnectionId;
use domain::limits::REPLY_PAUSE;
use domain::wire::{ClosingReason, ErrorCode, Frame, Refusal};

use crate::caller::Caller;
use crate::describe::describe;
use crate::ports::{Clock, Closing, Ended, Posted, Sockets, TableError};

/// What a client gets for its frame.
#[derive(Debug)]
pub(crate) enum Answer {
    /// This.
    Frame(Frame),
    /// Nothing: what it asked for needs no answer.
    Nothing,
    /// The end: its connection counts no more.
    Over(ClosingReason),
}

/// Posts the answer, or why there is none. A client that has gone meanwhile needs no answer, and one whose connection
/// has come to its end meanwhile gets none: only that end itself is told then.
pub(crate) async fn reply(
    sockets: &(impl Sockets + Closing),
    clock: &impl Clock,
    caller: &Caller,
    answer: Result<Answer, Refusal>,
) {
    match answer {
        Ok(Answer::Nothing) => {}
        Ok(Answer::Frame(frame)) => post(sockets, clock, caller, Ok(frame)).await,
        Err(refusal) => post(sockets, clock, caller, Err(refusal)).await,
        Ok(Answer::Over(reason)) => {
            let (connection, sub) = (&caller.connection, caller.sub());
            let source = caller.source.map(tracing::field::display);
            tracing::info!(reason = reason.as_str(), %connection, sub, source, "connection.is_over");
            // Whatever comes of it: the reason is a courtesy, the end is not.
            let _ = sockets.post(connection, &Frame::closing(reason)).await;
            close(sockets, clock, connection).await;
        }
    }
}

/// What is still open then is closed by the sweeper, which finds by the connection's row that it is over.
async fn close(sockets: &impl Closing, clock: &impl Clock, connection: &ConnectionId) {
    if sockets.end(connection).await == Ended::Failed {
        clock.sleep(REPLY_PAUSE).await;
        let _ = sockets.end(connection).await;
    }
}

/// The same where nothing can end the connection.
pub(crate) async fn post(sockets: &impl Sockets, clock: &impl Clock, caller: &Caller, answer: Result<Frame, Refusal>) {
    let tells_the_end = matches!(&answer, Err(refusal) if refusal.code == ErrorCode::TokenExpired);
    let is_too_late = || {
        let is_too_late = caller.has_ended(clock.now()) && !tells_the_end;
        if is_too_late {
            tracing::info!(connection = %caller.connection, "reply.too_late");
        }
        is_too_late
    };
    if is_too_late() {
        return;
    }
    let frame = answer.unwrap_or_else(|refusal| {
        note(caller, &refusal);
        Frame::error(&refusal, caller.gateway_request.as_deref())
    });
    let mut posted = sockets.post(&caller.connection, &frame).await;
    if posted.may_pass() {
        clock.sleep(REPLY_PAUSE).await;
        if is_too_late() {
            return;
        }
        posted = sockets.post(&caller.connection, &frame).await;
    }
    if posted != Posted::Accepted {
        tracing::info!(connection = %caller.connection, outcome = ?posted, "reply.lost");
    }
}

/// One event a refusal. Who is nobody to the client is told apart here from who may not do something.
fn note(caller: &Caller, refusal: &Refusal) {
    let sub = caller.sub();
    let source = caller.source.map(tracing::field::display);
    let connection = &caller.connection;
    match sub {
        Some(sub) => tracing::info!(reason = refusal.code.as_str(), %connection, sub, source, "message.refused"),
        // No route is reached without an authorizer.
        None => tracing::warn!(reason = "no_identity", %connection, source, "message.refused"),
    }
}

/// A table that does not answer, as the client is told of it; why goes to the log.
pub(crate) fn unavailable(action: &'static str) -> impl Fn(TableError) -> Refusal {
    move |error| {
        tracing::error!(action, error = describe(&error), "action.failed");
        Refusal::unavailable()
    }
}
