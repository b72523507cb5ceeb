//! `RespondToAuthChallenge`: a new password in place of a temporary one.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use super::{Outcome, initiate_auth};
use crate::cognito::{
    attributes::{self, Attribute, Setter},
    challenges::NewPassword,
    errors::CognitoError,
    pool::UserPool,
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
    let answer = NewPassword {
        session,
        username: request.response("USERNAME")?,
        password: request.response("NEW_PASSWORD")?,
        attributes: request.attributes()?,
    };
    let user = pool.answer_challenge(client, answer)?;
    pool.start_session(client, &user)
        .map(|session| initiate_auth::signed_in(client, &session))
}
