//! `CreateGroup`, `DeleteGroup` and `ListGroups`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Outcome, check_group_name};
use crate::cognito::{
    errors::CognitoError, groups::Group, limits::MAX_DESCRIPTION_CHARS, pagination::Page, pool::UserPool,
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateRequest {
    user_pool_id: String,
    group_name: String,
    description: Option<String>,
    precedence: Option<u32>,
    role_arn: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteRequest {
    user_pool_id: String,
    group_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    user_pool_id: String,
    limit: Option<usize>,
    next_token: Option<String>,
}

pub(super) fn create(pool: &UserPool, request: CreateRequest) -> Outcome {
    pool.check_id(&request.user_pool_id)?;
    check_group_name(&request.group_name)?;
    if request.role_arn.is_some() {
        return Err(CognitoError::invalid_parameter(
            "Roles of groups are not part of the local user pool; leave RoleArn out.",
        ));
    }
    let group = Group {
        description: request.description,
        precedence: request.precedence,
        created: pool.now(),
    };
    check_description(&group)?;
    let answer = json!({ "Group": group.describe(&request.group_name, &request.user_pool_id) });
    pool.directory().add_group(&request.group_name, group)?;
    Ok(answer)
}

pub(super) fn delete(pool: &UserPool, request: DeleteRequest) -> Outcome {
    pool.check_id(&request.user_pool_id)?;
    let mut directory = pool.directory();
    if !directory.groups().contains_key(&request.group_name) {
        return Err(CognitoError::group_not_found());
    }
    directory.remove_group(&request.group_name)?;
    Ok(json!({}))
}

pub(super) fn list(pool: &UserPool, request: ListRequest) -> Outcome {
    pool.check_id(&request.user_pool_id)?;
    let page = Page::new(request.limit, request.next_token.as_deref())?;
    let directory = pool.directory();
    Ok(describe_page(&page, directory.groups().iter(), &request.user_pool_id))
}

/// A page of groups, as both operations that list them answer.
pub(super) fn describe_page<'a>(
    page: &Page,
    groups: impl Iterator<Item = (&'a String, &'a Group)>,
    pool_id: &str,
) -> Value {
    let (groups, next) = page.of(groups);
    let groups: Vec<Value> = groups
        .into_iter()
        .map(|(name, group)| group.describe(name, pool_id))
        .collect();
    let mut answer = json!({ "Groups": groups });
    if let Some(next) = next {
        answer["NextToken"] = json!(next);
    }
    answer
}

fn check_description(group: &Group) -> Result<(), CognitoError> {
    let length = group.description.as_ref().map_or(0, |text| text.chars().count());
    if length > MAX_DESCRIPTION_CHARS {
        return Err(CognitoError::too_long("description", MAX_DESCRIPTION_CHARS));
    }
    Ok(())
}
