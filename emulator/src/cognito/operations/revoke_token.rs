//! `RevokeToken`: ends one sign-in.

use serde::Deserialize;
use serde_json::json;

use super::Outcome;
use crate::cognito::pool::UserPool;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    token: String,
    client_id: String,
}

pub(super) fn call(pool: &UserPool, request: Request) -> Outcome {
    let client = pool.client(&request.client_id)?;
    pool.revoke(client, &request.token)?;
    Ok(json!({}))
}
