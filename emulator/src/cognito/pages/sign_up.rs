//! `/signup`: a person makes an account and is signed in with it.

use axum::response::Response;

use super::{
    Asked, authorize,
    html::{Field, Form, Link, application},
    refusal::Refusal,
    request::AuthorizationRequest,
};
use crate::cognito::{
    attributes::{self, Attribute, Setter},
    errors::{CognitoError, ErrorType},
    limits::{MAX_EMAIL_CHARS, MAX_USERNAME_CHARS},
    operations::check_username,
    passwords,
    pool::UserPool,
    user::User,
};

pub(super) fn show(pool: &UserPool, asked: &Asked) -> Result<Response, Refusal> {
    let request = AuthorizationRequest::read(pool, asked)?;
    check_open(pool)?;
    Ok(page(pool, &request, "", "", None))
}

pub(super) fn submit(pool: &UserPool, asked: &Asked) -> Result<Response, Refusal> {
    let request = AuthorizationRequest::read(pool, asked)?;
    check_open(pool)?;
    let form = &asked.form;
    let (username, email) = (form.text("username"), form.text("email"));
    match sign_up(pool, username, email, form.text("password")) {
        Ok(user) => Ok(authorize::finish(pool, asked, &request, &user)),
        Err(Failure::Refused(sentence)) => Ok(page(pool, &request, username, email, Some(&sentence))),
        Err(Failure::Other(error)) => Err(error.into()),
    }
}

enum Failure {
    /// In words for the person.
    Refused(String),
    Other(CognitoError),
}

fn sign_up(pool: &UserPool, username: &str, email: &str, password: &str) -> Result<User, Failure> {
    if check_username(username).is_err() {
        return Err(Failure::Refused(format!(
            "A username has 1 to {MAX_USERNAME_CHARS} characters and no spaces."
        )));
    }
    if !is_address(email) {
        return Err(Failure::Refused(format!(
            "Give an email address like name@example.com, of at most {MAX_EMAIL_CHARS} characters."
        )));
    }
    let email = Attribute {
        name: "email".to_owned(),
        value: email.to_owned(),
    };
    let attributes = attributes::check(vec![email], Setter::User).map_err(Failure::Other)?;
    pool.sign_up(username, password, attributes)
        .map_err(|error| in_words(pool, username, password, error))
}

fn in_words(pool: &UserPool, username: &str, password: &str, error: CognitoError) -> Failure {
    match error.error_type {
        ErrorType::UsernameExists => Failure::Refused(format!(
            "The username {username} is taken. Choose another, or sign in if it is yours."
        )),
        ErrorType::InvalidPassword | ErrorType::InvalidParameter => {
            Failure::Refused(passwords::refused_in_words(&pool.settings().password_policy, password))
        }
        ErrorType::LimitExceeded => Failure::Refused(error.message),
        _ => Failure::Other(error),
    }
}

/// Nothing is sent to the address, so that its form is all that can be checked.
fn is_address(text: &str) -> bool {
    let well_formed = text
        .split_once('@')
        .is_some_and(|(name, domain)| !name.is_empty() && !domain.is_empty() && !domain.contains('@'));
    well_formed && text.chars().count() <= MAX_EMAIL_CHARS && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}

fn check_open(pool: &UserPool) -> Result<(), Refusal> {
    if pool.settings().admin_create_user_only {
        return Err(Refusal::shown(
            "People cannot create accounts here themselves: this user pool leaves that to its administrators.",
        ));
    }
    Ok(())
}

fn page(
    pool: &UserPool,
    request: &AuthorizationRequest<'_>,
    username: &str,
    email: &str,
    alert: Option<&str>,
) -> Response {
    let rules = passwords::in_words(&pool.settings().password_policy);
    Form {
        title: "Create an account",
        introduction: format!("to continue to {}", application(request.redirect_uri)),
        alert,
        address: request.page("/signup"),
        hidden: &[],
        fields: &[
            Field::username(username),
            Field::email(email),
            Field::new_password("Password", &rules),
        ],
        button: "Create account",
        link: Some(Link {
            question: "Have an account?",
            text: "Sign in",
            address: request.page("/login"),
        }),
    }
    .answer(request.redirect_uri)
}
