//! Who belongs to which group: `AdminAddUserToGroup`, `AdminRemoveUserFromGroup` and `AdminListGroupsForUser`.
//! Tokens show a change from the next sign-in or refresh on.

use serde::Deserialize;
use serde_json::json;

use super::{Outcome, groups};
use crate::cognito::{
    directory::Directory,
    errors::{CognitoError, ErrorType},
    limits::MAX_GROUPS_PER_USER,
    pagination::Page,
    pool::UserPool,
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MemberRequest {
    user_pool_id: String,
    username: String,
    group_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    user_pool_id: String,
    username: String,
    limit: Option<usize>,
    next_token: Option<String>,
}

pub(super) fn add(pool: &UserPool, request: MemberRequest) -> Outcome {
    pool.check_id(&request.user_pool_id)?;
    let mut directory = pool.directory();
    check_exist(&directory, &request)?;
    check_room(&directory, &request)?;
    directory.update_user(&request.username, |user| {
        user.groups.insert(request.group_name);
    })?;
    Ok(json!({}))
}

pub(super) fn remove(pool: &UserPool, request: MemberRequest) -> Outcome {
    pool.check_id(&request.user_pool_id)?;
    let mut directory = pool.directory();
    check_exist(&directory, &request)?;
    directory.update_user(&request.username, |user| {
        user.groups.remove(&request.group_name);
    })?;
    Ok(json!({}))
}

pub(super) fn list_groups(pool: &UserPool, request: ListRequest) -> Outcome {
    pool.check_id(&request.user_pool_id)?;
    let page = Page::new(request.limit, request.next_token.as_deref())?;
    let directory = pool.directory();
    let user = directory
        .user(&request.username)
        .ok_or_else(CognitoError::user_not_found)?;
    let of_user = directory
        .groups()
        .iter()
        .filter(|(name, _)| user.groups.contains(*name));
    Ok(groups::describe_page(&page, of_user, &request.user_pool_id))
}

fn check_exist(directory: &Directory, request: &MemberRequest) -> Result<(), CognitoError> {
    if directory.user(&request.username).is_none() {
        return Err(CognitoError::user_not_found());
    }
    if !directory.groups().contains_key(&request.group_name) {
        return Err(CognitoError::group_not_found());
    }
    Ok(())
}

fn check_room(directory: &Directory, request: &MemberRequest) -> Result<(), CognitoError> {
    let full = directory
        .user(&request.username)
        .is_some_and(|user| user.groups.len() >= MAX_GROUPS_PER_USER && !user.groups.contains(&request.group_name));
    if full {
        return Err(CognitoError::new(
            ErrorType::LimitExceeded,
            format!("A user belongs to at most {MAX_GROUPS_PER_USER} groups."),
        ));
    }
    Ok(())
}
