//! What shall go wrong: the format of `--faults FILE`, read strictly.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::kind::{Kind, Subject};
use crate::nearest::hint;

/// The longest delay (milliseconds): Lambda's longest timeout.
const MAX_DELAY_MS: u64 = 15 * 60 * 1_000;
/// The furthest that functions' clocks may be off (milliseconds): a day.
const MAX_CLOCK_OFFSET_MS: u64 = 24 * 60 * 60 * 1_000;

const PLAN_KEYS: [&str; 3] = ["seed", "clockOffsetMs", "faults"];
const FAULT_KEYS: [&str; 9] = [
    "kind",
    "probability",
    "skip",
    "times",
    "route",
    "function",
    "operation",
    "delayMs",
    "items",
];

/// The faults of a stack. The default is none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Plan {
    /// What all chance comes from; another one at every start if absent.
    pub(super) seed: Option<u64>,
    /// How far the functions' clocks are ahead of the world's (milliseconds).
    #[serde(default)]
    pub(super) clock_offset_ms: i64,
    #[serde(default)]
    pub(super) faults: Vec<Fault>,
}

/// One entry of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Fault {
    pub(super) kind: Kind,
    #[serde(default = "always")]
    pub(super) probability: f64,
    /// How many events pass before it may strike.
    #[serde(default)]
    pub(super) skip: u64,
    /// How often it strikes at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) times: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) route: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) function: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) operation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) delay_ms: Option<u64>,
    /// Of a page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) items: Option<u64>,
}

fn always() -> f64 {
    1.0
}

/// What the template has, so that a fault that can never strike is refused.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    /// Route keys.
    pub(crate) routes: Vec<String>,
    /// Logical ids.
    pub(crate) functions: Vec<String>,
}

impl Plan {
    /// Reads a plan.
    ///
    /// # Errors
    /// What is wrong with it, in half a sentence that says what is meant or possible.
    pub(super) fn read(text: &str, names: &Names) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| format!("it is no JSON: {error}"))?;
        known_keys(&value, &PLAN_KEYS)?;
        for fault in value["faults"].as_array().into_iter().flatten() {
            known_keys(fault, &FAULT_KEYS)?;
        }
        // From the text: a key that is there twice is refused.
        let plan: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if plan.clock_offset_ms.unsigned_abs() > MAX_CLOCK_OFFSET_MS {
            return Err(format!(
                "clockOffsetMs goes from -{MAX_CLOCK_OFFSET_MS} to {MAX_CLOCK_OFFSET_MS}"
            ));
        }
        plan.faults.iter().try_for_each(|fault| fault.check(names))?;
        Ok(plan)
    }
}

