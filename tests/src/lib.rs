//! The harness of the black-box tests: starts a stack on free ports with a state folder of its own, and speaks with it
//! as users do. It links nothing of `lambdas/` or `emulator`.

pub mod conformance;
pub mod crowd;
mod faults;
mod forge;
mod functions;
pub mod fuzz;
pub mod handshakes;
pub mod idle;
mod inspector;
pub mod machine;
pub mod numbers;
mod probe;
pub mod random;
pub mod scenario;
mod secrets;
pub mod senders;
mod sign_in;
mod socket;
mod stack;
mod table;
mod visitor;

pub use forge::Forge;
pub use inspector::{Inspection, Told};
pub use probe::{Probe, ProbeRecords, changed_probe_template, probe_template};
pub use sign_in::{Tokens, cognito_call};
pub use socket::{Closing, Handshake, Incoming, Socket};
pub use stack::{
    Stack, StackOptions, binaries, carillon_template, carillon_template_with, descendants_of, eventually, logical_id,
    repository,
};
pub use table::Row;
pub use visitor::{Answer, Cookie, Visitor};

/// What a test returns: any failure ends it with its own words.
pub type TestResult<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// A failure in words.
pub fn failure(words: impl Into<String>) -> Box<dyn std::error::Error + Send + Sync> {
    words.into().into()
}
