//! The operations of the API that exist here, one table of them, and what all of them check.

mod admin_user;
mod describe;
mod group_members;
mod groups;
mod initiate_auth;
mod list_users;
mod own_account;
mod respond_to_auth_challenge;
mod revoke_token;
mod sign_up;
mod user_view;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    errors::{CognitoError, ErrorType},
    limits::{MAX_GROUP_NAME_CHARS, MAX_USERNAME_CHARS},
    pool::UserPool,
};

/// What an operation answers.
type Outcome = Result<Value, CognitoError>;

/// One operation, from the body of its request to the body of its answer.
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    pub(crate) run: fn(&UserPool, &[u8]) -> Outcome,
}

macro_rules! operations {
    ($($name:literal => $function:path,)*) => {
        &[$(Operation { name: $name, run: |pool, body| $function(pool, parse(body)?) }),*]
    };
}

/// The subset.
const OPERATIONS: &[Operation] = operations! {
    "AdminAddUserToGroup" => group_members::add,
    "AdminCreateUser" => admin_user::create,
    "AdminDeleteUser" => admin_user::delete,
    "AdminGetUser" => admin_user::get,
    "AdminListGroupsForUser" => group_members::list_groups,
    "AdminRemoveUserFromGroup" => group_members::remove,
    "AdminSetUserPassword" => admin_user::set_password,
    "AdminUserGlobalSignOut" => admin_user::global_sign_out,
    "CreateGroup" => groups::create,
    "DeleteGroup" => groups::delete,
    "DescribeUserPool" => describe::pool,
    "DescribeUserPoolClient" => describe::client,
    "GetUser" => own_account::get_user,
    "GlobalSignOut" => own_account::global_sign_out,
    "InitiateAuth" => initiate_auth::call,
    "ListGroups" => groups::list,
    "ListUsers" => list_users::call,
    "RespondToAuthChallenge" => respond_to_auth_challenge::call,
    "RevokeToken" => revoke_token::call,
    "SignUp" => sign_up::call,
};

/// The operation of this name, if it is one of the subset.
pub(crate) fn find(name: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|operation| operation.name == name)
}

/// The answer to every other name.
pub(crate) fn unknown() -> CognitoError {
    let names: Vec<_> = OPERATIONS.iter().map(|operation| operation.name).collect();
    CognitoError::new(
        ErrorType::UnknownOperation,
        format!("The local user pool knows only {}.", names.join(", ")),
    )
}

/// Refuses what cannot be a user name (Cognito: 1 to 128 characters, none of them white space or control characters).
pub(crate) fn check_username(name: &str) -> Result<(), CognitoError> {
    check_name("username", name, MAX_USERNAME_CHARS)
}

fn check_group_name(name: &str) -> Result<(), CognitoError> {
    check_name("groupName", name, MAX_GROUP_NAME_CHARS)
}

fn check_name(field: &str, name: &str, most: usize) -> Result<(), CognitoError> {
    if name.chars().count() > most {
        return Err(CognitoError::too_long(field, most));
    }
    if name.is_empty() || name.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(CognitoError::invalid_value(
            field,
            r"Member must satisfy regular expression pattern: [\p{L}\p{M}\p{S}\p{N}\p{P}]+",
        ));
    }
    Ok(())
}

/// Reads a request. Members that an operation does not use are passed over, as AWS does.
fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, CognitoError> {
    serde_json::from_slice(body).map_err(|error| {
        missing_member(&error).unwrap_or_else(|| {
            CognitoError::new(
                ErrorType::Serialization,
                format!(
                    "The body is not the JSON of this operation (line {}, column {}).",
                    error.line(),
                    error.column()
                ),
            )
        })
    })
}

/// AWS's text for a member that is required and not there. The name stands between back-quotes in the reader's own text.
fn missing_member(error: &serde_json::Error) -> Option<CognitoError> {
    let text = error.to_string();
    let (name, _) = text.strip_prefix("missing field `")?.split_once('`')?;
    let field = name[..1].to_lowercase() + &name[1..];
    Some(CognitoError::invalid_value(&field, "Member must not be null"))
}
