//! Gets a new ID token for the refresh token that the browser keeps.

use domain::limits::REFRESH_COOKIE_LIFE;
use domain::session::{Cookie, Refusal, Request, Response};

use super::{Sessions, auth_cookie, over};
use crate::describe::describe;
use crate::ports::{
    Clock, Closing, Connections, Directory, KeySource, Members, NoTokens, Revocations, Sockets, TokenEndpoint, Tokens,
};

impl<K, E, D, T, S, C> Sessions<K, E, D, T, S, C>
where
    K: KeySource,
    E: TokenEndpoint,
    D: Directory,
    T: Revocations + Members + Connections,
    S: Sockets + Closing,
    C: Clock,
{
    /// `POST /session/refresh`.
    pub(super) async fn refresh(&self, request: &Request) -> Response {
        let (Some(hosted), Some(token)) = (&self.hosted, request.cookie(Cookie::Refresh.name())) else {
            // A session that was brought here by its token has none, and lasts as long as that token.
            return Response::refused(Refusal::NotSignedIn, request).clearing(&[Cookie::Refresh]);
        };
        match hosted.endpoint.refresh(&token).await {
            Ok(tokens) => self.renew(&tokens, request).await,
            Err(error) => {
                tracing::warn!(error = describe(&error), "token.not_refreshed");
                match error {
                    NoTokens::Refused(_) => over(self.refused(Refusal::NotSignedIn, "refresh_refused", request)),
                    NoTokens::Unavailable(_) => self.refused(Refusal::Unavailable, "pool_unavailable", request),
                }
            }
        }
    }

    async fn renew(&self, tokens: &Tokens, request: &Request) -> Response {
        let now = self.clock.now();
        let rotated = tokens.refresh.as_ref();
        let rotated = rotated.map(|token| Cookie::Refresh.set(token, REFRESH_COOKIE_LIFE));
        let Ok(rotated) = rotated.transpose() else {
            return self.refused(Refusal::TokenTooLarge, "token_too_large", request);
        };
        let verified = match self.signed_in(&tokens.id, now).await {
            Ok(verified) => verified,
            Err((Refusal::Unavailable, reason)) => {
                // The old refresh token may be worth nothing any more, so the new one must not get lost.
                let response = self.refused(Refusal::Unavailable, reason, request);
                return rotated.into_iter().fold(response, Response::setting);
            }
            Err((refusal, reason)) => return over(self.refused(refusal, reason, request)),
        };
        let Ok(cookie) = auth_cookie(&tokens.id, &verified, now) else {
            return self.refused(Refusal::TokenTooLarge, "token_too_large", request);
        };
        tracing::info!(
            sub = %verified.identity.user,
            source = request.source.map(tracing::field::display),
            "session.refreshed"
        );
        let response = Response::signed_in(&verified.identity).setting(cookie);
        rotated.into_iter().fold(response, Response::setting)
    }
}
