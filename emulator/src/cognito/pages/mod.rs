//! The pool's sign-in pages and its OAuth 2.0 endpoints, which AWS serves at the pool's domain: the authorization code
//! grant with PKCE, for public clients.
//!
//! Reading order: [`request`] (what an application asks), [`authorize`] and [`login`] (how a browser gets a code),
//! [`codes`](super::codes) and [`token`] (what the code is worth), [`html`] (how it looks).
//!
//! Another site's page cannot post these forms, signed in or not: whoever listens refuses foreign Origins. What that leaves
//! of login CSRF, the application's `state` covers.

mod answers;
mod authorize;
mod html;
mod login;
mod login_form;
mod logout;
mod new_password;
mod parameters;
mod refusal;
mod request;
mod revoke;
mod sessions;
mod sign_up;
mod token;

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, State, rejection::BytesRejection},
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode, Uri,
        header::{AUTHORIZATION, CONTENT_TYPE},
    },
    response::Response,
    routing::{MethodRouter, get, post},
};
use bytes::Bytes;

use super::{limits::MAX_FORM_BYTES, pool::UserPool};
use parameters::Parameters;
use refusal::{OAuthError, Refusal};

/// Hold for every answer. With `no-referrer`, browsers would post the forms with `Origin: null`.
const HEADERS: [(&str, &str); 3] = [
    ("cache-control", "no-store"),
    ("referrer-policy", "same-origin"),
    ("x-content-type-options", "nosniff"),
];

const FORM: &str = "application/x-www-form-urlencoded";

/// One page or endpoint.
type Page = fn(&UserPool, &Asked) -> Result<Response, Refusal>;

/// What a browser or an application asks with.
struct Asked {
    query: Parameters,
    form: Parameters,
    /// The name of the browser's session, from its cookie.
    session: Option<String>,
    has_authorization: bool,
}

/// The routes; for a pool that has a domain.
pub(super) fn router() -> Router<Arc<UserPool>> {
    Router::new()
        .route("/oauth2/authorize", on_get(authorize::show))
        .route("/login", on_get(login::show).merge(on_post(login::submit)))
        .route(new_password::PATH, on_post(new_password::submit))
        .route("/signup", on_get(sign_up::show).merge(on_post(sign_up::submit)))
        .route("/logout", on_get(logout::end))
        .route("/oauth2/token", on_post(token::exchange))
        .route("/oauth2/revoke", on_post(revoke::end))
        .route(html::STYLE_PATH, get(|| async { html::style() }))
        .layer(DefaultBodyLimit::max(MAX_FORM_BYTES))
}

fn on_get(page: Page) -> MethodRouter<Arc<UserPool>> {
    get(
        async move |State(pool): State<Arc<UserPool>>, uri: Uri, headers: HeaderMap| {
            let asked = read(&uri, &headers, &[]);
            serve(pool, page, asked).await
        },
    )
}

fn on_post(page: Page) -> MethodRouter<Arc<UserPool>> {
    post(
        async move |State(pool): State<Arc<UserPool>>,
                    uri: Uri,
                    headers: HeaderMap,
                    body: Result<Bytes, BytesRejection>| {
            let is_form = headers
                .get(CONTENT_TYPE)
                .is_some_and(|kind| kind.as_bytes().starts_with(FORM.as_bytes()));
            let asked = match body {
                Ok(body) if is_form => read(&uri, &headers, &body),
                Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                    Err(OAuthError::TooLarge.into())
                }
                _ => Err(OAuthError::InvalidRequest.into()),
            };
            serve(pool, page, asked).await
        },
    )
}

fn read(uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Result<Asked, Refusal> {
    let query = uri.query().unwrap_or_default();
    Ok(Asked {
        query: Parameters::of_query(query).ok_or_else(|| {
            Refusal::shown("This link is too long, or says one thing twice. Begin again in the application.")
        })?,
        form: Parameters::parse(body).ok_or(OAuthError::InvalidRequest)?,
        session: sessions::named_in(headers),
        has_authorization: headers.contains_key(AUTHORIZATION),
    })
}

/// Pages hash passwords and write files, so they run where blocking is allowed.
async fn serve(pool: Arc<UserPool>, page: Page, asked: Result<Asked, Refusal>) -> Response {
    let outcome = match asked {
        Ok(asked) => match Arc::clone(&pool).work(move |pool| page(pool, &asked)).await {
            Ok(outcome) => outcome,
            Err(error) => Err(error.into()),
        },
        Err(refusal) => Err(refusal),
    };
    let mut response = outcome.unwrap_or_else(Refusal::into_response);
    for (name, value) in HEADERS {
        response
            .headers_mut()
            .insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}
