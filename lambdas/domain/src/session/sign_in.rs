//! A sign-in under way: what the browser keeps while the user is at the pool's pages, so that only the one that left
//! can come back (state), with a token made for it (nonce), by a code that is of use to nobody else (PKCE, RFC 7636).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::return_path::ReturnPath;
use super::secret::Secret;
use crate::limits::SIGN_IN_MAX;
use crate::timestamp::Timestamp;

/// Random bytes of one sign-in: 32 each for state, nonce and verifier.
pub type Randomness = [u8; 96];

/// A sign-in under way.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// Comes back unchanged in the query.
    pub state: Secret,
    /// Comes back in the ID token.
    pub nonce: Secret,
    /// Shown to the pool when the code is exchanged; before, only its digest was.
    pub verifier: Secret,
    /// Where to go afterwards.
    pub return_path: ReturnPath,
    /// When the browser left.
    pub started_at: Timestamp,
}

impl SignIn {
    /// A new one.
    pub fn begin(random: &Randomness, return_path: ReturnPath, now: Timestamp) -> Self {
        let (state, rest) = random.split_at(32);
        let (nonce, verifier) = rest.split_at(32);
        Self {
            state: Secret::of_bytes(state),
            nonce: Secret::of_bytes(nonce),
            verifier: Secret::of_bytes(verifier),
            return_path,
            started_at: now,
        }
    }

    /// What the pool is shown of the verifier: its SHA-256 in base64url (`S256`).
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.verifier.digest())
    }

    /// As a cookie keeps it: the parts with dots between, the path in base64url.
    pub fn encode(&self) -> Secret {
        let text = [
            self.state.expose(),
            self.nonce.expose(),
            self.verifier.expose(),
            &self.started_at.millis().to_string(),
            &URL_SAFE_NO_PAD.encode(self.return_path.as_str()),
        ]
        .join(".");
        // Base64url, digits and dots: nothing a cookie could not hold.
        Secret::parse(&text).unwrap_or_else(|| unreachable!("a sign-in that no cookie can hold"))
    }

    /// From such a cookie; `None` for anything else, and for one that took more than 10 minutes.
    pub fn decode(cookie: &Secret, now: Timestamp) -> Option<Self> {
        let parts: Vec<&str> = cookie.expose().split('.').collect();
        let [state, nonce, verifier, started_at, path] = parts[..] else {
            return None;
        };
        let path = String::from_utf8(URL_SAFE_NO_PAD.decode(path).ok()?).ok()?;
        let sign_in = Self {
            state: random_text(state)?,
            nonce: random_text(nonce)?,
            verifier: random_text(verifier)?,
            return_path: ReturnPath::parse(&path)?,
            started_at: Timestamp::from_millis(started_at.parse().ok()?),
        };
        // Either way, so that a clock that jumped back makes no sign-in endless.
        (now.distance(sign_in.started_at) <= SIGN_IN_MAX).then_some(sign_in)
    }
}

/// 32 bytes in base64url, as [`SignIn::begin`] makes them.
fn random_text(text: &str) -> Option<Secret> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    (bytes.len() == 32).then(|| Secret::of_bytes(&bytes))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::limits::RETURN_PATH_BYTES_MAX;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_123);

    fn begin(path: &str) -> SignIn {
        let mut random = [0; 96];
        random
            .iter_mut()
            .enumerate()
            .for_each(|(n, byte)| *byte = u8::try_from(n).unwrap());
        SignIn::begin(&random, ReturnPath::parse(path).unwrap(), NOW)
    }

    fn at(millis: u64) -> Option<SignIn> {
        SignIn::decode(&begin("/chat").encode(), Timestamp::from_millis(millis))
    }

    #[test]
    fn it_reads_back_as_written() {
        let sign_in = begin("/chat?x=1#y");
        let back = SignIn::decode(&sign_in.encode(), NOW).unwrap();
        assert!(back.state.matches(sign_in.state.expose()));
        assert!(back.nonce.matches(sign_in.nonce.expose()));
        assert!(back.verifier.matches(sign_in.verifier.expose()));
        assert_eq!((back.return_path, back.started_at), (sign_in.return_path, NOW));
    }

    #[test]
    fn its_secrets_differ_and_are_of_32_bytes() {
        let sign_in = begin("/");
        let texts = [&sign_in.state, &sign_in.nonce, &sign_in.verifier].map(|secret| secret.expose().to_owned());
        assert!(texts.iter().all(|text| text.len() == 43));
        assert!(texts[0] != texts[1] && texts[1] != texts[2] && texts[0] != texts[2]);
    }

    #[test]
    fn the_challenge_is_that_of_rfc_7636() {
        // Appendix B.
        let verifier = Secret::parse("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").unwrap();
        let sign_in = SignIn { verifier, ..begin("/") };
        assert_eq!(sign_in.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn it_lasts_10_minutes_either_way() {
        let (now, span) = (NOW.millis(), 600_000);
        for (millis, valid) in [
            (now + span - 1, true),
            (now + span, true),
            (now + span + 1, false),
            (now - span, true),
            (now - span - 1, false),
            (0, false),
            (u64::MAX, false),
        ] {
            assert_eq!(at(millis).is_some(), valid, "{millis}");
        }
    }

    #[test]
    fn the_longest_path_fits_into_a_cookie_many_times() {
        let path = format!("/{}", "a".repeat(RETURN_PATH_BYTES_MAX - 1));
        assert!(begin(&path).encode().expose().len() < 1024);
    }

    #[test]
    fn anything_else_is_no_sign_in() {
        let good = begin("/chat").encode().expose().to_owned();
        let parts: Vec<&str> = good.split('.').collect();
        let with = |index: usize, part: &str| {
            let mut parts = parts.clone();
            parts[index] = part;
            parts.join(".")
        };
        let encoded = |path: &str| URL_SAFE_NO_PAD.encode(path);
        for text in [
            "x".to_owned(),
            "....".into(),
            format!("{good}."),
            parts[..4].join("."),
            with(0, ""),
            with(0, &parts[0][1..]),
            with(1, "AAAA"),
            with(2, "!"),
            with(3, ""),
            with(3, "-1"),
            with(3, "99999999999999999999"),
            with(4, &encoded("//evil.example")),
            with(4, &encoded("")),
            with(4, "/chat"),
            with(4, &URL_SAFE_NO_PAD.encode([0xff])),
        ] {
            assert!(SignIn::decode(&Secret::parse(&text).unwrap(), NOW).is_none(), "{text}");
        }
    }
}
