//! The administrator's operations on one user.

use serde::Deserialize;
use serde_json::json;

use super::{Outcome, check_username, user_view};
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
pub(super) struct Subject {
    user_pool_id: String,
    username: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateRequest {
    #[serde(flatten)]
    subject: Subject,
    temporary_password: Option<String>,
    message_action: Option<String>,
    #[serde(default)]
    user_attributes: Vec<Attribute>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PasswordRequest {
    #[serde(flatten)]
    subject: Subject,
    password: String,
    #[serde(default)]
    permanent: bool,
}

/// Without a temporary password the user gets one that nobody knows, and waits for `AdminSetUserPassword`.
pub(super) fn create(pool: &UserPool, request: CreateRequest) -> Outcome {
    pool.check_id(&request.subject.user_pool_id)?;
    check_username(&request.subject.username)?;
    if request.message_action.as_deref() == Some("RESEND") {
        return Err(CognitoError::invalid_parameter(
            "The local user pool sends no messages, so it can resend none.",
        ));
    }
    if let Some(password) = &request.temporary_password {
        passwords::check_policy(&pool.settings().password_policy, password)?;
    }
    let password = request.temporary_password.unwrap_or_else(passwords::unknowable);
    let new = NewUser {
        username: request.subject.username,
        password_hash: passwords::hash(&password).map_err(CognitoError::internal)?,
        status: UserStatus::ForceChangePassword,
        attributes: attributes::check(request.user_attributes, Setter::Administrator)?,
    };
    let user = User::new(new, identifiers::uuid(), pool.now());
    let answer = json!({ "User": user_view::describe(&user, "Attributes") });
    pool.directory().add_user(user, "User account already exists")?;
    Ok(answer)
}

pub(super) fn set_password(pool: &UserPool, request: PasswordRequest) -> Outcome {
    pool.check_id(&request.subject.user_pool_id)?;
    passwords::check_policy(&pool.settings().password_policy, &request.password)?;
    let hashed = passwords::hash(&request.password).map_err(CognitoError::internal)?;
    let status = if request.permanent {
        UserStatus::Confirmed
    } else {
        UserStatus::ForceChangePassword
    };
    pool.directory().update_user(&request.subject.username, |user| {
        user.set_password(hashed, status, pool.now());
    })?;
    Ok(json!({}))
}

pub(super) fn get(pool: &UserPool, subject: Subject) -> Outcome {
    pool.check_id(&subject.user_pool_id)?;
    let directory = pool.directory();
    let user = directory
        .user(&subject.username)
        .ok_or_else(CognitoError::user_not_found)?;
    Ok(user_view::describe(user, "UserAttributes"))
}

pub(super) fn delete(pool: &UserPool, subject: Subject) -> Outcome {
    pool.check_id(&subject.user_pool_id)?;
    pool.directory().remove_user(&subject.username)?;
    Ok(json!({}))
}

pub(super) fn global_sign_out(pool: &UserPool, subject: Subject) -> Outcome {
    pool.check_id(&subject.user_pool_id)?;
    pool.directory()
        .update_user(&subject.username, |user| user.families.revoke_all())?;
    Ok(json!({}))
}
