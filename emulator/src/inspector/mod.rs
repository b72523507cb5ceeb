//! The traffic inspector: what happened in the stack, kept for a while without its secrets, and a page that shows it live.
//!
//! Reading order: `record` (what is kept of one thing that happened), `journal` (all that is kept), `connections` (who is
//! there), `notes` (what the gateway and the functions tell), `mask` (what nobody tells), `serving` and `page`.

mod connections;
mod journal;
mod mask;
mod notes;
mod record;
mod serving;

pub(crate) use journal::Journal;
pub(crate) use mask::Lines;
pub(crate) use notes::{FaultNotes, FunctionNotes, Invoked, LogLine, StageNotes, Times, Verdict};
pub(crate) use record::Site;
pub(crate) use serving::{FAULTS_PATH, PATH, router};
