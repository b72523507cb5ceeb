//! What the probe's function does: writes down the event it got, and then does as the event's order says. The same program
//! runs on AWS and here.
//!
//! Orders reach it where a client can put something: for the authorizer and `$connect` in the header `x-probe`, for a
//! message in its body's `order`, for `$disconnect` in the authorizer's context. tests/conformance/README.md lists them.

use std::time::Duration;

use serde_json::{Value, json};

use super::records::Notebook;
use super::signing::Signer;
use crate::{TestResult, failure};

/// The header with a client's tag and its orders.
pub(super) const HEADER: &str = "x-probe";

/// Handles one event.
///
/// # Errors
/// It was ordered, or the notebook cannot be written.
pub async fn handle(event: Value) -> TestResult<Value> {
    let notebook = Notebook::new(
        Signer::from_environment()?,
        std::env::var("AWS_ENDPOINT_URL_DYNAMODB").ok().as_deref(),
        &std::env::var("NOTEBOOK")?,
    )?;
    let context = &event["requestContext"];
    let kind = match event["type"].as_str() {
        Some("REQUEST") => "AUTHORIZER",
        _ => context["eventType"].as_str().unwrap_or("INVOKED"),
    };
    let body: Value = serde_json::from_str(event["body"].as_str().unwrap_or_default()).unwrap_or_default();
    let header = header(&event);
    let tags: Vec<String> = [&header["tag"], &body["tag"], &context["connectionId"]]
        .iter()
        .filter_map(|tag| tag.as_str().map(str::to_owned))
        .collect();
    notebook.write(&tags, kind, &event).await?;
    let order = match kind {
        "AUTHORIZER" => header["authorizer"].clone(),
        "CONNECT" => header["connect"].clone(),
        "MESSAGE" => body["order"].clone(),
        _ => parsed(&context["authorizer"]["disconnect"]),
    };
    if let Some(ms) = order["sleep"].as_u64() {
        tokio::time::sleep(Duration::from_millis(ms)).await;
        notebook.write(&tags, "FINISHED", &json!({ "slept": ms })).await?;
    }
    obey(&order, kind, &event)
}

fn header(event: &Value) -> Value {
    let headers = event["headers"].as_object().into_iter().flatten();
    let mut found = headers.filter(|(name, _)| name.eq_ignore_ascii_case(HEADER));
    found.next().map(|(_, value)| parsed(value)).unwrap_or_default()
}

fn parsed(text: &Value) -> Value {
    serde_json::from_str(text.as_str().unwrap_or_default()).unwrap_or_default()
}

fn obey(order: &Value, kind: &str, event: &Value) -> TestResult<Value> {
    if let Some(message) = order["throw"].as_str() {
        return Err(failure(message));
    }
    if let Some(code) = order["exit"].as_i64() {
        std::process::exit(i32::try_from(code).unwrap_or(1));
    }
    match (order.get("result"), order.as_str(), kind) {
        (Some(result), ..) => Ok(filled(result, event)),
        (None, Some(text), _) => Ok(json!({ "statusCode": 200, "body": filled_text(text, event) })),
        (None, None, "AUTHORIZER") => Ok(filled(&verdict(order), event)),
        _ => Ok(json!({ "statusCode": 200 })),
    }
}

/// A policy that allows, but for what the order says instead.
fn verdict(order: &Value) -> Value {
    let allow = json!({ "Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "@methodArn" });
    json!({
        "principalId": "probe-user",
        "policyDocument": { "Version": "2012-10-17", "Statement": order.get("statement").unwrap_or(&json!([allow])) },
        "context": order.get("context").unwrap_or(&json!({})),
    })
}

/// Puts in what only the function knows.
fn filled(value: &Value, event: &Value) -> Value {
    match value {
        Value::String(text) => json!(filled_text(text, event)),
        Value::Array(items) => items.iter().map(|item| filled(item, event)).collect(),
        Value::Object(members) => {
            let filled = members.iter().map(|(name, value)| (name.clone(), filled(value, event)));
            Value::Object(filled.collect())
        }
        other => other.clone(),
    }
}

fn filled_text(text: &str, event: &Value) -> String {
    if let Some(length) = text.strip_prefix("@fill ").and_then(|length| length.parse().ok()) {
        return "x".repeat(length);
    }
    let arn = event["methodArn"].as_str().unwrap_or_default();
    text.replace(
        "@event",
        &if text.contains("@event") {
            event.to_string()
        } else {
            String::new()
        },
    )
    .replace("@methodArn", arn)
    .replace("@stageArn", arn.trim_end_matches("/$connect"))
    .replace("@process", &std::process::id().to_string())
}
