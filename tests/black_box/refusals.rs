//! What the log says of refused handshakes.

use serde_json::Value;
use tests::Stack;

/// The events that functions have logged so far.
pub(crate) fn events(stack: &Stack) -> Vec<Value> {
    let log = stack.log();
    let lines = log
        .lines()
        .filter_map(|line| line.find('{').map(|start| &line[start..]));
    lines.filter_map(|json| serde_json::from_str(json).ok()).collect()
}

/// The reasons that they give, in their order.
pub(crate) fn reasons(stack: &Stack) -> Vec<String> {
    let events = events(stack);
    events
        .iter()
        .filter_map(|event| event["reason"].as_str().map(str::to_owned))
        .collect()
}
