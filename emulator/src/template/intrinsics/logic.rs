//! Functions that choose: conditions with `Fn::Equals`, `Fn::And`, `Fn::Or`, `Fn::Not`, and `Fn::If`, `Fn::FindInMap`.

use serde_json::Value;

use super::{Resolver, malformed, scalar, text};
use crate::problem::Problem;

impl Resolver<'_> {
    /// Whether the condition `name` of the template holds.
    ///
    /// # Errors
    /// There is no such condition, or it cannot be resolved.
    pub(crate) fn condition(&self, name: &str) -> Result<bool, Problem> {
        self.steps.set(0);
        self.named(name, 0)
    }

    fn named(&self, name: &str, depth: usize) -> Result<bool, Problem> {
        let condition = self
            .template
            .conditions
            .get(name)
            .ok_or_else(|| Problem::new(format!("there is no condition named {name} in the template.")))?;
        self.truth(condition, depth + 1)
    }

    fn truth(&self, condition: &Value, depth: usize) -> Result<bool, Problem> {
        self.step(depth)?;
        let single = condition.as_object().filter(|map| map.len() == 1);
        let Some((function, argument)) = single.and_then(|map| map.iter().next()) else {
            return Err(no_condition(condition));
        };
        match (function.as_str(), argument) {
            ("Condition", Value::String(name)) => self.named(name, depth),
            ("Fn::Equals", Value::Array(sides)) => self.equal(sides, depth),
            ("Fn::Not", Value::Array(only)) if only.len() == 1 => Ok(!self.truth(&only[0], depth + 1)?),
            // Without short cuts, so that what cannot be resolved is always told.
            ("Fn::And", Value::Array(all)) => Ok(self.truths(all, depth)?.into_iter().all(|truth| truth)),
            ("Fn::Or", Value::Array(any)) => Ok(self.truths(any, depth)?.into_iter().any(|truth| truth)),
            _ => Err(no_condition(condition)),
        }
    }

    fn truths(&self, conditions: &[Value], depth: usize) -> Result<Vec<bool>, Problem> {
        conditions
            .iter()
            .map(|condition| self.truth(condition, depth + 1))
            .collect()
    }

    /// Numbers and truth values equal the text that they are written as.
    fn equal(&self, sides: &[Value], depth: usize) -> Result<bool, Problem> {
        let [left, right] = sides else {
            return Err(malformed("Fn::Equals", &Value::Array(sides.to_vec())));
        };
        let (left, right) = (self.value(left, depth)?, self.value(right, depth)?);
        Ok(match (scalar(&left), scalar(&right)) {
            (Some(left), Some(right)) => left == right,
            _ => left == right,
        })
    }

    /// `Fn::If`: [condition, value if it holds, value otherwise].
    pub(super) fn chosen(&self, argument: &Value, depth: usize) -> Result<Value, Problem> {
        let Some([Value::String(name), then, otherwise]) = argument.as_array().map(Vec::as_slice) else {
            return Err(malformed("Fn::If", argument));
        };
        let value = if self.named(name, depth)? { then } else { otherwise };
        self.value(value, depth)
    }

    /// `Fn::FindInMap`: [map, key, second key], and maybe `{ "DefaultValue": … }`.
    pub(super) fn find_in_map(&self, argument: &Value, depth: usize) -> Result<Value, Problem> {
        let (keys, default) = match argument.as_array().map(Vec::as_slice) {
            Some([map, first, second]) => ([map, first, second], None),
            Some([map, first, second, more]) => ([map, first, second], more.get("DefaultValue")),
            _ => return Err(malformed("Fn::FindInMap", argument)),
        };
        let mut found = Some(&self.template.mappings);
        let mut path = Vec::new();
        for key in keys {
            let key = self.value(key, depth)?;
            let key = text(&key, "Fn::FindInMap")?;
            found = found.and_then(|map| map.get(key));
            path.push(key.to_owned());
        }
        match (found, default) {
            (Some(value), _) => Ok(value.clone()),
            (None, Some(default)) => self.value(default, depth),
            (None, None) => Err(Problem::new(format!(
                "the template's Mappings have no {}.",
                path.join(" / ")
            ))),
        }
    }
}

fn no_condition(value: &Value) -> Problem {
    Problem::new(format!(
        "{value} is no condition: use Fn::Equals, Fn::And, Fn::Or, Fn::Not or {{ \"Condition\": name }}."
    ))
}
