//! Frames to clients: serialised once, however many connections they go to.

mod answer;
mod closing;
mod error;
mod history;
mod push;

pub use closing::ClosingReason;

use serde::Serialize;

/// One text frame, ready to post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame(String);

impl Frame {
    /// The JSON text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn encode(body: &impl Serialize) -> Self {
        match serde_json::to_string(body) {
            Ok(text) => Self(text),
            // Frames hold texts, numbers and JSON that was read before: nothing that can fail to be written.
            Err(error) => unreachable!("a frame that cannot be written: {error}"),
        }
    }
}

#[cfg(test)]
mod tests;
