//! `/login/new-password`: a password of one's own in place of the temporary one that was just given.

use std::collections::BTreeMap;

use axum::response::Response;

use super::{
    Asked, authorize,
    html::{Field, Form},
    login_form,
    refusal::Refusal,
    request::AuthorizationRequest,
};
use crate::cognito::{challenges::NewPassword, errors::ErrorType, passwords, pool::UserPool};

pub(super) const PATH: &str = "/login/new-password";

pub(super) fn submit(pool: &UserPool, asked: &Asked) -> Result<Response, Refusal> {
    let request = AuthorizationRequest::read(pool, asked)?;
    let form = &asked.form;
    let (username, session) = (form.text("username"), form.text("session"));
    let answer = NewPassword {
        session,
        username,
        password: form.text("password"),
        attributes: BTreeMap::new(),
    };
    match pool.answer_challenge(request.client, answer) {
        Ok(user) => Ok(authorize::finish(pool, asked, &request, &user)),
        Err(error) => match error.error_type {
            ErrorType::NotAuthorized => {
                let alert = Some("That took too long. Sign in once more with the temporary password.");
                Ok(login_form::page(pool, &request, username, alert))
            }
            ErrorType::InvalidPassword | ErrorType::InvalidParameter => {
                let alert = passwords::refused_in_words(&pool.settings().password_policy, form.text("password"));
                Ok(page(pool, &request, username, session, Some(&alert)))
            }
            _ => Err(error.into()),
        },
    }
}

pub(super) fn page(
    pool: &UserPool,
    request: &AuthorizationRequest<'_>,
    username: &str,
    session: &str,
    alert: Option<&str>,
) -> Response {
    let rules = passwords::in_words(&pool.settings().password_policy);
    Form {
        title: "Choose a new password",
        introduction: format!("The password of {username} was temporary."),
        alert,
        address: request.page(PATH),
        hidden: &[("username", username), ("session", session)],
        fields: &[Field::new_password("New password", &rules)],
        button: "Save and sign in",
        link: None,
    }
    .answer(request.redirect_uri)
}
