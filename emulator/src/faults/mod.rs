//! Faults on demand: what goes wrong on AWS now and then goes wrong here when a plan says so, and again in the same way with
//! the same seed.
//!
//! Whoever does something that can fail asks [`Faults::strike`] whether it shall. Without a plan the answer costs one look at
//! a flag. What strikes is told to the log and to the traffic inspector, whose page can switch faults.

mod api;
mod catalogue;
mod chance;
mod kind;
mod plan;

pub(crate) use api::{PATH, router};
pub(crate) use kind::Kind;
pub(crate) use plan::{Names, Plan};

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::inspector::{FaultNotes, Journal};
use crate::problem::{OrProblem, Problem};
use crate::timestamps::now_ms;
use chance::Draw;

/// Of a page that is cut, if the plan does not say how many.
const USUAL_ITEMS: u64 = 1;

/// The faults of a running stack; clones are handles of the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Faults(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    names: Names,
    notes: FaultNotes,
    /// Whether the plan has any fault.
    armed: AtomicBool,
    clock_offset_ms: AtomicI64,
    progress: Mutex<Progress>,
}

/// A plan and how far it is.
#[derive(Debug, Default)]
struct Progress {
    plan: Plan,
    /// Events so far, by kind and subject.
    events: BTreeMap<(Kind, String), u64>,
    /// Of each fault of the plan: the events that it might have struck at, and those that it did.
    tallies: Vec<Tally>,
    struck: BTreeMap<Kind, u64>,
}

#[derive(Debug, Clone, Default)]
struct Tally {
    met: u64,
    struck: u64,
}

/// A fault that strikes, with what it takes to carry it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Strike {
    /// How long to wait, of what waits.
    pub(crate) delay: Duration,
    /// Items of a page, of what cuts pages.
    pub(crate) items: u64,
}

impl Faults {
    /// No faults yet, of a stack that has these names and this journal.
    pub(crate) fn none(names: Names, journal: Journal) -> Self {
        Self(Arc::new(Shared {
            names,
            notes: FaultNotes::new(journal),
            ..Shared::default()
        }))
    }

    /// Takes up the plan of a file, and says which seed it has.
    ///
    /// # Errors
    /// The file cannot be read, or is no plan.
    pub(crate) fn load(&self, file: &Path) -> Result<(), Problem> {
        let explain = || {
            format!(
                "The faults of {} cannot be read: mend them, or leave --faults away",
                file.display()
            )
        };
        let text = std::fs::read_to_string(file).or_problem(explain)?;
        self.replace(self.read(&text).or_problem(explain)?);
        Ok(())
    }

    /// Reads a plan for this stack.
    ///
    /// # Errors
    /// What is wrong with it, in half a sentence.
    pub(crate) fn read(&self, text: &str) -> Result<Plan, String> {
        Plan::read(text, &self.0.names)
    }

    /// The plan that is in force, always with its seed.
    pub(crate) fn current(&self) -> Plan {
        self.progress().plan.clone()
    }

    /// Puts another plan in force. All counting begins anew, so that the same plan and the same events give the same faults.
    pub(crate) fn replace(&self, mut plan: Plan) {
        let seed = *plan.seed.get_or_insert_with(|| rand::random::<u32>().into());
        let (faults, clock_offset_ms) = (plan.faults.len(), plan.clock_offset_ms);
        let mut progress = self.progress();
        *progress = Progress {
            tallies: vec![Tally::default(); faults],
            plan,
            ..Progress::default()
        };
        self.0.armed.store(faults > 0, Ordering::Release);
        self.0.clock_offset_ms.store(clock_offset_ms, Ordering::Release);
        drop(progress);
        self.0.notes.planned(seed, faults, clock_offset_ms);
        tracing::info!(seed, faults, clock_offset_ms, "faults on demand");
    }

    /// How often each kind has struck since its plan is in force.
    pub(crate) fn struck(&self) -> BTreeMap<Kind, u64> {
        self.progress().struck.clone()
    }

