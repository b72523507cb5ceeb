//! Tells who is signed in, and signs in who brings an ID token of another sign-in page.

use domain::session::{Cookie, Refusal, Request, Response};
use domain::token::Reason;

use super::{Sessions, auth_cookie};
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
        match self.cookie_owner(request, self.clock.now()).await {
            Ok(verified) => Response::signed_in(&verified.identity),
            // Every first visit is one, and no event.
            Err(Reason::MissingToken) => Response::refused(Refusal::NotSignedIn, request),
            Err(reason) => self.not_verified(reason, Refusal::NotSignedIn, request),
        }
    }

    /// `POST /session`. The refresh token goes, since it may be another user's.
    pub(super) async fn adopt(&self, request: &Request) -> Response {
        let now = self.clock.now();
        let Some(token) = request.bearer() else {
            return self.not_verified(Reason::MissingToken, Refusal::NotSignedIn, request);
        };
        let verified = match self.verify(&token, now).await {
            Ok(verified) => verified,
            Err(reason) => return self.not_verified(reason, Refusal::NotSignedIn, request),
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
