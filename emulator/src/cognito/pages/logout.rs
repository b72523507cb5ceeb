//! `/logout`: ends the pool's session with the browser. Tokens that were given live on, as in Cognito.

use axum::response::Response;

use super::{Asked, answers, refusal::Refusal, request::find_client, sessions};
use crate::cognito::pool::UserPool;

pub(super) fn end(pool: &UserPool, asked: &Asked) -> Result<Response, Refusal> {
    let client = find_client(pool, &asked.query)?;
    let back = asked
        .query
        .get("logout_uri")
        .filter(|uri| client.logout_urls.iter().any(|known| known == uri))
        .ok_or_else(|| {
            Refusal::shown(
                "This link names a logout_uri that is not one of the application's logout URLs. Nobody was signed out.",
            )
        })?;
    let cookie = sessions::end(pool, asked.session.as_deref());
    Ok(answers::with_cookie(answers::redirect(back), &cookie))
}
