//! What the functions are told by their variables. A function that misses one does not start, and says which.

mod forms;

use std::borrow::Cow;
use std::time::Duration;

use domain::connection::ConnectionRules;
use domain::handshake::CredentialRules;
use domain::limits::{CONNECTIONS_PER_USER_MAX, HEARTBEAT_MAX, HEARTBEAT_MIN, INLINE_MEMBERS_MAX};
use domain::policy::Policy;
use domain::rate::{Rate, Rates};
use domain::session::Pages;
use domain::shards::{ShardRules, Shards};
use domain::token::TokenRules;
use service::messaging::MessagingRules;

/// A variable that is missing, empty or malformed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the variable {name} {problem}")]
pub struct SettingError {
    name: &'static str,
    problem: Cow<'static, str>,
}

impl SettingError {
    fn new(name: &'static str, problem: impl Into<Cow<'static, str>>) -> Self {
        Self {
            name,
            problem: problem.into(),
        }
    }
}

type Setting<T> = Result<T, SettingError>;

/// Reads variables; the lookup is an argument so that tests need not change their process.
pub struct Variables<F>(pub F);

/// The variables of this process.
pub fn variables() -> Variables<impl Fn(&str) -> Option<String>> {
    Variables(|name: &str| std::env::var(name).ok())
}

/// What the authorizer is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizerSettings {
    /// Which tokens count.
    pub tokens: TokenRules,
    /// Where they may come from.
    pub credentials: CredentialRules,
    /// Where the issuer publishes its keys.
    pub jwks_url: String,
    /// The longest life of a connection.
    pub lifetime: Duration,
}

/// What the session function is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionSettings {
    /// Which tokens count: ID tokens alone.
    pub tokens: TokenRules,
    /// Where the issuer publishes its keys.
    pub jwks_url: String,
    /// The user pool's id.
    pub user_pool: String,
    /// The application's origin.
    pub origin: String,
    /// The pool's pages, if it has any.
    pub pages: Option<Pages>,
}

impl<F: Fn(&str) -> Option<String>> Variables<F> {
    /// `ISSUER`, `JWKS_URL`, `CLIENT_ID`, `ACCEPTED_COOKIES`, `QUERY_TOKEN`, `ACCESS_TOKENS`, `PUBLIC_ORIGIN`,
    /// `ALLOWED_ORIGINS`, `CONNECTION_LIFETIME_SECONDS`.
    ///
    /// # Errors
    /// Names the first variable that is not as it must be.
    pub fn authorizer(&self) -> Setting<AuthorizerSettings> {
        Ok(AuthorizerSettings {
            tokens: TokenRules {
                issuer: self.text("ISSUER")?,
                client: self.text("CLIENT_ID")?,
                access_tokens: self.switch("ACCESS_TOKENS")?,
            },
            credentials: CredentialRules {
                origins: self.origins()?,
                cookies: self.list("ACCEPTED_COOKIES")?,
                query: self.switch("QUERY_TOKEN")?,
            },
            jwks_url: self.url("JWKS_URL")?,
            lifetime: self.seconds("CONNECTION_LIFETIME_SECONDS")?,
        })
    }

    /// `ISSUER`, `JWKS_URL`, `CLIENT_ID`, `USER_POOL_ID`, `PUBLIC_ORIGIN`, `SIGN_IN_BASE_URL`.
    ///
    /// # Errors
    /// Names the first variable that is not as it must be.
    pub fn session(&self) -> Setting<SessionSettings> {
        let (client, origin) = (self.text("CLIENT_ID")?, self.public_origin()?);
        let pages = self.optional_url("SIGN_IN_BASE_URL")?.map(|base| Pages {
            base,
            client: client.clone(),
            origin: origin.clone(),
        });
        Ok(SessionSettings {
            tokens: TokenRules {
                issuer: self.text("ISSUER")?,
                client,
                access_tokens: false,
            },
            jwks_url: self.url("JWKS_URL")?,
            user_pool: self.text("USER_POOL_ID")?,
            origin,
            pages,
        })
    }

