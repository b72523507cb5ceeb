//! The claims of ID and access tokens, field for field as Cognito writes them for the user pools API.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Value, json};

use super::{errors::CognitoError, families::Family, keys::Keys, settings::ClientSettings, user::User};
use crate::identifiers;

/// The scope of every access token that does not come from the sign-in pages: the user's own account.
pub(crate) const ADMIN_SCOPE: &str = "aws.cognito.signin.user.admin";

/// The two tokens of one sign-in or refresh.
pub(crate) struct Tokens {
    pub(crate) id: String,
    pub(crate) access: String,
}

/// For whom, in which sign-in, and when tokens are made.
pub(crate) struct Grant<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) client: &'a ClientSettings,
    pub(crate) user: &'a User,
    pub(crate) family: &'a Family,
    /// Seconds since 1970.
    pub(crate) now: u64,
}

impl Grant<'_> {
    pub(crate) fn tokens(&self, keys: &Keys) -> Result<Tokens, CognitoError> {
        let event_id = identifiers::uuid();
        Ok(Tokens {
            id: keys.id.sign(&self.id_claims(&event_id))?,
            access: keys.access.sign(&self.access_claims(&event_id))?,
        })
    }

    fn id_claims<'a>(&'a self, event_id: &'a str) -> IdClaims<'a> {
        IdClaims {
            sub: &self.user.sub,
            groups: &self.user.groups,
            iss: self.issuer,
            username: &self.user.username,
            origin_jti: &self.family.origin_jti,
            aud: &self.client.id,
            event_id,
            token_use: "id",
            auth_time: self.family.auth_time,
            exp: self.now.saturating_add(self.client.id_token_seconds),
            iat: self.now,
            jti: identifiers::uuid(),
            attributes: attribute_claims(&self.user.attributes),
        }
    }

    fn access_claims<'a>(&'a self, event_id: &'a str) -> AccessClaims<'a> {
        AccessClaims {
            sub: &self.user.sub,
            groups: &self.user.groups,
            iss: self.issuer,
            client_id: &self.client.id,
            origin_jti: &self.family.origin_jti,
            event_id,
            token_use: "access",
            scope: ADMIN_SCOPE,
            auth_time: self.family.auth_time,
            exp: self.now.saturating_add(self.client.access_token_seconds),
            iat: self.now,
            jti: identifiers::uuid(),
            username: &self.user.username,
        }
    }
}

#[derive(Serialize)]
struct IdClaims<'a> {
    sub: &'a str,
    #[serde(rename = "cognito:groups", skip_serializing_if = "BTreeSet::is_empty")]
    groups: &'a BTreeSet<String>,
    iss: &'a str,
    #[serde(rename = "cognito:username")]
    username: &'a str,
    origin_jti: &'a str,
    aud: &'a str,
    event_id: &'a str,
    token_use: &'static str,
    auth_time: u64,
    exp: u64,
    iat: u64,
    jti: String,
    #[serde(flatten)]
    attributes: BTreeMap<&'a str, Value>,
}

#[derive(Serialize)]
struct AccessClaims<'a> {
    sub: &'a str,
    #[serde(rename = "cognito:groups", skip_serializing_if = "BTreeSet::is_empty")]
    groups: &'a BTreeSet<String>,
    iss: &'a str,
    client_id: &'a str,
    origin_jti: &'a str,
    event_id: &'a str,
    token_use: &'static str,
    scope: &'static str,
    auth_time: u64,
    exp: u64,
    iat: u64,
    jti: String,
    username: &'a str,
}

/// Attributes become claims of the same name. An address or number that nobody verified says so.
fn attribute_claims(attributes: &BTreeMap<String, String>) -> BTreeMap<&str, Value> {
    let mut claims = BTreeMap::new();
    for (name, verified) in [("email", "email_verified"), ("phone_number", "phone_number_verified")] {
        if attributes.contains_key(name) {
            claims.insert(verified, json!(false));
        }
    }
    for (name, value) in attributes {
        claims.insert(name.as_str(), claim(name, value));
    }
    claims
}

/// Attributes are texts; these claims are not (OpenID Connect Core 1.0, 5.1).
fn claim(name: &str, value: &str) -> Value {
    match name {
        "email_verified" | "phone_number_verified" => json!(value == "true"),
        "address" => json!({ "formatted": value }),
        "updated_at" => value.parse::<u64>().map_or_else(|_| json!(value), Value::from),
        _ => json!(value),
    }
}
