//! Resolves CloudFormation's intrinsic functions to what the deployed value would look like.

mod logic;
mod names;
mod text;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Resource, Template, known};
use crate::problem::Problem;

/// Deeper nesting than this is a reference cycle.
const MAX_DEPTH: usize = 64;
/// More steps than this for one value are references that multiply: whole templates take a few thousand.
const MAX_STEPS: usize = 100_000;

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
    /// Of the value that is being resolved.
    steps: Cell<usize>,
    /// Resources that were named and that the emulator does not run.
    absent: RefCell<BTreeSet<String>>,
}

impl<'a> Resolver<'a> {
    pub(crate) fn new(template: &'a Template, place: &'a Place) -> Self {
        Self {
            template,
            place,
            steps: Cell::new(0),
            absent: RefCell::default(),
        }
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
        self.steps.set(0);
        self.physical_id(logical_id, self.resource(logical_id)?, 0)
            .map_err(|problem| Problem::new(format!("{logical_id}: {problem}")))
    }

    /// Replaces every intrinsic function in `value`.
    ///
    /// # Errors
    /// An unknown reference, an unsupported function, or a cycle.
    pub(crate) fn resolve(&self, value: &Value) -> Result<Value, Problem> {
        self.steps.set(0);
        self.value(value, 0)
    }

    /// As [`Resolver::resolve`], with the resources that the value is made of and that the emulator does not run, each with its
    /// type.
    ///
    /// # Errors
    /// As [`Resolver::resolve`].
    pub(super) fn resolve_noting_absent(&self, value: &Value) -> Result<(Value, BTreeSet<String>), Problem> {
        self.absent.take();
        let resolved = self.resolve(value)?;
        Ok((resolved, self.absent.take()))
    }

    fn value(&self, value: &Value, depth: usize) -> Result<Value, Problem> {
        self.step(depth)?;
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
            Value::String(text) if text.contains("{{resolve:") => Err(Problem::new(format!(
                "{text} takes a value from Parameter Store or Secrets Manager, which are not here: make it a parameter."
            ))),
            plain => Ok(plain.clone()),
        }
    }

    fn step(&self, depth: usize) -> Result<(), Problem> {
        if depth > MAX_DEPTH {
            return Err(Problem::new("references run in a circle."));
        }
        if self.steps.replace(self.steps.get() + 1) > MAX_STEPS {
            return Err(Problem::new("references multiply without end: name each value once."));
        }
        Ok(())
    }

    fn call(&self, name: &str, argument: &Value, depth: usize) -> Result<Value, Problem> {
        match name {
            "Ref" => self.reference(text(argument, name)?, depth),
            "Fn::GetAtt" => self.attribute(argument, depth),
            "Fn::Join" => self.join(argument, depth),
            "Fn::Sub" => self.substitute(argument, depth),
            "Fn::Select" => self.select(argument, depth),
            "Fn::Split" => self.split(argument, depth),
            "Fn::Base64" => self.base64(argument, depth),
            "Fn::FindInMap" => self.find_in_map(argument, depth),
            "Fn::If" => self.chosen(argument, depth),
            "Fn::Transform" => Err(Problem::new(
                "Fn::Transform calls a macro, which CloudFormation alone can run: give the template that it makes.",
            )),
            "Fn::ImportValue" => Err(Problem::new(
                "Fn::ImportValue takes a value from another stack, which is not here: make it a parameter, or a context value of the CDK.",
            )),
            other => Err(Problem::new(format!(
                "{other} is not supported: use Ref, Fn::GetAtt, Fn::Join, Fn::Sub, Fn::Select, Fn::Split, Fn::Base64, Fn::FindInMap or Fn::If."
            ))),
        }
    }

    fn reference(&self, name: &str, depth: usize) -> Result<Value, Problem> {
        if let Some(pseudo) = self.pseudo_parameter(name) {
            return Ok(pseudo);
        }
        if let Some(parameter) = self.template.parameters.get(name) {
            return parameter.value(name, self.template.given.get(name).map(String::as_str));
        }
        let resource = self.resource(name)?;
        self.note_absent(name, resource);
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

    fn note_absent(&self, logical_id: &str, resource: &Resource) {
        if !known::is_run(&resource.kind) {
            let named = format!("{logical_id} ({})", resource.kind);
            self.absent.borrow_mut().insert(named);
        }
    }

    fn resource(&self, name: &str) -> Result<&'a Resource, Problem> {
        self.template.resources.get(name).ok_or_else(|| {
            Problem::new(format!(
                "there is no resource or parameter named {name} in the template."
            ))
        })
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
mod tests;
