//! `Parameters`: the value of each, from `--parameter` or its default.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::Template;
use crate::problem::Problem;

/// A value of this type is the name of an entry in Parameter Store, and `Ref` gives what stands there.
const OF_PARAMETER_STORE: &str = "AWS::SSM::Parameter::Value<";

/// One entry of `Parameters`.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Parameter {
    #[serde(rename = "Type", default)]
    kind: String,
    #[serde(rename = "Default")]
    default: Option<Value>,
    #[serde(rename = "AllowedValues", default)]
    allowed: Vec<Value>,
}

impl Parameter {
    /// What `Ref` gives: text, or a list of texts.
    pub(super) fn value(&self, name: &str, given: Option<&str>) -> Result<Value, Problem> {
        if given.is_none() && self.kind.starts_with(OF_PARAMETER_STORE) {
            return Err(Problem::new(format!(
                "the parameter {name} takes its value from Parameter Store, which is not here: give it with --parameter {name}=VALUE."
            )));
        }
        let text = match (given, &self.default) {
            (Some(given), _) => given.to_owned(),
            (None, Some(default)) => plain(default).ok_or_else(|| {
                Problem::new(format!(
                    "the parameter {name} has a default that is no text: {default}."
                ))
            })?,
            (None, None) => {
                return Err(Problem::new(format!(
                    "the parameter {name} has no default value: give it with --parameter {name}=VALUE."
                )));
            }
        };
        self.check(name, &text)?;
        Ok(if self.is_list() {
            items(&text)
        } else {
            Value::String(text)
        })
    }

    fn is_list(&self) -> bool {
        self.kind.contains("List")
    }

    fn check(&self, name: &str, text: &str) -> Result<(), Problem> {
        if self.kind == "Number" && text.parse::<f64>().is_err() {
            return Err(Problem::new(format!(
                "the parameter {name} must be a number, but is {text}."
            )));
        }
        let allowed: Vec<String> = self.allowed.iter().filter_map(plain).collect();
        let mut parts = if self.is_list() {
            text.split(',').collect()
        } else {
            vec![text]
        };
        parts.retain(|part| !allowed.is_empty() && !allowed.iter().any(|allowed| allowed == part.trim()));
        match parts.first() {
            None => Ok(()),
            Some(part) => Err(Problem::new(format!(
                "the parameter {name} must be one of {}, but is {part}.",
                allowed.join(", ")
            ))),
        }
    }
}

impl Template {
    /// The same template with `given` as values of its parameters.
    ///
    /// # Errors
    /// A name that is no parameter, or a value that the parameter does not allow.
    pub(super) fn with_parameters(mut self, given: BTreeMap<String, String>) -> Result<Self, Problem> {
        for (name, value) in &given {
            let parameter = self.parameters.get(name).ok_or_else(|| {
                let known: Vec<&str> = self.parameters.keys().map(String::as_str).collect();
                Problem::new(format!(
                    "--parameter {name}=… names no parameter of the template: its parameters are {}.",
                    if known.is_empty() {
                        "none".to_owned()
                    } else {
                        known.join(", ")
                    }
                ))
            })?;
            parameter.value(name, Some(value))?;
        }
        self.given = given;
        Ok(self)
    }
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

fn items(text: &str) -> Value {
    text.split(',')
        .map(|item| Value::String(item.trim().to_owned()))
        .collect()
}
