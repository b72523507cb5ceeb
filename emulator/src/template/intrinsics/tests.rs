//! What templates write, and what it becomes.

use super::*;
use serde_json::json;

fn resolve(value: Value) -> Result<Value, String> {
    let mut document = json!({
        "Parameters": { "Given": { "Type": "String", "Default": "g" }, "Bare": { "Type": "String" },
            "List": { "Type": "CommaDelimitedList", "Default": "a, b" },
            "Count": { "Type": "Number", "Default": 3 },
            "Stored": { "Type": "AWS::SSM::Parameter::Value<String>", "Default": "/name" },
            "Chosen": { "Type": "String", "Default": "c", "AllowedValues": ["a", "b"] } },
        "Mappings": { "Stages": { "g": { "size": 5 } } },
        "Conditions": { "Is": { "Fn::Equals": [{ "Ref": "Given" }, "g"] } },
        "Resources": {
            "Fn": { "Type": "AWS::Lambda::Function", "Properties": {} },
            "Loop": { "Type": "AWS::Lambda::Function", "Properties": { "FunctionName": { "Ref": "Loop" } } },
            "Pool": { "Type": "AWS::Cognito::UserPool" },
            "Web": { "Type": "AWS::ApiGatewayV2::Api", "Properties": { "ProtocolType": "HTTP" } },
            "Socket": { "Type": "AWS::ApiGatewayV2::Api", "Properties": { "ProtocolType": "WEBSOCKET" } },
            "Site": { "Type": "AWS::CloudFront::Distribution" },
            "Files": { "Type": "AWS::S3::Bucket" },
            "M0": { "Type": "AWS::Lambda::Function", "Properties": { "FunctionName": "x" } },
        }
    });
    // Each is nine times the one before.
    for n in 1..10 {
        let before = format!("M{}", n - 1);
        let name = json!({ "Fn::Join": ["", vec![json!({ "Ref": before }); 9]] });
        document["Resources"][format!("M{n}")] =
            json!({ "Type": "AWS::Lambda::Function", "Properties": { "FunctionName": name } });
    }
    let template: Template = serde_json::from_value(document).map_err(|error| error.to_string())?;
    let place = Place {
        region: "us-east-1".into(),
        account: "000000000000".into(),
        stack_name: "S".into(),
    };
    Resolver::new(&template, &place)
        .resolve(&value)
        .map_err(|problem| problem.to_string())
}

#[test]
fn resolves_what_cdk_writes() {
    let cases = [
        (json!({ "Ref": "AWS::Region" }), json!("us-east-1")),
        (json!({ "Ref": "Given" }), json!("g")),
        (json!({ "Ref": "Fn" }), json!("S-Fn")),
        (
            json!({ "Fn::GetAtt": ["Fn", "Arn"] }),
            json!("arn:aws:lambda:us-east-1:000000000000:function:S-Fn"),
        ),
        (
            json!({ "Fn::GetAtt": "Fn.Arn" }),
            json!("arn:aws:lambda:us-east-1:000000000000:function:S-Fn"),
        ),
        (
            json!({ "Fn::Join": ["/", ["a", { "Ref": "Given" }, 3]] }),
            json!("a/g/3"),
        ),
        (
            json!({ "Fn::Select": [1, { "Fn::Split": [",", "a,b,c"] }] }),
            json!("b"),
        ),
        (json!({ "Fn::Select": ["0", ["x"]] }), json!("x")),
        (
            json!({ "Fn::Sub": "${Given}-${Fn.Arn}-${!kept}" }),
            json!("g-arn:aws:lambda:us-east-1:000000000000:function:S-Fn-${kept}"),
        ),
        (
            json!({ "Fn::Sub": ["${A}${Given}", { "A": { "Ref": "Fn" } }] }),
            json!("S-Fng"),
        ),
        (json!({ "deep": [{ "Ref": "Given" }] }), json!({ "deep": ["g"] })),
        (json!({ "Ref": "List" }), json!(["a", "b"])),
        (json!({ "Fn::Join": ["+", { "Ref": "List" }] }), json!("a+b")),
        (json!({ "Ref": "Count" }), json!("3")),
        (
            json!({ "Fn::FindInMap": ["Stages", { "Ref": "Given" }, "size"] }),
            json!(5),
        ),
        (
            json!({ "Fn::FindInMap": ["Stages", "h", "size", { "DefaultValue": 1 }] }),
            json!(1),
        ),
        (
            json!({ "Fn::If": ["Is", { "Ref": "Given" }, { "Ref": "Nobody" }] }),
            json!("g"),
        ),
        (json!({ "Fn::Base64": "ab" }), json!("YWI=")),
    ];
    for (value, expected) in cases {
        assert_eq!(resolve(value.clone()), Ok(expected), "{value}");
    }
}

