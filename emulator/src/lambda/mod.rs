//! Lambda on a laptop: runs a function's program as child processes and speaks the Runtime API with them.

mod asynchronous;
mod environment;
mod function;
mod invoke_api;
mod node;
mod output;
mod program;
mod reaper;
mod runtime_api;
mod variables;

pub(crate) use function::{Function, Functions, NoAnswer};
pub(crate) use invoke_api::{MAX_EVENT_BYTES, router as invoke_api};
pub(crate) use node::NodeRuntime;
#[cfg(test)]
pub(crate) use output::FunctionError;
pub(crate) use output::InvocationResult;
pub(crate) use program::Program;
pub(crate) use reaper::{Reaper, reap};
pub(crate) use variables::{Addresses, Variables};
