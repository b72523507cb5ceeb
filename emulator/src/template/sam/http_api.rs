//! `AWS::Serverless::HttpApi`, and the one that SAM makes when an event names none.

use serde_json::{Value, json};

use super::{Resources, add, target};

const IMPLICIT: &str = "ServerlessHttpApi";
const DEFAULT_STAGE: &str = "$default";

pub(super) fn expand(id: &str, properties: &Value, plain: &mut Resources) {
    let stage = properties.get("StageName").cloned().unwrap_or(json!(DEFAULT_STAGE));
    add(
        plain,
        id.to_owned(),
        "AWS::ApiGatewayV2::Api",
        json!({ "Name": id, "ProtocolType": "HTTP" }),
    );
    let stage = json!({
        "ApiId": { "Ref": id }, "StageName": stage, "AutoDeploy": true,
        "StageVariables": properties.get("StageVariables"),
    });
    add(
        plain,
        format!("{id}ApiGatewayDefaultStage"),
        "AWS::ApiGatewayV2::Stage",
        stage,
    );
}

/// An event of type `HttpApi`: a route, or everything that no route takes.
pub(super) fn add_route(function: &str, event: &str, properties: &Value, plain: &mut Resources) {
    let api = properties.get("ApiId").cloned().unwrap_or(json!({ "Ref": IMPLICIT }));
    let text = |name: &str| properties.get(name).and_then(Value::as_str);
    let key = match (text("Method"), text("Path")) {
        (Some(method), Some(path)) => format!("{} {path}", method.to_uppercase()),
        _ => DEFAULT_STAGE.to_owned(),
    };
    let integration = format!("{function}{event}Integration");
    add(
        plain,
        integration.clone(),
        "AWS::ApiGatewayV2::Integration",
        json!({
            "ApiId": api, "IntegrationType": "AWS_PROXY", "IntegrationUri": { "Fn::GetAtt": [function, "Arn"] },
            "PayloadFormatVersion": properties.get("PayloadFormatVersion").unwrap_or(&json!("2.0")),
            "TimeoutInMillis": properties.get("TimeoutInMillis"),
        }),
    );
    add(
        plain,
        format!("{function}{event}Route"),
        "AWS::ApiGatewayV2::Route",
        json!({
            "ApiId": api, "RouteKey": key, "Target": target(&integration),
        }),
    );
}

pub(super) fn add_the_implicit_one(plain: &mut Resources) {
    let reference = json!({ "Ref": IMPLICIT });
    let is_used = plain
        .values()
        .any(|resource| resource.properties.get("ApiId") == Some(&reference));
    if is_used && !plain.contains_key(IMPLICIT) {
        expand(IMPLICIT, &Value::Null, plain);
    }
}
