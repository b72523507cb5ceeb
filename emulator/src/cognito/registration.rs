//! Signing up, without a wire format. The account is confirmed at once, because nothing here sends a code.

use std::collections::BTreeMap;

use super::{
    errors::CognitoError,
    operations::check_username,
    passwords,
    pool::UserPool,
    user::{NewUser, User, UserStatus},
};
use crate::identifiers;

impl UserPool {
    /// Makes the account of a person who asks for it.
    pub(crate) fn sign_up(
        &self,
        username: &str,
        password: &str,
        attributes: BTreeMap<String, String>,
    ) -> Result<User, CognitoError> {
        if self.settings().admin_create_user_only {
            return Err(CognitoError::not_authorized(
                "SignUp is not permitted for this user pool",
            ));
        }
        check_username(username)?;
        passwords::check_policy(&self.settings().password_policy, password)?;
        let new = NewUser {
            attributes,
            username: username.to_owned(),
            password_hash: passwords::hash(password).map_err(CognitoError::internal)?,
            status: UserStatus::Confirmed,
        };
        let user = User::new(new, identifiers::uuid(), self.now());
        self.directory().add_user(user.clone(), "User already exists")?;
        Ok(user)
    }
}
