//! The claims of ID and access tokens, field for field as Cognito writes them for the user pools API and, with a few
//! more, for its sign-in pages.

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{errors::CognitoError, families::Family, keys::Keys, settings::ClientSettings, user::User};
use crate::identifiers;

/// The scope of every access token that does not come from the sign-in pages: the user's own account.
pub(crate) const ADMIN_SCOPE: &str = "aws.cognito.signin.user.admin";

/// `version` of an access token that comes from the sign-in pages.
const VERSION_OF_PAGES: u8 = 2;

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
    /// What the application asked to find in the ID token.
    pub(crate) nonce: Option<&'a str>,
    /// Seconds since 1970.
    pub(crate) now: u64,
}

impl Grant<'_> {
    pub(crate) fn tokens(&self, keys: &Keys) -> Result<Tokens, CognitoError> {
        let event_id = identifiers::uuid();
        let access = keys.access.sign(&self.access_claims(&event_id))?;
        Ok(Tokens {
            id: keys.id.sign(&self.id_claims(&event_id, &access))?,
            access,
        })
    }

    fn id_claims<'a>(&'a self, event_id: &'a str, access_token: &str) -> IdClaims<'a> {
        let scope = self.family.scope.as_deref();
        IdClaims {
            at_hash: scope.map(|_| at_hash(access_token)),
            nonce: self.nonce,
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
            attributes: attribute_claims(&self.user.attributes, scope),
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
            scope: self.family.scope.as_deref().unwrap_or(ADMIN_SCOPE),
            version: self.family.scope.as_ref().map(|_| VERSION_OF_PAGES),
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
    #[serde(skip_serializing_if = "Option::is_none")]
    at_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
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
    scope: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u8>,
    auth_time: u64,
    exp: u64,
    iat: u64,
    jti: String,
    username: &'a str,
}

/// Binds the ID token to the access token: the left half of the latter's digest (OpenID Connect Core 1.0, 3.1.3.6).
fn at_hash(access_token: &str) -> String {
    let digest = Sha256::digest(access_token);
    URL_SAFE_NO_PAD.encode(&digest[..digest.len() / 2])
}

/// Attributes become claims of the same name. An address or number that nobody verified says so.
fn attribute_claims<'a>(attributes: &'a BTreeMap<String, String>, scope: Option<&str>) -> BTreeMap<&'a str, Value> {
    let mut claims = BTreeMap::new();
    for (name, verified) in [("email", "email_verified"), ("phone_number", "phone_number_verified")] {
        if attributes.contains_key(name) {
            claims.insert(verified, json!(false));
        }
    }
    for (name, value) in attributes {
        claims.insert(name.as_str(), claim(name, value));
    }
    claims.retain(|name, _| shows(scope, name));
    claims
}

/// Whether the scope lets the ID token show an attribute ("Scopes, M2M, and resource servers" of the Cognito developer
/// guide): `openid` alone and `profile` show all, `email` and `phone` what they are named after.
fn shows(scope: Option<&str>, attribute: &str) -> bool {
    let Some(scope) = scope else { return true };
    let asked = |name: &str| scope.split(' ').any(|asked| asked == name);
    let narrowed = asked("email") || asked("phone");
    !narrowed
        || asked("profile")
        || (asked("email") && matches!(attribute, "email" | "email_verified"))
        || (asked("phone") && matches!(attribute, "phone_number" | "phone_number_verified"))
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
