//! What Carillon does, step by step: the use-cases, each over one port trait per capability it needs.
//!
//! A use-case's trait bounds say what it may touch, and so predict the permissions of the function that runs it.
//! Nothing here names AWS, reads a variable or is left running after a use-case has returned.

pub mod admit;
mod append;
pub mod caller;
pub mod connect;
pub mod describe;
pub mod disconnect;
mod fan_out;
pub mod guesses;
pub mod history;
mod members;
pub mod ports;
pub mod publish;
mod reply;
pub mod serve;
pub mod session;
pub mod verifier;

#[cfg(any(test, feature = "testing"))]
pub mod testing;
