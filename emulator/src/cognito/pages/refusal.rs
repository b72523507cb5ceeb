//! Why a page or an endpoint does not do what it is asked, and to whom it says so.

use axum::{
    http::{HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{answers, html};
use crate::cognito::errors::{CognitoError, ErrorType};

/// The errors of the endpoints that applications call (RFC 6749, 5.2; RFC 7009, 2.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OAuthError {
    InvalidClient,
    InvalidGrant,
    InvalidRequest,
    TooLarge,
    UnauthorizedClient,
    UnsupportedGrantType,
    UnsupportedTokenType,
}

impl OAuthError {
    fn name(self) -> &'static str {
        match self {
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidRequest | Self::TooLarge => "invalid_request",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedTokenType => "unsupported_token_type",
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

/// One refused request.
#[derive(Debug)]
pub(super) enum Refusal {
    /// For the person: the request names no application that could be trusted with the answer.
    Shown(String),
    /// For the application, by way of the browser: the address that says why.
    SentBack(String),
    /// For the application that called.
    OAuth(OAuthError),
    /// Something is wrong here; the cause is for the log.
    Failed(CognitoError),
}

impl Refusal {
    pub(super) fn shown(sentence: impl Into<String>) -> Self {
        Self::Shown(sentence.into())
    }

    pub(super) fn into_response(self) -> Response {
        match self {
            Self::Shown(sentence) => html::error_page(StatusCode::BAD_REQUEST, &sentence),
            Self::SentBack(address) => answers::redirect(&address),
            Self::OAuth(error) => {
                let mut response = (error.status(), axum::Json(json!({ "error": error.name() }))).into_response();
                response
                    .headers_mut()
                    .insert(HeaderName::from_static("pragma"), HeaderValue::from_static("no-cache"));
                response
            }
            Self::Failed(error) => failed(&error),
        }
    }
}

impl From<OAuthError> for Refusal {
    fn from(error: OAuthError) -> Self {
        Self::OAuth(error)
    }
}

impl From<CognitoError> for Refusal {
    fn from(error: CognitoError) -> Self {
        Self::Failed(error)
    }
}

fn failed(error: &CognitoError) -> Response {
    let status = match error.error_type {
        ErrorType::InternalError => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    };
    if let Some(cause) = &error.cause {
        tracing::error!(cause = %cause, "a sign-in page failed");
    }
    html::error_page(status, &error.message)
}
