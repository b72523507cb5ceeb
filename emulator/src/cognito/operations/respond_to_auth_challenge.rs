//! `RespondToAuthChallenge`: a new password in place of a temporary one.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use super::{Outcome, initiate_auth};
use crate::cognito::{
    attributes::{self, Attribute, Setter},
    challenges::Challenge,
    errors::CognitoError,
    passwords,
    pool::UserPool,
    user::{User, UserStatus},
};

const ATTRIBUTE_PREFIX: &str = "userAttributes.";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    challenge_name: String,
    client_id: String,
    session: Option<String>,
    #[serde(default)]
    challenge_responses: HashMap<String, String>,
}

impl Request {
    fn response(&self, name: &str) -> Result<&str, CognitoError> {
        self.challenge_responses
            .get(name)
            .map(String::as_str)
            .ok_or_else(|| CognitoError::invalid_parameter(format!("Missing required parameter {name}")))
    }

    fn attributes(&self) -> Result<BTreeMap<String, String>, CognitoError> {
        let given = self.challenge_responses.iter().filter_map(|(name, value)| {
            Some(Attribute {
                name: name.strip_prefix(ATTRIBUTE_PREFIX)?.to_owned(),
                value: value.clone(),
            })
        });
        attributes::check(given.collect(), Setter::User)
    }
}

pub(super) fn call(pool: &UserPool, request: Request) -> Outcome {
    let client = pool.client(&request.client_id)?;
    if request.challenge_name != "NEW_PASSWORD_REQUIRED" {
        return Err(CognitoError::invalid_parameter(
            "The only challenge of the local user pool is NEW_PASSWORD_REQUIRED.",
        ));
    }
    let session = request
        .session
        .as_deref()
        .ok_or_else(|| CognitoError::invalid_parameter("Missing required parameter Session"))?;
    let challenge = find(pool, &request, session)?;
    let user = set_password(pool, &request, &challenge)?;
    pool.challenges().close(session);
    pool.start_session(client, &user)
        .map(|session| initiate_auth::signed_in(client, &session))
}

fn find(pool: &UserPool, request: &Request, session: &str) -> Result<Challenge, CognitoError> {
    let username = request.response("USERNAME")?;
    pool.challenges()
        .find(session, pool.now())
        .filter(|open| open.username == username && open.client_id == request.client_id)
        .ok_or_else(expired)
}

/// A refused password leaves the challenge open for another try.
fn set_password(pool: &UserPool, request: &Request, challenge: &Challenge) -> Result<User, CognitoError> {
    let password = request.response("NEW_PASSWORD")?;
    passwords::check_policy(&pool.settings().password_policy, password)?;
    let attributes = request.attributes()?;
    let hashed = passwords::hash(password).map_err(CognitoError::internal)?;
    let mut directory = pool.directory();
    let unchanged = directory
        .user_with_sub(&challenge.sub)
        .is_some_and(|user| user.password_hash == challenge.password_hash);
    if !unchanged {
        return Err(expired());
    }
    directory
        .update_user(&challenge.username, |user| {
            user.attributes.extend(attributes);
            user.set_password(hashed, UserStatus::Confirmed, pool.now());
        })
        .cloned()
}

fn expired() -> CognitoError {
    CognitoError::not_authorized("Invalid session for the user, session is expired.")
}
