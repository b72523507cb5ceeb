//! `InitiateAuth`: a password or a refresh token in, tokens or a challenge out.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::Outcome;
use crate::cognito::{
    attributes,
    authentication::{Session, SignIn},
    errors::CognitoError,
    pool::UserPool,
    settings::ClientSettings,
    tokens::Tokens,
    user::User,
};

/// Flows that Cognito has and this pool has not.
const OTHER_FLOWS: [&str; 5] = [
    "ADMIN_NO_SRP_AUTH",
    "ADMIN_USER_PASSWORD_AUTH",
    "CUSTOM_AUTH",
    "USER_AUTH",
    "USER_SRP_AUTH",
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    auth_flow: String,
    client_id: String,
    #[serde(default)]
    auth_parameters: HashMap<String, String>,
}

impl Request {
    fn parameter(&self, name: &str) -> Result<&str, CognitoError> {
        self.auth_parameters
            .get(name)
            .map(String::as_str)
            .ok_or_else(|| CognitoError::invalid_parameter(format!("Missing required parameter {name}")))
    }
}

pub(super) fn call(pool: &UserPool, request: Request) -> Outcome {
    let client = pool.client(&request.client_id)?;
    match request.auth_flow.as_str() {
        "USER_PASSWORD_AUTH" => user_password(pool, client, &request),
        "REFRESH_TOKEN_AUTH" | "REFRESH_TOKEN" => refresh_token(pool, client, &request),
        flow if OTHER_FLOWS.contains(&flow) => Err(CognitoError::invalid_parameter(format!(
            "{flow} is not part of the local user pool, which knows USER_PASSWORD_AUTH and REFRESH_TOKEN_AUTH."
        ))),
        _ => Err(CognitoError::invalid_value(
            "authFlow",
            "Member must satisfy enum value set: [USER_PASSWORD_AUTH, REFRESH_TOKEN_AUTH, REFRESH_TOKEN]",
        )),
    }
}

fn user_password(pool: &UserPool, client: &ClientSettings, request: &Request) -> Outcome {
    if !client.allows_user_password() {
        return Err(not_enabled("USER_PASSWORD_AUTH"));
    }
    let username = request.parameter("USERNAME")?;
    let password = request.parameter("PASSWORD")?;
    match pool.sign_in(client, username, password)? {
        SignIn::Done(session) => Ok(signed_in(client, &session)),
        SignIn::NewPasswordRequired { user, session } => Ok(challenge(&user, &session)),
    }
}

fn refresh_token(pool: &UserPool, client: &ClientSettings, request: &Request) -> Outcome {
    if !client.allows_refresh() {
        return Err(not_enabled("REFRESH_TOKEN_AUTH"));
    }
    let tokens = pool.refresh(client, request.parameter("REFRESH_TOKEN")?)?;
    Ok(json!({
        "AuthenticationResult": result(client, &tokens),
        "ChallengeParameters": {},
    }))
}

/// The answer to a sign-in that is complete.
pub(super) fn signed_in(client: &ClientSettings, session: &Session) -> Value {
    let mut result = result(client, &session.tokens);
    result["RefreshToken"] = json!(session.refresh);
    json!({ "AuthenticationResult": result, "ChallengeParameters": {} })
}

fn result(client: &ClientSettings, tokens: &Tokens) -> Value {
    json!({
        "AccessToken": tokens.access,
        "ExpiresIn": client.access_token_seconds,
        "IdToken": tokens.id,
        "TokenType": "Bearer",
    })
}

fn challenge(user: &User, session: &str) -> Value {
    json!({
        "ChallengeName": "NEW_PASSWORD_REQUIRED",
        "ChallengeParameters": {
            "USER_ID_FOR_SRP": user.username,
            "requiredAttributes": "[]",
            "userAttributes": attributes::as_json_text(user),
        },
        "Session": session,
    })
}

fn not_enabled(flow: &str) -> CognitoError {
    CognitoError::invalid_parameter(format!("{flow} flow not enabled for this client"))
}
