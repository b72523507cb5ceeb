//! The wire protocol in both directions, as PROTOCOL.md states it. Nothing else reads or writes frames.

mod action_name;
pub mod client;
pub mod frame;
pub mod refusal;
#[cfg(test)]
mod typescript;

pub use client::{Action, Order, Request, read_order, read_request};
pub use frame::{ClosingReason, Frame, Movement, News, Receipt, Terms};
pub use refusal::{ErrorCode, Refusal};
