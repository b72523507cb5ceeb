//! `AWS::Lambda::Function`: name, variables, limits, and where its program is to be found.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::time::Duration;

use serde_json::{Value, json};

use super::asynchronous::{self, AsynchronousSpec};
use super::variables::{self, Placeholders};
use super::{Properties, Resolver, Resource, Template};
use crate::problem::Problem;

/// Lambda's own defaults for what a template leaves out.
const DEFAULT_TIMEOUT_SECONDS: u64 = 3;
const DEFAULT_MEMORY_MB: u64 = 128;

/// What Lambda takes, in seconds and in MB (<https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>).
const TIMEOUTS: RangeInclusive<u64> = 1..=900;
const MEMORY_SIZES: RangeInclusive<u64> = 128..=10_240;

/// The metadata key under which the CDK app names a function's cargo binary; the template has no other trace of it
/// when the assets are not bundled.
const BINARY_KEY: &str = "carillon:binary";
/// The metadata key under which the CDK stages an asset folder.
const ASSET_KEY: &str = "aws:asset:path";

/// The runtimes that the emulator has, by how their names begin.
const RUST: &str = "provided";
const NODE: &str = "nodejs";
/// Those of Node that Lambda still runs functions with
/// (<https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html>).
const NODE_RUNTIMES: [&str; 4] = ["nodejs18.x", "nodejs20.x", "nodejs22.x", "nodejs24.x"];

/// What the template says of a function's code; for a CDK asset, that is not here (see [`FunctionSpec::asset`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Code {
    /// `ZipFile`: the text of the one file `index.js`.
    Inline(String),
    /// A path relative to the template, as `aws cloudformation package` and SAM take it.
    Local(String),
    /// In S3, or nowhere.
    Elsewhere,
}

/// A function as the template describes it.
#[derive(Debug, Clone)]
pub(crate) struct FunctionSpec {
    pub(crate) logical_id: String,
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) variables: BTreeMap<String, String>,
    pub(crate) timeout: Duration,
    pub(crate) memory_mb: u64,
    /// Executions at a time that are its own; without, it shares the others'.
    pub(crate) reserved_concurrency: Option<u32>,
    pub(crate) asynchronous: AsynchronousSpec,
    /// Such as `provided.al2023` or `nodejs24.x`.
    pub(crate) runtime: String,
    /// For a `nodejs*` runtime the file and its export, such as `index.handler`.
    pub(crate) handler: String,
    pub(crate) code: Code,
    /// The cargo binary's name, from the metadata.
    pub(crate) binary: Option<String>,
    /// The staged asset's folder, relative to the template.
    pub(crate) asset: Option<String>,
}

pub(super) fn read(template: &Template, resolver: &Resolver<'_>) -> Result<Vec<FunctionSpec>, Problem> {
    let providers = custom_resource_providers(template);
    let mut placeholders = Placeholders::default();
    let mut functions = template
        .of_type("AWS::Lambda::Function")
        .filter(|(logical_id, resource)| runs_here(&resource.properties) && !providers.contains(logical_id))
        .map(|(logical_id, resource)| {
            let properties = Properties::of(logical_id, resource, resolver);
            let metadata = |key: &str| resource.metadata.get(key).and_then(Value::as_str).map(str::to_owned);
            Ok(FunctionSpec {
                logical_id: logical_id.to_owned(),
                name: resolver.name_of(logical_id)?,
                arn: function_arn(resolver, logical_id)?,
                variables: variables::read(&properties, template.variables_of(logical_id), &mut placeholders)?,
                timeout: Duration::from_secs(
                    within(&properties, "Timeout", TIMEOUTS)?.unwrap_or(DEFAULT_TIMEOUT_SECONDS),
                ),
                asynchronous: AsynchronousSpec::default(),
                memory_mb: within(&properties, "MemorySize", MEMORY_SIZES)?.unwrap_or(DEFAULT_MEMORY_MB),
                reserved_concurrency: reserved_concurrency(&properties)?,
                runtime: runtime(&properties)?,
                handler: handler(&properties)?,
                code: code(&properties)?,
                binary: metadata(BINARY_KEY).or_else(|| cargo_lambda_binary(resource)),
                asset: metadata(ASSET_KEY),
            })
        })
        .collect::<Result<Vec<_>, Problem>>()?;
    template.check_variables(functions.iter().map(|function| function.logical_id.as_str()))?;
    placeholders.warn();
    let names: Vec<_> = functions
        .iter()
        .map(|function| (function.name.clone(), function.arn.clone()))
        .collect();
    for (named, asynchronous) in asynchronous::read(template, resolver, &names)? {
        let mut functions = functions.iter_mut();
        if let Some(function) = functions.find(|function| function.name == named || function.arn == named) {
            function.asynchronous = asynchronous;
        }
    }
    Ok(functions)
}

/// A number that Lambda takes.
fn within(properties: &Properties<'_>, name: &str, range: RangeInclusive<u64>) -> Result<Option<u64>, Problem> {
    match properties.number(name)? {
        Some(number) if !range.contains(&number) => {
            let expected = format!("a number from {} to {}", range.start(), range.end());
            Err(properties.wrong(name, &expected, &json!(number)))
        }
        number => Ok(number),
    }
}

