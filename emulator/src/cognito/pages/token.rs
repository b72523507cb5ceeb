//! `/oauth2/token`: a code or a refresh token in, tokens out.

use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::{
    Asked,
    parameters::Parameters,
    refusal::{OAuthError, Refusal},
};
use crate::cognito::{
    authentication::{Beginning, Session},
    codes::{Code, Presented},
    errors::{CognitoError, ErrorType},
    pool::UserPool,
    settings::ClientSettings,
    tokens::Tokens,
};

/// Characters of a PKCE verifier (RFC 7636, 4.1).
const VERIFIER_CHARS: std::ops::RangeInclusive<usize> = 43..=128;

pub(super) fn exchange(pool: &UserPool, asked: &Asked) -> Result<Response, Refusal> {
    let form = &asked.form;
    match form.get("grant_type") {
        Some("authorization_code") => {
            let client = public_client(pool, asked)?;
            redeem(pool, client, form)
        }
        Some("refresh_token") => {
            let client = public_client(pool, asked)?;
            refresh(pool, client, form)
        }
        Some(_) => Err(OAuthError::UnsupportedGrantType.into()),
        None => Err(OAuthError::InvalidRequest.into()),
    }
}

/// The client that calls. None here has a secret, so that one who shows a secret is not known.
pub(super) fn public_client<'a>(pool: &'a UserPool, asked: &Asked) -> Result<&'a ClientSettings, OAuthError> {
    if asked.has_authorization || asked.form.get("client_secret").is_some() {
        return Err(OAuthError::InvalidClient);
    }
    let id = asked.form.get("client_id").ok_or(OAuthError::InvalidRequest)?;
    let client = pool.client(id).map_err(|_| OAuthError::InvalidClient)?;
    if client.uses_pages && client.allows_code_grant() {
        Ok(client)
    } else {
        Err(OAuthError::UnauthorizedClient)
    }
}

fn redeem(pool: &UserPool, client: &ClientSettings, form: &Parameters) -> Result<Response, Refusal> {
    let text = form.get("code").ok_or(OAuthError::InvalidRequest)?;
    let redirect_uri = form.get("redirect_uri").ok_or(OAuthError::InvalidRequest)?;
    let verifier = form.get("code_verifier");
    if verifier.is_some_and(|verifier| !VERIFIER_CHARS.contains(&verifier.chars().count())) {
        return Err(OAuthError::InvalidRequest.into());
    }
    let presented = pool.codes().present(text, pool.now());
    let code = match presented {
        Presented::First(code) => code,
        Presented::Again(code) => return Err(revoke(pool, &code)),
        Presented::Unknown => return Err(OAuthError::InvalidGrant.into()),
    };
    if !code.belongs_to(&client.id, redirect_uri, verifier) {
        return Err(OAuthError::InvalidGrant.into());
    }
    let session = begin(pool, client, &code)?;
    if pool.codes().was_replayed(text, pool.now()) {
        return Err(revoke(pool, &code));
    }
    let mut answer = answer(client, &session.tokens, &code.scope);
    answer["refresh_token"] = json!(session.refresh);
    Ok(axum::Json(answer).into_response())
}

/// What a code has given is revoked when the code comes again (RFC 6749, 4.1.2): one of the two who brought it stole it.
fn revoke(pool: &UserPool, code: &Code) -> Refusal {
    match pool.revoke_family(&code.sub, &code.origin_jti) {
        Ok(()) => OAuthError::InvalidGrant.into(),
        Err(error) => error.into(),
    }
}

fn begin(pool: &UserPool, client: &ClientSettings, code: &Code) -> Result<Session, Refusal> {
    let user = pool
        .directory()
        .user_with_sub(&code.sub)
        .filter(|user| user.password_hash == code.password_hash)
        .cloned()
        .ok_or(OAuthError::InvalidGrant)?;
    let beginning = Beginning {
        origin_jti: code.origin_jti.clone(),
        auth_time: code.auth_time,
        scope: Some(code.scope.clone()),
        nonce: code.nonce.clone(),
    };
    pool.begin_family(client, &user, beginning).map_err(invalid_grant)
}

fn refresh(pool: &UserPool, client: &ClientSettings, form: &Parameters) -> Result<Response, Refusal> {
    if !client.allows_refresh() {
        return Err(OAuthError::UnauthorizedClient.into());
    }
    let token = form.get("refresh_token").ok_or(OAuthError::InvalidRequest)?;
    let tokens = pool.refresh(client, token).map_err(invalid_grant)?;
    let scope = pool.find_family(token).and_then(|(_, family)| family.scope);
    let answer = answer(client, &tokens, scope.as_deref().unwrap_or("openid"));
    Ok(axum::Json(answer).into_response())
}

/// The ID token is for those who asked for it with the scope `openid`.
fn answer(client: &ClientSettings, tokens: &Tokens, scope: &str) -> Value {
    let mut answer = json!({
        "access_token": tokens.access,
        "expires_in": client.access_token_seconds,
        "token_type": "Bearer",
    });
    if scope.split(' ').any(|scope| scope == "openid") {
        answer["id_token"] = json!(tokens.id);
    }
    answer
}

fn invalid_grant(error: CognitoError) -> Refusal {
    match error.error_type {
        ErrorType::NotAuthorized => OAuthError::InvalidGrant.into(),
        _ => error.into(),
    }
}
