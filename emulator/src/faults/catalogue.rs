//! What there is to choose from, for somebody who puts a plan together by hand: each kind with what happens, what of this
//! stack it can be held to, and how long it waits.

use serde::Serialize;

use super::kind::{Kind, Subject};
use super::plan::Names;

/// A kind of fault as it can be chosen.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Choice {
    kind: Kind,
    /// What happens, as half a sentence.
    what: &'static str,
    /// The key that holds it to one of `subjects`: `route`, `function` or `operation`; absent if it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    subjects: Vec<String>,
    /// How long it waits if the plan does not say; absent for what waits for nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    delay_ms: Option<u128>,
    /// Items of a page if the plan does not say; absent for what cuts no pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<u64>,
}

/// Every kind, in the order of a connection's life.
pub(super) fn choices(names: &Names) -> Vec<Choice> {
    let choice = |kind: Kind| {
        let (key, subjects) = match kind.subject() {
            Subject::Stage => (None, Vec::new()),
            Subject::Route => (Some("route"), names.routes.clone()),
            Subject::Function => (Some("function"), names.functions.clone()),
            Subject::Operation(operations) => (
                Some("operation"),
                operations.iter().map(|&operation| operation.to_owned()).collect(),
            ),
        };
        Choice {
            kind,
            what: what(kind),
            key,
            subjects,
            delay_ms: kind.usual_delay().map(|delay| delay.as_millis()),
            items: (kind == Kind::TableSmallPages).then_some(super::USUAL_ITEMS),
        }
    };
    Kind::ALL.map(choice).into()
}

const fn what(kind: Kind) -> &'static str {
    match kind {
        Kind::ConnectFailed => "$connect succeeds, the handshake fails with 500, and no $disconnect tells of it",
        Kind::DisconnectLost => "$disconnect is not run",
        Kind::DisconnectLate => "$disconnect runs late",
        Kind::DisconnectTwice => "$disconnect runs twice at once",
        Kind::EventTwice => "a route's event reaches its function twice",
        Kind::EventLate => "a route's event waits, and later frames overtake it",
        Kind::PushLost => "a post is answered with 200, and nothing is sent",
        Kind::PushDoubled => "a post's frame is sent twice",
        Kind::PushDelayed => "a post is answered with 200, and its frame is sent late",
        Kind::PushGone => "a post is answered with 410, and nothing is sent",
        Kind::PushThrottled => "a post is answered with 429, and nothing is sent",
        Kind::PushFailed => "a post is answered with 500, and nothing is sent",
        Kind::PushHanging => "a post gets no answer for long, then 500",
        Kind::FunctionCold => "an invocation waits for a new environment",
        Kind::FunctionKilled => "the process is killed while it handles an event",
        Kind::FunctionKilledAfter => "the process is killed after its work, before the answer is known",
        Kind::TableThrottled => "an operation fails for lack of throughput",
        Kind::TableSmallPages => "a query or scan ends its page early",
        Kind::TableStale => "a read that may be stale is",
        Kind::TableUnanswered => "a write is done, but answered with 500",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_offered_can_be_chosen() {
        let names = Names {
            routes: vec!["message".into()],
            functions: vec!["Message".into()],
        };
        for choice in choices(&names) {
            let mut fault = serde_json::json!({ "kind": choice.kind });
            if let (Some(key), Some(subject)) = (choice.key, choice.subjects.first()) {
                fault[key] = subject.as_str().into();
            }
            if choice.delay_ms.is_some() {
                fault["delayMs"] = 1.into();
            }
            if choice.items.is_some() {
                fault["items"] = 1.into();
            }
            let plan = serde_json::json!({ "faults": [fault] }).to_string();
            assert_eq!(super::super::Plan::read(&plan, &names).err(), None, "{plan}");
        }
    }
}
