//! User attributes: the standard ones of OpenID Connect, as Cognito keeps them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{errors::CognitoError, limits::MAX_ATTRIBUTE_CHARS, user::User};

/// Cognito's standard attributes without `sub`, which nobody sets.
const STANDARD: [&str; 19] = [
    "address",
    "birthdate",
    "email",
    "email_verified",
    "family_name",
    "gender",
    "given_name",
    "locale",
    "middle_name",
    "name",
    "nickname",
    "phone_number",
    "phone_number_verified",
    "picture",
    "preferred_username",
    "profile",
    "updated_at",
    "website",
    "zoneinfo",
];

/// Who sets attributes: users cannot call their own address verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Setter {
    Administrator,
    User,
}

/// Cognito's `AttributeType`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Attribute {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) value: String,
}

/// The attributes by name, if each exists and may be set.
pub(crate) fn check(given: Vec<Attribute>, setter: Setter) -> Result<BTreeMap<String, String>, CognitoError> {
    let mut attributes = BTreeMap::new();
    for attribute in given {
        check_name(&attribute.name, setter)?;
        if attribute.value.chars().count() > MAX_ATTRIBUTE_CHARS {
            return Err(CognitoError::too_long("userAttributes", MAX_ATTRIBUTE_CHARS));
        }
        attributes.insert(attribute.name, attribute.value);
    }
    Ok(attributes)
}

/// A user's attributes as the API lists them, the subject first.
pub(crate) fn describe(user: &User) -> Vec<Value> {
    let mut attributes = vec![json!({ "Name": "sub", "Value": user.sub })];
    attributes.extend(
        user.attributes
            .iter()
            .map(|(name, value)| json!({ "Name": name, "Value": value })),
    );
    attributes
}

/// The attributes as the one text that the challenge `NEW_PASSWORD_REQUIRED` carries.
pub(crate) fn as_json_text(user: &User) -> String {
    json!(user.attributes).to_string()
}

fn check_name(name: &str, setter: Setter) -> Result<(), CognitoError> {
    if !STANDARD.contains(&name) {
        return Err(CognitoError::invalid_parameter(
            "Attributes did not conform to the schema: only the standard attributes exist here, and sub cannot be set.",
        ));
    }
    if setter == Setter::User && name.ends_with("_verified") {
        return Err(CognitoError::not_authorized(
            "A client attempted to write unauthorized attribute",
        ));
    }
    Ok(())
}
