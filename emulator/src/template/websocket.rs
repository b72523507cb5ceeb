//! `AWS::ApiGatewayV2::*` with protocol WEBSOCKET: routes, integrations, the authorizer and the stage.

use std::collections::BTreeMap;

use super::apis::{self, ApiReader, IntegrationSpec};
use super::{FunctionSpec, Properties, Resolver, Template};
use crate::problem::Problem;

/// The integration timeout when the template gives none, and the longest that API Gateway allows (milliseconds).
const DEFAULT_INTEGRATION_TIMEOUT_MS: u64 = 29_000;

/// A WebSocket API with its one stage.
#[derive(Debug, Clone)]
pub(crate) struct ApiSpec {
    pub(crate) id: String,
    pub(crate) stage: String,
    /// Absent when the stage declares none, as in captured events.
    pub(crate) stage_variables: Option<BTreeMap<String, String>>,
    pub(crate) route_selection_expression: String,
    /// By route key.
    pub(crate) routes: BTreeMap<String, RouteSpec>,
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

pub(super) fn read(
    template: &Template,
    resolver: &Resolver<'_>,
    functions: &[FunctionSpec],
) -> Result<ApiSpec, Problem> {
    let api = the_api(template, resolver)?;
    let reader = ApiReader {
        template,
        resolver,
        functions,
        kind: "WebSocket API",
        api_id: resolver.name_of(api.logical_id)?,
    };
    let stage = reader.stage()?;
    Ok(ApiSpec {
        stage: stage.name,
        stage_variables: stage.variables,
        route_selection_expression: api.required_text("RouteSelectionExpression")?,
        routes: routes(&reader)?,
        id: reader.api_id,
    })
}

fn the_api<'a>(template: &'a Template, resolver: &'a Resolver<'a>) -> Result<Properties<'a>, Problem> {
    let mut found = apis::with_protocol(template, resolver, "WEBSOCKET")?;
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(Problem::new(
            "The template has no AWS::ApiGatewayV2::Api with ProtocolType WEBSOCKET: add one.",
        )),
        _ => Err(Problem::new(
            "The template has several WebSocket APIs, but the emulator runs one: split the template.",
        )),
    }
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
