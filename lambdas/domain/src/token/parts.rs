//! Cuts a token into its three parts, after looking at nothing but its length.

use super::reason::Reason;
use crate::limits::TOKEN_BYTES_MAX;

/// The parts of a token in compact form, still encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts<'a> {
    /// The header.
    pub header: &'a str,
    /// The claims.
    pub claims: &'a str,
    /// The signature.
    pub signature: &'a str,
    /// What the signature is over: header, dot, claims.
    pub signed: &'a str,
}

/// Cuts a token at its dots.
///
/// # Errors
/// `token_too_large` beyond 8 KiB; `malformed_token` unless there are exactly three parts with something in each.
pub fn split(token: &str) -> Result<Parts<'_>, Reason> {
    if token.len() > TOKEN_BYTES_MAX {
        return Err(Reason::TokenTooLarge);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(Reason::MalformedToken)?;
    let (header, claims) = signed.split_once('.').ok_or(Reason::MalformedToken)?;
    if claims.contains('.') || [header, claims, signature].contains(&"") {
        return Err(Reason::MalformedToken);
    }
    Ok(Parts {
        header,
        claims,
        signature,
        signed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tok_02_a_token_has_three_parts() {
        let parts = Parts {
            header: "a",
            claims: "b",
            signature: "c",
            signed: "a.b",
        };
        assert_eq!(split("a.b.c"), Ok(parts));
        for bad in [
            "",
            ".",
            "..",
            "...",
            "a",
            "a.b",
            "a.b.c.d",
            "a.b.c.d.e",
            ".a.b",
            "a..b",
            "a.b.",
            ".a.b.c",
            "a.b.c.",
        ] {
            assert_eq!(split(bad), Err(Reason::MalformedToken), "{bad:?}");
        }
    }

    #[test]
    fn tok_07_the_longest_has_8_kib() {
        let of = |bytes: usize| format!("a.b.{}", "c".repeat(bytes - 4));
        assert!(split(&of(TOKEN_BYTES_MAX - 1)).is_ok());
        assert!(split(&of(TOKEN_BYTES_MAX)).is_ok());
        assert_eq!(split(&of(TOKEN_BYTES_MAX + 1)), Err(Reason::TokenTooLarge));
    }
}
