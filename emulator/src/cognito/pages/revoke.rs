//! `/oauth2/revoke`: ends the sign-in that a refresh token belongs to (RFC 7009).

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{
    Asked,
    refusal::{OAuthError, Refusal},
    token::public_client,
};
use crate::cognito::{errors::ErrorType, pool::UserPool};

pub(super) fn end(pool: &UserPool, asked: &Asked) -> Result<Response, Refusal> {
    let client = public_client(pool, asked)?;
    let token = asked.form.get("token").ok_or(OAuthError::InvalidRequest)?;
    pool.revoke(client, token).map_err(|error| match error.error_type {
        ErrorType::UnsupportedTokenType => OAuthError::UnsupportedTokenType.into(),
        ErrorType::Unauthorized => OAuthError::UnauthorizedClient.into(),
        _ => Refusal::Failed(error),
    })?;
    Ok(StatusCode::OK.into_response())
}
