//! Reads a synthesised CloudFormation template: the only source of truth for what the emulator runs.

mod apis;
mod asynchronous;
mod distribution;
mod functions;
mod http_api;
mod identity;
mod intrinsics;
mod response_headers;
mod rules;
mod tables;
mod websocket;

#[cfg(test)]
pub(crate) use asynchronous::AsynchronousSpec;
pub(crate) use distribution::{BehaviorSpec, DistributionSpec, Target};
pub(crate) use functions::{Code, FunctionSpec};
pub(crate) use http_api::{HttpApiSpec, STAGE as HTTP_API_STAGE};
pub(crate) use identity::PoolElsewhere;
pub(crate) use intrinsics::{Place, Resolver};
pub(crate) use response_headers::ResponseHeader;
pub(crate) use rules::RuleSpec;
pub(crate) use tables::TableSpec;
pub(crate) use websocket::{ApiSpec, AuthorizerSpec, RouteSpec};

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::cognito::PoolSettings;
use crate::problem::{OrProblem, Problem};

/// A template as it stands in the file, intrinsic functions unresolved.
#[derive(Debug, Deserialize)]
pub(crate) struct Template {
    #[serde(rename = "Parameters", default)]
    parameters: BTreeMap<String, Parameter>,
    #[serde(rename = "Resources")]
    resources: BTreeMap<String, Resource>,
    #[serde(rename = "Outputs", default)]
    outputs: BTreeMap<String, Output>,
}

#[derive(Debug, Deserialize)]
struct Output {
    #[serde(rename = "Value")]
    value: Value,
}

#[derive(Debug, Deserialize)]
struct Parameter {
    #[serde(rename = "Default")]
    default: Option<Value>,
}

/// One entry of `Resources`.
#[derive(Debug, Deserialize)]
pub(crate) struct Resource {
    #[serde(rename = "Type")]
    kind: String,
    #[serde(rename = "Properties", default)]
    properties: Value,
    #[serde(rename = "Metadata", default)]
    metadata: Value,
}

/// Everything of a template that the emulator runs, with every value resolved.
#[derive(Debug)]
pub(crate) struct StackSpec {
    pub(crate) api: ApiSpec,
    pub(crate) http_api: Option<HttpApiSpec>,
    pub(crate) distribution: Option<DistributionSpec>,
    pub(crate) functions: Vec<FunctionSpec>,
    pub(crate) tables: Vec<TableSpec>,
    pub(crate) rules: Vec<RuleSpec>,
    pub(crate) pool: Option<PoolSettings>,
    /// The pool of AWS that the stack verifies against, when it has none of its own.
    pub(crate) pool_elsewhere: Option<PoolElsewhere>,
}

impl Template {
    /// Reads `path`.
    ///
    /// # Errors
    /// A file that is missing, is not JSON, or has no `Resources`.
    pub(crate) fn read(path: &Path) -> Result<Self, Problem> {
        let shown = path.display();
        let text = std::fs::read_to_string(path).or_problem(|| {
            format!("The template {shown} cannot be read: give the path of a synthesised template with --template")
        })?;
        serde_json::from_str(&text)
            .or_problem(|| format!("{shown} is not a CloudFormation template in JSON: synthesise it again"))
    }

    /// Resolves the parts that the emulator runs.
    ///
    /// # Errors
    /// A reference to something that is not in the template, an intrinsic function outside the supported set,
    /// or a shape that API Gateway would not deploy; the sentence names the resource.
    pub(crate) fn resolve(&self, place: &Place) -> Result<StackSpec, Problem> {
        let resolver = Resolver::new(self, place);
        let functions = functions::read(self, &resolver)?;
        let api = websocket::read(self, &resolver, &functions)?;
        let http_api = http_api::read(self, &resolver, &functions)?;
        let apis = distribution::Apis {
            websocket: &api,
            http: http_api.as_ref(),
        };
        Ok(StackSpec {
            distribution: distribution::read(self, &resolver, &apis)?,
            api,
            http_api,
            rules: rules::read(self, &resolver, &functions)?,
            functions,
            tables: tables::read(self, &resolver)?,
            pool: identity::read(self, &resolver)?,
            pool_elsewhere: identity::read_elsewhere(self, &resolver)?,
        })
    }

