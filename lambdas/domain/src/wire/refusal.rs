//! Everything that can be wrong with a client's frame or with serving it: one code, one meaning, one sentence each.

use std::borrow::Cow;
use std::time::Duration;

use serde::Serialize;

use super::action_name::ActionName;
use crate::limits::{CHANNELS_PER_CONNECTION_MAX, FIELD_NAME_CHARACTERS_MAX, FRAME_BYTES_MAX, UNAVAILABLE_RETRY};
use crate::request_id::RequestId;

/// Why a frame was not served. A newer server may name others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema, serde::Deserialize))]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The frame is not one JSON object.
    InvalidJson,
    /// No such action.
    UnknownAction,
    /// A field is missing, repeated, unknown or has a wrong value.
    InvalidField,
    /// The frame or its content has more bytes than it may.
    TooLarge,
    /// The user may not do this.
    Forbidden,
    /// The connection is past its end: its token's, or that of its lifetime.
    TokenExpired,
    /// The connection is not subscribed to the channel.
    NotSubscribed,
    /// The connection is in as many channels as it may be.
    LimitReached,
    /// The id was used for another message.
    Conflict,
    /// Not possible right now.
    Unavailable,
    /// More messages than the connection or its user may send in this time.
    RateLimited,
}

impl ErrorCode {
    /// The code on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidJson => "invalid_json",
            Self::UnknownAction => "unknown_action",
            Self::InvalidField => "invalid_field",
            Self::TooLarge => "too_large",
            Self::Forbidden => "forbidden",
            Self::TokenExpired => "token_expired",
            Self::NotSubscribed => "not_subscribed",
            Self::LimitReached => "limit_reached",
            Self::Conflict => "conflict",
            Self::Unavailable => "unavailable",
            Self::RateLimited => "rate_limited",
        }
    }
}

/// Why a frame was not served: what the client learns, and nothing of what happened inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What kind of problem.
    pub code: ErrorCode,
    /// What a developer should change.
    pub message: Cow<'static, str>,
    /// Which field, for `invalid_field` and for `too_large` content.
    pub field: Option<String>,
    /// When to come back, for `unavailable` and `rate_limited`.
    pub retry_after: Option<Duration>,
    /// The client's id for the request, if it could be read.
    pub id: Option<RequestId>,
}

impl Refusal {
    fn new(code: ErrorCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            message: message.into(),
            field: None,
            retry_after: None,
            id: None,
        }
    }

    /// The frame is not one JSON object.
    pub fn invalid_json() -> Self {
        Self::new(
            ErrorCode::InvalidJson,
            "A frame must be one JSON object, such as {\"action\":\"echo\",\"data\":{\"content\":1}}.",
        )
    }

    /// No such action.
    pub fn unknown_action() -> Self {
        let names = ActionName::ALL.map(ActionName::as_str).join(", ");
        Self::new(
            ErrorCode::UnknownAction,
            format!("The field action must be one of: {names}."),
        )
    }

    /// A field that does not hold what it must.
    pub fn invalid_field(field: &str, rule: &str) -> Self {
        let field: String = field.chars().take(FIELD_NAME_CHARACTERS_MAX).collect();
        let message = format!("The field {field} {rule}.");
        Self {
            field: Some(field),
            ..Self::new(ErrorCode::InvalidField, message)
        }
    }

    /// A frame with more bytes than it may have.
    pub fn frame_too_large() -> Self {
        Self::new(
            ErrorCode::TooLarge,
            format!("A frame may have {FRAME_BYTES_MAX} bytes."),
        )
    }

    /// Content with more bytes than it may have.
    pub fn content_too_large(field: &str, rule: &str) -> Self {
        Self {
            field: Some(field.to_owned()),
            ..Self::new(ErrorCode::TooLarge, format!("The field {field} {rule}."))
        }
    }

    /// Not allowed. The same text whether or not the channel exists.
    pub fn forbidden() -> Self {
        Self::new(ErrorCode::Forbidden, "You may not do this in this channel.")
    }

    /// What only subscribers may do.
    pub fn not_subscribed() -> Self {
        Self::new(
            ErrorCode::NotSubscribed,
            "This connection is not subscribed to the channel: subscribe, then send the same again.",
        )
    }

    /// One channel too many.
    pub fn too_many_channels() -> Self {
        Self::new(
            ErrorCode::LimitReached,
            format!(
                "A connection may be in {CHANNELS_PER_CONNECTION_MAX} rooms and groups: unsubscribe from one first."
            ),
        )
    }

    /// Nobody is known on this connection.
    pub fn nobody() -> Self {
        Self::new(ErrorCode::Forbidden, "This connection carries no identity.")
    }

    /// The connection is past its end.
    pub fn token_expired() -> Self {
        Self::new(
            ErrorCode::TokenExpired,
            "This connection has come to its end: connect again, with a token that is still valid.",
        )
    }

    /// The id was used for another message.
    pub fn conflict() -> Self {
        Self::new(
            ErrorCode::Conflict,
            "This id was used for another message: take a new one.",
        )
    }

    /// More than may come; a frame is accepted again after this time.
    pub fn rate_limited(retry_after: Duration) -> Self {
        let refusal = Self::new(
            ErrorCode::RateLimited,
            "Too many of these: send the same frame again after retryAfterMs, and fewer of them in the long run.",
        );
        Self {
            retry_after: Some(retry_after),
            ..refusal
        }
    }

    /// Not possible right now.
    pub fn unavailable() -> Self {
        let refusal = Self::new(
            ErrorCode::Unavailable,
            "Not possible right now: send the same frame again after a while; a message only if it has an id.",
        );
        Self {
            retry_after: Some(UNAVAILABLE_RETRY),
            ..refusal
        }
    }

    /// The same for the request with this id.
    #[must_use]
    pub fn answering(self, id: Option<RequestId>) -> Self {
        Self { id, ..self }
    }
}