fn known_keys(value: &Value, known: &[&'static str]) -> Result<(), String> {
    let object = value
        .as_object()
        .ok_or_else(|| format!("an object is awaited, and {value} is none"))?;
    let mut unknown = object.keys().filter(|key| !known.contains(&key.as_str()));
    match unknown.next() {
        Some(key) => Err(format!("it has no key {key}: {}", hint(key, known))),
        None => Ok(()),
    }
}

impl Fault {
    fn check(&self, names: &Names) -> Result<(), String> {
        let kind = self.kind;
        if !(0.0..=1.0).contains(&self.probability) {
            return Err(format!("the probability of {kind} goes from 0 to 1"));
        }
        if self.probability == 0.0 || self.times == Some(0) {
            return Err(format!(
                "{kind} never strikes with this probability and these times: leave it out"
            ));
        }
        self.check_subject(names)?;
        match (self.delay_ms, kind.usual_delay()) {
            (Some(_), None) => return Err(format!("{kind} has no delayMs: it waits for nothing")),
            (Some(delay), Some(_)) if delay > MAX_DELAY_MS => {
                return Err(format!("the delayMs of {kind} is at most {MAX_DELAY_MS}"));
            }
            _ => {}
        }
        match (self.items, kind == Kind::TableSmallPages) {
            (Some(_), false) => Err(format!("{kind} has no items: only {} has", Kind::TableSmallPages)),
            (Some(0), true) => Err(format!("the items of {kind} are at least 1")),
            _ => Ok(()),
        }
    }

    fn check_subject(&self, names: &Names) -> Result<(), String> {
        let kind = self.kind;
        let subject = kind.subject();
        for (key, given, fits) in [
            ("route", &self.route, subject == Subject::Route),
            ("function", &self.function, subject == Subject::Function),
            ("operation", &self.operation, matches!(subject, Subject::Operation(_))),
        ] {
            if given.is_some() && !fits {
                return Err(format!("{kind} has no {key}: its events are not of one"));
            }
        }
        let known: Vec<&str> = match subject {
            Subject::Stage => return Ok(()),
            Subject::Route => names.routes.iter().map(String::as_str).collect(),
            Subject::Function => names.functions.iter().map(String::as_str).collect(),
            Subject::Operation(operations) => operations.to_vec(),
        };
        match self.subject() {
            Some(given) if !known.contains(&given) => Err(format!(
                "{kind} has nothing to do with {given}: {}",
                hint(given, &known)
            )),
            _ => Ok(()),
        }
    }

    /// The only subject that it strikes at, if there is one.
    fn subject(&self) -> Option<&str> {
        self.route
            .as_ref()
            .or(self.function.as_ref())
            .or(self.operation.as_ref())
            .map(String::as_str)
    }

    /// Whether it may strike at an event.
    pub(super) fn is_about(&self, kind: Kind, subject: &str) -> bool {
        self.kind == kind && self.subject().is_none_or(|own| own == subject)
    }

    pub(super) fn delay(&self) -> Duration {
        let given = self.delay_ms.map(Duration::from_millis);
        given.or(self.kind.usual_delay()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Plan, String> {
        let names = Names {
            routes: vec!["$connect".into(), "message".into()],
            functions: vec!["Message".into()],
        };
        Plan::read(text, &names)
    }

    #[test]
    fn what_is_written_is_read() {
        let text = r#"{"seed":7,"clockOffsetMs":-5,"faults":[
            {"kind":"event.late","probability":0.1,"skip":2,"times":3,"route":"message","delayMs":0},
            {"kind":"function.killed","function":"Message"},
            {"kind":"table.smallPages","operation":"Query","items":1}]}"#;
        let plan = read(text);
        let plan = plan
            .as_ref()
            .map(|plan| (plan.seed, plan.clock_offset_ms, &plan.faults[..]));
        let Ok((Some(7), -5, [late, killed, pages])) = plan else {
            panic!("{plan:?}");
        };
        assert_eq!((late.probability, late.skip, late.times), (0.1, 2, Some(3)));
        assert_eq!((late.delay(), killed.probability), (Duration::ZERO, 1.0));
        assert!(late.is_about(Kind::EventLate, "message"));
        assert!(!late.is_about(Kind::EventLate, "$connect") && !late.is_about(Kind::EventTwice, "message"));
        assert_eq!(pages.items, Some(1));
    }

    #[test]
    fn nothing_is_a_plan_and_what_was_read_is_written_back() {
        assert_eq!(read("{}"), Ok(Plan::default()));
        for kind in Kind::names() {
            let plan = read(&format!(r#"{{"faults":[{{"kind":"{kind}"}}]}}"#));
            let written = plan
                .as_ref()
                .map(|plan| serde_json::to_string(plan).unwrap_or_default());
            assert_eq!(
                written.map_or_else(|why| Err(why.clone()), |text| read(&text)),
                plan,
                "{kind}"
            );
            assert!(plan.is_ok_and(|plan| plan.faults.len() == 1), "{kind}");
        }
    }

    #[test]
    fn everything_else_is_refused_with_the_nearest() {
        let fault = |text: &str| format!(r#"{{"faults":[{text}]}}"#);
        let cases = [
            (
                fault(r#"{"kind":"push.lots"}"#),
                "push.lots is no kind of fault: the nearest is push.lost",
            ),
            (
                fault(r#"{"kind":"killedAfter"}"#),
                "the nearest is function.killedAfter",
            ),
            (
                fault(r#"{"kind":"push.lost","probabilty":1}"#),
                "it has no key probabilty: the nearest is probability",
            ),
            (r#"{"fault":[]}"#.into(), "the nearest is faults"),
            ("[".into(), "it is no JSON"),
            ("[]".into(), "an object is awaited"),
            (fault("[]"), "an object is awaited"),
            (r#"{"faults":{}}"#.into(), "invalid type"),
            (r#"{"seed":1,"seed":2}"#.into(), "duplicate field"),
            (r#"{"seed":-1}"#.into(), "invalid value"),
            (r#"{"clockOffsetMs":86400001}"#.into(), "clockOffsetMs goes from"),
            (fault(r#"{"probability":1}"#), "missing field `kind`"),
            (fault(r#"{"kind":"push.lost","probability":1.1}"#), "from 0 to 1"),
            (fault(r#"{"kind":"push.lost","probability":0}"#), "never strikes"),
            (fault(r#"{"kind":"push.lost","times":0}"#), "never strikes"),
            (fault(r#"{"kind":"push.lost","skip":-1}"#), "invalid value"),
            (
                fault(r#"{"kind":"push.lost","route":"message"}"#),
                "push.lost has no route",
            ),
            (
                fault(r#"{"kind":"event.twice","function":"Message"}"#),
                "event.twice has no function",
            ),
            (
                fault(r#"{"kind":"event.twice","route":"massage"}"#),
                "the nearest is message",
            ),
            (
                fault(r#"{"kind":"function.cold","function":"message"}"#),
                "the nearest is Message",
            ),
            (
                fault(r#"{"kind":"table.smallPages","operation":"GetItem"}"#),
                "nothing to do with GetItem",
            ),
            (fault(r#"{"kind":"push.lost","delayMs":1}"#), "push.lost has no delayMs"),
            (fault(r#"{"kind":"push.delayed","delayMs":900001}"#), "at most 900000"),
            (
                fault(r#"{"kind":"table.throttled","items":1}"#),
                "table.throttled has no items",
            ),
            (fault(r#"{"kind":"table.smallPages","items":0}"#), "at least 1"),
        ];
        for (text, expected) in cases {
            let said = read(&text).err().unwrap_or_default();
            assert!(said.contains(expected), "{text}: {said}");
        }
    }
}
