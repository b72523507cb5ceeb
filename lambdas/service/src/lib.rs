//! What Carillon does, step by step: the use-cases, each over one port trait per capability it needs.
//!
//! A use-case's trait bounds say what it may touch, and so predict the permissions of the function that runs it.
//! Nothing here names AWS, reads a variable or is left running after a use-case has returned.

pub mod admit;
mod append;
pub mod caller;
mod clean_up;
pub mod connect;
pub mod describe;
pub mod disconnect;
pub mod fan_out;
pub mod guesses;
mod history;
mod lasting;
mod members;
pub mod messaging;
mod movements;
mod ping;
pub mod ports;
mod presence;
mod publish;
pub mod push;
mod rates;
mod reply;
pub mod revoke;
pub mod serve;
pub mod session;
mod signal;
mod subscribe;
pub mod sweep;
mod unsubscribe;
pub mod verifier;

#[cfg(any(test, feature = "testing"))]
pub mod testing;
