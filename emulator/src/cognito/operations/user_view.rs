//! A user as the administrator's operations show it.

use serde_json::{Value, json};

use crate::cognito::{attributes, user::User};

/// `UserType`, whose attributes stand under `Attributes`; `AdminGetUser` alone calls them `UserAttributes`.
pub(super) fn describe(user: &User, attributes_member: &str) -> Value {
    json!({
        "Username": user.username,
        attributes_member: attributes::describe(user),
        "UserCreateDate": user.created,
        "UserLastModifiedDate": user.modified,
        "Enabled": true,
        "UserStatus": user.status,
    })
}
