//! `ListUsers`, in the order of user names.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Outcome, user_view};
use crate::cognito::{errors::CognitoError, pagination::Page, pool::UserPool};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    user_pool_id: String,
    limit: Option<usize>,
    pagination_token: Option<String>,
    filter: Option<String>,
}

pub(super) fn call(pool: &UserPool, request: Request) -> Outcome {
    pool.check_id(&request.user_pool_id)?;
    if request.filter.is_some_and(|filter| !filter.is_empty()) {
        return Err(CognitoError::invalid_parameter(
            "Filter is not part of the local user pool; list all users and choose.",
        ));
    }
    let page = Page::new(request.limit, request.pagination_token.as_deref())?;
    let directory = pool.directory();
    let (users, next) = page.of(directory.users().iter());
    let users: Vec<Value> = users
        .into_iter()
        .map(|(_, user)| user_view::describe(user, "Attributes"))
        .collect();
    let mut answer = json!({ "Users": users });
    if let Some(next) = next {
        answer["PaginationToken"] = json!(next);
    }
    Ok(answer)
}
