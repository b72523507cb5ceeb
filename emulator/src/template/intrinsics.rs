//! Resolves CloudFormation's intrinsic functions to what the deployed value would look like.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{Resource, Template};
use crate::problem::Problem;

/// Deeper nesting than this is a reference cycle.
const MAX_DEPTH: usize = 64;

/// Where the stack pretends to be deployed: the values of the pseudo parameters.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) region: String,
    pub(crate) account: String,
    pub(crate) stack_name: String,
}

impl Place {
    /// The host of an API's own address.
    pub(crate) fn execute_api_host(&self, api_id: &str) -> String {
        format!("{api_id}.execute-api.{}.amazonaws.com", self.region)
    }
}

/// Resolves values of one template.
pub(crate) struct Resolver<'a> {
    template: &'a Template,
    place: &'a Place,
}

impl<'a> Resolver<'a> {
    pub(crate) fn new(template: &'a Template, place: &'a Place) -> Self {
        Self { template, place }
    }

    /// Where the stack pretends to be deployed.
    pub(super) fn region(&self) -> &str {
        &self.place.region
    }

    /// Where the stack pretends to be deployed.
    pub(super) fn place(&self) -> &Place {
        self.place
    }

    /// What `Ref` gives for a resource: the name or id that AWS would have assigned, stable from start to start.
    pub(super) fn name_of(&self, logical_id: &str) -> Result<String, Problem> {
        self.physical_id(logical_id, self.resource(logical_id)?, 0)
    }

    /// Replaces every intrinsic function in `value`.
    ///
    /// # Errors
    /// An unknown reference, an unsupported function, or a cycle.
    pub(crate) fn resolve(&self, value: &Value) -> Result<Value, Problem> {
        self.value(value, 0)
    }

    fn value(&self, value: &Value, depth: usize) -> Result<Value, Problem> {
        if depth > MAX_DEPTH {
            return Err(Problem::new("references run in a circle."));
        }
        match value {
            Value::Array(items) => items
                .iter()
                .map(|item| self.value(item, depth + 1))
                .collect::<Result<_, _>>()
                .map(Value::Array),
            Value::Object(map) => match intrinsic(map) {
                Some((name, argument)) => self.call(name, argument, depth + 1),
                None => map
                    .iter()
                    .map(|(key, item)| Ok((key.clone(), self.value(item, depth + 1)?)))
                    .collect::<Result<Map<_, _>, _>>()
                    .map(Value::Object),
            },
            plain => Ok(plain.clone()),
        }
    }

    fn call(&self, name: &str, argument: &Value, depth: usize) -> Result<Value, Problem> {
        match name {
            "Ref" => self.reference(text(argument, name)?, depth),
            "Fn::GetAtt" => self.attribute(argument, depth),
            "Fn::Join" => self.join(argument, depth),
            "Fn::Sub" => self.substitute(argument, depth),
            "Fn::Select" => self.select(argument, depth),
            "Fn::Split" => self.split(argument, depth),
            "Fn::ImportValue" => Err(Problem::new(
                "Fn::ImportValue takes a value from another stack, which is not here: pass the value as a parameter or context value instead.",
            )),
            other => Err(Problem::new(format!(
                "{other} is not supported: use Ref, Fn::GetAtt, Fn::Join, Fn::Sub, Fn::Select or Fn::Split."
            ))),
        }
    }

    fn reference(&self, name: &str, depth: usize) -> Result<Value, Problem> {
        if let Some(pseudo) = self.pseudo_parameter(name) {
            return Ok(pseudo);
        }
        if let Some(parameter) = self.template.parameters.get(name) {
            return parameter
                .default
                .clone()
                .ok_or_else(|| Problem::new(format!("the parameter {name} has no default value: give it one.")));
        }
        let resource = self.resource(name)?;
        self.physical_id(name, resource, depth).map(Value::String)
    }

