//! What SAM writes, and which plain resources it becomes.

use serde_json::{Value, json};

use super::*;

fn transformed(document: Value) -> Result<Resources, String> {
    let template: Template = serde_json::from_value(document).map_err(|error| error.to_string())?;
    let transformed = template.transformed().map_err(|problem| problem.to_string())?;
    Ok(transformed.resources)
}

fn of_sam(globals: Value, resources: Value) -> Result<Resources, String> {
    transformed(json!({ "Transform": SERVERLESS, "Globals": globals, "Resources": resources }))
}

fn api(properties: Value) -> Value {
    json!({ "Chat": { "Type": "AWS::Serverless::WebSocketApi", "Properties": properties } })
}

#[test]
fn a_function_takes_what_globals_say() {
    let globals = json!({ "Function": {
        "Runtime": "nodejs22.x", "Timeout": 10, "Environment": { "Variables": { "A": "1", "B": { "Ref": "X" } } },
    } });
    let resources = of_sam(
        globals,
        json!({ "F": { "Type": "AWS::Serverless::Function", "Properties": {
        "Handler": "index.handler", "CodeUri": "src/", "Timeout": 5, "Policies": ["x"],
        "Environment": { "Variables": { "B": "own" } }, "EventInvokeConfig": { "MaximumRetryAttempts": 1 },
    } } }),
    )
    .unwrap_or_else(|why| panic!("{why}"));
    assert_eq!(resources["F"].kind, "AWS::Lambda::Function");
    assert_eq!(
        resources["F"].properties,
        json!({
            "Runtime": "nodejs22.x", "Timeout": 5, "Handler": "index.handler", "Code": "src/",
            "Environment": { "Variables": { "A": "1", "B": "own" } },
        })
    );
    assert_eq!(resources["FEventInvokeConfig"].properties["MaximumRetryAttempts"], 1);
    assert!(resources.contains_key("FRole"));
}

#[test]
fn code_is_inline_local_or_elsewhere() {
    for (properties, expected) in [
        (json!({ "InlineCode": "x" }), json!({ "ZipFile": "x" })),
        (json!({ "CodeUri": "./x" }), json!("./x")),
        (json!({ "CodeUri": "s3://b/k" }), json!({})),
        (json!({ "CodeUri": { "Bucket": "b", "Key": "k" } }), json!({})),
        (json!({}), json!({})),
    ] {
        let function = json!({ "F": { "Type": "AWS::Serverless::Function", "Properties": properties } });
        let resources = of_sam(Value::Null, function).unwrap_or_else(|why| panic!("{why}"));
        assert_eq!(resources["F"].properties["Code"], expected);
    }
}

#[test]
fn events_become_routes_and_rules() {
    let resources = of_sam(Value::Null, json!({ "F": { "Type": "AWS::Serverless::Function", "Properties": { "Events": {
        "Get": { "Type": "HttpApi", "Properties": { "Path": "/x", "Method": "get" } },
        "Often": { "Type": "Schedule", "Properties": { "Schedule": "rate(1 minute)", "Input": "{}", "Enabled": false } },
        "Told": { "Type": "EventBridgeRule", "Properties": { "Pattern": { "source": ["s"] } } },
        "Queue": { "Type": "SQS", "Properties": {} },
    } } } }))
    .unwrap_or_else(|why| panic!("{why}"));
    assert_eq!(resources["FGetRoute"].properties["RouteKey"], "GET /x");
    assert_eq!(resources["ServerlessHttpApi"].properties["ProtocolType"], "HTTP");
    assert_eq!(
        resources["ServerlessHttpApiApiGatewayDefaultStage"].properties["StageName"],
        "$default"
    );
    let often = &resources["FOften"].properties;
    assert_eq!(
        (&often["State"], &often["Targets"][0]["Input"]),
        (&json!("DISABLED"), &json!("{}"))
    );
    assert_eq!(
        resources["FTold"].properties["EventPattern"],
        json!({ "source": ["s"] })
    );
    assert!(!resources.contains_key("FQueue"));
}

