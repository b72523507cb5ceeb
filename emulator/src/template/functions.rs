//! `AWS::Lambda::Function`: name, variables, limits, and where its program is to be found.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::asynchronous::{self, AsynchronousSpec};
use super::{Properties, Resolver, Template};
use crate::problem::Problem;

/// Lambda's own defaults for what a template leaves out.
const DEFAULT_TIMEOUT_SECONDS: u64 = 3;
const DEFAULT_MEMORY_MB: u64 = 128;

/// The metadata key under which the CDK app names a function's cargo binary; the template has no other trace of it
/// when the assets are not bundled.
const BINARY_KEY: &str = "carillon:binary";
/// The metadata key under which the CDK stages an asset folder.
const ASSET_KEY: &str = "aws:asset:path";

/// A function as the template describes it.
#[derive(Debug, Clone)]
pub(crate) struct FunctionSpec {
    pub(crate) logical_id: String,
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) variables: BTreeMap<String, String>,
    pub(crate) timeout: Duration,
    pub(crate) memory_mb: u64,
    pub(crate) asynchronous: AsynchronousSpec,
    /// The cargo binary's name, from the metadata.
    pub(crate) binary: Option<String>,
    /// The staged asset's folder, relative to the template.
    pub(crate) asset: Option<String>,
}

pub(super) fn read(template: &Template, resolver: &Resolver<'_>) -> Result<Vec<FunctionSpec>, Problem> {
    let mut functions = template
        .of_type("AWS::Lambda::Function")
        .filter(|(_, resource)| !is_custom_resource_provider(&resource.properties))
        .map(|(logical_id, resource)| {
            let properties = Properties::of(logical_id, resource, resolver);
            let metadata = |key: &str| resource.metadata.get(key).and_then(Value::as_str).map(str::to_owned);
            Ok(FunctionSpec {
                logical_id: logical_id.to_owned(),
                name: resolver.name_of(logical_id)?,
                arn: function_arn(resolver, logical_id)?,
                variables: variables(&properties)?,
                timeout: Duration::from_secs(properties.number("Timeout")?.unwrap_or(DEFAULT_TIMEOUT_SECONDS)),
                asynchronous: AsynchronousSpec::default(),
                memory_mb: properties.number("MemorySize")?.unwrap_or(DEFAULT_MEMORY_MB),
                binary: metadata(BINARY_KEY),
                asset: metadata(ASSET_KEY),
            })
        })
        .collect::<Result<Vec<_>, Problem>>()?;
    asynchronous::configure(&mut functions, template, resolver)?;
    Ok(functions)
}

/// Functions that the CDK adds for its own deployment chores run in Node or Python; they have no part at run time.
fn is_custom_resource_provider(properties: &Value) -> bool {
    let runtime = properties.get("Runtime").and_then(Value::as_str).unwrap_or_default();
    !runtime.starts_with("provided.")
}

fn function_arn(resolver: &Resolver<'_>, logical_id: &str) -> Result<String, Problem> {
    let arn = resolver.resolve(&serde_json::json!({ "Fn::GetAtt": [logical_id, "Arn"] }))?;
    Ok(arn.as_str().unwrap_or_default().to_owned())
}

fn variables(properties: &Properties<'_>) -> Result<BTreeMap<String, String>, Problem> {
    let environment = properties.value("Environment")?.unwrap_or_default();
    let Some(variables) = environment.get("Variables") else {
        return Ok(BTreeMap::new());
    };
    let entries = variables
        .as_object()
        .ok_or_else(|| properties.wrong("Environment.Variables", "a map", variables))?;
    entries
        .iter()
        .map(|(name, value)| match value {
            Value::String(text) => Ok((name.clone(), text.clone())),
            Value::Number(_) | Value::Bool(_) => Ok((name.clone(), value.to_string())),
            other => Err(properties.wrong(&format!("Environment.Variables.{name}"), "a string", other)),
        })
        .collect()
}
