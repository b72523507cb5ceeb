//! `AWS::ApiGatewayV2::*` with protocol WEBSOCKET: routes, integrations, authorizers and stages.

use std::collections::BTreeMap;

use super::apis::{self, ApiReader, IntegrationSpec};
use super::{FunctionSpec, Properties, Resolver, Template};
use crate::problem::Problem;

/// The integration timeout when the template gives none, and the longest that API Gateway allows (milliseconds).
const DEFAULT_INTEGRATION_TIMEOUT_MS: u64 = 29_000;

/// A WebSocket API with its stages, at least one. Every stage has the template's routes: deployments of other ones are not known.
#[derive(Debug, Clone)]
pub(crate) struct ApiSpec {
    pub(crate) logical_id: String,
    pub(crate) id: String,
    /// By name.
    pub(crate) stages: Vec<StageSpec>,
    pub(crate) route_selection_expression: String,
    /// By route key.
    pub(crate) routes: BTreeMap<String, RouteSpec>,
}

/// One stage of a WebSocket API.
#[derive(Debug, Clone)]
pub(crate) struct StageSpec {
    pub(crate) name: String,
    /// Absent when the stage declares none, as in captured events.
    pub(crate) variables: Option<BTreeMap<String, String>>,
}

/// One route with its Lambda proxy integration.
#[derive(Debug, Clone)]
pub(crate) struct RouteSpec {
    pub(crate) integration: IntegrationSpec,
    /// Whether the function's `body` is sent back to the client.
    pub(crate) two_way: bool,
    pub(crate) authorizer: Option<AuthorizerSpec>,
}

/// A REQUEST authorizer.
#[derive(Debug, Clone)]
pub(crate) struct AuthorizerSpec {
    pub(crate) function: String,
    pub(crate) identity_sources: Vec<String>,
}

/// The APIs of a template, at least one, by logical id.
pub(super) fn read(
    template: &Template,
    resolver: &Resolver<'_>,
    functions: &[FunctionSpec],
) -> Result<Vec<ApiSpec>, Problem> {
    let apis = apis::with_protocol(template, resolver, "WEBSOCKET")?;
    if apis.is_empty() {
        return Err(Problem::new(
            "The template has no AWS::ApiGatewayV2::Api with ProtocolType WEBSOCKET: add one.",
        ));
    }
    let read = |api: &Properties<'_>| {
        let reader = ApiReader {
            template,
            resolver,
            functions,
            api_id: resolver.name_of(api.logical_id)?,
        };
        read_api(api, &reader)
    };
    apis.iter().map(read).collect()
}

fn read_api(api: &Properties<'_>, reader: &ApiReader<'_>) -> Result<ApiSpec, Problem> {
    Ok(ApiSpec {
        logical_id: api.logical_id.to_owned(),
        id: reader.api_id.clone(),
        stages: stages(api, reader)?,
        route_selection_expression: api.required_text("RouteSelectionExpression")?,
        routes: routes(reader)?,
    })
}

fn stages(api: &Properties<'_>, reader: &ApiReader<'_>) -> Result<Vec<StageSpec>, Problem> {
    let mut stages: Vec<StageSpec> = Vec::new();
    for apis::Stage { name, variables } in reader.stages()? {
        if stages.iter().any(|other| other.name == name) {
            return Err(Problem::new(format!(
                "The WebSocket API {} has two stages named {name}: rename one.",
                api.logical_id
            )));
        }
        stages.push(StageSpec { name, variables });
    }
    stages.sort_by(|one, other| one.name.cmp(&other.name));
    if stages.is_empty() {
        return Err(Problem::new(format!(
            "The WebSocket API {} has no stage: add an AWS::ApiGatewayV2::Stage.",
            api.logical_id
        )));
    }
    Ok(stages)
}

fn routes(reader: &ApiReader<'_>) -> Result<BTreeMap<String, RouteSpec>, Problem> {
    let integrations = reader.integrations(DEFAULT_INTEGRATION_TIMEOUT_MS)?;
    let authorizers = authorizers(reader)?;
    let mut routes = BTreeMap::new();
    for route in reader.of_api("AWS::ApiGatewayV2::Route")? {
        let key = route.required_text("RouteKey")?;
        let integration = reader.target_of(&route, &key, &integrations)?;
        let authorizer = match route.text("AuthorizationType")?.as_deref() {
            None | Some("NONE") => None,
            Some("CUSTOM") => Some(authorizer_of(&route, &key, &authorizers)?),
            Some(other) => {
                return Err(Problem::new(format!(
                    "The route {key} has AuthorizationType {other}, which the emulator does not have: use CUSTOM or NONE."
                )));
            }
        };
        let spec = RouteSpec {
            integration,
            two_way: route.text("RouteResponseSelectionExpression")?.is_some(),
            authorizer,
        };
        routes.insert(key, spec);
    }
    Ok(routes)
}

fn authorizer_of(
    route: &Properties<'_>,
    key: &str,
    authorizers: &BTreeMap<String, AuthorizerSpec>,
) -> Result<AuthorizerSpec, Problem> {
    if key != "$connect" {
        return Err(Problem::new(format!(
            "The route {key} has an authorizer, but API Gateway takes one on $connect alone: remove it."
        )));
    }
    let id = route.required_text("AuthorizerId")?;
    authorizers.get(&id).cloned().ok_or_else(|| {
        Problem::new(format!(
            "The route {key} names an authorizer that is not in the template."
        ))
    })
}

fn authorizers(reader: &ApiReader<'_>) -> Result<BTreeMap<String, AuthorizerSpec>, Problem> {
    let mut found = BTreeMap::new();
    for authorizer in reader.of_api("AWS::ApiGatewayV2::Authorizer")? {
        let uri = authorizer.required_text("AuthorizerUri")?;
        let spec = AuthorizerSpec {
            function: reader.function_of(&uri, authorizer.logical_id)?,
            identity_sources: authorizer.texts("IdentitySource")?,
        };
        found.insert(reader.resolver.name_of(authorizer.logical_id)?, spec);
    }
    Ok(found)
}