    /// `ALL_SHARDS`, `HEARTBEAT_SECONDS`, `CONNECTIONS_PER_USER`.
    ///
    /// # Errors
    /// Names the first variable that is not as it must be.
    pub fn connections(&self) -> Setting<ConnectionRules> {
        Ok(ConnectionRules {
            shards: self.shards_of_all()?,
            heartbeat: self.heartbeat()?,
            per_user: self.whole("CONNECTIONS_PER_USER", 1..=CONNECTIONS_PER_USER_MAX)?,
        })
    }

    /// `RETENTION_SECONDS`, `ALL_SHARDS`, `ROOM_SHARDS`, `POSTS_PER_SECOND`, `ALL_PUBLISHERS`, `USER_PUBLISHERS`,
    /// `MESSAGES_PER_SECOND`, `USER_MESSAGES_PER_SECOND`.
    ///
    /// # Errors
    /// Names the first variable that is not as it must be.
    pub fn messaging(&self) -> Setting<MessagingRules> {
        Ok(MessagingRules {
            policy: Policy {
                all: self.publishers("ALL_PUBLISHERS")?,
                user: self.publishers("USER_PUBLISHERS")?,
            },
            rates: Rates {
                connection: self.rate("MESSAGES_PER_SECOND")?,
                user: self.rate("USER_MESSAGES_PER_SECOND")?,
            },
            ..self.back_end()?
        })
    }

    /// The first four of them, for the back end, which may publish anywhere and as much as it likes.
    ///
    /// # Errors
    /// Names the first variable that is not as it must be.
    pub fn back_end(&self) -> Setting<MessagingRules> {
        Ok(MessagingRules {
            retention: self.seconds("RETENTION_SECONDS")?,
            shards: ShardRules {
                all: self.shards("ALL_SHARDS")?,
                rooms: self.shards("ROOM_SHARDS")?,
            },
            posts_per_second: self.posts_per_second()?,
            inline_members: INLINE_MEMBERS_MAX,
            policy: Policy::default(),
            rates: Rates {
                connection: Rate::MAX,
                user: Rate::MAX,
            },
        })
    }

    /// `ALL_SHARDS`, for functions that have to do with members of `all` alone.
    ///
    /// # Errors
    /// When it is missing or out of bounds.
    pub fn shards_of_all(&self) -> Setting<ShardRules> {
        Ok(ShardRules {
            all: self.shards("ALL_SHARDS")?,
            rooms: Shards::ONE,
        })
    }

    /// `POSTS_PER_SECOND`.
    ///
    /// # Errors
    /// When it is missing or out of bounds.
    pub fn posts_per_second(&self) -> Setting<u32> {
        self.whole("POSTS_PER_SECOND", 100..=10_000)
    }

    /// `HEARTBEAT_SECONDS`.
    ///
    /// # Errors
    /// When it is missing or out of bounds.
    pub fn heartbeat(&self) -> Setting<Duration> {
        self.seconds_within("HEARTBEAT_SECONDS", HEARTBEAT_MIN..=HEARTBEAT_MAX)
    }

    /// `FANOUT_FUNCTION`: the name of the function that tells the members of large channels.
    ///
    /// # Errors
    /// When it is missing or empty.
    pub fn fan_out_function(&self) -> Setting<String> {
        self.text("FANOUT_FUNCTION")
    }

    /// `TABLE_NAME`.
    ///
    /// # Errors
    /// When it is missing or empty.
    pub fn table(&self) -> Setting<String> {
        self.text("TABLE_NAME")
    }

    /// `AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI`: where `@connections` is, stage included.
    ///
    /// # Errors
    /// When it is missing or no address.
    pub fn management(&self) -> Setting<String> {
        self.url("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI")
    }
}

#[cfg(test)]
mod tests;
