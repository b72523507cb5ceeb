//! A short stand-in for "the same message again": what a retry must match to get the first answer.

use sha2::{Digest as _, Sha256};

use crate::channel::Channel;
use crate::content::Content;

/// SHA-256 over the channel's name, a zero byte and the content's bytes, in lower-case hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest(String);

impl Digest {
    /// Of a message. No channel name holds a zero byte, so that two different pairs never give the same input.
    pub fn of(channel: &Channel, content: &Content) -> Self {
        let mut hash = Sha256::new();
        hash.update(channel.to_string().as_bytes());
        hash.update([0]);
        hash.update(content.as_str().as_bytes());
        Self(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// As it stands in the table.
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// The hexadecimal text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn digest(channel: &str, content: &str) -> Digest {
        Digest::of(&Channel::parse(channel).unwrap(), &Content::parse(content).unwrap())
    }

    #[test]
    fn the_same_message_has_the_same_digest_and_any_other_another() {
        assert_eq!(digest("all", r#""x""#), digest("all", r#""x""#));
        assert_ne!(digest("all", r#""x""#), digest("user:a", r#""x""#));
        assert_ne!(digest("all", r#""x""#), digest("all", r#""y""#));
    }

    #[test]
    fn it_is_sha_256_of_name_zero_content() {
        // printf 'all\0"x"' | sha256sum
        let known = "3f329066944a1630287ad704f3e07a74204627f63a2f266a11b8a916c60f295f";
        assert_eq!(digest("all", r#""x""#).as_str(), known);
    }
}
