//! `AWS::CloudFront::Distribution`: which of the template's parts answers at which path of the one origin.

use serde_json::Value;

use super::response_headers::{self, ResponseHeader};
use super::{ApiSpec, HttpApiSpec, Properties, Resolver, Template};
use crate::problem::Problem;

/// A distribution with its behaviours.
#[derive(Debug, Clone)]
pub(crate) struct DistributionSpec {
    /// In the order in which they are tried, the default behaviour last.
    pub(crate) behaviors: Vec<BehaviorSpec>,
}

/// A cache behaviour; nothing is cached here.
#[derive(Debug, Clone)]
pub(crate) struct BehaviorSpec {
    /// Absent on the default behaviour, which takes every path.
    pub(crate) path_pattern: Option<String>,
    pub(crate) target: Target,
    pub(crate) allowed_methods: Vec<String>,
    /// Those of the behaviour's response headers policy.
    pub(crate) response_headers: Vec<ResponseHeader>,
}

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// By its place among the template's.
    WebSocketApi(usize),
    HttpApi,
    /// The files of the web client, in an S3 bucket on AWS.
    WebClient,
}

/// The APIs that an origin can be.
pub(super) struct Apis<'a> {
    pub(super) websocket: &'a [ApiSpec],
    pub(super) http: Option<&'a HttpApiSpec>,
}

pub(super) fn read(
    template: &Template,
    resolver: &Resolver<'_>,
    apis: &Apis<'_>,
) -> Result<Option<DistributionSpec>, Problem> {
    let mut distributions = template.of_type("AWS::CloudFront::Distribution");
    let Some((logical_id, resource)) = distributions.next() else {
        return Ok(None);
    };
    if let Some((second, _)) = distributions.next() {
        return Err(Problem::new(format!(
            "The template has two distributions, {logical_id} and {second}, but the emulator serves one: remove one."
        )));
    }
    let config = Properties::of(logical_id, resource, resolver).required_part("DistributionConfig")?;
    let reader = Reader {
        template,
        resolver,
        apis,
        origins: config.parts("Origins")?,
    };
    let mut behaviors = Vec::new();
    for behavior in config.parts("CacheBehaviors")? {
        let path_pattern = Some(behavior.required_text("PathPattern")?);
        behaviors.push(reader.behavior(&behavior, path_pattern)?);
    }
    let default = config.required_part("DefaultCacheBehavior")?;
    behaviors.push(reader.behavior(&default, None)?);
    Ok(Some(DistributionSpec { behaviors }))
}

struct Reader<'a> {
    template: &'a Template,
    resolver: &'a Resolver<'a>,
    apis: &'a Apis<'a>,
    origins: Vec<Properties<'a>>,
}

