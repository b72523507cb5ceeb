//! The authorization request of an application: what it asks for, and whether it may.

use super::{
    Asked,
    parameters::{Parameters, with_parameters},
    refusal::Refusal,
};
use crate::cognito::{codes::Code, limits::MAX_NONCE_CHARS, pool::UserPool, settings::ClientSettings, user::User};
use crate::identifiers;

/// Characters of a SHA-256 digest in base64 without padding: every challenge has them (RFC 7636, 4.2).
const CHALLENGE_CHARS: usize = 43;

/// The parameters that go with the browser from page to page.
const CARRIED: [&str; 8] = [
    "client_id",
    "response_type",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
];

/// A request that may be granted once the user has signed in.
pub(super) struct AuthorizationRequest<'a> {
    pub(super) client: &'a ClientSettings,
    pub(super) redirect_uri: &'a str,
    parameters: &'a Parameters,
    scope: String,
    challenge: Option<&'a str>,
    nonce: Option<&'a str>,
}

impl<'a> AuthorizationRequest<'a> {
    pub(super) fn read(pool: &'a UserPool, asked: &'a Asked) -> Result<Self, Refusal> {
        let parameters = &asked.query;
        let client = find_client(pool, parameters)?;
        let redirect_uri = parameters
            .get("redirect_uri")
            .filter(|uri| client.callback_urls.iter().any(|known| known == uri))
            .ok_or_else(|| {
                Refusal::shown(
                    "This link names a redirect_uri that is not one of the application's callback URLs. Nothing was sent there.",
                )
            })?;
        let back = |error: &str, description: &str| send_back(redirect_uri, parameters, error, description);
        check_response_type(client, parameters).map_err(|(error, text)| back(error, text))?;
        Ok(Self {
            client,
            redirect_uri,
            parameters,
            scope: scope(client, parameters)
                .ok_or_else(|| back("invalid_scope", "A scope is not among the client's AllowedOAuthScopes."))?,
            challenge: challenge(parameters).map_err(|text| back("invalid_request", text))?,
            nonce: nonce(parameters).map_err(|text| back("invalid_request", text))?,
        })
    }

    /// Another page of the same request.
    pub(super) fn page(&self, path: &str) -> String {
        let carried: Vec<_> = CARRIED
            .iter()
            .filter_map(|&name| Some((name, self.parameters.get(name)?)))
            .collect();
        with_parameters(path, &carried)
    }

    /// Where the browser goes with a new code.
    pub(super) fn granted(&self, pool: &UserPool, user: &User, auth_time: u64) -> String {
        let code = Code {
            client_id: self.client.id.clone(),
            redirect_uri: self.redirect_uri.to_owned(),
            challenge: self.challenge.map(str::to_owned),
            nonce: self.nonce.map(str::to_owned),
            scope: self.scope.clone(),
            sub: user.sub.clone(),
            password_hash: user.password_hash.clone(),
            auth_time,
            origin_jti: identifiers::uuid(),
        };
        let code = pool.codes().issue(code, pool.now());
        self.back(&[("code", &code)])
    }

    pub(super) fn refused(&self, error: &str, description: &str) -> Refusal {
        send_back(self.redirect_uri, self.parameters, error, description)
    }

    fn back(&self, answer: &[(&str, &str)]) -> String {
        answer_address(self.redirect_uri, self.parameters, answer)
    }
}

/// The client of a request that comes by browser, if it has a part in the pages.
pub(super) fn find_client<'a>(pool: &'a UserPool, parameters: &Parameters) -> Result<&'a ClientSettings, Refusal> {
    parameters
        .get("client_id")
        .and_then(|id| pool.client(id).ok())
        .filter(|client| client.uses_pages)
        .ok_or_else(|| {
            Refusal::shown(
                "This link names no application that may use these pages: its client_id is missing, unknown, or not enabled for OAuth 2.0.",
            )
        })
}

fn send_back(redirect_uri: &str, parameters: &Parameters, error: &str, description: &str) -> Refusal {
    let answer = [("error", error), ("error_description", description)];
    Refusal::SentBack(answer_address(redirect_uri, parameters, &answer))
}

fn answer_address(redirect_uri: &str, parameters: &Parameters, answer: &[(&str, &str)]) -> String {
    let state = parameters.get("state").map(|state| ("state", state));
    let answer: Vec<_> = answer.iter().copied().chain(state).collect();
    with_parameters(redirect_uri, &answer)
}

fn check_response_type(client: &ClientSettings, parameters: &Parameters) -> Result<(), (&'static str, &'static str)> {
    match parameters.get("response_type") {
        Some("code") if client.allows_code_grant() => Ok(()),
        Some("code" | "token") => Err((
            "unauthorized_client",
            "The response type is not among the client's AllowedOAuthFlows, or is token, which is not part of the local user pool.",
        )),
        _ => Err(("invalid_request", "The response_type is code.")),
    }
}

/// A request without a scope asks for all of the client's.
fn scope(client: &ClientSettings, parameters: &Parameters) -> Option<String> {
    let Some(text) = parameters.get("scope") else {
        return Some(client.oauth_scopes.join(" "));
    };
    let mut asked: Vec<&str> = Vec::new();
    for scope in text.split(' ').filter(|scope| !scope.is_empty()) {
        if !client.oauth_scopes.iter().any(|allowed| allowed == scope) {
            return None;
        }
        if !asked.contains(&scope) {
            asked.push(scope);
        }
    }
    (!asked.is_empty()).then(|| asked.join(" "))
}

/// As in Cognito, a request may do without PKCE; with it, the method is S256.
fn challenge(parameters: &Parameters) -> Result<Option<&str>, &'static str> {
    match (
        parameters.get("code_challenge"),
        parameters.get("code_challenge_method"),
    ) {
        (None, None) => Ok(None),
        (Some(challenge), Some("S256")) if is_digest(challenge) => Ok(Some(challenge)),
        (Some(_), Some("S256")) => Err("The code_challenge is a SHA-256 digest in base64url, 43 characters."),
        _ => Err("A code_challenge comes with the code_challenge_method S256."),
    }
}

fn is_digest(text: &str) -> bool {
    text.len() == CHALLENGE_CHARS
        && text
            .bytes()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_'))
}

/// The nonce comes back in the ID token, which has to fit into a cookie.
fn nonce(parameters: &Parameters) -> Result<Option<&str>, &'static str> {
    match parameters.get("nonce") {
        Some(nonce) if nonce.chars().count() > MAX_NONCE_CHARS => Err("The nonce is too long."),
        nonce => Ok(nonce),
    }
}
