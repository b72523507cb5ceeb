//! The variables of functions: what `--env` gives, else what the template says, with placeholders for what does not run here.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Properties, Template};
use crate::nearest::hint;
use crate::problem::Problem;

/// Values by function and name, as `--env Function.NAME=VALUE` gives them.
pub(crate) type GivenVariables = BTreeMap<String, BTreeMap<String, String>>;

impl Template {
    /// The same template with `given` in the place of what it says.
    pub(crate) fn with_variables(mut self, given: GivenVariables) -> Self {
        self.variables = given;
        self
    }

    pub(super) fn variables_of(&self, function: &str) -> Option<&BTreeMap<String, String>> {
        self.variables.get(function)
    }

    /// # Errors
    /// A `--env` that names none of these functions.
    pub(super) fn check_variables<'a>(&self, functions: impl Iterator<Item = &'a str>) -> Result<(), Problem> {
        let known: Vec<&str> = functions.collect();
        match self.variables.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(Problem::new(format!(
                "--env {name}.… names no function of the template by its logical id: {}.",
                hint(name, &known)
            ))),
            None => Ok(()),
        }
    }
}

/// Variables whose value is none, because it is that of a resource which does not run here: functions by variable and resource.
#[derive(Debug, Default)]
pub(super) struct Placeholders(BTreeMap<(String, String), Vec<String>>);

impl Placeholders {
    /// Tells of each variable once, however many functions have it.
    pub(super) fn warn(&self) {
        for ((variable, resource), functions) in &self.0 {
            tracing::warn!(
                "the variable {variable} of {} is a placeholder, since the emulator does not run {resource}: give a value with \
                 --env {}.{variable}=VALUE",
                functions.join(", "),
                functions.first().map_or("", String::as_str)
            );
        }
    }
}

/// Every variable of a function; those `given` are not looked at in the template.
pub(super) fn read(
    function: &Properties<'_>,
    given: Option<&BTreeMap<String, String>>,
    placeholders: &mut Placeholders,
) -> Result<BTreeMap<String, String>, Problem> {
    let mut variables = given.cloned().unwrap_or_default();
    let stated = function.part("Environment");
    let stated = stated.as_ref().and_then(|environment| environment.part("Variables"));
    let Some(stated) = stated else { return Ok(variables) };
    let entries = stated
        .properties
        .as_object()
        .ok_or_else(|| function.wrong("Environment.Variables", "a map", stated.properties))?;
    for (name, value) in entries {
        if variables.contains_key(name) {
            continue;
        }
        let resolved = function.resolver.resolve_noting_absent(value);
        let (value, absent) = resolved
            .map_err(|problem| Problem::new(format!("{}.Environment.{name}: {problem}", function.logical_id)))?;
        placeholders.note(name, &absent, function);
        variables.insert(name.clone(), text(function, name, value)?);
    }
    Ok(variables)
}

impl Placeholders {
    fn note(&mut self, variable: &str, absent: &BTreeSet<String>, function: &Properties<'_>) {
        for resource in absent {
            let functions = self.0.entry((variable.to_owned(), resource.clone())).or_default();
            functions.push(function.logical_id.to_owned());
        }
    }
}

fn text(function: &Properties<'_>, name: &str, value: Value) -> Result<String, Problem> {
    match value {
        Value::String(text) => Ok(text),
        Value::Number(_) | Value::Bool(_) => Ok(value.to_string()),
        other => Err(function.wrong(&format!("Environment.Variables.{name}"), "a string", &other)),
    }
}
