//! Judges the claims of a token against what this service expects, at a given instant.

use serde_json::{Map, Value};

use super::reason::Reason;
use crate::identity::{DisplayName, GroupName, Identity, OriginJti, UserId, Username};
use crate::json::Strict;
use crate::limits::{CLOCK_SKEW_MAX, TOKEN_LIFETIME_MAX};
use crate::timestamp::Timestamp;

/// Which tokens are accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRules {
    /// The issuer, exactly as tokens name it.
    pub issuer: String,
    /// The client the tokens are for.
    pub client: String,
    /// Whether access tokens are accepted beside ID tokens.
    pub access_tokens: bool,
}

/// What a token says that holds: who is there, and what else a sign-in has to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Who is there.
    pub identity: Identity,
    /// What the pool calls the user, which need not be the subject.
    pub username: Username,
    /// What the sign-in that the token was made for chose at random; access tokens have none.
    pub nonce: Option<String>,
}

/// The claims of a token, read but not yet believed.
#[derive(Clone, Debug)]
pub struct Claims(Map<String, Value>);

impl Claims {
    /// Reads decoded claims.
    ///
    /// # Errors
    /// `malformed_token` unless they are one JSON object in which no name is repeated.
    pub fn read(json: &[u8]) -> Result<Self, Reason> {
        Strict::object(json).map(Self).ok_or(Reason::MalformedToken)
    }

    /// Whether the token claims to come from the right issuer. Cheap, so that other issuers' tokens cause no fetch of
    /// keys; true only once the signature is checked.
    ///
    /// # Errors
    /// `wrong_issuer` unless `iss` is exactly the expected text.
    pub fn check_issuer(&self, rules: &TokenRules) -> Result<(), Reason> {
        (self.text("iss") == Some(&rules.issuer))
            .then_some(())
            .ok_or(Reason::WrongIssuer)
    }

    /// When the token says that it was issued. Cheap, so that an instant that nobody's clock can say causes no fetch of keys;
    /// true only once the signature is checked.
    ///
    /// # Errors
    /// `malformed_token` unless `iat` is a whole number of seconds; `not_yet_valid` if it is yet to come.
    pub fn issued_at(&self, now: Timestamp) -> Result<Timestamp, Reason> {
        let issued_at = self.seconds("iat")?;
        has_come(issued_at, now)?;
        Ok(issued_at)
    }

    /// Who the token says is there, if all of it holds at `now`. Call it only once the signature is checked.
    ///
    /// # Errors
    /// The first rule broken.
    pub fn identity(&self, rules: &TokenRules, now: Timestamp) -> Result<Identity, Reason> {
        self.check_issuer(rules)?;
        self.check_use_and_client(rules)?;
        self.check_kinds()?;
        let expires_at = self.check_times(now)?;
        let user = self.text("sub").and_then(UserId::parse).ok_or(Reason::MalformedToken)?;
        let signed_in_at = self.signed_in_at(now)?;
        Ok(Identity {
            name: DisplayName::new(self.name(), &user),
            groups: self.groups()?,
            expires_at,
            signed_in_at,
            origin_jti: self.text("origin_jti").and_then(OriginJti::parse),
            user,
        })
    }

    /// The same, with what else a sign-in has to know. Call it only once the signature is checked.
    ///
    /// # Errors
    /// The first rule broken.
    pub fn verified(&self, rules: &TokenRules, now: Timestamp) -> Result<Verified, Reason> {
        let identity = self.identity(rules, now)?;
        let named = ["cognito:username", "username"]
            .into_iter()
            .find_map(|name| self.text(name));
        Ok(Verified {
            username: named
                .and_then(Username::parse)
                .unwrap_or_else(|| Username::from(&identity.user)),
            nonce: self.text("nonce").map(str::to_owned),
            identity,
        })
    }

    /// ID tokens name their client in `aud`, access tokens in `client_id`; an array never counts.
    fn check_use_and_client(&self, rules: &TokenRules) -> Result<(), Reason> {
        let client = match self.text("token_use") {
            Some("id") => self.text("aud"),
            Some("access") if rules.access_tokens => self.text("client_id"),
            Some(_) | None => return Err(Reason::WrongTokenUse),
        };
        (client == Some(&rules.client)).then_some(()).ok_or(Reason::WrongClient)
    }

    /// What is not used here is still of the kind that the standards give it (RFC 7519, section 4.1; RFC 8693, section 4.2), or
    /// the issuer wrote something else than a token.
    fn check_kinds(&self) -> Result<(), Reason> {
        let is_text = |name: &str| self.0.get(name).is_none_or(Value::is_string);
        let audience_fits = match self.0.get("aud") {
            Some(Value::Array(audiences)) => audiences.iter().all(Value::is_string),
            Some(audience) => audience.is_string(),
            None => true,
        };
        (audience_fits && is_text("jti") && is_text("scope"))
            .then_some(())
            .ok_or(Reason::MalformedToken)
    }

    fn check_times(&self, now: Timestamp) -> Result<Timestamp, Reason> {
        let (expires_at, issued_at) = (self.seconds("exp")?, self.issued_at(now)?);
        if expires_at <= now {
            return Err(Reason::Expired);
        }
        has_come(self.optional_seconds("nbf")?.unwrap_or(issued_at), now)?;
        if expires_at <= issued_at || expires_at.since(issued_at) > TOKEN_LIFETIME_MAX {
            return Err(Reason::MalformedToken);
        }
        Ok(expires_at)
    }

    /// A sign-in of the future would outlast every sign-out that comes before it, and one comes before its tokens.
    fn signed_in_at(&self, now: Timestamp) -> Result<Timestamp, Reason> {
        let issued_at = self.issued_at(now)?;
        let signed_in_at = self.optional_seconds("auth_time")?.unwrap_or(issued_at);
        has_come(signed_in_at, now)?;
        // Two of the issuer's machines may have dated the two.
        if signed_in_at > issued_at.plus(CLOCK_SKEW_MAX) {
            return Err(Reason::MalformedToken);
        }
        Ok(signed_in_at)
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    fn seconds(&self, name: &str) -> Result<Timestamp, Reason> {
        self.optional_seconds(name)?.ok_or(Reason::MalformedToken)
    }

    /// Whole seconds; `null`, text, fractions and negative numbers are malformed, not absent.
    fn optional_seconds(&self, name: &str) -> Result<Option<Timestamp>, Reason> {
        let seconds = self
            .0
            .get(name)
            .map(|value| value.as_u64().map(Timestamp::from_seconds));
        seconds.map(|s| s.ok_or(Reason::MalformedToken)).transpose()
    }

    fn name(&self) -> &str {
        let names = ["name", "preferred_username", "cognito:username", "username"];
        names.into_iter().find_map(|name| self.text(name)).unwrap_or_default()
    }

    /// Names that no channel can carry are left out.
    fn groups(&self) -> Result<Vec<GroupName>, Reason> {
        let Some(groups) = self.0.get("cognito:groups") else {
            return Ok(Vec::new());
        };
        let groups = groups.as_array().ok_or(Reason::MalformedToken)?;
        let names = groups
            .iter()
            .map(Value::as_str)
            .collect::<Option<Vec<_>>>()
            .ok_or(Reason::MalformedToken)?;
        Ok(names.into_iter().filter_map(GroupName::parse).collect())
    }
}

/// Whether an instant of the issuer's clock can be now or past.
fn has_come(instant: Timestamp, now: Timestamp) -> Result<(), Reason> {
    (instant <= now.plus(CLOCK_SKEW_MAX))
        .then_some(())
        .ok_or(Reason::NotYetValid)
}

#[cfg(test)]
mod tests;
