//! All that is kept of what happened: the last records, by number and by size, whether or not anybody looks.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::connections::{Connections, Seen};
use super::record::Record;
use crate::timestamps::now_ms;

/// How many records are kept.
const MAX_RECORDS: usize = 10_000;
/// How much memory they may take (bytes).
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// The journal of a running stack; clones are handles of the same.
#[derive(Debug, Clone)]
pub(crate) struct Journal(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// Tells this run's sequence numbers from those of another.
    run: u64,
    kept: Mutex<Kept>,
    /// The newest sequence number.
    newest: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Kept {
    records: VecDeque<Arc<Record>>,
    bytes: usize,
    newest: u64,
    connections: Connections,
}

/// Where a reader is: it has seen everything up to a record of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Cursor {
    pub(super) run: u64,
    pub(super) sequence: u64,
}

/// What a reader is given.
#[derive(Debug)]
pub(super) struct Batch {
    /// Records that the reader has not seen and that are not kept any more.
    pub(super) missed: u64,
    pub(super) records: Vec<Arc<Record>>,
    pub(super) cursor: Cursor,
}

impl Default for Journal {
    fn default() -> Self {
        Self(Arc::new(Shared {
            run: now_ms(),
            kept: Mutex::default(),
            newest: watch::Sender::new(0),
        }))
    }
}

impl Journal {
    /// Keeps a record, and forgets the oldest ones for it.
    pub(super) fn record(&self, mut record: Record) {
        let mut kept = self.kept();
        kept.newest += 1;
        record.sequence = kept.newest;
        kept.connections.see(&record);
        kept.bytes += record.size();
        kept.records.push_back(Arc::new(record));
        while kept.records.len() > MAX_RECORDS || kept.bytes > MAX_BYTES {
            let Some(oldest) = kept.records.pop_front() else { break };
            kept.bytes -= oldest.size();
        }
        let newest = kept.newest;
        drop(kept);
        self.0.newest.send_replace(newest);
    }

    /// What a reader has not seen, at most `limit` records. A cursor of another run has seen nothing of this one.
    pub(super) fn after(&self, cursor: Cursor, limit: usize) -> Batch {
        let run = self.0.run;
        let kept = self.kept();
        let newest = kept.newest;
        let seen = if cursor.run == run {
            cursor.sequence.min(newest)
        } else {
            0
        };
        let oldest = kept.records.front().map_or(newest + 1, |record| record.sequence);
        let first = oldest.max(seen + 1);
        let skipped = usize::try_from(first - oldest).unwrap_or(usize::MAX);
        let records: Vec<_> = kept.records.iter().skip(skipped).take(limit).cloned().collect();
        let sequence = records.last().map_or(first - 1, |record| record.sequence);
        Batch {
            missed: first - 1 - seen,
            records,
            cursor: Cursor { run, sequence },
        }
    }

    /// Tells when there are newer records.
    pub(super) fn news(&self) -> watch::Receiver<u64> {
        self.0.newest.subscribe()
    }

    /// The connections that are there, and the last ones that were, those with the newest activity first; and how many there
    /// are in all.
    pub(super) fn connections(&self, limit: usize) -> (Vec<Seen>, usize) {
        self.kept().connections.latest(limit)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspector::record::Kind;

    fn note(journal: &Journal, text: &str) {
        journal.record(Record::new(Kind::Log, "line").text(text));
    }

    fn sequences(batch: &Batch) -> Vec<u64> {
        batch.records.iter().map(|record| record.sequence).collect()
    }

    #[test]
    fn a_reader_gets_what_it_has_not_seen() {
        let journal = Journal::default();
        let first = journal.after(Cursor::default(), 10);
        assert_eq!((first.missed, sequences(&first)), (0, vec![]));
        for number in 0..5 {
            note(&journal, &number.to_string());
        }
        let second = journal.after(first.cursor, 3);
        assert_eq!((second.missed, sequences(&second)), (0, vec![1, 2, 3]));
        let third = journal.after(second.cursor, 3);
        assert_eq!((third.missed, sequences(&third)), (0, vec![4, 5]));
        assert_eq!(sequences(&journal.after(third.cursor, 3)), Vec::<u64>::new());
        let elsewhere = Cursor { run: 1, sequence: 4 };
        assert_eq!(sequences(&journal.after(elsewhere, 9)), [1, 2, 3, 4, 5]);
        let ahead = Cursor {
            sequence: 99,
            ..third.cursor
        };
        assert_eq!(sequences(&journal.after(ahead, 9)), Vec::<u64>::new());
    }

    #[test]
    fn records_are_bounded_by_number_and_a_late_reader_is_told() {
        let journal = Journal::default();
        note(&journal, "seen");
        let cursor = journal.after(Cursor::default(), 1).cursor;
        for _ in 0..MAX_RECORDS + 2 {
            note(&journal, "x");
        }
        assert_eq!(journal.kept().records.len(), MAX_RECORDS);
        let batch = journal.after(cursor, 2);
        assert_eq!((batch.missed, sequences(&batch)), (2, vec![4, 5]));
    }

    #[test]
    fn records_are_bounded_by_size_whatever_comes_in() {
        let journal = Journal::default();
        let large = "x".repeat(128 * 1024);
        for _ in 0..5_000 {
            note(&journal, &large);
        }
        let kept = journal.kept();
        assert!(
            kept.bytes <= MAX_BYTES && kept.bytes > MAX_BYTES - 16 * 1024,
            "{}",
            kept.bytes
        );
        let counted: usize = kept.records.iter().map(|record| record.size()).sum();
        assert_eq!(counted, kept.bytes);
    }
}
