//! A family is one sign-in and every token that comes of it: all carry its `origin_jti`, and are revoked together.

use serde::{Deserialize, Serialize};

use super::limits::{FAMILY_GRACE_SECONDS, MAX_FAMILIES_PER_USER};

/// One sign-in.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Family {
    pub(crate) origin_jti: String,
    pub(crate) client_id: String,
    /// SHA-256 of the refresh token's secret, in base64. The token itself is kept nowhere.
    pub(crate) refresh_digest: String,
    /// When the user signed in, in seconds since 1970: the claim `auth_time` of every token.
    pub(crate) auth_time: u64,
    /// When the refresh token expires, in seconds since 1970.
    pub(crate) expires: u64,
    pub(crate) revoked: bool,
    /// The scope granted at the sign-in pages; none for a sign-in of the API.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) scope: Option<String>,
}

/// A user's sign-ins, oldest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Families(Vec<Family>);

impl Families {
    /// Adds a sign-in and forgets those that no live token can belong to, or that are too many.
    pub(crate) fn add(&mut self, family: Family, now: u64) {
        self.0
            .retain(|kept| now < kept.expires.saturating_add(FAMILY_GRACE_SECONDS));
        self.0.push(family);
        let surplus = self.0.len().saturating_sub(MAX_FAMILIES_PER_USER);
        self.0.drain(..surplus);
    }

    pub(crate) fn find(&self, origin_jti: &str) -> Option<&Family> {
        self.0.iter().find(|family| family.origin_jti == origin_jti)
    }

    pub(crate) fn revoke(&mut self, origin_jti: &str) {
        for family in &mut self.0 {
            family.revoked |= family.origin_jti == origin_jti;
        }
    }

    pub(crate) fn revoke_all(&mut self) {
        for family in &mut self.0 {
            family.revoked = true;
        }
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}
