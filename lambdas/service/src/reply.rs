//! Answers a frame by posting to its connection. API Gateway passes on nothing a handler returns.

use domain::wire::{ErrorCode, Frame, Refusal};

use crate::caller::Caller;
use crate::ports::{Clock, Posted, Sockets};

/// Posts the answer, or why there is none. A client that has gone meanwhile needs no answer, and one whose connection
/// has come to its end meanwhile gets none: only that end itself is told then.
pub(crate) async fn reply(sockets: &impl Sockets, clock: &impl Clock, caller: &Caller, answer: Result<Frame, Refusal>) {
    let tells_the_end = matches!(&answer, Err(refusal) if refusal.code == ErrorCode::TokenExpired);
    if caller.has_ended(clock.now()) && !tells_the_end {
        tracing::info!(connection = %caller.connection, "reply.too_late");
        return;
    }
    let frame = answer.unwrap_or_else(|refusal| {
        let user = caller.identity.as_ref().map_or("", |identity| identity.user.as_str());
        tracing::info!(code = refusal.code.as_str(), connection = %caller.connection, sub = user, "message.refused");
        Frame::error(&refusal, caller.gateway_request.as_deref())
    });
    let posted = sockets.post(&caller.connection, &frame).await;
    if posted != Posted::Accepted {
        tracing::info!(connection = %caller.connection, outcome = ?posted, "reply.lost");
    }
}
