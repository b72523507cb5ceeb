//! Ending one sign-in, without a wire format: its refresh token and every access token that came of it.

use super::{
    errors::{CognitoError, ErrorType},
    pool::UserPool,
    settings::ClientSettings,
};

impl UserPool {
    /// Revokes what the refresh token belongs to. A token that nobody knows is as good as revoked (RFC 7009, 2.2).
    pub(crate) fn revoke(&self, client: &ClientSettings, refresh_token: &str) -> Result<(), CognitoError> {
        if looks_signed(refresh_token) {
            return Err(CognitoError::new(
                ErrorType::UnsupportedTokenType,
                "Only refresh tokens can be revoked.",
            ));
        }
        let Some((user, family)) = self.find_family(refresh_token) else {
            return Ok(());
        };
        if family.client_id != client.id {
            return Err(CognitoError::new(
                ErrorType::Unauthorized,
                "The token was issued to another client.",
            ));
        }
        self.revoke_family(&user.sub, &family.origin_jti)
    }

    /// Revokes one sign-in of a user. That there is none is no failure.
    pub(crate) fn revoke_family(&self, sub: &str, origin_jti: &str) -> Result<(), CognitoError> {
        let mut directory = self.directory();
        let Some(username) = directory.user_with_sub(sub).map(|user| user.username.clone()) else {
            return Ok(());
        };
        directory.update_user(&username, |user| user.families.revoke(origin_jti))?;
        tracing::info!(cognito.sub = sub, "sign-in revoked");
        Ok(())
    }
}

/// ID and access tokens have three parts; refresh tokens of this pool have one.
fn looks_signed(token: &str) -> bool {
    token.split('.').count() == 3
}
