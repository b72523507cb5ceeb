//! `/oauth2/authorize`: where an application sends a browser to be signed in.

use axum::response::Response;

use super::{Asked, answers, refusal::Refusal, request::AuthorizationRequest, sessions};
use crate::cognito::{pool::UserPool, user::User};

/// Back at once for a browser that has signed in, else to the sign-in page.
pub(super) fn show(pool: &UserPool, asked: &Asked) -> Result<Response, Refusal> {
    let request = AuthorizationRequest::read(pool, asked)?;
    let prompt = asked.query.get("prompt");
    let session = asked
        .session
        .as_deref()
        .filter(|_| prompt != Some("login"))
        .and_then(|name| sessions::find(pool, name));
    match session {
        Some((user, auth_time)) => Ok(answers::redirect(&request.granted(pool, &user, auth_time))),
        None if prompt == Some("none") => Err(request.refused("login_required", "Nobody has signed in here.")),
        None => Ok(answers::redirect(&request.page("/login"))),
    }
}

/// Signs the browser in and sends it back with a code.
pub(super) fn finish(pool: &UserPool, asked: &Asked, request: &AuthorizationRequest<'_>, user: &User) -> Response {
    let cookie = sessions::begin(pool, asked.session.as_deref(), user);
    let back = answers::redirect(&request.granted(pool, user, pool.now()));
    answers::with_cookie(back, &cookie)
}
