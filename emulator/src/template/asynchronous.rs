//! `AWS::Lambda::EventInvokeConfig`: how often, and for how long, a function's asynchronous events are tried.

use std::time::Duration;

use serde_json::json;

use super::{Properties, Resolver, Template};
use crate::problem::Problem;

/// What Lambda lets a configuration say
/// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventinvokeconfig.html>).
const MOST_RETRIES: u64 = 2;
const AGE_SECONDS: std::ops::RangeInclusive<u64> = 60..=21_600;

/// How a function's asynchronous events are treated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AsynchronousSpec {
    /// Attempts after the first.
    pub(crate) retries: usize,
    /// Older events are given up.
    pub(crate) maximum_age: Duration,
    /// The ARN of the function that is told of an event that succeeded.
    pub(crate) on_success: Option<String>,
    /// Of one that was given up.
    pub(crate) on_failure: Option<String>,
}

impl Default for AsynchronousSpec {
    fn default() -> Self {
        Self {
            retries: MOST_RETRIES as usize,
            maximum_age: Duration::from_secs(*AGE_SECONDS.end()),
            on_success: None,
            on_failure: None,
        }
    }
}

/// What the template says about the asynchronous events of which function, by its name or ARN; `functions` are the names and ARNs
/// of those that run.
pub(super) fn read(
    template: &Template,
    resolver: &Resolver<'_>,
    functions: &[(String, String)],
) -> Result<Vec<(String, AsynchronousSpec)>, Problem> {
    let mut specs = Vec::new();
    for (logical_id, resource) in template.of_type("AWS::Lambda::EventInvokeConfig") {
        let config = Properties::of(logical_id, resource, resolver);
        let name = config.required_text("FunctionName")?;
        // What is not the emulator's to run has no part here either.
        if !functions.iter().any(|(own, arn)| *own == name || *arn == name) {
            continue;
        }
        let qualifier = config.required_text("Qualifier")?;
        if qualifier == "$LATEST" {
            specs.push((name, read_one(&config, functions)?));
        } else {
            tracing::warn!(
                config = logical_id,
                qualifier,
                "versions and aliases are not run: ignored"
            );
        }
    }
    Ok(specs)
}

fn read_one(config: &Properties<'_>, functions: &[(String, String)]) -> Result<AsynchronousSpec, Problem> {
    let retries = config.number("MaximumRetryAttempts")?.unwrap_or(MOST_RETRIES);
    if retries > MOST_RETRIES {
        return Err(config.wrong("MaximumRetryAttempts", "0, 1 or 2", &json!(retries)));
    }
    let seconds = config.number("MaximumEventAgeInSeconds")?.unwrap_or(*AGE_SECONDS.end());
    if !AGE_SECONDS.contains(&seconds) {
        return Err(config.wrong("MaximumEventAgeInSeconds", "60 to 21600", &json!(seconds)));
    }
    Ok(AsynchronousSpec {
        retries: retries as usize,
        maximum_age: Duration::from_secs(seconds),
        on_success: destination(config, "OnSuccess", functions),
        on_failure: destination(config, "OnFailure", functions),
    })
}

/// The function that is told; queues, topics, buckets and buses are told of, whatever names them.
fn destination(config: &Properties<'_>, when: &str, functions: &[(String, String)]) -> Option<String> {
    let named = config.part("DestinationConfig")?.part(when)?;
    let named = named.part("Destination")?;
    let arn = named.resolver.resolve(named.properties).ok();
    let arn = arn.and_then(|arn| {
        functions
            .iter()
            .map(|(_, arn)| arn)
            .find(|function| arn == function.as_str())
    });
    if arn.is_none() {
        tracing::info!(
            config = config.logical_id,
            when,
            "destinations of asynchronous invocations are not served, but functions of the template"
        );
    }
    arn.cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Place;
    use serde_json::Value;

    fn configured(name: Value, properties: &[(&str, Value)]) -> Result<AsynchronousSpec, String> {
        let mut config = json!({ "FunctionName": name, "Qualifier": "$LATEST" });
        for (property, value) in properties {
            config[property] = value.clone();
        }
        let template: Template = serde_json::from_value(json!({ "Resources": {
            "F": { "Type": "AWS::Lambda::Function", "Properties": { "Runtime": "provided.al2023" } },
            "Config": { "Type": "AWS::Lambda::EventInvokeConfig", "Properties": config },
        } }))
        .map_err(|error| error.to_string())?;
        let place = Place {
            region: "us-east-1".into(),
            account: "000000000000".into(),
            stack_name: "S".into(),
        };
        let functions = crate::template::functions::read(&template, &Resolver::new(&template, &place));
        let mut functions = functions.map_err(|problem| problem.to_string())?;
        Ok(functions.swap_remove(0).asynchronous)
    }

    fn spec(retries: usize, seconds: u64) -> AsynchronousSpec {
        AsynchronousSpec {
            retries,
            maximum_age: Duration::from_secs(seconds),
            on_success: None,
            on_failure: None,
        }
    }

    #[test]
    fn destinations_are_functions_of_the_template() {
        let arn = json!({ "Fn::GetAtt": ["F", "Arn"] });
        let queue = json!({ "Fn::GetAtt": ["Queue", "Arn"] });
        let destinations = json!({ "OnSuccess": { "Destination": arn }, "OnFailure": { "Destination": queue } });
        let spec = configured(json!({ "Ref": "F" }), &[("DestinationConfig", destinations)]);
        let spec = spec.map(|spec| (spec.on_success, spec.on_failure));
        let arn = "arn:aws:lambda:us-east-1:000000000000:function:S-F";
        assert_eq!(spec, Ok((Some(arn.to_owned()), None)));
    }

    #[test]
    fn says_how_often_and_how_long() {
        let function = || json!({ "Ref": "F" });
        for (properties, expected) in [
            (vec![], spec(2, 21_600)),
            (vec![("MaximumRetryAttempts", json!(0))], spec(0, 21_600)),
            (vec![("MaximumRetryAttempts", json!("1"))], spec(1, 21_600)),
            (vec![("MaximumEventAgeInSeconds", json!(60))], spec(2, 60)),
            (
                vec![("MaximumRetryAttempts", json!(0)), ("Qualifier", json!("live"))],
                spec(2, 21_600),
            ),
        ] {
            assert_eq!(configured(function(), &properties), Ok(expected), "{properties:?}");
        }
        let arn = json!({ "Fn::GetAtt": ["F", "Arn"] });
        assert_eq!(
            configured(arn, &[("MaximumRetryAttempts", json!(0))]),
            Ok(spec(0, 21_600))
        );
        let elsewhere = configured(json!("elsewhere"), &[("MaximumRetryAttempts", json!(0))]);
        assert_eq!(elsewhere, Ok(AsynchronousSpec::default()));
    }

    #[test]
    fn refuses_what_lambda_would_not_deploy() {
        for (property, value) in [
            ("MaximumRetryAttempts", 3),
            ("MaximumEventAgeInSeconds", 59),
            ("MaximumEventAgeInSeconds", 21_601),
        ] {
            let refused = configured(json!({ "Ref": "F" }), &[(property, json!(value))]);
            assert!(
                refused.is_err_and(|words| words.contains(property)),
                "{property} {value}"
            );
        }
    }
}
