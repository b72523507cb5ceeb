//! Sends the browser to the pool's pages, and makes a session of what it brings back (RFC 6749, 4.1).

use domain::limits::{CODE_BYTES_MAX, REFRESH_COOKIE_LIFE, SIGN_IN_MAX};
use domain::session::{Cookie, Query, Randomness, Refusal, Request, Response, ReturnPath, Secret, SignIn, Unreadable};
use domain::timestamp::Timestamp;
use domain::token::Verified;

use super::{Hosted, NoSession, Sessions, auth_cookie, judge};
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
    /// `GET /session/login`.
    pub(super) fn login(&self, request: &Request, random: &Randomness) -> Response {
        let Some(hosted) = &self.hosted else {
            return Response::refused(Refusal::NotConfigured, request);
        };
        let return_path = match request.parameters().one("return") {
            Ok(None) => Some(ReturnPath::default()),
            Ok(Some(text)) => ReturnPath::parse(text),
            Err(Unreadable) => None,
        };
        let Some(return_path) = return_path else {
            return self.refused(Refusal::InvalidReturn, "invalid_return", request);
        };
        let sign_in = SignIn::begin(random, return_path, self.clock.now());
        match Cookie::SignIn.set(&sign_in.encode(), SIGN_IN_MAX) {
            Ok(cookie) => Response::redirect(&hosted.pages.authorize(&sign_in)).setting(cookie),
            Err(_) => self.refused(Refusal::InvalidReturn, "invalid_return", request),
        }
    }

    /// `GET /session/callback`. Whatever comes of it, this sign-in is over.
    pub(super) async fn callback(&self, request: &Request) -> Response {
        let Some(hosted) = &self.hosted else {
            return Response::refused(Refusal::NotConfigured, request);
        };
        let response = match self.complete(hosted, request).await {
            Ok(response) => response,
            // The pool remembers a sign-in that counts no more, and would give it again and again: it has to forget it.
            Err((Refusal::SignedOut, reason)) => {
                self.note(Refusal::SignedOut, reason, request);
                Response::redirect(&hosted.pages.logout())
            }
            Err((refusal, reason)) => self.refused(refusal, reason, request),
        };
        response.clearing(&[Cookie::SignIn])
    }

    async fn complete(&self, hosted: &Hosted<E>, request: &Request) -> Result<Response, NoSession> {
        let now = self.clock.now();
        let (sign_in, code) = came_back(request, now)?;
        let tokens = hosted
            .endpoint
            .exchange(&code, &sign_in.verifier)
            .await
            .map_err(|error| {
                tracing::warn!(error = describe(&error), "code.not_exchanged");
                match error {
                    NoTokens::Refused(_) => (Refusal::CodeRefused, "code_refused"),
                    NoTokens::Unavailable(_) => (Refusal::Unavailable, "pool_unavailable"),
                }
            })?;
        let begun = self.begin_session(&sign_in, &tokens, request, now).await;
        if let (Err(_), Some(token)) = (&begun, &tokens.refresh) {
            // Nobody will ever hold it.
            self.revoke(token).await;
        }
        begun
    }

    async fn begin_session(
        &self,
        sign_in: &SignIn,
        tokens: &Tokens,
        request: &Request,
        now: Timestamp,
    ) -> Result<Response, NoSession> {
        let verified = self.verify(&tokens.id, now).await;
        let verified = verified.map_err(|reason| (judge(reason, Refusal::CodeRefused), reason.as_str()))?;
        if !verified
            .nonce
            .as_deref()
            .is_some_and(|nonce| sign_in.nonce.matches(nonce))
        {
            return Err((Refusal::CodeRefused, "wrong_nonce"));
        }
        self.counts(&verified.identity).await?;
        let cookies = session_cookies(tokens, &verified, now)?;
        tracing::info!(
            sub = %verified.identity.user,
            by = "code",
            source = request.source.map(tracing::field::display),
            "session.started"
        );
        let back = Response::redirect(sign_in.return_path.as_str());
        Ok(cookies.into_iter().fold(back, Response::setting))
    }
}

/// The sign-in that this browser began, and the code it was given for it.
fn came_back(request: &Request, now: Timestamp) -> Result<(SignIn, Secret), NoSession> {
    let invalid = |reason| (Refusal::InvalidState, reason);
    let query: Query = request.parameters();
    let one = |name| query.one(name).map_err(|Unreadable| invalid("unreadable_query"));
    let (state, code, error) = (one("state")?, one("code")?, one("error")?);
    let cookie = request.cookie(Cookie::SignIn.name()).ok_or(invalid("missing_state"))?;
    let sign_in = SignIn::decode(&cookie, now).ok_or(invalid("expired_state"))?;
    if !state.is_some_and(|state| sign_in.state.matches(state)) {
        return Err(invalid("forged_state"));
    }
    if error.is_some() {
        return Err((Refusal::SignInRefused, "sign_in_refused"));
    }
    let code = code.ok_or(invalid("missing_code"))?;
    let code = Secret::parse(code).filter(|code| code.expose().len() <= CODE_BYTES_MAX);
    Ok((sign_in, code.ok_or((Refusal::CodeRefused, "malformed_code"))?))
}

/// Both cookies or neither: a refresh token of an earlier sign-in must not stay beside the new ID token.
fn session_cookies(tokens: &Tokens, verified: &Verified, now: Timestamp) -> Result<[String; 2], NoSession> {
    let too_large = |_| (Refusal::TokenTooLarge, "token_too_large");
    let refresh = match &tokens.refresh {
        Some(token) => Cookie::Refresh.set(token, REFRESH_COOKIE_LIFE).map_err(too_large)?,
        None => Cookie::Refresh.clear(),
    };
    Ok([auth_cookie(&tokens.id, verified, now).map_err(too_large)?, refresh])
}
