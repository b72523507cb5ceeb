//! `AWS::Serverless::SimpleTable`.

use serde_json::{Value, json};

use super::{Resources, add, taken};

pub(super) fn expand(id: &str, properties: &Value, plain: &mut Resources) {
    let key = properties.get("PrimaryKey");
    let part = |name: &str, default: &str| {
        let value = key.and_then(|key| key.get(name)).cloned();
        value.unwrap_or_else(|| json!(default))
    };
    let kind = match part("Type", "String").as_str() {
        Some("Number") => "N",
        Some("Binary") => "B",
        _ => "S",
    };
    let name = part("Name", "id");
    let mut table = taken(properties, &["TableName"]);
    table["KeySchema"] = json!([{ "AttributeName": name, "KeyType": "HASH" }]);
    table["AttributeDefinitions"] = json!([{ "AttributeName": name, "AttributeType": kind }]);
    add(plain, id.to_owned(), "AWS::DynamoDB::Table", table);
}
