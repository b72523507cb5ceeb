//! Writes the three cookies. Their prefixes make browsers refuse them from anybody but this host, and over plain HTTP.

use std::time::Duration;

use super::secret::Secret;
use crate::handshake::credential::HOST_COOKIE;
use crate::limits::COOKIE_BYTES_MAX;

/// A cookie of the session endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cookie {
    /// The ID token, which opens sockets.
    Auth,
    /// The refresh token, sent to the session endpoint alone.
    Refresh,
    /// A sign-in under way. The way back from the pool is cross-site, so `Strict` would lose it.
    SignIn,
}

/// Over 4,096 bytes, name and `=` included: browsers would drop it without a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a cookie over {COOKIE_BYTES_MAX} bytes")]
pub struct TooLarge;

impl Cookie {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auth => HOST_COOKIE,
            Self::Refresh => "__Secure-refresh",
            Self::SignIn => "__Host-sign-in",
        }
    }

    /// The header that sets it for so long, in whole seconds rounded down.
    ///
    /// # Errors
    /// When no browser would keep it.
    pub fn set(self, value: &Secret, life: Duration) -> Result<String, TooLarge> {
        let pair = format!("{}={}", self.name(), value.expose());
        if pair.len() > COOKIE_BYTES_MAX {
            return Err(TooLarge);
        }
        Ok(self.header(&pair, life.as_secs()))
    }

    /// The header that removes it.
    pub fn clear(self) -> String {
        self.header(&format!("{}=", self.name()), 0)
    }

    fn header(self, pair: &str, seconds: u64) -> String {
        let (path, same_site) = match self {
            Self::Auth => ("/", "Strict"),
            Self::Refresh => ("/session", "Strict"),
            Self::SignIn => ("/", "Lax"),
        };
        format!("{pair}; Path={path}; Secure; HttpOnly; SameSite={same_site}; Max-Age={seconds}")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn set(cookie: Cookie, seconds: u64) -> String {
        cookie
            .set(&Secret::parse("a.b.c").unwrap(), Duration::from_secs(seconds))
            .unwrap()
    }

    #[test]
    fn each_is_written_to_the_letter() {
        assert_eq!(
            set(Cookie::Auth, 3600),
            "__Host-auth=a.b.c; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=3600"
        );
        assert_eq!(
            set(Cookie::Refresh, 2_592_000),
            "__Secure-refresh=a.b.c; Path=/session; Secure; HttpOnly; SameSite=Strict; Max-Age=2592000"
        );
        assert_eq!(
            set(Cookie::SignIn, 600),
            "__Host-sign-in=a.b.c; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600"
        );
    }

    #[test]
    fn clearing_repeats_path_and_attributes() {
        assert_eq!(
            Cookie::Refresh.clear(),
            "__Secure-refresh=; Path=/session; Secure; HttpOnly; SameSite=Strict; Max-Age=0"
        );
        assert_eq!(
            Cookie::SignIn.clear(),
            "__Host-sign-in=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"
        );
    }

    #[test]
    fn name_and_value_have_at_most_4096_bytes() {
        for cookie in [Cookie::Auth, Cookie::Refresh, Cookie::SignIn] {
            let room = COOKIE_BYTES_MAX - cookie.name().len() - 1;
            for (bytes, fits) in [(room - 1, true), (room, true), (room + 1, false)] {
                let value = Secret::parse(&"t".repeat(bytes)).unwrap();
                assert_eq!(cookie.set(&value, Duration::ZERO).is_ok(), fits, "{cookie:?} {bytes}");
            }
        }
    }
}
