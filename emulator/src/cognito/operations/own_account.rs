//! What users do with their own access token: `GetUser` and `GlobalSignOut`.

use serde::Deserialize;
use serde_json::json;

use super::Outcome;
use crate::cognito::{attributes, pool::UserPool};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    access_token: String,
}

pub(super) fn get_user(pool: &UserPool, request: Request) -> Outcome {
    let user = pool.user_of(&request.access_token)?;
    Ok(json!({
        "Username": user.username,
        "UserAttributes": attributes::describe(&user),
    }))
}

pub(super) fn global_sign_out(pool: &UserPool, request: Request) -> Outcome {
    let user = pool.user_of(&request.access_token)?;
    pool.directory()
        .update_user(&user.username, |user| user.families.revoke_all())?;
    tracing::info!(cognito.sub = user.sub, "signed out everywhere");
    Ok(json!({}))
}
