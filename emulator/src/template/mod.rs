//! Reads a CloudFormation template, in JSON or YAML: the only source of truth for what the emulator runs.

mod apis;
mod asynchronous;
mod conditions;
mod distribution;
mod document;
mod functions;
mod http_api;
mod identity;
mod intrinsics;
mod known;
mod parameters;
mod properties;
mod response_headers;
mod rules;
mod sam;
mod stage_settings;
mod tables;
mod unknown;
mod variables;
mod websocket;
mod yaml;

pub(crate) use distribution::{BehaviorSpec, DistributionSpec, Target};
pub(crate) use document::{file_of, is_of_the_cdk};
pub(crate) use functions::{Code, FunctionSpec};
pub(crate) use http_api::{HttpApiSpec, STAGE as HTTP_API_STAGE};
pub(crate) use identity::PoolElsewhere;
pub(crate) use intrinsics::{Place, Resolver};
pub(crate) use response_headers::ResponseHeader;
pub(crate) use rules::RuleSpec;
pub(crate) use stage_settings::Limits;
pub(crate) use tables::TableSpec;
pub(crate) use variables::GivenVariables;
pub(crate) use websocket::{ApiSpec, AuthorizerSpec, RouteSpec, StageSpec};

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::cognito::PoolSettings;
use crate::problem::Problem;
use parameters::Parameter;
use properties::Properties;

/// A template as it stands in the file, intrinsic functions unresolved.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Template {
    #[serde(rename = "Transform", default)]
    transform: Value,
    #[serde(rename = "Globals", default)]
    globals: Value,
    #[serde(rename = "Mappings", default)]
    mappings: Value,
    #[serde(rename = "Conditions", default)]
    conditions: BTreeMap<String, Value>,
    #[serde(rename = "Parameters", default)]
    parameters: BTreeMap<String, Parameter>,
    #[serde(rename = "Resources")]
    resources: BTreeMap<String, Resource>,
    #[serde(rename = "Outputs", default)]
    outputs: BTreeMap<String, Output>,
    /// Values of parameters, in the place of their defaults.
    #[serde(skip)]
    given: BTreeMap<String, String>,
    /// Values of functions' variables, in the place of the template's.
    #[serde(skip)]
    variables: GivenVariables,
}

#[derive(Debug, Clone, Deserialize)]
struct Output {
    #[serde(rename = "Value")]
    value: Value,
}

/// One entry of `Resources`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Resource {
    #[serde(rename = "Type")]
    kind: String,
    #[serde(rename = "Properties", default)]
    properties: Value,
    #[serde(rename = "Metadata", default)]
    metadata: Value,
    #[serde(rename = "Condition")]
    condition: Option<String>,
}

/// Everything of a template that the emulator runs, with every value resolved.
#[derive(Debug)]
pub(crate) struct StackSpec {
    /// At least one; the first has the main port.
    pub(crate) websocket_apis: Vec<ApiSpec>,
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
    /// Reads `path`; `given` are values of its parameters.
    ///
    /// # Errors
    /// A file that is no template, or a parameter that it does not have.
    pub(crate) fn read(path: &Path, given: BTreeMap<String, String>) -> Result<Self, Problem> {
        Self::of_file(path)?.with_parameters(given)
    }

    /// Resolves the parts that the emulator runs.
    ///
    /// # Errors
    /// A reference to something that is not in the template, an intrinsic function outside the supported set,
    /// or a shape that API Gateway would not deploy; the sentence names the resource.
    pub(crate) fn resolve(&self, place: &Place) -> Result<StackSpec, Problem> {
        let template = self.decided(place)?.transformed()?;
        unknown::warn(&template);
        template.read_parts(place)
    }

    fn read_parts(&self, place: &Place) -> Result<StackSpec, Problem> {
        let resolver = Resolver::new(self, place);
        let functions = functions::read(self, &resolver)?;
        let websocket_apis = websocket::read(self, &resolver, &functions)?;
        let http_api = http_api::read(self, &resolver, &functions)?;
        let apis = distribution::Apis {
            websocket: &websocket_apis,
            http: http_api.as_ref(),
        };
        Ok(StackSpec {
            distribution: distribution::read(self, &resolver, &apis)?,
            websocket_apis,
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
