//! What Carillon decides, and nothing it does: names, limits, rules and the wire protocol.
//!
//! No I/O, clock, randomness or AWS in here; instants, ids and random seeds are arguments. That is what lets every
//! rule be tested by calling it.

pub mod catch_up;
pub mod channel;
pub mod connection;
pub mod connection_id;
pub mod content;
pub mod digest;
pub mod fan_out_job;
pub mod handshake;
pub mod history;
pub mod identity;
pub mod jitter;
mod json;
pub mod limits;
pub mod log;
pub mod membership;
pub mod message_id;
pub mod policy;
pub mod presence;
pub mod rate;
pub mod request_id;
pub mod revocation;
pub mod room_name;
pub mod session;
pub mod shards;
pub mod slot;
pub mod timestamp;
pub mod token;
pub mod wire;