#[test]
fn addresses_have_the_shapes_of_aws() {
    for (attribute, start, end, length) in [
        (
            ["Web", "ApiEndpoint"],
            "https://",
            ".execute-api.us-east-1.amazonaws.com",
            54,
        ),
        (
            ["Socket", "ApiEndpoint"],
            "wss://",
            ".execute-api.us-east-1.amazonaws.com",
            52,
        ),
        (["Site", "DomainName"], "d", ".cloudfront.net", 29),
        (
            ["Files", "RegionalDomainName"],
            "s-files.s3.us-east-1",
            ".amazonaws.com",
            34,
        ),
        (["Files", "Arn"], "arn:aws:s3:::", "s-files", 20),
    ] {
        let value = resolve(json!({ "Fn::GetAtt": attribute })).unwrap_or_default();
        let text = value.as_str().unwrap_or_default();
        assert!(text.starts_with(start) && text.ends_with(end), "{text}");
        assert_eq!(text.len(), length, "{text}");
    }
}

#[test]
fn a_pool_keeps_its_issuer_from_start_to_start() {
    let issuer = resolve(json!({ "Fn::GetAtt": ["Pool", "ProviderURL"] }));
    assert_eq!(issuer, resolve(json!({ "Fn::GetAtt": ["Pool", "ProviderURL"] })));
    assert!(issuer.is_ok_and(|url| {
        url.to_string()
            .starts_with("\"https://cognito-idp.us-east-1.amazonaws.com/us-east-1_")
    }));
}

#[test]
fn refuses_with_a_sentence() {
    let cases = [
        (json!({ "Ref": "Nobody" }), "no resource or parameter named Nobody"),
        (json!({ "Ref": "Bare" }), "the parameter Bare has no default"),
        (json!({ "Ref": "Loop" }), "circle"),
        (json!({ "Ref": "M9" }), "references multiply without end"),
        (
            json!({ "Ref": "Stored" }),
            "the parameter Stored takes its value from Parameter Store",
        ),
        (
            json!({ "Ref": "Chosen" }),
            "the parameter Chosen must be one of a, b, but is c.",
        ),
        (
            json!({ "Fn::FindInMap": ["Stages", "h", "size"] }),
            "Mappings have no Stages / h / size",
        ),
        (json!({ "Fn::If": ["Nobody", 1, 2] }), "no condition named Nobody"),
        (
            json!({ "Fn::Transform": { "Name": "x" } }),
            "CloudFormation alone can run",
        ),
        (json!("{{resolve:ssm:/x}}"), "which are not here"),
        (json!({ "Fn::ImportValue": "x" }), "another stack"),
        (json!({ "Fn::Cidr": [] }), "Fn::Cidr is not supported"),
        (json!({ "Fn::GetAtt": ["Fn", "Nope"] }), "Fn.Nope"),
        (json!({ "Fn::Select": [9, ["x"]] }), "Fn::Select cannot be resolved"),
        (
            json!({ "Fn::Join": ["-", "not a list"] }),
            "Fn::Join cannot be resolved",
        ),
    ];
    for (value, expected) in cases {
        let refusal = resolve(value.clone()).err().unwrap_or_default();
        assert!(refusal.contains(expected), "{value}: {refusal}");
    }
}
