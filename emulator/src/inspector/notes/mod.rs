//! What the parts of a stack tell the journal: a line at each place where something happens.

mod functions;
mod stages;

pub(crate) use functions::{FunctionNotes, Invoked, Times};
pub(crate) use stages::{StageNotes, Verdict};
