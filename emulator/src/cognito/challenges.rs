//! Sign-ins that wait for a new password in place of a temporary one.

use std::collections::BTreeMap;

use super::{
    challenge::Challenge,
    errors::CognitoError,
    passwords,
    pool::UserPool,
    settings::ClientSettings,
    user::{User, UserStatus},
};

/// The answer to a challenge.
pub(crate) struct NewPassword<'a> {
    pub(crate) session: &'a str,
    pub(crate) username: &'a str,
    pub(crate) password: &'a str,
    pub(crate) attributes: BTreeMap<String, String>,
}

impl UserPool {
    /// Opens the challenge of a user whose temporary password was right, and gives the `Session` that answers it.
    pub(crate) fn open_challenge(&self, client: &ClientSettings, user: &User) -> String {
        let challenge = Challenge {
            username: user.username.clone(),
            sub: user.sub.clone(),
            client_id: client.id.clone(),
            password_hash: user.password_hash.clone(),
        };
        self.challenges().keep(challenge, self.now())
    }

    /// Gives the user the new password and closes the challenge. A refused password leaves it open for another try.
    pub(crate) fn answer_challenge(
        &self,
        client: &ClientSettings,
        answer: NewPassword<'_>,
    ) -> Result<User, CognitoError> {
        let challenge = self.find_challenge(client, &answer)?;
        passwords::check_policy(&self.settings().password_policy, answer.password)?;
        let hashed = passwords::hash(answer.password).map_err(CognitoError::internal)?;
        let mut directory = self.directory();
        let unchanged = directory
            .user_with_sub(&challenge.sub)
            .is_some_and(|user| user.password_hash == challenge.password_hash);
        if !unchanged {
            return Err(expired());
        }
        let user = directory.update_user(&challenge.username, |user| {
            user.attributes.extend(answer.attributes);
            user.set_password(hashed, UserStatus::Confirmed, self.now());
        })?;
        self.challenges().forget(answer.session);
        Ok(user.clone())
    }

    fn find_challenge(&self, client: &ClientSettings, answer: &NewPassword<'_>) -> Result<Challenge, CognitoError> {
        self.challenges()
            .find(answer.session, self.now())
            .filter(|open| open.username == answer.username && open.client_id == client.id)
            .cloned()
            .ok_or_else(expired)
    }
}

fn expired() -> CognitoError {
    CognitoError::not_authorized("Invalid session for the user, session is expired.")
}
