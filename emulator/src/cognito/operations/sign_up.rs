//! `SignUp`: a person makes an account.

use serde::Deserialize;
use serde_json::json;

use super::Outcome;
use crate::cognito::{
    attributes::{self, Attribute, Setter},
    pool::UserPool,
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    client_id: String,
    username: String,
    password: String,
    #[serde(default)]
    user_attributes: Vec<Attribute>,
}

pub(super) fn call(pool: &UserPool, request: Request) -> Outcome {
    pool.client(&request.client_id)?;
    let attributes = attributes::check(request.user_attributes, Setter::User)?;
    let user = pool.sign_up(&request.username, &request.password, attributes)?;
    Ok(json!({ "UserConfirmed": true, "UserSub": user.sub }))
}
