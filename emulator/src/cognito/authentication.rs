//! Signing in, without a wire format: the API's operations and the sign-in pages both use it.

use super::{
    errors::CognitoError,
    families::Family,
    passwords,
    pool::UserPool,
    refresh_token::RefreshToken,
    settings::ClientSettings,
    tokens::{Grant, Tokens},
    user::{User, UserStatus},
};
use crate::identifiers;

/// What a right password leads to.
pub(crate) enum SignIn {
    Done(Session),
    /// The password was temporary; the text is the challenge's `Session`.
    NewPasswordRequired {
        user: User,
        session: String,
    },
}

/// A sign-in's tokens.
pub(crate) struct Session {
    pub(crate) tokens: Tokens,
    pub(crate) refresh: String,
}

/// What a family is begun with.
pub(crate) struct Beginning {
    pub(crate) origin_jti: String,
    /// When the user proved to be that user, in seconds since 1970.
    pub(crate) auth_time: u64,
    /// The scope asked for at the pages; none for the API.
    pub(crate) scope: Option<String>,
    /// Goes into the first ID token.
    pub(crate) nonce: Option<String>,
}

impl UserPool {
    /// Checks the password. An unknown user and a wrong password are one answer, after the same work.
    pub(crate) fn authenticate(&self, username: &str, password: &str) -> Result<User, CognitoError> {
        let user = self.directory().user(username).cloned();
        let hashed = user.as_ref().map_or(self.hash_of_nobody(), |user| &user.password_hash);
        let right = passwords::verify(password, hashed);
        user.filter(|_| right).ok_or_else(wrong_password)
    }

    /// Checks the password and begins a family.
    pub(crate) fn sign_in(
        &self,
        client: &ClientSettings,
        username: &str,
        password: &str,
    ) -> Result<SignIn, CognitoError> {
        let user = self.authenticate(username, password)?;
        match user.status {
            UserStatus::Confirmed => self.start_session(client, &user).map(SignIn::Done),
            UserStatus::ForceChangePassword => {
                let session = self.open_challenge(client, &user);
                Ok(SignIn::NewPasswordRequired { user, session })
            }
        }
    }

    /// Begins a family for a user who has just proved to be that user.
    pub(crate) fn start_session(&self, client: &ClientSettings, user: &User) -> Result<Session, CognitoError> {
        let beginning = Beginning {
            origin_jti: identifiers::uuid(),
            auth_time: self.now(),
            scope: None,
            nonce: None,
        };
        self.begin_family(client, user, beginning)
    }

    /// Begins a family for a user who has proved to be that user. A user who was deleted, or got another password,
    /// in the meantime has not.
    pub(crate) fn begin_family(
        &self,
        client: &ClientSettings,
        user: &User,
        beginning: Beginning,
    ) -> Result<Session, CognitoError> {
        let now = self.now();
        let refresh = RefreshToken::generate(&user.sub, &beginning.origin_jti);
        let family = Family {
            origin_jti: beginning.origin_jti,
            client_id: client.id.clone(),
            refresh_digest: refresh.digest(),
            auth_time: beginning.auth_time,
            expires: now.saturating_add(client.refresh_token_seconds),
            revoked: false,
            scope: beginning.scope,
        };
        let user = self.add_family(user, family.clone(), now)?;
        tracing::info!(cognito.sub = user.sub, "signed in");
        Ok(Session {
            tokens: self.tokens(client, &user, &family, beginning.nonce.as_deref())?,
            refresh: refresh.to_text(),
        })
    }

    /// New tokens of the same family. The refresh token stays as it is.
    pub(crate) fn refresh(&self, client: &ClientSettings, refresh_token: &str) -> Result<Tokens, CognitoError> {
        let (user, family) = self
            .find_family(refresh_token)
            .filter(|(_, family)| family.client_id == client.id)
            .ok_or_else(|| CognitoError::not_authorized("Invalid Refresh Token"))?;
        if family.revoked {
            return Err(CognitoError::not_authorized("Refresh Token has been revoked"));
        }
        if family.expires <= self.now() {
            return Err(CognitoError::not_authorized("Refresh Token has expired"));
        }
        self.tokens(client, &user, &family, None)
    }

    /// The sign-in that a refresh token belongs to, whatever has become of it.
    pub(crate) fn find_family(&self, refresh_token: &str) -> Option<(User, Family)> {
        let token = RefreshToken::parse(refresh_token)?;
        let user = self.directory().user_with_sub(&token.sub)?.clone();
        let family = user.families.find(&token.origin_jti)?.clone();
        token.has_digest(&family.refresh_digest).then_some((user, family))
    }

    fn tokens(
        &self,
        client: &ClientSettings,
        user: &User,
        family: &Family,
        nonce: Option<&str>,
    ) -> Result<Tokens, CognitoError> {
        let grant = Grant {
            issuer: &self.issuer(),
            client,
            user,
            family,
            nonce,
            now: self.now(),
        };
        grant.tokens(self.keys())
    }

    fn add_family(&self, seen: &User, family: Family, now: u64) -> Result<User, CognitoError> {
        let mut directory = self.directory();
        let unchanged = directory
            .user_with_sub(&seen.sub)
            .is_some_and(|user| user.password_hash == seen.password_hash);
        if !unchanged {
            return Err(wrong_password());
        }
        directory
            .update_user(&seen.username, |user| user.families.add(family, now))
            .cloned()
    }
}

fn wrong_password() -> CognitoError {
    CognitoError::not_authorized("Incorrect username or password.")
}
