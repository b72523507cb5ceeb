//! Tells who is signed in, and signs in who brings an ID token of another sign-in page.

use domain::session::{Cookie, Refusal, Request, Response};
use domain::token::Reason;

use super::{Sessions, auth_cookie, over};
use crate::ports::{Clock, Closing, Connections, Directory, KeySource, Members, Revocations, Sockets, TokenEndpoint};

impl<K, E, D, T, S, C> Sessions<K, E, D, T, S, C>
where
    K: KeySource,
    E: TokenEndpoint,
    D: Directory,
    T: Revocations + Members + Connections,
    S: Sockets + Closing,
    C: Clock,
{
    /// `GET /session`.
    pub(super) async fn who(&self, request: &Request) -> Response {
        let Some(token) = request.cookie(Cookie::Auth.name()) else {
            // Every first visit is one, and no event.
            return Response::refused(Refusal::NotSignedIn, request);
        };
        match self.signed_in(&token, self.clock.now()).await {
            Ok(verified) => Response::signed_in(&verified.identity),
            // The refresh token would bring more tokens of the same sign-in.
            Err((Refusal::SignedOut, reason)) => over(self.refused(Refusal::SignedOut, reason, request)),
            Err((refusal, reason)) => self.refused(refusal, reason, request),
        }
    }

    /// `POST /session`. The refresh token goes, since it may be another user's.
    pub(super) async fn adopt(&self, request: &Request) -> Response {
        let now = self.clock.now();
        let Some(token) = request.bearer() else {
            return self.not_verified(Reason::MissingToken, Refusal::NotSignedIn, request);
        };
        let verified = match self.signed_in(&token, now).await {
            Ok(verified) => verified,
            Err((refusal, reason)) => return self.refused(refusal, reason, request),
        };
        let Ok(cookie) = auth_cookie(&token, &verified, now) else {
            return self.refused(Refusal::TokenTooLarge, "token_too_large", request);
        };
        tracing::info!(
            sub = %verified.identity.user,
            by = "bearer",
            source = request.source.map(tracing::field::display),
            "session.started"
        );
        Response::signed_in(&verified.identity)
            .setting(cookie)
            .clearing(&[Cookie::Refresh])
    }
}
