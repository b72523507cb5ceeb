//! Functions that make text of text: `Fn::Join`, `Fn::Split`, `Fn::Select`, `Fn::Sub`, `Fn::Base64`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::{Resolver, malformed, scalar};
use crate::problem::Problem;

/// A text that grows beyond this was not meant (bytes): a whole template has no more.
const MAX_TEXT_BYTES: usize = 1024 * 1024;

impl Resolver<'_> {
    pub(super) fn join(&self, argument: &Value, depth: usize) -> Result<Value, Problem> {
        let resolved = self.value(argument, depth)?;
        let Some([Value::String(delimiter), Value::Array(parts)]) = resolved.as_array().map(Vec::as_slice) else {
            return Err(malformed("Fn::Join", argument));
        };
        let parts = parts.iter().map(scalar).collect::<Option<Vec<_>>>();
        let parts = parts.ok_or_else(|| malformed("Fn::Join", argument))?;
        bounded(parts.join(delimiter))
    }

    pub(super) fn select(&self, argument: &Value, depth: usize) -> Result<Value, Problem> {
        let resolved = self.value(argument, depth)?;
        let Some([index, Value::Array(items)]) = resolved.as_array().map(Vec::as_slice) else {
            return Err(malformed("Fn::Select", argument));
        };
        scalar(index)
            .and_then(|index| index.parse::<usize>().ok())
            .and_then(|index| items.get(index).cloned())
            .ok_or_else(|| malformed("Fn::Select", argument))
    }

    pub(super) fn split(&self, argument: &Value, depth: usize) -> Result<Value, Problem> {
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
    pub(super) fn substitute(&self, argument: &Value, depth: usize) -> Result<Value, Problem> {
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
        bounded(text)
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

    pub(super) fn base64(&self, argument: &Value, depth: usize) -> Result<Value, Problem> {
        match self.value(argument, depth)? {
            Value::String(text) => bounded(STANDARD.encode(text)),
            other => Err(malformed("Fn::Base64", &other)),
        }
    }
}

fn bounded(text: String) -> Result<Value, Problem> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(Problem::new("a text grows beyond 1 MB: shorten what it is made of."));
    }
    Ok(Value::String(text))
}
