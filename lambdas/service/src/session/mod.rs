//! The session endpoint: one use-case a file, behind the checks that all of them share.

mod refresh;
mod sign_in;
mod sign_out;
mod who;

use domain::handshake::Credential;
use domain::identity::Identity;
use domain::revocation::Revocation;
use domain::session::{Cookie, Pages, Randomness, Refusal, Request, Response, Route, Secret};
use domain::timestamp::Timestamp;
use domain::token::{Answer, Reason, Verified};

use crate::describe::describe;
use crate::ports::{Clock, Closing, Connections, Directory, KeySource, Members, Revocations, Sockets, TokenEndpoint};
use crate::verifier::Verifier;

/// The endpoint of one origin. Lives as long as the process, for the sake of its keys.
#[derive(Debug)]
pub struct Sessions<K, E, D, T, S, C> {
    /// The origin, without a slash at the end.
    pub origin: String,
    /// Checks ID tokens.
    pub verifier: Verifier<K>,
    /// The pool's pages; `None` if it has none, and then tokens come from the application itself.
    pub hosted: Option<Hosted<E>>,
    /// The pool's users.
    pub directory: D,
    /// Who is connected, and which sign-ins count no more.
    pub table: T,
    /// The connections.
    pub sockets: S,
    /// The time.
    pub clock: C,
}

/// Why there is no session, and the word for it in the log.
type NoSession = (Refusal, &'static str);

/// A pool that has pages.
#[derive(Debug)]
pub struct Hosted<E> {
    /// Where they are.
    pub pages: Pages,
    /// What gives tokens to who comes back from them.
    pub endpoint: E,
}

impl<K, E, D, T, S, C> Sessions<K, E, D, T, S, C>
where
    K: KeySource,
    E: TokenEndpoint,
    D: Directory,
    T: Revocations + Members + Connections,
    S: Sockets + Closing,
    C: Clock,
{
    /// The answer to a request. `random` is used for a sign-in that begins, and never again.
    pub async fn answer(&self, request: &Request, random: &Randomness) -> Response {
        let Some(route) = request.route() else {
            return Response::refused(Refusal::NotFound, request);
        };
        if request.is_too_large() {
            return self.refused(Refusal::TooLarge, "too_large", request);
        }
        if route.is_guarded() && !request.comes_from(&self.origin) {
            return self.refused(Refusal::ForbiddenOrigin, "forbidden_origin", request);
        }
        match route {
            Route::Who => self.who(request).await,
            Route::Login => self.login(request, random),
            Route::Callback => self.callback(request).await,
            Route::Adopt => self.adopt(request).await,
            Route::Refresh => self.refresh(request).await,
            Route::SignOut => self.sign_out(request).await,
            Route::SignOutEverywhere => self.sign_out_everywhere(request).await,
        }
    }

    /// Whom a token stands for.
    async fn verify(&self, token: &Secret, now: Timestamp) -> Result<Verified, Reason> {
        let credential = Credential::new(token.expose());
        self.verifier.verify_for_sign_in(credential, now).await
    }

    /// Whom the browser's cookie stands for.
    async fn cookie_owner(&self, request: &Request, now: Timestamp) -> Result<Verified, Reason> {
        let token = request.cookie(Cookie::Auth.name()).ok_or(Reason::MissingToken)?;
        self.verify(&token, now).await
    }

    /// Whether the sign-in still counts, by the rows that `$connect` goes by: who would be refused there is not signed in.
    async fn counts(&self, identity: &Identity) -> Result<(), NoSession> {
        match self.revocation(identity).await? {
            Some(_) => Err((Refusal::SignedOut, "revoked")),
            None => Ok(()),
        }
    }

    /// The revocation that means the sign-in, if there is one.
    async fn revocation(&self, identity: &Identity) -> Result<Option<Revocation>, NoSession> {
        self.table.revocation(identity).await.map_err(|error| {
            tracing::error!(sub = %identity.user, error = describe(&error), "revocation.not_read");
            (Refusal::Unavailable, "table_unavailable")
        })
    }

    /// Whom a token stands for whose sign-in still counts.
    async fn signed_in(&self, token: &Secret, now: Timestamp) -> Result<Verified, NoSession> {
        let verified = self.verify(token, now).await;
        let verified = verified.map_err(|reason| (judge(reason, Refusal::NotSignedIn), reason.as_str()))?;
        self.counts(&verified.identity).await?;
        Ok(verified)
    }

    /// Refuses, and says why in the log: `reason` is one of our own words.
    fn refused(&self, refusal: Refusal, reason: &str, request: &Request) -> Response {
        self.note(refusal, reason, request);
        Response::refused(refusal, request)
    }

    fn note(&self, refusal: Refusal, reason: &str, request: &Request) {
        tracing::warn!(
            reason,
            code = refusal.code(),
            source = request.source.map(tracing::field::display),
            "session.refused"
        );
    }

    /// The same for a token that does not hold.
    fn not_verified(&self, reason: Reason, otherwise: Refusal, request: &Request) -> Response {
        self.refused(judge(reason, otherwise), reason.as_str(), request)
    }
}

/// `otherwise`, unless it is only that nobody can tell right now.
fn judge(reason: Reason, otherwise: Refusal) -> Refusal {
    match reason.answer() {
        Answer::Unavailable => Refusal::Unavailable,
        Answer::Unauthorized | Answer::Forbidden => otherwise,
    }
}

/// The session is over, and its cookies go.
fn over(response: Response) -> Response {
    response.clearing(&[Cookie::Auth, Cookie::Refresh])
}

/// The cookie of a verified token, for as long as the token lasts.
fn auth_cookie(token: &Secret, verified: &Verified, now: Timestamp) -> Result<String, domain::session::TooLarge> {
    Cookie::Auth.set(token, verified.identity.expires_at.since(now))
}

#[cfg(test)]
mod tests;