impl Reader<'_> {
    fn behavior(&self, behavior: &Properties<'_>, path_pattern: Option<String>) -> Result<BehaviorSpec, Problem> {
        let response_headers = match behavior.text("ResponseHeadersPolicyId")? {
            Some(id) => response_headers::read(self.template, self.resolver, &id)?,
            None => Vec::new(),
        };
        let mut allowed_methods = behavior.texts("AllowedMethods")?;
        if allowed_methods.is_empty() {
            allowed_methods = ["GET", "HEAD"].map(str::to_owned).to_vec();
        }
        Ok(BehaviorSpec {
            path_pattern,
            target: self.target(&behavior.required_text("TargetOriginId")?)?,
            allowed_methods,
            response_headers,
        })
    }

    fn target(&self, origin_id: &str) -> Result<Target, Problem> {
        for origin in &self.origins {
            if origin.required_text("Id")? == origin_id {
                return self.target_of(origin, origin_id);
            }
        }
        Err(Problem::new(format!(
            "The distribution has no origin {origin_id}, to which one of its behaviours points: add it to Origins."
        )))
    }

    fn target_of(&self, origin: &Properties<'_>, id: &str) -> Result<Target, Problem> {
        let host = origin.required_text("DomainName")?;
        let is = |api_id: &str| host == self.resolver.place().execute_api_host(api_id);
        let socket = self.apis.websocket.iter().position(|api| is(&api.id));
        let target = if let Some(place) = socket {
            Target::WebSocketApi(place)
        } else if self.apis.http.is_some_and(|api| is(&api.id)) {
            Target::HttpApi
        } else if origin.has("S3OriginConfig") {
            return Ok(Target::WebClient);
        } else {
            return Err(Problem::new(format!(
                "The distribution's origin {id} is {host}, which is neither one of the template's APIs nor an S3 bucket: the emulator cannot serve it."
            )));
        };
        match origin.value("OriginPath")? {
            Some(Value::String(path)) if !path.is_empty() => Err(Problem::new(format!(
                "The distribution's origin {id} has the OriginPath {path}, which the emulator does not put before an API's paths: leave it out."
            ))),
            _ => Ok(target),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Place;
    use super::*;
    use serde_json::json;
    use std::collections::BTreeMap;

    fn template() -> Value {
        json!({ "Resources": {
            "Socket": { "Type": "AWS::ApiGatewayV2::Api", "Properties": { "ProtocolType": "WEBSOCKET" } },
            "Web": { "Type": "AWS::ApiGatewayV2::Api", "Properties": { "ProtocolType": "HTTP" } },
            "Bucket": { "Type": "AWS::S3::Bucket" },
            "Access": { "Type": "AWS::CloudFront::OriginAccessControl" },
            "Routing": { "Type": "AWS::CloudFront::Function" },
            "Distribution": { "Type": "AWS::CloudFront::Distribution", "Properties": { "DistributionConfig": {
                "Aliases": { "Fn::Cidr": "never read" },
                "CacheBehaviors": [
                    { "PathPattern": "/session*", "TargetOriginId": "http", "AllowedMethods": ["GET", "POST"] },
                    { "PathPattern": "/ws", "TargetOriginId": "socket" },
                ],
                "DefaultCacheBehavior": {
                    "TargetOriginId": "files",
                    "FunctionAssociations": [{ "FunctionARN": { "Fn::GetAtt": ["Routing", "FunctionARN"] } }],
                },
                "Origins": [
                    { "Id": "files", "S3OriginConfig": {}, "OriginAccessControlId": { "Fn::GetAtt": ["Access", "Id"] },
                      "DomainName": { "Fn::GetAtt": ["Bucket", "RegionalDomainName"] } },
                    { "Id": "http", "CustomOriginConfig": {}, "DomainName":
                        { "Fn::Select": [2, { "Fn::Split": ["/", { "Fn::GetAtt": ["Web", "ApiEndpoint"] }] }] } },
                    { "Id": "socket", "CustomOriginConfig": {}, "DomainName":
                        { "Fn::Sub": "${Socket}.execute-api.${AWS::Region}.${AWS::URLSuffix}" } },
                ],
            } } },
        } })
    }

    fn read_from(template: Value) -> Result<Option<DistributionSpec>, String> {
        let template: Template = serde_json::from_value(template).map_err(|error| error.to_string())?;
        let place = Place {
            region: "us-east-1".into(),
            account: "000000000000".into(),
            stack_name: "S".into(),
        };
        let resolver = Resolver::new(&template, &place);
        let id = |logical_id| resolver.name_of(logical_id).map_err(|problem| problem.to_string());
        let websocket = ApiSpec {
            logical_id: "Socket".into(),
            id: id("Socket")?,
            stages: Vec::new(),
            route_selection_expression: String::new(),
            routes: BTreeMap::new(),
        };
        let http = HttpApiSpec {
            id: id("Web")?,
            stage_variables: None,
            routes: BTreeMap::new(),
        };
        let apis = Apis {
            websocket: &[websocket],
            http: Some(&http),
        };
        read(&template, &resolver, &apis).map_err(|problem| problem.to_string())
    }

    #[test]
    fn reads_behaviours_in_order_and_nothing_else() {
        let behaviors = read_from(template())
            .ok()
            .flatten()
            .map(|spec| spec.behaviors)
            .unwrap_or_default();
        let shown: Vec<_> = behaviors
            .iter()
            .map(|behavior| {
                (
                    behavior.path_pattern.as_deref(),
                    behavior.target,
                    behavior.allowed_methods.join(" "),
                )
            })
            .collect();
        let expected = [
            (Some("/session*"), Target::HttpApi, "GET POST".to_owned()),
            (Some("/ws"), Target::WebSocketApi(0), "GET HEAD".to_owned()),
            (None, Target::WebClient, "GET HEAD".to_owned()),
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn refuses_with_a_sentence_what_it_cannot_serve() {
        let config = "/Resources/Distribution/Properties/DistributionConfig";
        for (path, value, expected) in [
            ("/Origins/1/Id", json!("other"), "no origin http"),
            (
                "/Origins/1/DomainName",
                json!("example.com"),
                "neither one of the template's APIs nor an S3 bucket",
            ),
            ("/DefaultCacheBehavior", json!(null), "has no DefaultCacheBehavior"),
            ("/Origins", json!({}), "Origins must be a list"),
            ("/CacheBehaviors/0/PathPattern", json!(null), "has no PathPattern"),
        ] {
            let mut template = template();
            if let Some(place) = template.pointer_mut(&format!("{config}{path}")) {
                *place = value;
            }
            let said = read_from(template).err().unwrap_or_default();
            assert!(said.contains(expected), "{path}: {said}");
        }
        let mut two = template();
        two["Resources"]["Second"] = two["Resources"]["Distribution"].clone();
        assert!(read_from(two).err().unwrap_or_default().contains("two distributions"));
        let mut prefixed = template();
        if let Some(origin) = prefixed.pointer_mut(&format!("{config}/Origins/1")) {
            origin["OriginPath"] = json!("/v1");
        }
        assert!(read_from(prefixed).err().unwrap_or_default().contains("OriginPath /v1"));
    }
}
