//! `Ref` and `Fn::GetAtt` of resources: names and addresses as AWS would have given them.

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Place, Resolver, malformed};
use crate::problem::Problem;
use crate::template::{Resource, known};

impl Resolver<'_> {
    pub(super) fn physical_id(&self, logical_id: &str, resource: &Resource, depth: usize) -> Result<String, Problem> {
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

    pub(super) fn attribute(&self, argument: &Value, depth: usize) -> Result<Value, Problem> {
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

    pub(super) fn attribute_of(&self, logical_id: &str, attribute: &str, depth: usize) -> Result<String, Problem> {
        let resource = self.resource(logical_id)?;
        self.note_absent(logical_id, resource);
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
            (kind, "Arn") if !known::is_run(kind) => format!("arn:aws:{}:{region}:{account}:{id}", service_of(kind)),
            (kind, _) if !known::is_run(kind) => id,
            (kind, _) => {
                return Err(Problem::new(format!(
                    "Fn::GetAtt {logical_id}.{attribute} of an {kind} is not supported."
                )));
            }
        })
    }
}

/// The service in the ARN of a resource that does not run here: `sqs` of `AWS::SQS::Queue`.
fn service_of(kind: &str) -> String {
    kind.split("::").nth(1).unwrap_or("none").to_lowercase()
}
