//! A resource's properties, read with its logical id in every complaint.

use serde_json::Value;

use super::{Resolver, Resource};
use crate::problem::Problem;

/// A resource's properties, read with its logical id in every complaint.
pub(super) struct Properties<'a> {
    pub(super) logical_id: &'a str,
    pub(super) properties: &'a Value,
    pub(super) resolver: &'a Resolver<'a>,
}

impl<'a> Properties<'a> {
    pub(super) fn of(logical_id: &'a str, resource: &'a Resource, resolver: &'a Resolver<'a>) -> Self {
        Self {
            logical_id,
            properties: &resource.properties,
            resolver,
        }
    }

    /// A property that is a structure, with nothing in it resolved yet: what nobody reads need not be resolvable.
    pub(super) fn part(&self, name: &str) -> Option<Self> {
        self.has(name).then(|| Self {
            properties: &self.properties[name],
            ..*self
        })
    }

    pub(super) fn required_part(&self, name: &str) -> Result<Self, Problem> {
        self.part(name)
            .ok_or_else(|| Problem::new(format!("{} has no {name}.", self.logical_id)))
    }

    /// A property that is a list of structures, as [`Properties::part`] gives one.
    pub(super) fn parts(&self, name: &str) -> Result<Vec<Self>, Problem> {
        match self.properties.get(name) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(items)) => Ok(items.iter().map(|properties| Self { properties, ..*self }).collect()),
            Some(other) => Err(self.wrong(name, "a list", other)),
        }
    }

    /// Truth, absent being false; CloudFormation also takes it as text.
    pub(super) fn flag(&self, name: &str) -> Result<bool, Problem> {
        match self.value(name)? {
            None => Ok(false),
            Some(value) => match (value.as_bool(), value.as_str()) {
                (Some(truth), _) => Ok(truth),
                (None, Some("true")) => Ok(true),
                (None, Some("false")) => Ok(false),
                _ => Err(self.wrong(name, "true or false", &value)),
            },
        }
    }

    /// Whether the property is there at all.
    pub(super) fn has(&self, name: &str) -> bool {
        self.properties.get(name).is_some_and(|value| !value.is_null())
    }

    pub(super) fn value(&self, name: &str) -> Result<Option<Value>, Problem> {
        match self.properties.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => {
                Ok(Some(self.resolver.resolve(value).map_err(|problem| {
                    Problem::new(format!("{}.{name}: {problem}", self.logical_id))
                })?))
            }
        }
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Problem> {
        match self.value(name)? {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            // CloudFormation takes these as the text that they are written as.
            Some(plain @ (Value::Number(_) | Value::Bool(_))) => Ok(Some(plain.to_string())),
            Some(other) => Err(self.wrong(name, "a string", &other)),
        }
    }

    pub(super) fn required_text(&self, name: &str) -> Result<String, Problem> {
        self.text(name)?
            .ok_or_else(|| Problem::new(format!("{} has no {name}.", self.logical_id)))
    }

    /// A whole number; CloudFormation also takes it as text.
    pub(super) fn number(&self, name: &str) -> Result<Option<u64>, Problem> {
        match self.value(name)? {
            None => Ok(None),
            Some(value) => value
                .as_u64()
                .or_else(|| value.as_str().and_then(|text| text.parse().ok()))
                .map(Some)
                .ok_or_else(|| self.wrong(name, "a whole number", &value)),
        }
    }

    /// A number of zero or more, perhaps with a fraction; CloudFormation also takes it as text.
    pub(super) fn decimal(&self, name: &str) -> Result<Option<f64>, Problem> {
        match self.value(name)? {
            None => Ok(None),
            Some(value) => value
                .as_f64()
                .or_else(|| value.as_str().and_then(|text| text.parse().ok()))
                .filter(|number: &f64| number.is_finite() && *number >= 0.0)
                .map(Some)
                .ok_or_else(|| self.wrong(name, "a number of zero or more", &value)),
        }
    }

    pub(super) fn texts(&self, name: &str) -> Result<Vec<String>, Problem> {
        match self.value(name)? {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => items
                .into_iter()
                .map(|item| match item {
                    Value::String(text) => Ok(text),
                    other => Err(self.wrong(name, "a list of strings", &other)),
                })
                .collect(),
            Some(other) => Err(self.wrong(name, "a list of strings", &other)),
        }
    }

    pub(super) fn wrong(&self, name: &str, expected: &str, got: &Value) -> Problem {
        Problem::new(format!(
            "{}.{name} must be {expected}, but the template has {got}.",
            self.logical_id
        ))
    }
}
