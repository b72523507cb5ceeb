//! `RevokeToken`: ends one sign-in, its refresh token and every access token that came of it.

use serde::Deserialize;
use serde_json::json;

use super::Outcome;
use crate::cognito::{
    errors::{CognitoError, ErrorType},
    pool::UserPool,
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    token: String,
    client_id: String,
}

/// A token that nobody knows is as good as revoked (RFC 7009, 2.2).
pub(super) fn call(pool: &UserPool, request: Request) -> Outcome {
    let client = pool.client(&request.client_id)?;
    if looks_signed(&request.token) {
        return Err(CognitoError::new(
            ErrorType::UnsupportedTokenType,
            "Only refresh tokens can be revoked.",
        ));
    }
    let Some((user, family)) = pool.find_family(&request.token) else {
        return Ok(json!({}));
    };
    if family.client_id != client.id {
        return Err(CognitoError::new(
            ErrorType::Unauthorized,
            "The token was issued to another client.",
        ));
    }
    pool.directory().update_user(&user.username, |user| {
        user.families.revoke(&family.origin_jti);
    })?;
    tracing::info!(cognito.sub = user.sub, "sign-in revoked");
    Ok(json!({}))
}

/// ID and access tokens have three parts; refresh tokens of this pool have one.
fn looks_signed(token: &str) -> bool {
    token.split('.').count() == 3
}
