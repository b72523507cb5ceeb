//! Whether an access token that is shown to the pool is good: its signature, its claims, and that nobody revoked it.

use jsonwebtoken::{Algorithm, Validation};
use serde::Deserialize;

use super::{errors::CognitoError, keys::SigningKey, tokens::ADMIN_SCOPE, user::User};

/// What the pool reads from an access token of its own.
#[derive(Debug, Deserialize)]
pub(crate) struct AccessToken {
    pub(crate) sub: String,
    pub(crate) origin_jti: String,
    exp: u64,
    token_use: String,
    scope: String,
}

impl AccessToken {
    /// Reads a token that this pool signed and that has not expired. Whether it is revoked, the user's record says.
    pub(crate) fn verify(text: &str, key: &SigningKey, issuer: &str, now: u64) -> Result<Self, CognitoError> {
        let token = decode(text, key, issuer)
            .filter(|token| token.token_use == "access")
            .ok_or_else(|| CognitoError::not_authorized("Invalid Access Token"))?;
        if token.exp <= now {
            return Err(CognitoError::not_authorized("Access Token has expired"));
        }
        if !token.scope.split(' ').any(|scope| scope == ADMIN_SCOPE) {
            return Err(CognitoError::not_authorized(
                "Access Token does not have required scopes",
            ));
        }
        Ok(token)
    }

    /// A sign-in that is no longer kept counts as revoked.
    pub(crate) fn check_not_revoked(&self, user: &User) -> Result<(), CognitoError> {
        match user.families.find(&self.origin_jti) {
            Some(family) if !family.revoked => Ok(()),
            _ => Err(CognitoError::not_authorized("Access Token has been revoked")),
        }
    }
}

/// Dates are left to the caller, who has the clock.
fn decode(text: &str, key: &SigningKey, issuer: &str) -> Option<AccessToken> {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.set_required_spec_claims(&["iss"]);
    validation.set_issuer(&[issuer]);
    jsonwebtoken::decode::<AccessToken>(text, &key.decoding_key(), &validation)
        .ok()
        .map(|decoded| decoded.claims)
}