#[test]
fn a_socket_api_has_the_logical_ids_of_sam() {
    let arn = json!({ "Fn::GetAtt": ["F", "Arn"] });
    let resources = of_sam(Value::Null, api(json!({
        "RouteSelectionExpression": "$request.body.action", "StageName": "prod", "StageVariables": { "a": "b" },
        "Auth": { "AuthType": "CUSTOM", "AuthArn": arn, "IdentitySource": ["route.request.querystring.token"] },
        "Routes": {
            "$connect": { "FunctionArn": arn },
            "sendMessage": { "FunctionArn": arn, "IntegrationTimeout": 900, "RouteResponseSelectionExpression": "$default" },
        },
    })))
    .unwrap_or_else(|why| panic!("{why}"));
    let ids: Vec<&str> = resources.keys().map(String::as_str).collect();
    assert_eq!(
        ids,
        [
            "Chat",
            "ChatConnectAuthorizer",
            "ChatConnectIntegration",
            "ChatConnectRoute",
            "ChatSendmessageIntegration",
            "ChatSendmessageRoute",
            "ChatprodStage",
        ]
    );
    assert_eq!(
        resources["ChatprodStage"].properties["StageVariables"],
        json!({ "a": "b" })
    );
    assert_eq!(
        resources["ChatSendmessageIntegration"].properties["TimeoutInMillis"],
        900
    );
    let connect = &resources["ChatConnectRoute"].properties;
    assert_eq!(connect["AuthorizerId"], json!({ "Ref": "ChatConnectAuthorizer" }));
    let send = &resources["ChatSendmessageRoute"].properties;
    assert_eq!(send["RouteResponseSelectionExpression"], "$default");
    assert!(
        send.get("AuthorizationType").is_none(),
        "authorization is for $connect alone"
    );
}

#[test]
fn a_simple_table_has_a_key() {
    for (properties, name, kind) in [
        (json!({}), "id", "S"),
        (json!({ "PrimaryKey": { "Name": "n", "Type": "Number" } }), "n", "N"),
    ] {
        let table = json!({ "T": { "Type": "AWS::Serverless::SimpleTable", "Properties": properties } });
        let resources = of_sam(Value::Null, table).unwrap_or_else(|why| panic!("{why}"));
        let definitions = json!([{ "AttributeName": name, "AttributeType": kind }]);
        assert_eq!(resources["T"].properties["AttributeDefinitions"], definitions);
    }
}

#[test]
fn what_sam_would_not_take_is_told() {
    let arn = json!("arn");
    for (properties, expected) in [
        (json!({}), "Chat has no Routes"),
        (
            json!({ "Routes": { "$connect": {} } }),
            "The route $connect of Chat has no FunctionArn",
        ),
        (
            json!({ "Routes": { "a-b": { "FunctionArn": arn } } }),
            "The route a-b of Chat must be letters and digits",
        ),
        (
            json!({ "Routes": { "": { "FunctionArn": arn } } }),
            "must be letters and digits",
        ),
        (
            json!({ "Routes": { "a": { "FunctionArn": arn } }, "Auth": { "AuthType": "NONE" } }),
            "Chat has Auth, but no route $connect",
        ),
        (
            json!({ "Routes": { "$connect": { "FunctionArn": arn } }, "Auth": { "AuthType": "CUSTOM" } }),
            "Chat has AuthType CUSTOM, but no AuthArn",
        ),
        (
            json!({ "Routes": { "$connect": { "FunctionArn": arn } }, "Auth": {} }),
            "The AuthType of Chat must be",
        ),
    ] {
        let refusal = of_sam(Value::Null, api(properties)).err().unwrap_or_default();
        assert!(refusal.contains(expected), "{expected}: {refusal}");
    }
    let without = transformed(json!({ "Resources": api(json!({})) }))
        .err()
        .unwrap_or_default();
    assert!(
        without.contains("Chat is an AWS::Serverless::WebSocketApi, but the template has no `Transform:"),
        "{without}"
    );
    let foreign = json!({ "Transform": ["AWS::LanguageExtensions", { "Name": "AWS::Include" }], "Resources": {} });
    assert!(
        transformed(foreign)
            .err()
            .unwrap_or_default()
            .contains("the transform AWS::Include")
    );
}
