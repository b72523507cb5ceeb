//! What a WebSocket API and an HTTP API have in common in a template: `AWS::ApiGatewayV2::*` and Lambda proxy integrations.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::{FunctionSpec, Properties, Resolver, Template};
use crate::problem::Problem;

/// The shortest integration timeout that API Gateway allows (milliseconds).
const SHORTEST_TIMEOUT_MS: u64 = 50;

/// A Lambda proxy integration.
#[derive(Debug, Clone)]
pub(crate) struct IntegrationSpec {
    /// The function's name.
    pub(crate) function: String,
    pub(crate) timeout: Duration,
}

/// The APIs of a template with `protocol`, by logical id.
pub(super) fn with_protocol<'a>(
    template: &'a Template,
    resolver: &'a Resolver<'a>,
    protocol: &str,
) -> Result<Vec<Properties<'a>>, Problem> {
    let mut found = Vec::new();
    for (logical_id, resource) in template.of_type("AWS::ApiGatewayV2::Api") {
        let api = Properties::of(logical_id, resource, resolver);
        if api.text("ProtocolType")?.as_deref() == Some(protocol) {
            found.push(api);
        }
    }
    Ok(found)
}

/// Reads what belongs to one API.
pub(super) struct ApiReader<'a> {
    pub(super) template: &'a Template,
    pub(super) resolver: &'a Resolver<'a>,
    pub(super) functions: &'a [FunctionSpec],
    pub(super) api_id: String,
}

impl<'a> ApiReader<'a> {
    /// The resources of `kind` that belong to the API.
    pub(super) fn of_api(&self, kind: &'a str) -> Result<Vec<Properties<'a>>, Problem> {
        let mut found = Vec::new();
        for (logical_id, resource) in self.template.of_type(kind) {
            let properties = Properties::of(logical_id, resource, self.resolver);
            if properties.text("ApiId")?.as_deref() == Some(&self.api_id) {
                found.push(properties);
            }
        }
        Ok(found)
    }

    pub(super) fn stages(&self) -> Result<Vec<Properties<'a>>, Problem> {
        self.of_api("AWS::ApiGatewayV2::Stage")
    }

    /// By integration id. The longest timeout is also that of integrations that give none.
    pub(super) fn integrations(&self, longest_timeout_ms: u64) -> Result<BTreeMap<String, IntegrationSpec>, Problem> {
        let mut found = BTreeMap::new();
        for integration in self.of_api("AWS::ApiGatewayV2::Integration")? {
            let kind = integration.required_text("IntegrationType")?;
            if kind != "AWS_PROXY" {
                return Err(Problem::new(format!(
                    "{} has IntegrationType {kind}, but the emulator runs AWS_PROXY alone: use a Lambda proxy integration.",
                    integration.logical_id
                )));
            }
            let uri = integration.required_text("IntegrationUri")?;
            let timeout_ms = integration.number("TimeoutInMillis")?.unwrap_or(longest_timeout_ms);
            if !(SHORTEST_TIMEOUT_MS..=longest_timeout_ms).contains(&timeout_ms) {
                return Err(Problem::new(format!(
                    "{} has TimeoutInMillis {timeout_ms}, but API Gateway takes {SHORTEST_TIMEOUT_MS} to {longest_timeout_ms}: change it.",
                    integration.logical_id
                )));
            }
            let spec = IntegrationSpec {
                function: self.function_of(&uri, integration.logical_id)?,
                timeout: Duration::from_millis(timeout_ms),
            };
            found.insert(self.resolver.name_of(integration.logical_id)?, spec);
        }
        Ok(found)
    }

    /// The integration that a route's `Target` names.
    pub(super) fn target_of(
        &self,
        route: &Properties<'_>,
        key: &str,
        integrations: &BTreeMap<String, IntegrationSpec>,
    ) -> Result<IntegrationSpec, Problem> {
        let target = route.required_text("Target")?;
        integrations
            .get(target.trim_start_matches("integrations/"))
            .cloned()
            .ok_or_else(|| {
                Problem::new(format!(
                    "The route {key} points at {target}, which is not in the template."
                ))
            })
    }

    /// The function's name in an invocation URI, `arn:aws:apigateway:…/functions/<function ARN>/invocations`; an HTTP
    /// API also takes the function's bare ARN.
    pub(super) fn function_of(&self, uri: &str, logical_id: &str) -> Result<String, Problem> {
        self.functions
            .iter()
            .find(|function| uri == function.arn || uri.contains(&format!("/functions/{}/invocations", function.arn)))
            .map(|function| function.name.clone())
            .ok_or_else(|| {
                Problem::new(format!(
                    "{logical_id} invokes {uri}, which is none of the template's functions with a runtime that the emulator has (provided.*, nodejs*)."
                ))
            })
    }
}

/// A stage's variables; absent when it declares none, as in captured events.
pub(super) fn stage_variables(stage: &Properties<'_>) -> Result<Option<BTreeMap<String, String>>, Problem> {
    Ok(stage.value("StageVariables")?.and_then(|variables| {
        let entries = variables.as_object()?.iter();
        Some(entries.map(|(name, value)| (name.clone(), plain_text(value))).collect())
    }))
}

fn plain_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