fn runtime(properties: &Properties<'_>) -> Result<String, Problem> {
    let runtime = properties.required_text("Runtime")?;
    if runtime.starts_with(NODE) && !NODE_RUNTIMES.contains(&runtime.as_str()) {
        return Err(Problem::new(format!(
            "{} has the Runtime {runtime}, which the emulator does not have: write one of {}.",
            properties.logical_id,
            NODE_RUNTIMES.join(", ")
        )));
    }
    Ok(runtime)
}

/// Which code of the function's is called; a runtime of one's own may do without.
fn handler(properties: &Properties<'_>) -> Result<String, Problem> {
    match properties.text("Handler")? {
        Some(handler) => Ok(handler),
        None if runtime(properties)?.starts_with(NODE) => Err(Problem::new(format!(
            "{} has no Handler: add it as file.export, such as index.handler.",
            properties.logical_id
        ))),
        None => Ok("bootstrap".to_owned()),
    }
}

fn reserved_concurrency(properties: &Properties<'_>) -> Result<Option<u32>, Problem> {
    const NAME: &str = "ReservedConcurrentExecutions";
    let reserved = properties.number(NAME)?;
    reserved
        .map(|number| u32::try_from(number).map_err(|_| properties.wrong(NAME, "a count", &json!(number))))
        .transpose()
}

impl FunctionSpec {
    /// A function that is like any other.
    #[cfg(test)]
    pub(crate) fn for_tests() -> Self {
        Self {
            logical_id: "F".into(),
            name: "S-F".into(),
            arn: String::new(),
            variables: BTreeMap::new(),
            timeout: Duration::from_secs(DEFAULT_TIMEOUT_SECONDS),
            memory_mb: DEFAULT_MEMORY_MB,
            reserved_concurrency: None,
            asynchronous: AsynchronousSpec::default(),
            runtime: "provided.al2023".into(),
            handler: "bootstrap".into(),
            code: Code::Elsewhere,
            binary: None,
            asset: None,
        }
    }

    /// Whether Node runs it; it is an executable file otherwise.
    pub(crate) fn is_node(&self) -> bool {
        self.runtime.starts_with(NODE)
    }
}

/// As `sam build` is told of it.
fn cargo_lambda_binary(resource: &Resource) -> Option<String> {
    resource.metadata["BuildProperties"]["Binary"]
        .as_str()
        .map(str::to_owned)
}

fn runs_here(properties: &Value) -> bool {
    let runtime = properties.get("Runtime").and_then(Value::as_str).unwrap_or_default();
    runtime.starts_with(RUST) || runtime.starts_with(NODE)
}

/// Functions that run here without the layers that they have on AWS.
pub(super) fn with_layers(template: &Template) -> Vec<&str> {
    let providers = custom_resource_providers(template);
    let has_some = |properties: &Value| properties["Layers"].as_array().is_some_and(|layers| !layers.is_empty());
    template
        .of_type("AWS::Lambda::Function")
        .filter(|(logical_id, resource)| runs_here(&resource.properties) && !providers.contains(logical_id))
        .filter(|(_, resource)| has_some(&resource.properties))
        .map(|(logical_id, _)| logical_id)
        .collect()
}

/// Functions that are left out, with the reason.
pub(super) fn left_out(template: &Template) -> Vec<(&str, String)> {
    let providers = custom_resource_providers(template);
    template
        .of_type("AWS::Lambda::Function")
        .filter(|(logical_id, resource)| !runs_here(&resource.properties) && !providers.contains(logical_id))
        .map(|(logical_id, resource)| (logical_id, why_left_out(&resource.properties)))
        .collect()
}

fn why_left_out(properties: &Value) -> String {
    match (&properties["PackageType"], &properties["Runtime"]) {
        (Value::String(kind), _) if kind == "Image" => "is a container image".to_owned(),
        (_, Value::String(runtime)) => format!("has the runtime {runtime}"),
        (_, Value::Null) => "has no Runtime".to_owned(),
        _ => "has a Runtime that does not stand in the template as it is".to_owned(),
    }
}

/// Functions for chores of a deployment have no part at run time: those that custom resources name as `ServiceToken`.
fn custom_resource_providers(template: &Template) -> BTreeSet<&str> {
    let tokens = template.resources.values().filter(|resource| {
        resource.kind.starts_with("Custom::") || resource.kind == "AWS::CloudFormation::CustomResource"
    });
    tokens
        .filter_map(|resource| resource.properties.get("ServiceToken"))
        .filter_map(|token| match &token["Fn::GetAtt"] {
            Value::String(dotted) => dotted.split('.').next(),
            parts => parts[0].as_str(),
        })
        .collect()
}

fn code(properties: &Properties<'_>) -> Result<Code, Problem> {
    let inline = properties.part("Code").map(|code| code.text("ZipFile"));
    Ok(match (&properties.properties["Code"], inline.transpose()?.flatten()) {
        (Value::String(path), _) => Code::Local(path.clone()),
        (_, Some(text)) => Code::Inline(text),
        _ => Code::Elsewhere,
    })
}

fn function_arn(resolver: &Resolver<'_>, logical_id: &str) -> Result<String, Problem> {
    let arn = resolver.resolve(&json!({ "Fn::GetAtt": [logical_id, "Arn"] }))?;
    Ok(arn.as_str().unwrap_or_default().to_owned())
}
