//! `SignUp`: a person makes an account, which is confirmed at once because nothing here sends a code.

use serde::Deserialize;
use serde_json::json;

use super::{Outcome, check_username};
use crate::cognito::{
    attributes::{self, Attribute, Setter},
    errors::CognitoError,
    passwords,
    pool::UserPool,
    user::{NewUser, User, UserStatus},
};
use crate::identifiers;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    client_id: String,
    username: String,
    password: String,
    #[serde(default)]
    user_attributes: Vec<Attribute>,
}

pub(super) fn call(pool: &UserPool, request: Request) -> Outcome {
    pool.client(&request.client_id)?;
    if pool.settings().admin_create_user_only {
        return Err(CognitoError::not_authorized(
            "SignUp is not permitted for this user pool",
        ));
    }
    check_username(&request.username)?;
    passwords::check_policy(&pool.settings().password_policy, &request.password)?;
    let new = NewUser {
        attributes: attributes::check(request.user_attributes, Setter::User)?,
        username: request.username,
        password_hash: passwords::hash(&request.password).map_err(CognitoError::internal)?,
        status: UserStatus::Confirmed,
    };
    let user = User::new(new, identifiers::uuid(), pool.now());
    let answer = json!({ "UserConfirmed": true, "UserSub": user.sub });
    pool.directory().add_user(user, "User already exists")?;
    Ok(answer)
}
