//! Frames to clients: serialised once, however many connections they go to.

mod answer;
mod closing;
mod entries;
mod error;
mod history;
mod presence;
mod push;
mod server_frame;
mod signal;
mod subscribed;

pub use answer::{News, Receipt, Terms};
pub use closing::ClosingReason;
pub use presence::Movement;

pub(super) use server_frame::ServerFrame;

/// One text frame, ready to post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame(String);

impl Frame {
    /// The JSON text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A frame that another function of ours wrote.
    pub(crate) fn relayed(text: String) -> Self {
        Self(text)
    }

    fn encode(frame: &ServerFrame<'_>) -> Self {
        match serde_json::to_string(frame) {
            Ok(text) => Self(text),
            // Frames hold texts, numbers and JSON that was read before: nothing that can fail to be written.
            Err(error) => unreachable!("a frame that cannot be written: {error}"),
        }
    }
}

#[cfg(test)]
mod tests;
