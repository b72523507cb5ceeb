//! The pool's own pages: how to send a browser there and back, and what its token endpoint is asked.

use super::form;
use super::secret::Secret;
use super::sign_in::SignIn;

/// What the application asks the pool to tell of a user.
const SCOPE: &str = "openid profile email";

/// The pages of one pool, for one of its clients, which is served at one origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pages {
    /// Where they are, without a slash at the end.
    pub base: String,
    /// The client, a public one: it has no secret, hence PKCE.
    pub client: String,
    /// The application's origin, without a slash at the end.
    pub origin: String,
}

impl Pages {
    /// Where a sign-in begins.
    pub fn authorize(&self, sign_in: &SignIn) -> String {
        let query = form::encode(&[
            ("response_type", "code"),
            ("client_id", &self.client),
            ("redirect_uri", &self.callback()),
            ("scope", SCOPE),
            ("state", sign_in.state.expose()),
            ("nonce", sign_in.nonce.expose()),
            ("code_challenge", &sign_in.challenge()),
            ("code_challenge_method", "S256"),
        ]);
        format!("{}/oauth2/authorize?{query}", self.base)
    }

    /// Where the pool forgets the browser, and sends it back to the application.
    pub fn logout(&self) -> String {
        let home = format!("{}/", self.origin);
        let query = form::encode(&[("client_id", &self.client), ("logout_uri", &home)]);
        format!("{}/logout?{query}", self.base)
    }

    /// Where codes and refresh tokens are exchanged.
    pub fn token_endpoint(&self) -> String {
        format!("{}/oauth2/token", self.base)
    }

    /// Where refresh tokens are revoked.
    pub fn revocation_endpoint(&self) -> String {
        format!("{}/oauth2/revoke", self.base)
    }

    /// The form that exchanges a code.
    pub fn exchange(&self, code: &Secret, verifier: &Secret) -> String {
        form::encode(&[
            ("grant_type", "authorization_code"),
            ("client_id", &self.client),
            ("code", code.expose()),
            ("redirect_uri", &self.callback()),
            ("code_verifier", verifier.expose()),
        ])
    }

    /// The form that asks for a new ID token.
    pub fn refresh(&self, token: &Secret) -> String {
        form::encode(&[
            ("grant_type", "refresh_token"),
            ("client_id", &self.client),
            ("refresh_token", token.expose()),
        ])
    }

    /// The form that revokes a refresh token.
    pub fn revoke(&self, token: &Secret) -> String {
        form::encode(&[("token", token.expose()), ("client_id", &self.client)])
    }

    fn callback(&self) -> String {
        format!("{}/session/callback", self.origin)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::session::ReturnPath;
    use crate::timestamp::Timestamp;

    fn pages() -> Pages {
        Pages {
            base: "https://chat.auth.eu-west-1.amazoncognito.com".into(),
            client: "client1".into(),
            origin: "http://localhost:3000".into(),
        }
    }

    #[test]
    fn a_sign_in_begins_with_everything_that_the_way_back_is_checked_by() {
        let sign_in = SignIn::begin(&[0; 96], ReturnPath::default(), Timestamp::default());
        let zeros = "A".repeat(43);
        let expected = format!(
            "https://chat.auth.eu-west-1.amazoncognito.com/oauth2/authorize?response_type=code&client_id=client1\
             &redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fsession%2Fcallback&scope=openid+profile+email\
             &state={zeros}&nonce={zeros}&code_challenge={}&code_challenge_method=S256",
            sign_in.challenge()
        );
        let url = pages().authorize(&sign_in);
        assert_eq!(url, expected);
        assert!(!url.contains("code_verifier"));
    }

    #[test]
    fn signing_out_comes_back_to_the_application() {
        assert_eq!(
            pages().logout(),
            "https://chat.auth.eu-west-1.amazoncognito.com/logout?client_id=client1\
             &logout_uri=http%3A%2F%2Flocalhost%3A3000%2F"
        );
    }

    #[test]
    fn forms_escape_what_they_carry() {
        let (code, verifier) = (Secret::parse("a&b=c+d").unwrap(), Secret::parse("v").unwrap());
        assert_eq!(
            pages().exchange(&code, &verifier),
            "grant_type=authorization_code&client_id=client1&code=a%26b%3Dc%2Bd\
             &redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fsession%2Fcallback&code_verifier=v"
        );
        assert_eq!(
            pages().refresh(&code),
            "grant_type=refresh_token&client_id=client1&refresh_token=a%26b%3Dc%2Bd"
        );
        assert_eq!(pages().revoke(&code), "token=a%26b%3Dc%2Bd&client_id=client1");
    }
}
