//! `AWS::Serverless::WebSocketApi`.

use serde_json::{Value, json};

use super::{Resource, Resources, add, invocation_uri, taken, target};
use crate::problem::Problem;

/// SAM's own name for the stage, when the template gives none.
const DEFAULT_STAGE: &str = "default";
const OF_THE_STAGE: [&str; 4] = [
    "AccessLogSettings",
    "DefaultRouteSettings",
    "RouteSettings",
    "StageVariables",
];
const OF_A_ROUTE: [&str; 4] = [
    "ApiKeyRequired",
    "ModelSelectionExpression",
    "OperationName",
    "RouteResponseSelectionExpression",
];

pub(super) fn expand(id: &str, resource: &Resource, plain: &mut Resources) -> Result<(), Problem> {
    let properties = &resource.properties;
    let routes = properties.get("Routes").and_then(Value::as_object);
    let routes = routes.filter(|routes| !routes.is_empty());
    let routes = routes.ok_or_else(|| Problem::new(format!("{id} has no Routes: give it at least one.")))?;
    let mut api = taken(
        properties,
        &["ApiKeySelectionExpression", "Name", "RouteSelectionExpression"],
    );
    api["ProtocolType"] = json!("WEBSOCKET");
    add(plain, id.to_owned(), "AWS::ApiGatewayV2::Api", api);
    add_stage(id, properties, plain);
    let authorization = authorization(id, properties)?;
    if authorization.is_some() && !routes.contains_key("$connect") {
        return Err(Problem::new(format!(
            "{id} has Auth, but no route $connect to apply it to: add the route."
        )));
    }
    for (key, route) in routes {
        add_route(
            id,
            key,
            route,
            authorization.as_ref().filter(|_| key == "$connect"),
            plain,
        )?;
    }
    if authorization.is_some_and(|made| made["AuthorizationType"] == "CUSTOM") {
        add_authorizer(id, &properties["Auth"], plain);
    }
    Ok(())
}

fn add_stage(id: &str, properties: &Value, plain: &mut Resources) {
    let name = properties.get("StageName").cloned().unwrap_or(json!(DEFAULT_STAGE));
    // A name that is not known before the deployment is no part of the logical id.
    let in_id: String = name
        .as_str()
        .unwrap_or_default()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let mut stage = taken(properties, &OF_THE_STAGE);
    stage["ApiId"] = json!({ "Ref": id });
    stage["StageName"] = name;
    stage["AutoDeploy"] = json!(true);
    add(plain, format!("{id}{in_id}Stage"), "AWS::ApiGatewayV2::Stage", stage);
}

fn add_route(
    id: &str,
    key: &str,
    route: &Value,
    authorization: Option<&Value>,
    plain: &mut Resources,
) -> Result<(), Problem> {
    let name = name_of(id, key)?;
    let function = route.get("FunctionArn");
    let function =
        function.ok_or_else(|| Problem::new(format!("The route {key} of {id} has no FunctionArn: add it.")))?;
    let integration = format!("{id}{name}Integration");
    let mut made = taken(route, &OF_A_ROUTE);
    made["ApiId"] = json!({ "Ref": id });
    made["RouteKey"] = json!(key);
    made["Target"] = target(&integration);
    for (name, value) in authorization.and_then(Value::as_object).into_iter().flatten() {
        made[name] = value.clone();
    }
    add(
        plain,
        integration,
        "AWS::ApiGatewayV2::Integration",
        json!({
            "ApiId": { "Ref": id }, "IntegrationType": "AWS_PROXY", "IntegrationUri": invocation_uri(function),
            "TimeoutInMillis": route.get("IntegrationTimeout"),
        }),
    );
    add(plain, format!("{id}{name}Route"), "AWS::ApiGatewayV2::Route", made);
    Ok(())
}

/// The part of logical ids that stands for a route: `Connect` for `$connect`, `Sendmessage` for `sendMessage`.
fn name_of(id: &str, key: &str) -> Result<String, Problem> {
    let plain = match key {
        "$connect" | "$disconnect" | "$default" => &key[1..],
        _ => key,
    };
    let mut letters = plain.chars();
    match letters.next() {
        Some(first) if plain.chars().all(char::is_alphanumeric) => Ok(first
            .to_uppercase()
            .chain(letters.flat_map(char::to_lowercase))
            .collect()),
        _ => Err(Problem::new(format!(
            "The route {key} of {id} must be letters and digits, or $connect, $disconnect or $default, for SAM to take it."
        ))),
    }
}

/// What `Auth` makes of the route `$connect`.
fn authorization(id: &str, properties: &Value) -> Result<Option<Value>, Problem> {
    let Some(auth) = properties.get("Auth") else {
        return Ok(None);
    };
    match auth.get("AuthType").and_then(Value::as_str) {
        Some("CUSTOM") if auth.get("AuthArn").is_none() => Err(Problem::new(format!(
            "{id} has AuthType CUSTOM, but no AuthArn: name the authorizer's function."
        ))),
        Some("CUSTOM") => Ok(Some(json!({
            "AuthorizationType": "CUSTOM", "AuthorizerId": { "Ref": authorizer(id) },
        }))),
        Some(kind @ ("NONE" | "AWS_IAM")) => Ok(Some(json!({ "AuthorizationType": kind }))),
        _ => Err(Problem::new(format!(
            "The AuthType of {id} must be CUSTOM, AWS_IAM or NONE."
        ))),
    }
}

fn authorizer(id: &str) -> String {
    format!("{id}ConnectAuthorizer")
}

fn add_authorizer(id: &str, auth: &Value, plain: &mut Resources) {
    let mut made = taken(auth, &["IdentitySource"]);
    made["ApiId"] = json!({ "Ref": id });
    made["AuthorizerType"] = json!("REQUEST");
    made["AuthorizerUri"] = invocation_uri(&auth["AuthArn"]);
    add(plain, authorizer(id), "AWS::ApiGatewayV2::Authorizer", made);
}
