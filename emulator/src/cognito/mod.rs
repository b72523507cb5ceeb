//! A small Cognito-compatible user pool: a stated subset of the Cognito user pools API, the pool's public keys and, if the
//! template gives the pool a domain, its sign-in pages with their OAuth 2.0 endpoints.
//!
//! Reading order: [`settings`] (what a template says of a pool), [`pool`] (the parts put together), [`http`] and
//! [`operations`] (one function per API operation), [`authentication`], [`tokens`] and [`keys`] (what a sign-in
//! leads to), [`pages`] (the same for browsers), [`directory`] (users and groups on disk).
//!
//! How it differs from Cognito, on purpose:
//! - `SignUp` confirms the user at once (`UserConfirmed: true`), because nothing here sends messages.
//! - `Admin…`, `List…` and group operations take any `Authorization` header, or none, without checking it.
//! - A client behaves as with `PreventUserExistenceErrors: ENABLED` and `EnableTokenRevocation: true`.
//! - User names are case-sensitive and have no aliases; there are no custom attributes, MFA, SRP, devices, client
//!   secrets, Lambda triggers, lock-out after wrong passwords, or expiry of temporary passwords.
//! - `ListUsers` gives every attribute and refuses a `Filter`; groups have no roles.
//! - A user keeps the newest [`limits::MAX_FAMILIES_PER_USER`] sign-ins; an older one counts as revoked.
//! - `openid-configuration` names the keys under the address it was asked at, not under the issuer.
//! - The pages know public clients and the code grant alone: no implicit or client credentials grant, no other identity
//!   providers, no `/oauth2/userInfo`, no forgotten passwords, no branding; `/logout` takes a `logout_uri` only.
//! - An authorization code that comes a second time revokes what it gave (RFC 6749, 4.1.2).
//! - Every other operation is an `UnknownOperationException` whose message names the subset.

mod access_token;
mod attributes;
mod authentication;
mod browser_session;
mod challenge;
mod challenges;
mod clock;
mod codes;
mod directory;
mod errors;
mod families;
mod files;
mod groups;
mod http;
mod keys;
mod limits;
mod open_error;
mod operations;
mod pages;
mod pagination;
mod passwords;
mod pool;
mod ready_made;
mod refresh_token;
mod registration;
mod reply;
mod revocation;
mod settings;
mod short_lived;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests;
mod tokens;
mod user;
mod well_known;

pub(crate) use pool::UserPool;
pub(crate) use ready_made::readable_password;
pub(crate) use settings::{ClientSettings, PasswordPolicy, PoolSettings};
