//! Decides what a template leaves open, once and for the whole of it: resources with a `Condition`, and every `Fn::If`.

use serde_json::{Map, Value};

use super::{Place, Resolver, Template, known};
use crate::problem::Problem;

impl Template {
    /// The template as it is deployed: without resources whose condition does not hold, without `Fn::If` and `AWS::NoValue`.
    ///
    /// # Errors
    /// A condition of a resource that the emulator runs cannot be resolved; the sentence names the resource.
    pub(super) fn decided(&self, place: &Place) -> Result<Self, Problem> {
        let resolver = Resolver::new(self, place);
        let mut decided = self.clone();
        decided.resources.clear();
        for (logical_id, resource) in &self.resources {
            let exists = match resource.condition.as_deref().map(|name| resolver.condition(name)) {
                None => true,
                Some(Ok(holds)) => holds,
                Some(Err(_)) if !known::is_run(&resource.kind) => false,
                Some(Err(problem)) => return Err(Problem::new(format!("{logical_id}: {problem}"))),
            };
            if exists {
                let mut resource = resource.clone();
                resource.properties = without_choices(&resolver, &resource.properties).unwrap_or_default();
                decided.resources.insert(logical_id.clone(), resource);
            }
        }
        decided.globals = without_choices(&resolver, &self.globals).unwrap_or_default();
        Ok(decided)
    }
}

/// A choice that cannot be made stays, and is told of if somebody needs the value.
fn without_choices(resolver: &Resolver<'_>, value: &Value) -> Option<Value> {
    match value {
        Value::Object(map) if is_no_value(map) => None,
        Value::Object(map) => match chosen(resolver, map) {
            Some(branch) => without_choices(resolver, branch),
            None => {
                let kept = map
                    .iter()
                    .filter_map(|(key, item)| Some((key.clone(), without_choices(resolver, item)?)));
                Some(Value::Object(kept.collect()))
            }
        },
        Value::Array(items) => {
            let kept = items.iter().filter_map(|item| without_choices(resolver, item));
            Some(Value::Array(kept.collect()))
        }
        plain => Some(plain.clone()),
    }
}

fn is_no_value(map: &Map<String, Value>) -> bool {
    map.len() == 1 && map.get("Ref").is_some_and(|name| name == "AWS::NoValue")
}

fn chosen<'v>(resolver: &Resolver<'_>, map: &'v Map<String, Value>) -> Option<&'v Value> {
    let argument = map.get("Fn::If").filter(|_| map.len() == 1)?;
    let [Value::String(name), then, otherwise] = argument.as_array()?.as_slice() else {
        return None;
    };
    let holds = resolver.condition(name).ok()?;
    Some(if holds { then } else { otherwise })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn decided(conditions: Value, resources: Value) -> Result<Template, String> {
        let template: Template = serde_json::from_value(json!({
            "Parameters": {
                "Stage": { "Type": "String", "Default": "dev" },
                "Open": { "Type": "String" },
            },
            "Conditions": conditions, "Resources": resources,
        }))
        .map_err(|error| error.to_string())?;
        let place = Place {
            region: "us-east-1".into(),
            account: "000000000000".into(),
            stack_name: "S".into(),
        };
        template.decided(&place).map_err(|problem| problem.to_string())
    }

    #[test]
    fn conditions_are_decided() {
        let is = |stage: &str| json!({ "Fn::Equals": [{ "Ref": "Stage" }, stage] });
        let nothing = json!({ "Ref": "AWS::NoValue" });
        for (condition, expected) in [
            (is("dev"), true),
            (is("prod"), false),
            (json!({ "Fn::Not": [is("dev")] }), false),
            (json!({ "Fn::And": [is("dev"), { "Condition": "Dev" }] }), true),
            (json!({ "Fn::And": [is("dev"), is("prod")] }), false),
            (json!({ "Fn::Or": [is("dev"), is("prod")] }), true),
            (json!({ "Fn::Equals": [true, "true"] }), true),
        ] {
            let conditions = json!({ "Dev": is("dev"), "Asked": condition });
            let resources = json!({
                "Maybe": { "Type": "AWS::Lambda::Function", "Condition": "Asked" },
                "Always": { "Type": "AWS::Lambda::Function", "Properties": {
                    "Chosen": { "Fn::If": ["Asked", "yes", { "Fn::If": ["Dev", "no", "never"] }] },
                    "Gone": { "Fn::If": ["Dev", nothing, 1] },
                    "List": [1, nothing, { "Fn::If": ["Dev", nothing, 2] }],
                } },
            });
            let template = decided(conditions, resources).unwrap_or_else(|why| panic!("{why}"));
            assert_eq!(template.resources.contains_key("Maybe"), expected, "{condition}");
            let chosen = if expected { "yes" } else { "no" };
            assert_eq!(
                template.resources["Always"].properties,
                json!({ "Chosen": chosen, "List": [1] })
            );
        }
    }

    #[test]
    fn what_cannot_be_decided_matters_where_it_is_needed() {
        let conditions = json!({
            "Open": { "Fn::Equals": [{ "Ref": "Open" }, "x"] },
            "Round": { "Condition": "About" }, "About": { "Fn::Not": [{ "Condition": "Round" }] },
            "Odd": "text",
        });
        for (condition, expected) in [
            (
                "Open",
                "F: the parameter Open has no default value: give it with --parameter Open=VALUE.",
            ),
            ("Round", "F: references run in a circle."),
            ("Odd", "F: \"text\" is no condition"),
            ("Nobody", "F: there is no condition named Nobody"),
        ] {
            let of = |kind: &str| json!({ "F": { "Type": kind, "Condition": condition } });
            let refusal = decided(conditions.clone(), of("AWS::Lambda::Function"))
                .err()
                .unwrap_or_default();
            assert!(refusal.starts_with(expected), "{refusal}");
            assert!(
                decided(conditions.clone(), of("AWS::SQS::Queue")).is_ok(),
                "{condition}"
            );
        }
    }
}