    fn pseudo_parameter(&self, name: &str) -> Option<Value> {
        let place = self.place;
        let text = match name {
            "AWS::Region" => place.region.clone(),
            "AWS::AccountId" => place.account.clone(),
            "AWS::Partition" => "aws".to_owned(),
            "AWS::URLSuffix" => "amazonaws.com".to_owned(),
            "AWS::StackName" => place.stack_name.clone(),
            "AWS::StackId" => format!(
                "arn:aws:cloudformation:{}:{}:stack/{}/local",
                place.region, place.account, place.stack_name
            ),
            "AWS::NoValue" => return Some(Value::Null),
            _ => return None,
        };
        Some(Value::String(text))
    }

    fn resource(&self, name: &str) -> Result<&'a Resource, Problem> {
        self.template.resources.get(name).ok_or_else(|| {
            Problem::new(format!(
                "there is no resource or parameter named {name} in the template."
            ))
        })
    }

    fn physical_id(&self, logical_id: &str, resource: &Resource, depth: usize) -> Result<String, Problem> {
        let given_name = |property: &str| match resource.properties.get(property) {
            Some(value) => self
                .value(value, depth + 1)
                .map(|name| name.as_str().map(str::to_owned)),
            None => Ok(None),
        };
        let generated = || format!("{}-{logical_id}", self.place.stack_name);
        Ok(match resource.kind.as_str() {
            "AWS::Lambda::Function" => given_name("FunctionName")?.unwrap_or_else(generated),
            "AWS::DynamoDB::Table" | "AWS::DynamoDB::GlobalTable" => given_name("TableName")?.unwrap_or_else(generated),
            "AWS::Events::Rule" => given_name("Name")?.unwrap_or_else(generated),
            "AWS::ApiGatewayV2::Stage" => given_name("StageName")?.unwrap_or_else(generated),
            "AWS::ApiGatewayV2::Api" => self.stable_id(logical_id, 10),
            "AWS::ApiGatewayV2::Authorizer" => self.stable_id(logical_id, 6),
            "AWS::Cognito::UserPool" => format!("{}_{}", self.place.region, self.stable_id(logical_id, 9)),
            "AWS::Cognito::UserPoolClient" => self.stable_id(logical_id, 26),
            "AWS::Cognito::UserPoolDomain" => given_name("Domain")?.unwrap_or_else(generated),
            "AWS::ApiGatewayV2::Integration" | "AWS::ApiGatewayV2::Route" => self.stable_id(logical_id, 7),
            "AWS::CloudFront::Distribution" | "AWS::CloudFront::OriginAccessControl" => {
                format!("E{}", self.stable_id(logical_id, 13).to_uppercase())
            }
            "AWS::CloudFront::Function" => given_name("Name")?.unwrap_or_else(generated),
            // Upper case would be no name of a bucket, and is no part of a host.
            "AWS::S3::Bucket" => given_name("BucketName")?.unwrap_or_else(|| generated().to_lowercase()),
            _ => generated(),
        })
    }

    /// Lower-case letters and digits, the alphabet of API ids; the same for the same stack and logical id.
    fn stable_id(&self, logical_id: &str, length: usize) -> String {
        const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
        Sha256::digest(format!("{}/{logical_id}", self.place.stack_name))
            .iter()
            .take(length)
            .map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()]))
            .collect()
    }

    fn attribute(&self, argument: &Value, depth: usize) -> Result<Value, Problem> {
        let (logical_id, attribute) = match argument {
            Value::String(dotted) => dotted
                .split_once('.')
                .map(|(id, attribute)| (id.to_owned(), attribute.to_owned())),
            Value::Array(parts) => match parts.as_slice() {
                [Value::String(id), attribute] => self
                    .value(attribute, depth)?
                    .as_str()
                    .map(|attribute| (id.clone(), attribute.to_owned())),
                _ => None,
            },
            _ => None,
        }
        .ok_or_else(|| malformed("Fn::GetAtt", argument))?;
        self.attribute_of(&logical_id, &attribute, depth).map(Value::String)
    }

    fn attribute_of(&self, logical_id: &str, attribute: &str, depth: usize) -> Result<String, Problem> {
        let resource = self.resource(logical_id)?;
        let id = self.physical_id(logical_id, resource, depth)?;
        let Place { region, account, .. } = self.place;
        let provider = format!("cognito-idp.{region}.amazonaws.com/{id}");
        Ok(match (resource.kind.as_str(), attribute) {
            ("AWS::Lambda::Function", "Arn") => format!("arn:aws:lambda:{region}:{account}:function:{id}"),
            ("AWS::DynamoDB::Table" | "AWS::DynamoDB::GlobalTable", "Arn") => {
                format!("arn:aws:dynamodb:{region}:{account}:table/{id}")
            }
            ("AWS::ApiGatewayV2::Api", "ApiId") | ("AWS::Cognito::UserPool", "UserPoolId") => id,
            ("AWS::ApiGatewayV2::Api", "ApiEndpoint") => {
                let scheme = match resource.properties.get("ProtocolType").and_then(Value::as_str) {
                    Some("HTTP") => "https",
                    _ => "wss",
                };
                format!("{scheme}://{}", self.place.execute_api_host(&id))
            }
            ("AWS::Cognito::UserPool", "Arn") => format!("arn:aws:cognito-idp:{region}:{account}:userpool/{id}"),
            ("AWS::Cognito::UserPool", "ProviderName") => provider,
            ("AWS::Cognito::UserPool", "ProviderURL") => format!("https://{provider}"),
            ("AWS::Cognito::UserPoolClient", "ClientId") => id,
            ("AWS::CloudFront::Distribution", "DomainName") => {
                format!("d{}.cloudfront.net", self.stable_id(logical_id, 13))
            }
            ("AWS::CloudFront::Distribution" | "AWS::CloudFront::OriginAccessControl", "Id") => id,
            ("AWS::CloudFront::Function", "FunctionARN") => format!("arn:aws:cloudfront::{account}:function/{id}"),
            ("AWS::S3::Bucket", "Arn") => format!("arn:aws:s3:::{id}"),
            ("AWS::S3::Bucket", "DomainName") => format!("{id}.s3.amazonaws.com"),
            ("AWS::S3::Bucket", "RegionalDomainName") => format!("{id}.s3.{region}.amazonaws.com"),
            ("AWS::Events::Rule", "Arn") => format!("arn:aws:events:{region}:{account}:rule/{id}"),
            ("AWS::IAM::Role", "Arn") => format!("arn:aws:iam::{account}:role/{id}"),
            ("AWS::Logs::LogGroup", "Arn") => format!("arn:aws:logs:{region}:{account}:log-group:{id}:*"),
            (kind, _) => {
                return Err(Problem::new(format!(
                    "Fn::GetAtt {logical_id}.{attribute} of a {kind} is not supported."
                )));
            }
        })
    }

    fn join(&self, argument: &Value, depth: usize) -> Result<Value, Problem> {
        let resolved = self.value(argument, depth)?;
        let Some([Value::String(delimiter), Value::Array(parts)]) = resolved.as_array().map(Vec::as_slice) else {
            return Err(malformed("Fn::Join", argument));
        };
        let parts = parts.iter().map(scalar).collect::<Option<Vec<_>>>();
        parts
            .map(|parts| Value::String(parts.join(delimiter)))
            .ok_or_else(|| malformed("Fn::Join", argument))
    }

    fn select(&self, argument: &Value, depth: usize) -> Result<Value, Problem> {
        let resolved = self.value(argument, depth)?;
        let Some([index, Value::Array(items)]) = resolved.as_array().map(Vec::as_slice) else {
            return Err(malformed("Fn::Select", argument));
        };
        scalar(index)
            .and_then(|index| index.parse::<usize>().ok())
            .and_then(|index| items.get(index).cloned())
            .ok_or_else(|| malformed("Fn::Select", argument))
    }

    fn split(&self, argument: &Value, depth: usize) -> Result<Value, Problem> {
        let resolved = self.value(argument, depth)?;
        match resolved.as_array().map(Vec::as_slice) {
            Some([Value::String(delimiter), Value::String(source)]) if !delimiter.is_empty() => Ok(Value::Array(
                source
                    .split(delimiter.as_str())
                    .map(|part| Value::String(part.to_owned()))
                    .collect(),
            )),
            _ => Err(malformed("Fn::Split", argument)),
        }
    }

    /// `"text ${Name} ${Logical.Attribute} ${!literal}"`, alone or with a map of further names.
    fn substitute(&self, argument: &Value, depth: usize) -> Result<Value, Problem> {
        let (pattern, names) = match argument {
            Value::String(pattern) => (pattern, Map::new()),
            Value::Array(parts) => match parts.as_slice() {
                [Value::String(pattern), names @ Value::Object(_)] => match self.value(names, depth)? {
                    Value::Object(names) => (pattern, names),
                    _ => return Err(malformed("Fn::Sub", argument)),
                },
                _ => return Err(malformed("Fn::Sub", argument)),
            },
            _ => return Err(malformed("Fn::Sub", argument)),
        };
        let mut text = String::new();
        let mut rest = pattern.as_str();
        while let Some(start) = rest.find("${") {
            let Some(length) = rest[start..].find('}') else { break };
            text.push_str(&rest[..start]);
            text.push_str(&self.substituted(&rest[start + 2..start + length], &names, depth)?);
            rest = &rest[start + length + 1..];
        }
        text.push_str(rest);
        Ok(Value::String(text))
    }

    fn substituted(&self, name: &str, names: &Map<String, Value>, depth: usize) -> Result<String, Problem> {
        if let Some(literal) = name.strip_prefix('!') {
            return Ok(format!("${{{literal}}}"));
        }
        let value = match (names.get(name), name.split_once('.')) {
            (Some(value), _) => value.clone(),
            (None, Some((logical_id, attribute))) => Value::String(self.attribute_of(logical_id, attribute, depth)?),
            (None, None) => self.reference(name, depth)?,
        };
        scalar(&value).ok_or_else(|| malformed("Fn::Sub", &value))
    }
}

