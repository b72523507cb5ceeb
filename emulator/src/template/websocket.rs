//! `AWS::ApiGatewayV2::*` with protocol WEBSOCKET: routes, integrations, the authorizer and the stage.

use std::collections::BTreeMap;

use serde_json::Value;

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
    /// The function's name.
    pub(crate) function: String,
    pub(crate) integration_timeout_ms: u64,
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
    let (logical_id, id) = the_api(template, resolver)?;
    let reader = Reader {
        template,
        resolver,
        functions,
        api_id: &id,
    };
    let (stage, stage_variables) = reader.stage()?;
    let api = Properties::of(logical_id, &template.resources[logical_id], resolver);
    let routes = reader.routes()?;
    Ok(ApiSpec {
        stage,
        stage_variables,
        route_selection_expression: api.required_text("RouteSelectionExpression")?,
        routes,
        id,
    })
}

fn the_api<'a>(template: &'a Template, resolver: &Resolver<'_>) -> Result<(&'a str, String), Problem> {
    let mut found = Vec::new();
    for (logical_id, resource) in template.of_type("AWS::ApiGatewayV2::Api") {
        let api = Properties::of(logical_id, resource, resolver);
        if api.text("ProtocolType")?.as_deref() == Some("WEBSOCKET") {
            found.push((logical_id, resolver.name_of(logical_id)?));
        }
    }
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

struct Reader<'a> {
    template: &'a Template,
    resolver: &'a Resolver<'a>,
    functions: &'a [FunctionSpec],
    api_id: &'a str,
}

impl<'a> Reader<'a> {
    /// The resources of `kind` that belong to the API.
    fn of_api(&self, kind: &'a str) -> Result<Vec<Properties<'a>>, Problem> {
        let mut found = Vec::new();
        for (logical_id, resource) in self.template.of_type(kind) {
            let properties = Properties::of(logical_id, resource, self.resolver);
            if properties.text("ApiId")?.as_deref() == Some(self.api_id) {
                found.push(properties);
            }
        }
        Ok(found)
    }

    fn stage(&self) -> Result<(String, Option<BTreeMap<String, String>>), Problem> {
        let stages = self.of_api("AWS::ApiGatewayV2::Stage")?;
        let [stage] = stages.as_slice() else {
            return Err(Problem::new(format!(
                "The WebSocket API has {} stages, but the emulator runs exactly one: keep one.",
                stages.len()
            )));
        };
        let variables = stage.value("StageVariables")?.and_then(|variables| {
            let entries = variables.as_object()?.iter();
            Some(entries.map(|(name, value)| (name.clone(), plain_text(value))).collect())
        });
        Ok((stage.required_text("StageName")?, variables))
    }

    fn routes(&self) -> Result<BTreeMap<String, RouteSpec>, Problem> {
        let integrations = self.integrations()?;
        let authorizers = self.authorizers()?;
        let mut routes = BTreeMap::new();
        for route in self.of_api("AWS::ApiGatewayV2::Route")? {
            let key = route.required_text("RouteKey")?;
            let target = route.required_text("Target")?;
            let integration = integrations
                .get(target.trim_start_matches("integrations/"))
                .ok_or_else(|| {
                    Problem::new(format!(
                        "The route {key} points at {target}, which is not in the template."
                    ))
                })?;
            let authorizer = match route.text("AuthorizationType")?.as_deref() {
                None | Some("NONE") => None,
                Some("CUSTOM") => Some(self.authorizer_of(&route, &key, &authorizers)?),
                Some(other) => {
                    return Err(Problem::new(format!(
                        "The route {key} has AuthorizationType {other}, which the emulator does not have: use CUSTOM or NONE."
                    )));
                }
            };
            let two_way = route.text("RouteResponseSelectionExpression")?.is_some();
            routes.insert(
                key,
                RouteSpec {
                    two_way,
                    authorizer,
                    ..integration.clone()
                },
            );
        }
        Ok(routes)
    }

    fn authorizer_of(
        &self,
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

    /// By integration id; the parts of a route that the integration decides.
    fn integrations(&self) -> Result<BTreeMap<String, RouteSpec>, Problem> {
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
            let route = RouteSpec {
                function: self.function_of(&uri, integration.logical_id)?,
                integration_timeout_ms: integration
                    .number("TimeoutInMillis")?
                    .unwrap_or(DEFAULT_INTEGRATION_TIMEOUT_MS),
                two_way: false,
                authorizer: None,
            };
            found.insert(self.resolver.name_of(integration.logical_id)?, route);
        }
        Ok(found)
    }

    fn authorizers(&self) -> Result<BTreeMap<String, AuthorizerSpec>, Problem> {
        let mut found = BTreeMap::new();
        for authorizer in self.of_api("AWS::ApiGatewayV2::Authorizer")? {
            let uri = authorizer.required_text("AuthorizerUri")?;
            let spec = AuthorizerSpec {
                function: self.function_of(&uri, authorizer.logical_id)?,
                identity_sources: authorizer.texts("IdentitySource")?,
            };
            found.insert(self.resolver.name_of(authorizer.logical_id)?, spec);
        }
        Ok(found)
    }

    /// The function's name in `arn:aws:apigateway:…:lambda:path/2015-03-31/functions/<function ARN>/invocations`.
    fn function_of(&self, uri: &str, logical_id: &str) -> Result<String, Problem> {
        self.functions
            .iter()
            .find(|function| uri.contains(&format!("/functions/{}/invocations", function.arn)))
            .map(|function| function.name.clone())
            .ok_or_else(|| {
                Problem::new(format!(
                    "{logical_id} invokes {uri}, which is none of the template's provided.al2023 functions."
                ))
            })
    }
}

fn plain_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
