//! The pool's own session with a browser: whoever has signed in need not type a password again for an hour.

use axum::http::{HeaderMap, header::COOKIE};

use crate::cognito::{
    browser_session::BrowserSession,
    limits::BROWSER_SESSION_SECONDS,
    pool::UserPool,
    user::{User, UserStatus},
};

const NAME: &str = "cognito";

/// Lax: the browser comes from the application, another site, by links. Not Secure: it comes by plain HTTP to loopback.
const ATTRIBUTES: &str = "Path=/; HttpOnly; SameSite=Lax";

/// The session's name in a request's cookies.
pub(super) fn named_in(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .find_map(|cookie| cookie.trim().strip_prefix(NAME)?.strip_prefix('='))
        .map(str::to_owned)
}

/// Begins a session in place of the browser's former one, and gives the cookie.
pub(super) fn begin(pool: &UserPool, former: Option<&str>, user: &User) -> String {
    let session = BrowserSession {
        sub: user.sub.clone(),
        password_hash: user.password_hash.clone(),
        auth_time: pool.now(),
    };
    let mut sessions = pool.browser_sessions();
    if let Some(former) = former {
        sessions.forget(former);
    }
    let name = sessions.keep(session, pool.now());
    format!("{NAME}={name}; {ATTRIBUTES}; Max-Age={BROWSER_SESSION_SECONDS}")
}

/// The user who has signed in, and when.
pub(super) fn find(pool: &UserPool, name: &str) -> Option<(User, u64)> {
    let (user, auth_time) = {
        let sessions = pool.browser_sessions();
        let session = sessions.find(name, pool.now())?;
        let user = pool
            .directory()
            .user_with_sub(&session.sub)
            .filter(|user| user.password_hash == session.password_hash)?
            .clone();
        (user, session.auth_time)
    };
    (user.status == UserStatus::Confirmed).then_some((user, auth_time))
}

/// Ends the session, and gives the cookie that says so.
pub(super) fn end(pool: &UserPool, name: Option<&str>) -> String {
    if let Some(name) = name {
        pool.browser_sessions().forget(name);
    }
    format!("{NAME}=; {ATTRIBUTES}; Max-Age=0")
}
