//! A small stack around the probe function, for tests of the emulator alone.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{Stack, StackOptions, TestResult, repository};

/// What the probe function wrote down.
#[derive(Debug, Clone)]
pub struct ProbeRecords(PathBuf);

impl ProbeRecords {
    /// The events that hold `marker`, as `"marker"`, wherever they came from.
    pub fn marked(&self, marker: &str) -> Vec<Value> {
        let mut events = self.events();
        events.retain(|event| event["marker"] == marker);
        events
    }

    /// The events so far, oldest first.
    pub fn events(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(&self.0).unwrap_or_default();
        text.lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    /// The events of an `eventType`.
    pub fn events_of(&self, event_type: &str) -> Vec<Value> {
        let mut events = self.events();
        events.retain(|event| event["requestContext"]["eventType"] == event_type && event["type"].is_null());
        events
    }
}

/// A running stack of the probe function.
#[derive(Debug)]
pub struct Probe {
    /// The stack.
    pub stack: Stack,
    /// What the function wrote down.
    pub records: ProbeRecords,
    _folder: Option<TempDir>,
}

impl Probe {
    /// Starts it.
    ///
    /// # Errors
    /// What the emulator printed, if it ended instead.
    pub async fn start() -> TestResult<Self> {
        Self::start_with(&[]).await
    }

    /// Starts it with further arguments of `emulator run`.
    ///
    /// # Errors
    /// What the emulator printed, if it ended instead.
    pub async fn start_with(arguments: &[&str]) -> TestResult<Self> {
        Self::start_changed(|_| (), arguments).await
    }

    /// Starts it with further arguments, after `change` has been at the template's resources.
    ///
    /// # Errors
    /// What the emulator printed, if it ended instead.
    pub async fn start_changed(change: impl FnOnce(&mut Value), arguments: &[&str]) -> TestResult<Self> {
        let folder = TempDir::new()?;
        let mut probe = Self::start_in(folder.path(), change, arguments).await?;
        probe._folder = Some(folder);
        Ok(probe)
    }

    /// As [`Probe::start_changed`], with the template in `folder`.
    ///
    /// # Errors
    /// What the emulator printed, if it ended instead.
    pub async fn start_in(folder: &Path, change: impl FnOnce(&mut Value), arguments: &[&str]) -> TestResult<Self> {
        let (template, records) = changed_probe_template(folder, change)?;
        let mut arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        // Packaged as for a deployment, if a test run is about that.
        if let Some(program) = std::env::var_os("PROBE") {
            let program = repository().join(program);
            arguments.extend(["--function".to_owned(), format!("Function={}", program.display())]);
        }
        let options = StackOptions {
            template: Some(template),
            arguments,
            ..StackOptions::default()
        };
        Ok(Self {
            stack: Stack::start_with(options).await?,
            records,
            _folder: None,
        })
    }

    /// Invokes the function through Lambda's API; gives status, error type, and answer.
    ///
    /// # Errors
    /// There is no answer.
    pub async fn invoke(&self, kind: &str, payload: impl Into<String>) -> TestResult<(u16, Option<String>, String)> {
        let name = self.stack.endpoint("/functions/probe");
        self.invoke_named(&name, kind, payload).await
    }

