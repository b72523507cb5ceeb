//! Which types of resources the emulator knows: those that it runs, and those that have no part on a laptop.

/// What the emulator runs.
pub(super) const RUN: [&str; 20] = [
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Authorizer",
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::RouteResponse",
    "AWS::ApiGatewayV2::Stage",
    "AWS::CloudFront::Distribution",
    "AWS::CloudFront::ResponseHeadersPolicy",
    "AWS::Cognito::UserPool",
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::UserPoolDomain",
    "AWS::DynamoDB::GlobalTable",
    "AWS::DynamoDB::Table",
    "AWS::Events::Rule",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::Function",
    "AWS::Serverless::Function",
    "AWS::Serverless::HttpApi",
    "AWS::Serverless::SimpleTable",
    "AWS::Serverless::WebSocketApi",
];

/// What has no part at run time, or none on a laptop: rights, logs, alarms, names, chores of a deployment.
const WITHOUT_A_PART: [&str; 27] = [
    "AWS::ApiGateway::Account",
    "AWS::ApiGatewayV2::ApiMapping",
    "AWS::ApiGatewayV2::Deployment",
    "AWS::ApiGatewayV2::DomainName",
    "AWS::ApiGatewayV2::IntegrationResponse",
    "AWS::ApiGatewayV2::Model",
    "AWS::CDK::",
    "AWS::CertificateManager::",
    "AWS::CloudFormation::",
    "AWS::CloudFront::",
    "AWS::CloudWatch::",
    "AWS::Cognito::ManagedLoginBranding",
    "AWS::IAM::",
    "AWS::KMS::",
    "AWS::Lambda::Alias",
    "AWS::Lambda::LayerVersion",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Version",
    "AWS::Logs::",
    "AWS::Route53::",
    "AWS::S3::Bucket",
    "AWS::S3::BucketPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::SSM::Parameter",
    "AWS::Serverless::LayerVersion",
    "AWS::WAFv2::",
    "Custom::",
];

/// Whether the emulator has this type of resource.
pub(super) fn is_run(kind: &str) -> bool {
    RUN.contains(&kind)
}

/// The same, or that the type has no part here.
pub(super) fn is_known(kind: &str) -> bool {
    // A name that ends with a colon stands for all that begin so.
    let matches = |known: &str| kind == known || known.ends_with(':') && kind.starts_with(known);
    is_run(kind) || WITHOUT_A_PART.iter().any(|known| matches(known))
}
