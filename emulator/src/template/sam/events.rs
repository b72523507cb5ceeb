//! `Events` of a function: what invokes it, written where the function is.

use serde_json::{Value, json};

use super::{Resources, add, http_api, taken};

pub(super) fn expand(function: &str, name: &str, event: &Value, plain: &mut Resources) {
    let kind = event.get("Type").and_then(Value::as_str).unwrap_or_default();
    let properties = event.get("Properties").unwrap_or(&Value::Null);
    match kind {
        "HttpApi" => http_api::add_route(function, name, properties, plain),
        "Schedule" => {
            let mut rule = json!({ "ScheduleExpression": properties.get("Schedule"), "State": state(properties) });
            rule["Targets"] = targets(function, properties);
            add(plain, format!("{function}{name}"), "AWS::Events::Rule", rule);
        }
        "EventBridgeRule" | "CloudWatchEvent" => {
            let mut rule = json!({ "EventPattern": properties.get("Pattern"), "State": state(properties) });
            if let Some(bus) = properties.get("EventBusName") {
                rule["EventBusName"] = bus.clone();
            }
            rule["Targets"] = targets(function, properties);
            add(plain, format!("{function}{name}"), "AWS::Events::Rule", rule);
        }
        other => tracing::warn!("the emulator has no events of type {other}: {name} of {function} is left out"),
    }
}

/// `Enabled: false` and `State: DISABLED` say the same.
fn state(properties: &Value) -> Value {
    match (properties.get("State"), properties.get("Enabled")) {
        (Some(state), _) => state.clone(),
        (None, Some(Value::Bool(false))) => json!("DISABLED"),
        _ => json!("ENABLED"),
    }
}

fn targets(function: &str, properties: &Value) -> Value {
    let mut target = taken(properties, &["Input"]);
    target["Arn"] = json!({ "Fn::GetAtt": [function, "Arn"] });
    target["Id"] = json!("Target");
    json!([target])
}
