//! The form for username and password, which comes back from several pages.

use axum::response::Response;

use super::{
    html::{Field, Form, Link, application},
    request::AuthorizationRequest,
};
use crate::cognito::pool::UserPool;

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
    .answer(request.redirect_uri)
}
