//! `AWS::ApiGatewayV2::*` with protocol HTTP: the routes of one API with exact paths, and its `$default` stage.

use std::collections::BTreeMap;

use super::apis::{self, ApiReader, IntegrationSpec};
use super::{FunctionSpec, Properties, Resolver, Template};
use crate::problem::Problem;

/// The integration timeout when the template gives none, and the longest that API Gateway allows (milliseconds).
const DEFAULT_INTEGRATION_TIMEOUT_MS: u64 = 30_000;

/// The stage that is served at the root of the API's address.
pub(crate) const STAGE: &str = "$default";

/// The methods that a route key may name (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html>).
const METHODS: [&str; 8] = ["ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

/// Properties of an API that would change its answers, and that the emulator does not have.
const NOT_EMULATED: [&str; 4] = ["Body", "BodyS3Location", "CorsConfiguration", "Target"];

/// An HTTP API with its one stage.
#[derive(Debug, Clone)]
pub(crate) struct HttpApiSpec {
    pub(crate) id: String,
    /// Absent when the stage declares none.
    pub(crate) stage_variables: Option<BTreeMap<String, String>>,
    /// By route key: `<method> <path>`, `ANY <path>` or `$default`.
    pub(crate) routes: BTreeMap<String, IntegrationSpec>,
}

pub(super) fn read(
    template: &Template,
    resolver: &Resolver<'_>,
    functions: &[FunctionSpec],
) -> Result<Option<HttpApiSpec>, Problem> {
    let found = apis::with_protocol(template, resolver, "HTTP")?;
    let api = match found.as_slice() {
        [] => return Ok(None),
        [api] => api,
        _ => {
            return Err(Problem::new(
                "The template has several HTTP APIs, but the emulator runs one: split the template.",
            ));
        }
    };
    for property in NOT_EMULATED {
        if api.has(property) {
            return Err(Problem::new(format!(
                "The HTTP API {} has {property}, which the emulator does not have: remove it.",
                api.logical_id
            )));
        }
    }
    let reader = ApiReader {
        template,
        resolver,
        functions,
        api_id: resolver.name_of(api.logical_id)?,
    };
    Ok(Some(HttpApiSpec {
        stage_variables: stage_variables(&reader)?,
        routes: routes(&reader)?,
        id: reader.api_id,
    }))
}

fn stage_variables(reader: &ApiReader<'_>) -> Result<Option<BTreeMap<String, String>>, Problem> {
    let stages = reader.stages()?;
    let [stage] = stages.as_slice() else {
        return Err(Problem::new(format!(
            "The HTTP API has {} stages, but the emulator runs exactly one: keep one.",
            stages.len()
        )));
    };
    let name = stage.required_text("StageName")?;
    if name != STAGE {
        return Err(Problem::new(format!(
            "The HTTP API's stage is named {name}, but the emulator serves the stage $default alone: rename it."
        )));
    }
    apis::stage_variables(stage)
}

fn routes(reader: &ApiReader<'_>) -> Result<BTreeMap<String, IntegrationSpec>, Problem> {
    for integration in reader.of_api("AWS::ApiGatewayV2::Integration")? {
        check_payload_format(&integration)?;
    }
    let integrations = reader.integrations(DEFAULT_INTEGRATION_TIMEOUT_MS)?;
    let mut routes = BTreeMap::new();
    for route in reader.of_api("AWS::ApiGatewayV2::Route")? {
        let key = route.required_text("RouteKey")?;
        check_key(&key)?;
        if let Some(kind @ ("JWT" | "CUSTOM" | "AWS_IAM")) = route.text("AuthorizationType")?.as_deref() {
            return Err(Problem::new(format!(
                "The route {key} has AuthorizationType {kind}, which the emulator does not have for HTTP APIs: let the function check who calls."
            )));
        }
        let integration = reader.target_of(&route, &key, &integrations)?;
        if routes.contains_key(&key) {
            return Err(Problem::new(format!(
                "{} has the RouteKey {key}, which another route of its API has too: keep one of them.",
                route.logical_id
            )));
        }
        routes.insert(key, integration);
    }
    Ok(routes)
}

fn check_payload_format(integration: &Properties<'_>) -> Result<(), Problem> {
    match integration.text("PayloadFormatVersion")?.as_deref() {
        Some("2.0") => Ok(()),
        other => Err(Problem::new(format!(
            "{} has PayloadFormatVersion {}, but the emulator speaks 2.0 alone: write 2.0.",
            integration.logical_id,
            other.unwrap_or("missing")
        ))),
    }
}

fn check_key(key: &str) -> Result<(), Problem> {
    if key == "$default" {
        return Ok(());
    }
    let well_formed = key
        .split_once(' ')
        .is_some_and(|(method, path)| METHODS.contains(&method) && path.starts_with('/'));
    if !well_formed {
        return Err(Problem::new(format!(
            "The route key {key} is not of the form METHOD /path, ANY /path or $default."
        )));
    }
    if key.contains('{') {
        return Err(Problem::new(format!(
            "The route {key} has a path parameter, which the emulator does not have: write each path out, or use $default."
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::Place;
    use super::*;
    use serde_json::{Value, json};

    fn template() -> Value {
        json!({ "Resources": {
            "Socket": { "Type": "AWS::ApiGatewayV2::Api", "Properties": { "ProtocolType": "WEBSOCKET" } },
            "Web": { "Type": "AWS::ApiGatewayV2::Api", "Properties": { "ProtocolType": "HTTP", "Name": "Web" } },
            "Stage": { "Type": "AWS::ApiGatewayV2::Stage", "Properties": {
                "ApiId": { "Ref": "Web" }, "StageName": "$default",
            } },
            "Function": { "Type": "AWS::Lambda::Function", "Properties": { "Runtime": "provided.al2023" } },
            "Integration": { "Type": "AWS::ApiGatewayV2::Integration", "Properties": {
                "ApiId": { "Ref": "Web" }, "IntegrationType": "AWS_PROXY", "PayloadFormatVersion": "2.0",
                "IntegrationUri": { "Fn::GetAtt": ["Function", "Arn"] },
            } },
            "Route": { "Type": "AWS::ApiGatewayV2::Route", "Properties": {
                "ApiId": { "Ref": "Web" }, "RouteKey": "GET /session", "AuthorizationType": "NONE",
                "Target": { "Fn::Join": ["/", ["integrations", { "Ref": "Integration" }]] },
            } },
        } })
    }

    fn read_from(template: Value) -> Result<Option<HttpApiSpec>, String> {
        let template: Template = serde_json::from_value(template).map_err(|error| error.to_string())?;
        let place = Place {
            region: "us-east-1".into(),
            account: "000000000000".into(),
            stack_name: "S".into(),
        };
        let resolver = Resolver::new(&template, &place);
        let functions = super::super::functions::read(&template, &resolver).map_err(|problem| problem.to_string())?;
        read(&template, &resolver, &functions).map_err(|problem| problem.to_string())
    }

    /// The template with one value put in place, `path` being below `Resources`.
    fn changed(path: &str, value: Value) -> Result<Option<HttpApiSpec>, String> {
        let mut template = template();
        let place = path
            .split('/')
            .fold(&mut template["Resources"], |place, name| &mut place[name]);
        *place = value;
        read_from(template)
    }

    #[test]
    fn reads_routes_beside_a_websocket_api() {
        let api = read_from(template()).ok().flatten();
        let route = api.as_ref().and_then(|api| api.routes.get("GET /session"));
        assert_eq!(
            route.map(|route| (route.function.as_str(), route.timeout.as_secs())),
            Some(("S-Function", 30))
        );
        assert!(matches!(read_from(json!({ "Resources": {} })), Ok(None)));
    }

    #[test]
    fn refuses_with_a_sentence_what_it_does_not_have() {
        let second = json!({ "Type": "AWS::ApiGatewayV2::Api", "Properties": { "ProtocolType": "HTTP" } });
        let cases = [
            ("Second", second, "several HTTP APIs"),
            ("Web/Properties/CorsConfiguration", json!({}), "has CorsConfiguration"),
            ("Stage/Properties/StageName", json!("prod"), "named prod"),
            ("Stage/Type", json!("AWS::Other"), "The HTTP API has 0 stages"),
            (
                "Integration/Properties/PayloadFormatVersion",
                json!("1.0"),
                "PayloadFormatVersion 1.0",
            ),
            (
                "Integration/Properties/PayloadFormatVersion",
                json!(null),
                "PayloadFormatVersion missing",
            ),
            (
                "Integration/Properties/IntegrationType",
                json!("HTTP_PROXY"),
                "IntegrationType HTTP_PROXY",
            ),
            (
                "Route/Properties/RouteKey",
                json!("GET /session/{id}"),
                "path parameter",
            ),
            ("Route/Properties/RouteKey", json!("FETCH /session"), "METHOD /path"),
            ("Route/Properties/RouteKey", json!("GET session"), "METHOD /path"),
            (
                "Route/Properties/AuthorizationType",
                json!("JWT"),
                "AuthorizationType JWT",
            ),
            ("Route/Properties/Target", json!("integrations/nobody"), "points at"),
        ];
        for (path, value, expected) in cases {
            let said = changed(path, value).err().unwrap_or_default();
            assert!(said.contains(expected), "{path}: {said}");
        }
    }
}
