//! Resources that the emulator does not know: told of once, then left out.

use std::collections::BTreeMap;

use super::known::{RUN, is_known};
use super::{Template, functions};
use crate::nearest::nearest;

/// Whether asynchronous invocations that are over go there: told of with the function, which runs all the same.
fn is_destination(template: &Template, logical_id: &str) -> bool {
    let named = format!("\"{logical_id}\"");
    template
        .of_type("AWS::Lambda::EventInvokeConfig")
        .filter_map(|(_, config)| config.properties.get("DestinationConfig"))
        .any(|destinations| destinations.to_string().contains(&named))
}

/// The resources of `template` that are left out, by their type.
pub(super) fn left_out(template: &Template) -> BTreeMap<&str, Vec<&str>> {
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (logical_id, resource) in &template.resources {
        if !is_known(&resource.kind) && !is_destination(template, logical_id) {
            found.entry(&resource.kind).or_default().push(logical_id);
        }
    }
    found
}

/// Warns of each type once, and of functions that it has no runtime for.
pub(super) fn warn(template: &Template) {
    for (logical_id, why) in functions::left_out(template) {
        tracing::warn!("{logical_id} {why}, and the emulator runs provided.* and nodejs* alone: it is left out");
    }
    for (kind, logical_ids) in left_out(template) {
        let hint = nearest(kind, RUN).map_or(String::new(), |near| format!("; is {near} meant?"));
        tracing::warn!(
            "the emulator has no {kind}: {} left out, and whatever needs it finds nothing{hint}",
            logical_ids.join(", ")
        );
    }
    let with_layers = functions::with_layers(template);
    if !with_layers.is_empty() {
        tracing::warn!(
            "the emulator has no layers: install what those of {} bring in the function's own folder or above it",
            with_layers.join(", ")
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_queue_is_left_out_with_a_word_unless_it_is_where_failed_invocations_end() -> Result<(), serde_json::Error> {
        for (destination, told) in [("Queue", 0), ("Other", 1), ("Que", 1)] {
            let arn = json!({ "Fn::GetAtt": [destination, "Arn"] });
            let template: Template = serde_json::from_value(json!({ "Resources": {
                "Queue": { "Type": "AWS::SQS::Queue" },
                "QueuePolicy": { "Type": "AWS::SQS::QueuePolicy" },
                "Config": {
                    "Type": "AWS::Lambda::EventInvokeConfig",
                    "Properties": { "DestinationConfig": { "OnFailure": { "Destination": arn } } },
                },
            } }))?;
            assert_eq!(left_out(&template).len(), told, "{destination}");
        }
        Ok(())
    }
}
