//! Answers a frame by posting to its connection. API Gateway passes on nothing a handler returns.

use domain::wire::{Frame, Refusal};

use crate::caller::Caller;
use crate::ports::{Posted, Sockets};

/// Posts the answer, or why there is none. A client that has gone meanwhile needs no answer.
pub(crate) async fn reply(sockets: &impl Sockets, caller: &Caller, answer: Result<Frame, Refusal>) {
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