/// An object with the single key `Ref` or `Fn::…` is a function call.
fn intrinsic(map: &Map<String, Value>) -> Option<(&str, &Value)> {
    match map.iter().next() {
        Some((name, argument)) if map.len() == 1 && (name == "Ref" || name.starts_with("Fn::")) => {
            Some((name, argument))
        }
        _ => None,
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

fn text<'v>(value: &'v Value, function: &str) -> Result<&'v str, Problem> {
    value.as_str().ok_or_else(|| malformed(function, value))
}

fn malformed(function: &str, argument: &Value) -> Problem {
    Problem::new(format!("{function} cannot be resolved with {argument}."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn resolve(value: Value) -> Result<Value, String> {
        let template: Template = serde_json::from_value(json!({
            "Parameters": { "Given": { "Type": "String", "Default": "g" }, "Bare": { "Type": "String" } },
            "Resources": {
                "Fn": { "Type": "AWS::Lambda::Function", "Properties": {} },
                "Loop": { "Type": "AWS::Lambda::Function", "Properties": { "FunctionName": { "Ref": "Loop" } } },
                "Pool": { "Type": "AWS::Cognito::UserPool" },
                "Web": { "Type": "AWS::ApiGatewayV2::Api", "Properties": { "ProtocolType": "HTTP" } },
                "Socket": { "Type": "AWS::ApiGatewayV2::Api", "Properties": { "ProtocolType": "WEBSOCKET" } },
                "Site": { "Type": "AWS::CloudFront::Distribution" },
                "Files": { "Type": "AWS::S3::Bucket" },
            }
        }))
        .map_err(|error| error.to_string())?;
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
}