    /// Every kind that a plan for this stack can have.
    fn choices(&self) -> Vec<catalogue::Choice> {
        catalogue::choices(&self.0.names)
    }

    /// Whether a fault strikes at this event, which is thereby counted: `subject` is its route key, the logical id of its
    /// function, or its operation, and empty where a kind has none of them.
    pub(crate) fn strike(&self, kind: Kind, subject: &str) -> Option<Strike> {
        if !self.is_armed() {
            return None;
        }
        let (event, strike) = self.progress().strike(kind, subject)?;
        let all = if subject.is_empty() { "all" } else { subject };
        tracing::warn!("fault {kind} strikes at event {event} of {all}");
        self.0.notes.struck(kind.name(), event, all);
        Some(strike)
    }

    /// As [`Faults::strike`], for what only happens or does not.
    pub(crate) fn strikes(&self, kind: Kind, subject: &str) -> bool {
        self.strike(kind, subject).is_some()
    }

    /// Whether the plan has any fault.
    pub(crate) fn is_armed(&self) -> bool {
        self.0.armed.load(Ordering::Acquire)
    }

    /// The longest delay of a kind in the plan; absent when the plan has none of that kind.
    pub(crate) fn longest_delay(&self, kind: Kind) -> Option<Duration> {
        if !self.is_armed() {
            return None;
        }
        let progress = self.progress();
        let faults = progress.plan.faults.iter().filter(|fault| fault.kind == kind);
        faults.map(plan::Fault::delay).max()
    }

    /// A time of the world as functions are told it: their own clock cannot be set, so all that they compare it with is set
    /// back by as much as it shall be ahead (milliseconds since the epoch).
    pub(crate) fn told(&self, epoch_ms: u64) -> u64 {
        epoch_ms.saturating_add_signed(-self.0.clock_offset_ms.load(Ordering::Acquire))
    }

