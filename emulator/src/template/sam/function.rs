//! `AWS::Serverless::Function`.

use serde_json::{Value, json};

use super::{Resource, Resources, add, events, taken};

/// What `AWS::Lambda::Function` takes as it is; policies, tracing and the like have no part here.
const PASSED_ON: [&str; 9] = [
    "Environment",
    "FunctionName",
    "Handler",
    "Layers",
    "MemorySize",
    "PackageType",
    "ReservedConcurrentExecutions",
    "Runtime",
    "Timeout",
];

pub(super) fn expand(id: &str, resource: Resource, plain: &mut Resources) {
    let properties = &resource.properties;
    let mut made = taken(properties, &PASSED_ON);
    made["Code"] = code(properties);
    if properties.get("Role").is_none() {
        add(plain, format!("{id}Role"), "AWS::IAM::Role", json!({}));
    }
    if let Some(config) = properties.get("EventInvokeConfig") {
        add_event_invoke_config(id, config, plain);
    }
    for (name, event) in properties
        .get("Events")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        events::expand(id, name, event, plain);
    }
    let function = Resource {
        kind: "AWS::Lambda::Function".to_owned(),
        properties: made,
        ..resource
    };
    plain.insert(id.to_owned(), function);
}

fn code(properties: &Value) -> Value {
    match (properties.get("InlineCode"), properties.get("CodeUri")) {
        (Some(text), _) => json!({ "ZipFile": text }),
        (None, Some(Value::String(path))) if !path.starts_with("s3://") => json!(path),
        _ => json!({}),
    }
}

fn add_event_invoke_config(id: &str, config: &Value, plain: &mut Resources) {
    let mut made = taken(config, &["MaximumEventAgeInSeconds", "MaximumRetryAttempts"]);
    made["FunctionName"] = json!({ "Ref": id });
    made["Qualifier"] = json!("$LATEST");
    if let Some(destinations) = config.get("DestinationConfig") {
        made["DestinationConfig"] = destinations.clone();
    }
    let name = format!("{id}EventInvokeConfig");
    add(plain, name, "AWS::Lambda::EventInvokeConfig", made);
}