    fn of_type<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = (&'a str, &'a Resource)> {
        self.resources
            .iter()
            .filter(move |(_, resource)| resource.kind == kind)
            .map(|(id, resource)| (id.as_str(), resource))
    }
}

/// A resource's properties, read with its logical id in every complaint.
struct Properties<'a> {
    logical_id: &'a str,
    properties: &'a Value,
    resolver: &'a Resolver<'a>,
}

impl<'a> Properties<'a> {
    fn of(logical_id: &'a str, resource: &'a Resource, resolver: &'a Resolver<'a>) -> Self {
        Self {
            logical_id,
            properties: &resource.properties,
            resolver,
        }
    }

    /// A property that is a structure, with nothing in it resolved yet: what nobody reads need not be resolvable.
    fn part(&self, name: &str) -> Option<Self> {
        self.has(name).then(|| Self {
            properties: &self.properties[name],
            ..*self
        })
    }

    fn required_part(&self, name: &str) -> Result<Self, Problem> {
        self.part(name)
            .ok_or_else(|| Problem::new(format!("{} has no {name}.", self.logical_id)))
    }

    /// A property that is a list of structures, as [`Properties::part`] gives one.
    fn parts(&self, name: &str) -> Result<Vec<Self>, Problem> {
        match self.properties.get(name) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(items)) => Ok(items.iter().map(|properties| Self { properties, ..*self }).collect()),
            Some(other) => Err(self.wrong(name, "a list", other)),
        }
    }

    /// Truth, absent being false; CloudFormation also takes it as text.
    fn flag(&self, name: &str) -> Result<bool, Problem> {
        match self.value(name)? {
            None => Ok(false),
            Some(value) => match (value.as_bool(), value.as_str()) {
                (Some(truth), _) => Ok(truth),
                (None, Some("true")) => Ok(true),
                (None, Some("false")) => Ok(false),
                _ => Err(self.wrong(name, "true or false", &value)),
            },
        }
    }

    /// Whether the property is there at all.
    fn has(&self, name: &str) -> bool {
        self.properties.get(name).is_some_and(|value| !value.is_null())
    }

    fn value(&self, name: &str) -> Result<Option<Value>, Problem> {
        match self.properties.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => {
                Ok(Some(self.resolver.resolve(value).map_err(|problem| {
                    Problem::new(format!("{}.{name}: {problem}", self.logical_id))
                })?))
            }
        }
    }

    fn text(&self, name: &str) -> Result<Option<String>, Problem> {
        match self.value(name)? {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(self.wrong(name, "a string", &other)),
        }
    }

    fn required_text(&self, name: &str) -> Result<String, Problem> {
        self.text(name)?
            .ok_or_else(|| Problem::new(format!("{} has no {name}.", self.logical_id)))
    }

    /// A whole number; CloudFormation also takes it as text.
    fn number(&self, name: &str) -> Result<Option<u64>, Problem> {
        match self.value(name)? {
            None => Ok(None),
            Some(value) => value
                .as_u64()
                .or_else(|| value.as_str().and_then(|text| text.parse().ok()))
                .map(Some)
                .ok_or_else(|| self.wrong(name, "a whole number", &value)),
        }
    }

    fn texts(&self, name: &str) -> Result<Vec<String>, Problem> {
        match self.value(name)? {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => items
                .into_iter()
                .map(|item| match item {
                    Value::String(text) => Ok(text),
                    other => Err(self.wrong(name, "a list of strings", &other)),
                })
                .collect(),
            Some(other) => Err(self.wrong(name, "a list of strings", &other)),
        }
    }

    fn wrong(&self, name: &str, expected: &str, got: &Value) -> Problem {
        Problem::new(format!(
            "{}.{name} must be {expected}, but the template has {got}.",
            self.logical_id
        ))
    }
}
