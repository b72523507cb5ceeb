//! SAM's transform: `AWS::Serverless::*` become the plain resources that SAM makes of them, with the same logical ids.
//!
//! | of SAM | becomes |
//! | --- | --- |
//! | `Globals` | part of every resource of its kind: maps joined, lists appended, the resource's own value first |
//! | `Function` | `AWS::Lambda::Function`, `<Id>Role`, `<Id>EventInvokeConfig`; of its events `HttpApi`, `Schedule`, `EventBridgeRule` |
//! | `WebSocketApi` | `AWS::ApiGatewayV2::Api`, `<Id><Stage>Stage`, a route and an integration each, `<Id>ConnectAuthorizer` |
//! | `HttpApi` | `AWS::ApiGatewayV2::Api` and its stage; the routes are events of functions |
//! | `SimpleTable` | `AWS::DynamoDB::Table` |
//!
//! Sources: <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification.html> and the
//! transform's own code, aws/serverless-application-model. All else of SAM is left out with a warning.

mod events;
mod function;
mod globals;
mod http_api;
mod table;
#[cfg(test)]
mod tests;
mod websocket_api;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Resource, Template};
use crate::problem::Problem;

const SERVERLESS: &str = "AWS::Serverless-2016-10-31";
/// Its functions are refused one by one, where somebody needs them.
const LANGUAGE_EXTENSIONS: &str = "AWS::LanguageExtensions";

/// The resources of a template, by logical id.
type Resources = BTreeMap<String, Resource>;

impl Template {
    /// The template after its transforms.
    ///
    /// # Errors
    /// A transform that only CloudFormation can run, or a resource of SAM that SAM would not take.
    pub(super) fn transformed(mut self) -> Result<Self, Problem> {
        let transforms = transforms(&self.transform);
        if let Some(macro_) = transforms
            .iter()
            .find(|name| ![SERVERLESS, LANGUAGE_EXTENSIONS].contains(*name))
        {
            return Err(Problem::new(format!(
                "The template has the transform {macro_}, which CloudFormation alone can run: give the template that it makes."
            )));
        }
        let of_sam = self
            .resources
            .iter()
            .find(|(_, resource)| resource.kind.starts_with("AWS::Serverless::"));
        match of_sam {
            Some((id, resource)) if !transforms.contains(&SERVERLESS) => Err(Problem::new(format!(
                "{id} is an {}, but the template has no `Transform: {SERVERLESS}`: add it.",
                resource.kind
            ))),
            Some(_) => {
                self.resources = expanded(self.resources.clone(), &self.globals)?;
                Ok(self)
            }
            None => Ok(self),
        }
    }
}

fn transforms(value: &Value) -> Vec<&str> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().flat_map(transforms).collect(),
        Value::Object(map) => map.get("Name").into_iter().flat_map(transforms).collect(),
        other => vec![other.as_str().unwrap_or("without a name")],
    }
}

fn expanded(resources: Resources, globals: &Value) -> Result<Resources, Problem> {
    let mut plain = Resources::new();
    for (id, mut resource) in resources {
        let Some(kind) = resource.kind.strip_prefix("AWS::Serverless::").map(str::to_owned) else {
            plain.insert(id, resource);
            continue;
        };
        globals::apply(&kind, globals, &mut resource);
        if !resource.properties.is_object() {
            resource.properties = json!({});
        }
        match kind.as_str() {
            "Function" => function::expand(&id, resource, &mut plain),
            "WebSocketApi" => websocket_api::expand(&id, &resource, &mut plain)?,
            "HttpApi" => http_api::expand(&id, &resource.properties, &mut plain),
            "SimpleTable" => table::expand(&id, &resource.properties, &mut plain),
            _ => {
                plain.insert(id, resource);
            }
        }
    }
    http_api::add_the_implicit_one(&mut plain);
    Ok(plain)
}

/// Adds a resource that SAM makes.
fn add(resources: &mut Resources, id: String, kind: &str, properties: Value) {
    let made = Resource {
        kind: kind.to_owned(),
        properties,
        metadata: Value::Null,
        condition: None,
    };
    resources.insert(id, made);
}

/// The properties of `names` that are there.
fn taken(properties: &Value, names: &[&str]) -> Value {
    let there = names
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), properties.get(*name)?.clone())));
    Value::Object(there.collect::<Map<_, _>>())
}

/// The address by which an API invokes a function.
fn invocation_uri(function_arn: &Value) -> Value {
    json!({ "Fn::Sub": [
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Function}/invocations",
        { "Function": function_arn },
    ] })
}

/// As `Target` of a route.
fn target(integration: &str) -> Value {
    json!({ "Fn::Join": ["/", ["integrations", { "Ref": integration }]] })
}
