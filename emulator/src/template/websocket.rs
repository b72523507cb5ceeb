//! `AWS::ApiGatewayV2::*` with protocol WEBSOCKET: routes, integrations, authorizers and stages.

use std::collections::BTreeMap;

use super::apis::{self, ApiReader, IntegrationSpec};
use super::stage_settings::{self, Throttling};
use super::{FunctionSpec, Properties, Resolver, Template};
use crate::problem::Problem;

/// The integration timeout when the template gives none, and the longest that API Gateway allows (milliseconds).
const DEFAULT_INTEGRATION_TIMEOUT_MS: u64 = 29_000;

/// The route keys that API Gateway itself gives a meaning.
const OWN_KEYS: [&str; 3] = ["$connect", "$disconnect", "$default"];

/// Where an authorizer may look for a client's identity.
const IDENTITY_SOURCES: [&str; 4] = [
    "route.request.header.",
    "route.request.querystring.",
    "stageVariables.",
    "context.",
];

/// The longest name of a stage (letters; <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html>).
const MAX_STAGE_NAME_BYTES: usize = 128;

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
    pub(crate) throttling: Throttling,
    /// The format of its access log, if it writes one.
    pub(crate) access_log_format: Option<String>,
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
    let routes = routes(reader)?;
    Ok(ApiSpec {
        logical_id: api.logical_id.to_owned(),
        id: reader.api_id.clone(),
        stages: stages(api, reader, &routes)?,
        route_selection_expression: api.required_text("RouteSelectionExpression")?,
        routes,
    })
}

fn stages(
    api: &Properties<'_>,
    reader: &ApiReader<'_>,
    routes: &BTreeMap<String, RouteSpec>,
) -> Result<Vec<StageSpec>, Problem> {
    let mut stages: Vec<StageSpec> = Vec::new();
    for properties in reader.stages()? {
        let stage = stage(&properties, routes)?;
        if stages.iter().any(|other| other.name == stage.name) {
            return Err(Problem::new(format!(
                "The WebSocket API {} has two stages named {}: rename one.",
                api.logical_id, stage.name
            )));
        }
        stages.push(stage);
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

fn stage(stage: &Properties<'_>, routes: &BTreeMap<String, RouteSpec>) -> Result<StageSpec, Problem> {
    let name = stage.required_text("StageName")?;
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if name.is_empty() || name.len() > MAX_STAGE_NAME_BYTES || !name.chars().all(is_allowed) {
        return Err(Problem::new(format!(
            "{} has the StageName {name:?}, but API Gateway takes up to 128 letters, digits, - and _: rename it.",
            stage.logical_id
        )));
    }
    Ok(StageSpec {
        name,
        variables: apis::stage_variables(stage)?,
        throttling: stage_settings::throttling(stage, |key| routes.contains_key(key))?,
        access_log_format: stage_settings::access_log_format(stage)?,
    })
}

fn routes(reader: &ApiReader<'_>) -> Result<BTreeMap<String, RouteSpec>, Problem> {
    let integrations = reader.integrations(DEFAULT_INTEGRATION_TIMEOUT_MS)?;
    let authorizers = authorizers(reader)?;
    let mut routes = BTreeMap::new();
    for route in reader.of_api("AWS::ApiGatewayV2::Route")? {
        let key = route.required_text("RouteKey")?;
        if key.starts_with('$') && !OWN_KEYS.contains(&key.as_str()) {
            return Err(Problem::new(format!(
                "{} has the RouteKey {key}, but of those that begin with $ API Gateway has $connect, $disconnect and $default \
                 alone: rename it.",
                route.logical_id
            )));
        }
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
        if routes.contains_key(&key) {
            return Err(Problem::new(format!(
                "{} has the RouteKey {key}, which another route of its API has too: keep one of them.",
                route.logical_id
            )));
        }
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
        let kind = authorizer.required_text("AuthorizerType")?;
        if kind != "REQUEST" {
            return Err(Problem::new(format!(
                "{} has AuthorizerType {kind}, but a WebSocket API takes REQUEST alone: let a function check the token.",
                authorizer.logical_id
            )));
        }
        let uri = authorizer.required_text("AuthorizerUri")?;
        let identity_sources = authorizer.texts("IdentitySource")?;
        if let Some(source) = identity_sources.iter().find(|source| !is_identity_source(source)) {
            return Err(Problem::new(format!(
                "{} has the IdentitySource {source}, but a WebSocket API takes route.request.header.NAME, \
                 route.request.querystring.NAME, stageVariables.NAME and context.NAME alone: mend it.",
                authorizer.logical_id
            )));
        }
        let spec = AuthorizerSpec {
            function: reader.function_of(&uri, authorizer.logical_id)?,
            identity_sources,
        };
        found.insert(reader.resolver.name_of(authorizer.logical_id)?, spec);
    }
    Ok(found)
}

fn is_identity_source(source: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let mut names = IDENTITY_SOURCES.iter().filter_map(|prefix| source.strip_prefix(prefix));
    names.any(|name| !name.is_empty() && name.chars().all(is_allowed))
}
