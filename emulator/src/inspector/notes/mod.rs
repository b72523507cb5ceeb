//! What the parts of a stack tell the journal: a line at each place where something happens.

mod faults;
mod functions;
mod stages;

pub(crate) use faults::FaultNotes;
pub(crate) use functions::{FunctionNotes, Invoked, LogLine, Times};
pub(crate) use stages::{StageNotes, Verdict};
