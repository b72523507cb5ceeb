//! What faults on demand tell: which plan is in force, and what of it strikes.

use super::super::journal::Journal;
use super::super::record::{Kind, Record};

/// The faults' way to the journal.
#[derive(Debug, Default)]
pub(crate) struct FaultNotes(Journal);

impl FaultNotes {
    pub(crate) fn new(journal: Journal) -> Self {
        Self(journal)
    }

    /// A plan is in force from now on.
    pub(crate) fn planned(&self, seed: u64, faults: usize, clock_offset_ms: i64) {
        let faults = match faults {
            0 => "no faults".to_owned(),
            1 => "1 fault".to_owned(),
            many => format!("{many} faults"),
        };
        let record = Record::new(Kind::Fault, &format!("{faults} in force"))
            .fact("seed", &seed.to_string())
            .fact("clockOffsetMs", &clock_offset_ms.to_string());
        self.0.record(record);
    }

    /// A fault strikes.
    pub(crate) fn struck(&self, kind: &str, event: u64, subject: &str) {
        let record = Record::new(Kind::Fault, &format!("{kind} strikes at event {event} of {subject}"));
        self.0.record(record.failed_if(true));
    }
}
