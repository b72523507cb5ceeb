//! `AWS::DynamoDB::Table` and `GlobalTable`: key schema and TTL attribute, as the table store needs them.

use serde_json::{Value, json};

use super::{Properties, Resolver, Template};
use crate::problem::Problem;

/// A table as the template describes it.
#[derive(Debug, Clone)]
pub(crate) struct TableSpec {
    pub(crate) name: String,
    /// The body of a `CreateTable` request.
    pub(crate) create_request: Value,
    /// The TTL attribute, when TTL is on.
    pub(crate) ttl_attribute: Option<String>,
}

pub(super) fn read(template: &Template, resolver: &Resolver<'_>) -> Result<Vec<TableSpec>, Problem> {
    template
        .of_type("AWS::DynamoDB::Table")
        .chain(template.of_type("AWS::DynamoDB::GlobalTable"))
        .map(|(logical_id, resource)| {
            let properties = Properties::of(logical_id, resource, resolver);
            let name = resolver.name_of(logical_id)?;
            Ok(TableSpec {
                create_request: create_request(&name, &properties)?,
                ttl_attribute: ttl_attribute(&properties)?,
                name,
            })
        })
        .collect()
}

fn create_request(name: &str, properties: &Properties<'_>) -> Result<Value, Problem> {
    let mut request = json!({ "TableName": name, "BillingMode": "PAY_PER_REQUEST" });
    for property in [
        "KeySchema",
        "AttributeDefinitions",
        "GlobalSecondaryIndexes",
        "LocalSecondaryIndexes",
    ] {
        if let Some(value) = properties.value(property)? {
            request[property] = value;
        }
    }
    if request.get("KeySchema").is_none() {
        return Err(Problem::new(format!("{} has no KeySchema.", properties.logical_id)));
    }
    Ok(request)
}

fn ttl_attribute(properties: &Properties<'_>) -> Result<Option<String>, Problem> {
    let Some(ttl) = properties.value("TimeToLiveSpecification")? else {
        return Ok(None);
    };
    let enabled = ttl
        .get("Enabled")
        .is_some_and(|on| on == &json!(true) || on == &json!("true"));
    Ok(ttl
        .get("AttributeName")
        .and_then(Value::as_str)
        .filter(|_| enabled)
        .map(str::to_owned))
}