    /// The present as functions are told it (milliseconds since the epoch).
    pub(crate) fn told_now(&self) -> u64 {
        self.told(now_ms())
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.0.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress {
    fn strike(&mut self, kind: Kind, subject: &str) -> Option<(u64, Strike)> {
        let Self {
            plan,
            events,
            tallies,
            struck,
        } = self;
        let faults = plan.faults.iter().zip(tallies).enumerate();
        let mut candidates = faults
            .filter(|(_, (fault, _))| fault.is_about(kind, subject))
            .peekable();
        candidates.peek()?;
        let event = events.entry((kind, subject.to_owned())).or_default();
        *event += 1;
        let (fault, tally) = candidates.find_map(|(index, (fault, tally))| {
            tally.met += 1;
            let draw = Draw {
                seed: plan.seed.unwrap_or_default(),
                fault: index,
                kind: kind.name(),
                subject,
                event: *event,
            };
            let may = tally.met > fault.skip && fault.times.is_none_or(|times| tally.struck < times);
            (may && draw.hits(fault.probability)).then_some((fault, tally))
        })?;
        tally.struck += 1;
        *struck.entry(kind).or_default() += 1;
        let strike = Strike {
            delay: fault.delay(),
            items: fault.items.unwrap_or(USUAL_ITEMS),
        };
        Some((*event, strike))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(plan: &str) -> Faults {
        let names = Names {
            routes: vec!["a".into(), "b".into()],
            functions: Vec::new(),
        };
        let faults = Faults::none(names, Journal::default());
        faults.replace(faults.read(plan).unwrap_or_else(|why| panic!("{why}")));
        faults
    }

    fn pattern(faults: &Faults, kind: Kind, subject: &str, events: usize) -> String {
        let strike = |_| if faults.strikes(kind, subject) { 'x' } else { '.' };
        (0..events).map(strike).collect()
    }

    #[test]
    fn without_a_plan_nothing_strikes_and_no_clock_is_off() {
        for faults in [Faults::default(), faults("{}")] {
            assert_eq!(pattern(&faults, Kind::PushLost, "", 9), ".........");
            assert!(!faults.is_armed() && faults.struck().is_empty());
            assert_eq!(faults.told(1_000), 1_000);
        }
    }

    #[test]
    fn skips_and_strikes_as_often_as_told() {
        let faults = faults(r#"{"faults":[{"kind":"push.lost","skip":2,"times":3}]}"#);
        assert_eq!(pattern(&faults, Kind::PushLost, "", 9), "..xxx....");
        assert_eq!(pattern(&faults, Kind::PushGone, "", 3), "...");
        assert_eq!(faults.struck(), BTreeMap::from([(Kind::PushLost, 3)]));
    }

    #[test]
    fn the_same_seed_and_the_same_events_give_the_same_faults() {
        let of = |seed: u64| {
            let faults = faults(&format!(
                r#"{{"seed":{seed},"faults":[{{"kind":"push.lost","probability":0.5}},{{"kind":"event.twice","probability":0.5}}]}}"#
            ));
            let pushes = pattern(&faults, Kind::PushLost, "", 64);
            // Events of other subjects and kinds come in between.
            let mixed: String = (0..32)
                .map(|_| pattern(&faults, Kind::EventTwice, "a", 1) + &pattern(&faults, Kind::EventTwice, "b", 1))
                .collect();
            (pushes, mixed)
        };
        assert_eq!(of(7), of(7));
        assert_ne!(of(7), of(8));
        let alone = faults(r#"{"seed":7,"faults":[{"kind":"push.gone"},{"kind":"event.twice","probability":0.5}]}"#);
        let (_, mixed) = of(7);
        let of_a: String = mixed.chars().step_by(2).collect();
        assert_eq!(
            pattern(&alone, Kind::EventTwice, "a", 32),
            of_a,
            "whatever happens elsewhere"
        );
    }

    #[test]
    fn a_plan_that_is_put_in_force_again_begins_anew() {
        let faults = faults(r#"{"faults":[{"kind":"push.lost","probability":0.5}]}"#);
        let first = pattern(&faults, Kind::PushLost, "", 32);
        faults.replace(faults.current());
        assert!(faults.struck().is_empty());
        assert_eq!(pattern(&faults, Kind::PushLost, "", 32), first);
        faults.replace(Plan::default());
        assert!(!faults.is_armed());
    }

    #[test]
    fn a_fault_keeps_to_its_subject() {
        let faults =
            faults(r#"{"faults":[{"kind":"event.twice","route":"b","times":1},{"kind":"event.twice","skip":3}]}"#);
        assert_eq!(pattern(&faults, Kind::EventTwice, "a", 2), "..");
        assert_eq!(pattern(&faults, Kind::EventTwice, "b", 3), "x.x");
    }

    #[test]
    fn delays_are_the_plans_or_the_usual_ones() {
        let faults = faults(
            r#"{"faults":[{"kind":"event.late","delayMs":5,"times":1},{"kind":"event.late"},{"kind":"table.stale"}]}"#,
        );
        let delay = |_| {
            faults
                .strike(Kind::EventLate, "a")
                .map(|strike| strike.delay.as_millis())
        };
        assert_eq!([0, 1].map(delay), [Some(5), Some(200)]);
        assert_eq!(faults.longest_delay(Kind::EventLate), Some(Duration::from_millis(200)));
        assert_eq!(faults.longest_delay(Kind::PushDelayed), None);
    }

    #[test]
    fn a_clock_that_is_ahead_finds_the_world_behind() {
        assert_eq!(faults(r#"{"clockOffsetMs":300}"#).told(1_000), 700);
        assert_eq!(faults(r#"{"clockOffsetMs":-300}"#).told(1_000), 1_300);
        assert_eq!(faults(r#"{"clockOffsetMs":300}"#).told(100), 0);
    }
}
