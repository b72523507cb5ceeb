//! What the functions are told by their variables. A function that misses one does not start, and says which.

use std::time::Duration;

use domain::connection::Shards;
use domain::handshake::{CredentialRules, Origins};
use domain::session::Pages;
use domain::token::TokenRules;
use service::publish::PublishRules;

/// A variable that is missing, empty or malformed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the variable {name} {problem}")]
pub struct SettingError {
    name: &'static str,
    problem: &'static str,
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

    /// `RETENTION_SECONDS`, `ALL_SHARDS`.
    ///
    /// # Errors
    /// Names the first variable that is not as it must be.
    pub fn publish(&self) -> Setting<PublishRules> {
        Ok(PublishRules {
            retention: self.seconds("RETENTION_SECONDS")?,
            all_shards: self.all_shards()?,
        })
    }

    /// `ALL_SHARDS`: over how many keys the members of `all` are spread.
    ///
    /// # Errors
    /// When it is missing or out of bounds.
    pub fn all_shards(&self) -> Setting<Shards> {
        let name = "ALL_SHARDS";
        Shards::new(self.number(name)?).ok_or(SettingError {
            name,
            problem: "must be 1 to 64",
        })
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

    fn text(&self, name: &'static str) -> Setting<String> {
        let value = (self.0)(name).ok_or(SettingError {
            name,
            problem: "is missing",
        })?;
        let value = value.trim();
        if value.is_empty() {
            Err(SettingError {
                name,
                problem: "is empty",
            })
        } else {
            Ok(value.to_owned())
        }
    }

    fn url(&self, name: &'static str) -> Setting<String> {
        let value = self.text(name)?;
        let fits = value.starts_with("https://") || value.starts_with("http://");
        if fits {
            Ok(value)
        } else {
            Err(SettingError {
                name,
                problem: "must begin with https:// or http://",
            })
        }
    }

    /// An address that others are made of, so without a slash at the end; empty is none, missing is not.
    fn optional_url(&self, name: &'static str) -> Setting<Option<String>> {
        if (self.0)(name).is_some_and(|value| value.trim().is_empty()) {
            return Ok(None);
        }
        let value = self.url(name)?;
        if value.ends_with('/') {
            return Err(SettingError {
                name,
                problem: "must not end with /",
            });
        }
        Ok(Some(value))
    }

    fn public_origin(&self) -> Setting<String> {
        let name = "PUBLIC_ORIGIN";
        let origin = self.text(name)?;
        match Origins::new([origin.clone()]) {
            Some(_) => Ok(origin),
            None => Err(SettingError {
                name,
                problem: "must be scheme://host[:port]",
            }),
        }
    }

    fn switch(&self, name: &'static str) -> Setting<bool> {
        match self.text(name)?.as_str() {
            "on" => Ok(true),
            "off" => Ok(false),
            _ => Err(SettingError {
                name,
                problem: "must be on or off",
            }),
        }
    }

    /// A list that may be empty, but not missing.
    fn list(&self, name: &'static str) -> Setting<Vec<String>> {
        let value = (self.0)(name).ok_or(SettingError {
            name,
            problem: "is missing",
        })?;
        let items = value.split(',').map(str::trim).filter(|item| !item.is_empty());
        Ok(items.map(str::to_owned).collect())
    }

    fn number(&self, name: &'static str) -> Setting<u32> {
        let number = self.text(name)?.parse().ok().filter(|number| *number > 0);
        number.ok_or(SettingError {
            name,
            problem: "must be a whole number above 0",
        })
    }

    fn seconds(&self, name: &'static str) -> Setting<Duration> {
        self.number(name).map(|seconds| Duration::from_secs(seconds.into()))
    }

    fn origins(&self) -> Setting<Origins> {
        let mut origins = self.list("ALLOWED_ORIGINS")?;
        if !origins.is_empty() && Origins::new(origins.clone()).is_none() {
            return Err(SettingError {
                name: "ALLOWED_ORIGINS",
                problem: "must be a list of scheme://host[:port]",
            });
        }
        origins.insert(0, self.public_origin()?);
        // Each of them is one by now.
        Origins::new(origins).ok_or(SettingError {
            name: "ALLOWED_ORIGINS",
            problem: "must be a list of scheme://host[:port]",
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const GOOD: [(&str, &str); 15] = [
        ("ISSUER", "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_A"),
        (
            "JWKS_URL",
            "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_A/.well-known/jwks.json",
        ),
        ("CLIENT_ID", "client1"),
        ("ACCEPTED_COOKIES", "auth, id_token"),
        ("QUERY_TOKEN", "off"),
        ("ACCESS_TOKENS", "on"),
        ("PUBLIC_ORIGIN", "https://app.example"),
        ("ALLOWED_ORIGINS", ""),
        ("TABLE_NAME", "table1"),
        ("USER_POOL_ID", "eu-west-1_A"),
        ("SIGN_IN_BASE_URL", "https://chat.auth.eu-west-1.amazoncognito.com"),
        ("CONNECTION_LIFETIME_SECONDS", "7200"),
        ("RETENTION_SECONDS", "86400"),
        ("ALL_SHARDS", "4"),
        (
            "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI",
            "https://a.execute-api.eu-west-1.amazonaws.com/ws",
        ),
    ];

    fn with(name: &str, value: Option<&str>) -> Variables<impl Fn(&str) -> Option<String>> {
        let (name, value) = (name.to_owned(), value.map(str::to_owned));
        Variables(move |wanted: &str| {
            if wanted == name {
                return value.clone();
            }
            GOOD.iter()
                .find(|(known, _)| *known == wanted)
                .map(|(_, v)| (*v).to_owned())
        })
    }

    /// The sentence of the first setting refused.
    fn refusal(name: &str, value: Option<&str>) -> Option<String> {
        let read = with(name, value);
        let all = [
            read.authorizer().map(|_| ()),
            read.all_shards().map(|_| ()),
            read.publish().map(|_| ()),
            read.table().map(|_| ()),
            read.management().map(|_| ()),
            read.session().map(|_| ()),
        ];
        all.into_iter().find_map(Result::err).map(|error| error.to_string())
    }

    #[test]
    fn good_variables_are_read() {
        let settings = with("", None).authorizer().unwrap();
        assert_eq!(settings.credentials.cookies, ["auth", "id_token"]);
        assert!(settings.tokens.access_tokens && !settings.credentials.query);
        assert_eq!(settings.lifetime, Duration::from_secs(7200));
        assert_eq!(with("", None).all_shards().unwrap().count(), 4);
        assert_eq!(with("", None).publish().unwrap().all_shards.count(), 4);
    }

    #[test]
    fn the_session_function_takes_id_tokens_alone_and_may_have_pages() {
        let settings = with("", None).session().unwrap();
        assert!(!settings.tokens.access_tokens);
        let pages = settings.pages.unwrap();
        assert_eq!(
            (
                pages.client.as_str(),
                pages.origin.as_str(),
                settings.user_pool.as_str()
            ),
            ("client1", "https://app.example", "eu-west-1_A")
        );
        assert_eq!(with("SIGN_IN_BASE_URL", Some("")).session().unwrap().pages, None);
    }

    #[test]
    fn every_variable_is_missed_by_its_name() {
        for (name, _) in GOOD {
            assert_eq!(refusal(name, None), Some(format!("the variable {name} is missing")));
        }
    }

    #[test]
    fn empty_is_allowed_only_for_lists_and_for_pages_that_are_not_there() {
        for (name, _) in GOOD {
            let expected = (!["ACCEPTED_COOKIES", "ALLOWED_ORIGINS", "SIGN_IN_BASE_URL"].contains(&name))
                .then(|| format!("the variable {name} is empty"));
            assert_eq!(refusal(name, Some(" ")), expected);
        }
    }

    #[test]
    fn malformed_values_are_named() {
        for (name, value) in [
            ("QUERY_TOKEN", "yes"),
            ("ACCESS_TOKENS", "true"),
            ("JWKS_URL", "jwks.json"),
            ("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI", "wss://x/ws"),
            ("SIGN_IN_BASE_URL", "chat.auth.eu-west-1.amazoncognito.com"),
            ("SIGN_IN_BASE_URL", "https://chat.auth.eu-west-1.amazoncognito.com/"),
            ("CONNECTION_LIFETIME_SECONDS", "0"),
            ("CONNECTION_LIFETIME_SECONDS", "-5"),
            ("RETENTION_SECONDS", "1.5"),
            ("ALL_SHARDS", "65"),
            ("PUBLIC_ORIGIN", "https://app.example/"),
            ("ALLOWED_ORIGINS", "https://a.example,*"),
        ] {
            let sentence = refusal(name, Some(value)).unwrap();
            assert!(
                sentence.starts_with(&format!("the variable {name} must ")),
                "{sentence}"
            );
        }
    }
}
