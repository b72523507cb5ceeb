//! `AWS::Events::Rule` on the default bus: when it fires, and which functions it then invokes. What does not run here is
//! warned about, so that nobody waits for it.

use serde_json::{Value, json};

use super::{FunctionSpec, Properties, Resolver, Template};
use crate::event_pattern::{BadPattern, Pattern};
use crate::problem::{OrProblem, Problem};

/// An enabled rule.
#[derive(Debug, Clone)]
pub(crate) struct RuleSpec {
    pub(crate) arn: String,
    /// The period of `rate(…)`, in minutes.
    pub(crate) every_minutes: Option<u32>,
    pub(crate) pattern: Option<Pattern>,
    pub(crate) targets: Vec<RuleTarget>,
}

/// A function that a rule invokes.
#[derive(Debug, Clone)]
pub(crate) struct RuleTarget {
    pub(crate) function: String,
    /// What the function gets in place of the event: JSON.
    pub(crate) input: Option<String>,
}

/// How a target would have its event changed; the emulator does not.
const TRANSFORMS: [&str; 2] = ["InputPath", "InputTransformer"];

pub(super) fn read(
    template: &Template,
    resolver: &Resolver<'_>,
    functions: &[FunctionSpec],
) -> Result<Vec<RuleSpec>, Problem> {
    let mut rules = Vec::new();
    for (logical_id, resource) in template.of_type("AWS::Events::Rule") {
        let rule = Properties::of(logical_id, resource, resolver);
        if rule.text("State")?.as_deref() == Some("DISABLED") {
            continue;
        }
        if !is_of_default_bus(&rule)? {
            tracing::warn!(rule = logical_id, "event buses other than the default one are not run");
            continue;
        }
        let arn = resolver.resolve(&json!({ "Fn::GetAtt": [logical_id, "Arn"] }))?;
        rules.push(RuleSpec {
            arn: arn.as_str().unwrap_or_default().to_owned(),
            every_minutes: period(&rule)?,
            pattern: pattern(&rule)?,
            targets: targets(&rule, functions)?,
        });
    }
    Ok(rules)
}

fn is_of_default_bus(rule: &Properties<'_>) -> Result<bool, Problem> {
    let bus = rule.text("EventBusName")?;
    Ok(bus.is_none_or(|bus| bus == "default" || bus.ends_with(":event-bus/default")))
}

fn period(rule: &Properties<'_>) -> Result<Option<u32>, Problem> {
    let Some(expression) = rule.text("ScheduleExpression")? else {
        return Ok(None);
    };
    if expression.starts_with("cron(") {
        tracing::warn!(
            rule = rule.logical_id,
            expression,
            "schedules by cron are not run: use rate(…)"
        );
        return Ok(None);
    }
    minutes(&expression).map(Some).ok_or_else(|| {
        let expected = "rate(1 minute), rate(<n> minutes), the same with hours or days, or cron(…)";
        rule.wrong("ScheduleExpression", expected, &json!(expression))
    })
}

/// EventBridge wants the singular for one and the plural for more
/// (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html>).
fn minutes(expression: &str) -> Option<u32> {
    let (count, unit) = expression.strip_prefix("rate(")?.strip_suffix(')')?.split_once(' ')?;
    let count: u32 = count.parse().ok()?;
    let minutes = match (count, unit) {
        (0, _) => return None,
        (1, "minute") | (2.., "minutes") => 1,
        (1, "hour") | (2.., "hours") => 60,
        (1, "day") | (2.., "days") => 24 * 60,
        _ => return None,
    };
    count.checked_mul(minutes)
}

fn pattern(rule: &Properties<'_>) -> Result<Option<Pattern>, Problem> {
    let Some(pattern) = rule.value("EventPattern")? else {
        return Ok(None);
    };
    match Pattern::read(&pattern) {
        Ok(pattern) => Ok(Some(pattern)),
        Err(BadPattern::Operator(operator)) => {
            let why = "the emulator matches exact values alone: the rule never matches";
            tracing::warn!(rule = rule.logical_id, operator, "{why}");
            Ok(None)
        }
        Err(BadPattern::Shape) => Err(rule.wrong("EventPattern", "a map whose values are lists or maps", &pattern)),
    }
}

fn targets(rule: &Properties<'_>, functions: &[FunctionSpec]) -> Result<Vec<RuleTarget>, Problem> {
    let mut found = Vec::new();
    for target in rule.parts("Targets")? {
        let arn = target.required_text("Arn")?;
        let Some(function) = functions.iter().find(|function| function.arn == arn) else {
            tracing::warn!(
                rule = rule.logical_id,
                arn,
                "targets other than the template's functions are not run"
            );
            continue;
        };
        if let Some(transform) = TRANSFORMS.iter().find(|transform| target.has(transform)) {
            tracing::warn!(
                rule = rule.logical_id,
                transform,
                "events are not transformed: the target is not run"
            );
            continue;
        }
        found.push(RuleTarget {
            function: function.name.clone(),
            input: input(&target)?,
        });
    }
    Ok(found)
}

fn input(target: &Properties<'_>) -> Result<Option<String>, Problem> {
    let input = target.text("Input")?;
    if let Some(text) = &input {
        serde_json::from_str::<Value>(text)
            .or_problem(|| format!("The Input of a target of {} is no JSON: mend it", target.logical_id))?;
    }
    Ok(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_as_eventbridge_does() {
        for (expression, expected) in [
            ("rate(1 minute)", Some(1)),
            ("rate(5 minutes)", Some(5)),
            ("rate(1 hour)", Some(60)),
            ("rate(12 hours)", Some(720)),
            ("rate(1 day)", Some(1_440)),
            ("rate(7 days)", Some(10_080)),
            ("rate(1 minutes)", None),
            ("rate(2 minute)", None),
            ("rate(0 minutes)", None),
            ("rate(-1 minutes)", None),
            ("rate(1.5 hours)", None),
            ("rate(1 week)", None),
            ("rate(4294967295 days)", None),
            ("rate(5minutes)", None),
            ("rate (5 minutes)", None),
            ("5 minutes", None),
        ] {
            assert_eq!(minutes(expression), expected, "{expression}");
        }
    }
}
