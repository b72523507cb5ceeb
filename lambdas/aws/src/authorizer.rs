//! The authorizer's event in, its policy out. The reason of a refusal goes to the log, never to the client.

use domain::identity::Identity;
use domain::timestamp::Timestamp;
use domain::token::{Answer, Reason};
use lambda_runtime::Diagnostic;
use service::admit::Door;
use service::ports::KeySource;

use crate::event::{Event, EventType};
use crate::response::PolicyResponse;

/// Decides a handshake.
///
/// # Errors
/// `Unauthorized`, exactly, where API Gateway shall answer 401; anything else makes it answer 500.
pub async fn authorize(
    door: &Door<impl KeySource>,
    event: &Event,
    now: Timestamp,
) -> Result<PolicyResponse, Diagnostic> {
    let Some(method_arn) = event
        .method_arn()
        .filter(|_| event.event_type() == Some(EventType::Connect))
    else {
        note(event, "not_a_handshake");
        return Err(unauthorized());
    };
    let admitted = door.admit(&event.headers(), &event.query(), now).await;
    admitted
        .and_then(|identity| allow(event, method_arn, &identity))
        .or_else(|reason| refuse(event, method_arn, reason))
}

fn allow(event: &Event, method_arn: &str, identity: &Identity) -> Result<PolicyResponse, Reason> {
    let context = identity.to_context().map_err(|_| Reason::LimitReached)?;
    tracing::info!(
        sub = %identity.user,
        connection = event.connection().as_ref().map(tracing::field::display),
        source = event.source().map(tracing::field::display),
        "handshake.admitted"
    );
    Ok(PolicyResponse::allow(
        identity.user.as_str().to_owned(),
        method_arn,
        context,
    ))
}

fn note(event: &Event, reason: &str) {
    tracing::warn!(
        reason,
        connection = event.connection().as_ref().map(tracing::field::display),
        source = event.source().map(tracing::field::display),
        "handshake.refused"
    );
}

fn refuse(event: &Event, method_arn: &str, reason: Reason) -> Result<PolicyResponse, Diagnostic> {
    note(event, reason.as_str());
    match reason.answer() {
        Answer::Forbidden => Ok(PolicyResponse::deny(method_arn)),
        Answer::Unauthorized => Err(unauthorized()),
        Answer::Unavailable => Err(Diagnostic {
            error_type: "Unavailable".into(),
            error_message: "keys unavailable".into(),
        }),
    }
}

/// API Gateway answers 401 to this very text.
fn unauthorized() -> Diagnostic {
    Diagnostic {
        error_type: "Unauthorized".into(),
        error_message: "Unauthorized".into(),
    }
}

#[cfg(test)]
mod tests;