    /// As [`Probe::invoke`], for a function of any name.
    ///
    /// # Errors
    /// There is no answer.
    pub async fn invoke_named(
        &self,
        name: &str,
        kind: &str,
        payload: impl Into<String>,
    ) -> TestResult<(u16, Option<String>, String)> {
        let lambda = self.stack.endpoint("/lambda");
        let request = reqwest::Client::new()
            .post(format!("{lambda}/2015-03-31/functions/{name}/invocations"))
            .header("x-amz-invocation-type", kind)
            .body(payload.into());
        let response = request.send().await?;
        let headers = response.headers();
        let error = headers
            .get("x-amz-function-error")
            .or(headers.get("x-amzn-errortype"))
            .and_then(|error| error.to_str().ok())
            .map(str::to_owned);
        Ok((response.status().as_u16(), error, response.text().await?))
    }
}

/// Writes a template into `folder`: one WebSocket API, stage `probe`, and one HTTP API below `/api`, whose every route is
/// the probe function, behind one distribution.
///
/// # Errors
/// The folder cannot be written.
pub fn probe_template(folder: &Path) -> TestResult<(PathBuf, ProbeRecords)> {
    changed_probe_template(folder, |_| ())
}

/// As [`probe_template`], after `change` has been at the template's resources.
///
/// # Errors
/// The folder cannot be written.
pub fn changed_probe_template(folder: &Path, change: impl FnOnce(&mut Value)) -> TestResult<(PathBuf, ProbeRecords)> {
    let records = folder.join("records.jsonl");
    let mut resources = json!({
        "Api": { "Type": "AWS::ApiGatewayV2::Api", "Properties": {
            "Name": "Probe", "ProtocolType": "WEBSOCKET", "RouteSelectionExpression": "$request.body.action",
        } },
        "Stage": { "Type": "AWS::ApiGatewayV2::Stage", "Properties": {
            "ApiId": { "Ref": "Api" }, "StageName": "probe", "AutoDeploy": true,
        } },
        "Function": { "Type": "AWS::Lambda::Function", "Metadata": { "carillon:binary": "probe" }, "Properties": {
            "Runtime": "provided.al2023", "Handler": "bootstrap", "Timeout": 2, "MemorySize": 128,
            "Environment": { "Variables": {
                "RECORD_FILE": records,
                "PUBLIC_ORIGIN": "https://example.org",
                "SITE": { "Fn::GetAtt": ["Distribution", "DomainName"] },
                "CALLBACK": { "Fn::Sub": "https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/${Stage}" },
            } },
        } },
        "Authorizer": { "Type": "AWS::ApiGatewayV2::Authorizer", "Properties": {
            "ApiId": { "Ref": "Api" }, "AuthorizerType": "REQUEST", "IdentitySource": [],
            "AuthorizerUri": invocation_uri(),
        } },
    });
    for (logical_id, key, integration_timeout_ms, two_way) in [
        ("Connect", "$connect", 29_000, false),
        ("Disconnect", "$disconnect", 29_000, false),
        ("Fallback", "$default", 29_000, true),
        ("OneWay", "one-way", 29_000, false),
        ("Hasty", "hasty", 200, false),
    ] {
        resources[format!("{logical_id}Integration")] = json!({
            "Type": "AWS::ApiGatewayV2::Integration",
            "Properties": {
                "ApiId": { "Ref": "Api" }, "IntegrationType": "AWS_PROXY", "IntegrationUri": invocation_uri(),
                "TimeoutInMillis": integration_timeout_ms,
            },
        });
        let mut route = json!({
            "ApiId": { "Ref": "Api" }, "RouteKey": key,
            "Target": { "Fn::Join": ["/", ["integrations", { "Ref": format!("{logical_id}Integration") }]] },
        });
        if two_way {
            route["RouteResponseSelectionExpression"] = json!("$default");
        }
        if key == "$connect" {
            route["AuthorizationType"] = json!("CUSTOM");
            route["AuthorizerId"] = json!({ "Ref": "Authorizer" });
        }
        resources[logical_id] = json!({ "Type": "AWS::ApiGatewayV2::Route", "Properties": route });
    }
    add_http_api(&mut resources);
    add_distribution(&mut resources);
    change(&mut resources);
    let template = folder.join("Probe.template.json");
    std::fs::write(&template, json!({ "Resources": resources }).to_string())?;
    Ok((template, ProbeRecords(records)))
}

fn add_http_api(resources: &mut Value) {
    resources["HttpApi"] = json!({ "Type": "AWS::ApiGatewayV2::Api", "Properties": {
        "Name": "ProbeHttp", "ProtocolType": "HTTP",
    } });
    resources["HttpStage"] = json!({ "Type": "AWS::ApiGatewayV2::Stage", "Properties": {
        "ApiId": { "Ref": "HttpApi" }, "StageName": "$default", "AutoDeploy": true,
    } });
    for (logical_id, key, timeout_ms) in [
        ("ApiGet", "GET /api", 30_000),
        ("ApiPost", "POST /api", 30_000),
        ("ApiAny", "ANY /api/any", 30_000),
        ("ApiHasty", "GET /api/hasty", 200),
        ("Unreachable", "GET /beside", 30_000),
    ] {
        resources[format!("{logical_id}Integration")] = json!({
            "Type": "AWS::ApiGatewayV2::Integration",
            "Properties": {
                "ApiId": { "Ref": "HttpApi" }, "IntegrationType": "AWS_PROXY", "PayloadFormatVersion": "2.0",
                "IntegrationUri": { "Fn::GetAtt": ["Function", "Arn"] }, "TimeoutInMillis": timeout_ms,
            },
        });
        resources[logical_id] = json!({ "Type": "AWS::ApiGatewayV2::Route", "Properties": {
            "ApiId": { "Ref": "HttpApi" }, "RouteKey": key, "AuthorizationType": "NONE",
            "Target": { "Fn::Join": ["/", ["integrations", { "Ref": format!("{logical_id}Integration") }]] },
        } });
    }
}

fn add_distribution(resources: &mut Value) {
    let methods = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"];
    let host = |api: &str| json!({ "Fn::Sub": format!("${{{api}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}") });
    resources["Bucket"] = json!({ "Type": "AWS::S3::Bucket" });
    resources["Headers"] = json!({ "Type": "AWS::CloudFront::ResponseHeadersPolicy", "Properties": {
        "ResponseHeadersPolicyConfig": { "Name": "Probe", "SecurityHeadersConfig": {
            "ContentSecurityPolicy": {
                "ContentSecurityPolicy": "connect-src 'self' wss://example.org", "Override": true,
            },
            "FrameOptions": { "FrameOption": "DENY", "Override": true },
            "StrictTransportSecurity": { "AccessControlMaxAgeSec": 63_072_000, "Override": true },
        } },
    } });
    resources["Distribution"] = json!({ "Type": "AWS::CloudFront::Distribution", "Properties": { "DistributionConfig": {
        "Enabled": true,
        "CacheBehaviors": [
            { "PathPattern": "/api*", "TargetOriginId": "http", "AllowedMethods": methods },
            { "PathPattern": "/probe", "TargetOriginId": "socket" },
        ],
        "DefaultCacheBehavior": { "TargetOriginId": "files", "ResponseHeadersPolicyId": { "Ref": "Headers" } },
        "Origins": [
            { "Id": "files", "DomainName": { "Fn::GetAtt": ["Bucket", "RegionalDomainName"] }, "S3OriginConfig": {} },
            { "Id": "http", "DomainName": host("HttpApi"), "CustomOriginConfig": {} },
            { "Id": "socket", "DomainName": host("Api"), "CustomOriginConfig": {} },
        ],
    } } });
}

fn invocation_uri() -> Value {
    json!({ "Fn::Join": ["", [
        "arn:", { "Ref": "AWS::Partition" }, ":apigateway:", { "Ref": "AWS::Region" },
        ":lambda:path/2015-03-31/functions/", { "Fn::GetAtt": ["Function", "Arn"] }, "/invocations",
    ]] })
}
