//! `/login`: username and password.

use axum::{http::StatusCode, response::Response};

use super::{
    Asked, authorize,
    html::{Field, Form, Link, application},
    new_password,
    refusal::Refusal,
    request::AuthorizationRequest,
};
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
    Ok(page(pool, &request, asked.query.text("login_hint"), None))
}

pub(super) fn submit(pool: &UserPool, asked: &Asked) -> Result<Response, Refusal> {
    let request = AuthorizationRequest::read(pool, asked)?;
    let (username, password) = (asked.form.text("username"), asked.form.text("password"));
    if username.chars().count() > MAX_USERNAME_CHARS || password.chars().count() > MAX_PASSWORD_CHARS {
        return Ok(page(pool, &request, "", Some(WRONG)));
    }
    match pool.authenticate(username, password) {
        Ok(user) if user.status == UserStatus::Confirmed => Ok(authorize::finish(pool, asked, &request, &user)),
        Ok(user) => {
            let session = pool.open_challenge(request.client, &user);
            Ok(new_password::page(pool, &request, username, &session, None))
        }
        Err(error) if error.error_type == ErrorType::NotAuthorized => Ok(page(pool, &request, username, Some(WRONG))),
        Err(error) => Err(error.into()),
    }
}

pub(super) fn page(
    pool: &UserPool,
    request: &AuthorizationRequest<'_>,
    username: &str,
    alert: Option<&str>,
) -> Response {
    let link = Link {
        question: "New here?",
        text: "Create an account",
        address: request.page("/signup"),
    };
    Form {
        title: "Sign in",
        introduction: format!("to continue to {}", application(request.redirect_uri)),
        alert,
        address: request.page("/login"),
        hidden: &[],
        fields: &[Field::username(username), Field::current_password()],
        button: "Sign in",
        link: (!pool.settings().admin_create_user_only).then_some(link),
    }
    .answer(status(alert), request.redirect_uri)
}

/// A form that comes back with an alert was refused.
pub(super) fn status(alert: Option<&str>) -> StatusCode {
    match alert {
        Some(_) => StatusCode::BAD_REQUEST,
        None => StatusCode::OK,
    }
}
