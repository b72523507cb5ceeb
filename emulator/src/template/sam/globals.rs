//! `Globals`: what every resource of a kind has unless it says otherwise.

use serde_json::Value;

use super::Resource;

/// Puts the globals of `kind` (`Function`, `WebSocketApi`) into a resource.
pub(super) fn apply(kind: &str, globals: &Value, resource: &mut Resource) {
    if let Some(global) = globals.get(kind) {
        resource.properties = merged(global, &resource.properties);
    }
}

fn merged(global: &Value, own: &Value) -> Value {
    match (global, own) {
        (global, Value::Null) => global.clone(),
        (Value::Object(global), Value::Object(own)) if !is_function(global) && !is_function(own) => {
            let mut all = own.clone();
            for (key, value) in global {
                let value = merged(value, own.get(key).unwrap_or(&Value::Null));
                all.insert(key.clone(), value);
            }
            Value::Object(all)
        }
        (Value::Array(global), Value::Array(own)) => Value::Array(global.iter().chain(own).cloned().collect()),
        (_, own) => own.clone(),
    }
}

fn is_function(map: &serde_json::Map<String, Value>) -> bool {
    map.len() == 1 && map.keys().all(|key| key == "Ref" || key.starts_with("Fn::"))
}
