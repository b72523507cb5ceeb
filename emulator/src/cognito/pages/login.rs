//! `/login`: username and password.

use axum::response::Response;

use super::{Asked, authorize, login_form, new_password, refusal::Refusal, request::AuthorizationRequest};
use crate::cognito::{
    errors::ErrorType,
    limits::{MAX_PASSWORD_CHARS, MAX_USERNAME_CHARS},
    pool::UserPool,
    user::UserStatus,
};

/// One sentence for an unknown user and a wrong password.
const WRONG: &str = "Incorrect username or password.";

pub(super) fn show(pool: &UserPool, asked: &Asked) -> Result<Response, Refusal> {
    let request = AuthorizationRequest::read(pool, asked)?;
    Ok(login_form::page(pool, &request, asked.query.text("login_hint"), None))
}

pub(super) fn submit(pool: &UserPool, asked: &Asked) -> Result<Response, Refusal> {
    let request = AuthorizationRequest::read(pool, asked)?;
    let (username, password) = (asked.form.text("username"), asked.form.text("password"));
    if username.chars().count() > MAX_USERNAME_CHARS || password.chars().count() > MAX_PASSWORD_CHARS {
        return Ok(login_form::page(pool, &request, "", Some(WRONG)));
    }
    match pool.authenticate(username, password) {
        Ok(user) if user.status == UserStatus::Confirmed => Ok(authorize::finish(pool, asked, &request, &user)),
        Ok(user) => {
            let session = pool.open_challenge(request.client, &user);
            Ok(new_password::page(pool, &request, username, &session, None))
        }
        Err(error) if error.error_type == ErrorType::NotAuthorized => {
            Ok(login_form::page(pool, &request, username, Some(WRONG)))
        }
        Err(error) => Err(error.into()),
    }
}
