//! What Carillon decides, and nothing it does: names, limits, rules and the wire protocol.
//!
//! No I/O, clock, randomness or AWS in here; instants, ids and random seeds are arguments. That is what lets every
//! rule be tested by calling it.

pub mod channel;
pub mod connection;
pub mod content;
pub mod digest;
pub mod handshake;
pub mod history;
pub mod identity;
pub mod jitter;
mod json;
pub mod limits;
pub mod log;
pub mod message_id;
pub mod policy;
pub mod request_id;
pub mod session;
pub mod timestamp;
pub mod token;
pub mod wire;
