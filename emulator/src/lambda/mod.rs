//! Lambda on a laptop: runs a function's program as child processes and speaks the Runtime API with them.
//!
//! Reading order: `functions` and `function` (what becomes of an event), `environment` and `process` (one process and its
//! event), `runtime_api` (how it is spoken with), `concurrency` (how many at a time), then `invoke_api` and `asynchronous`.

mod asynchronous;
mod busy;
mod concurrency;
mod destinations;
mod environment;
mod faulty;
mod fingerprint;
mod function;
mod function_log;
mod functions;
mod invocation;
mod invoke_api;
mod killed;
mod memory;
mod node;
mod not_ready;
mod outcome;
mod output;
mod pool;
mod process;
mod program;
mod reaper;
mod report;
mod reported;
mod runtime_api;
mod variables;

pub(crate) use concurrency::DEFAULT_CONCURRENCY;
pub(crate) use function::Host;
pub(crate) use functions::{Functions, NoAnswer};
pub(crate) use invocation::Event;
pub(crate) use invoke_api::{MAX_EVENT_BYTES, router as invoke_api};
pub(crate) use node::NodeRuntime;
#[cfg(test)]
pub(crate) use output::FunctionError;
pub(crate) use output::InvocationResult;
pub(crate) use program::Program;
pub(crate) use reaper::{Reaper, reap};
pub(crate) use variables::{Addresses, Variables};
