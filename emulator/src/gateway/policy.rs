//! Evaluates an authorizer's policy document against the ARN of the method called.

use serde_json::{Value, json};

/// In small letters: actions are compared without regard to case.
const INVOKE: &str = "execute-api:invoke";
/// The longest `Resource` of a statement (characters; <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html>).
const MAX_RESOURCE_CHARS: usize = 512;

/// Whether `policy` allows invoking `method_arn`; `None` when it is not a policy document.
///
/// An explicit Deny wins, and without a matching Allow the answer is no. A statement with a `Condition`, which is not evaluated
/// here, makes the whole no policy, so that it lets nobody in.
pub(super) fn allows(policy: &Value, method_arn: &str) -> Option<bool> {
    let statements = match policy.get("Statement")? {
        Value::Array(statements) => statements.iter().collect(),
        single @ Value::Object(_) => vec![single],
        _ => return None,
    };
    let mut allowed = false;
    for statement in statements {
        if !is_short(statement.get("Resource")?) {
            return None;
        }
        if statement
            .get("Condition")
            .is_some_and(|condition| *condition != json!({}))
        {
            tracing::error!("the authorizer's policy has a Condition, which the emulator does not evaluate");
            return None;
        }
        let applies = any_matches(&in_small_letters(statement.get("Action")?), INVOKE)?
            && any_matches(statement.get("Resource")?, method_arn)?;
        match (statement.get("Effect")?.as_str()?, applies) {
            ("Deny", true) => return Some(false),
            ("Allow", true) => allowed = true,
            ("Allow" | "Deny", false) => {}
            _ => return None,
        }
    }
    Some(allowed)
}

/// AWS documents the limit, and not what becomes of a longer one: here it is no policy.
fn is_short(resource: &Value) -> bool {
    match resource {
        Value::Array(resources) => resources.iter().all(is_short),
        other => other
            .as_str()
            .is_none_or(|text| text.chars().count() <= MAX_RESOURCE_CHARS),
    }
}

fn in_small_letters(actions: &Value) -> Value {
    match actions {
        Value::String(action) => action.to_ascii_lowercase().into(),
        Value::Array(actions) => actions.iter().map(in_small_letters).collect(),
        other => other.clone(),
    }
}

/// `patterns` is one pattern or a list of them.
fn any_matches(patterns: &Value, text: &str) -> Option<bool> {
    match patterns {
        Value::String(pattern) => Some(matches(pattern.as_bytes(), text.as_bytes())),
        Value::Array(patterns) => patterns
            .iter()
            .try_fold(false, |found, pattern| Some(found || any_matches(pattern, text)?)),
        _ => None,
    }
}

/// Glob matching with `*` (any text, slashes included) and `?` (one byte), in time linear in both for one star and at
/// worst their product.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut last_star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                last_star = Some((p, t));
                p += 1;
            }
            Some(&byte) if byte == b'?' || byte == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match last_star {
                Some((star, from)) => {
                    last_star = Some((star, from + 1));
                    p = star + 1;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:execute-api:us-east-1:000000000000:abc/ws/$connect";

    fn statement(effect: &str, resource: &str) -> Value {
        json!({ "Effect": effect, "Action": INVOKE, "Resource": resource })
    }

    #[test]
    fn only_a_matching_allow_allows() {
        let cases = [
            (ARN, true),
            ("arn:aws:execute-api:us-east-1:000000000000:abc/ws/*", true),
            ("*", true),
            ("arn:aws:execute-api:*:*:abc/ws/$connec?", true),
            ("arn:aws:execute-api:us-east-1:000000000000:abc/ws/*/*", false),
            ("arn:aws:execute-api:us-east-1:000000000000:abc/ws/$connec", false),
            ("arn:aws:execute-api:us-east-1:000000000000:xyz/ws/$connect", false),
        ];
        for (resource, expected) in cases {
            let policy = json!({ "Version": "2012-10-17", "Statement": [statement("Allow", resource)] });
            assert_eq!(allows(&policy, ARN), Some(expected), "{resource}");
        }
    }

    #[test]
    fn actions_are_read_without_regard_to_case() {
        for (action, expected) in [
            (json!("Execute-API:invoke"), true),
            (json!(["execute-api:ManageConnections", "EXECUTE-API:*"]), true),
            (json!("execute-api:Invalidate*"), false),
        ] {
            let policy = json!({ "Statement": { "Effect": "Allow", "Action": action, "Resource": "*" } });
            assert_eq!(allows(&policy, ARN), Some(expected), "{action}");
        }
    }

    #[test]
    fn a_condition_lets_nobody_in() {
        let address = json!({ "IpAddress": { "aws:SourceIp": "192.0.2.0/24" } });
        for (effect, condition, expected) in [
            ("Allow", json!({}), Some(true)),
            ("Allow", address.clone(), None),
            ("Deny", address, None),
        ] {
            let mut conditional = statement(effect, "*");
            conditional["Condition"] = condition;
            let policy = json!({ "Statement": [statement("Allow", "*"), conditional] });
            assert_eq!(allows(&policy, ARN), expected, "{policy}");
        }
    }

    #[test]
    fn deny_wins_in_any_order() {
        for statements in [
            json!([statement("Deny", ARN), statement("Allow", "*")]),
            json!([statement("Allow", "*"), statement("Deny", "*")]),
        ] {
            assert_eq!(allows(&json!({ "Statement": statements }), ARN), Some(false));
        }
    }

    #[test]
    fn anything_else_is_no_policy() {
        for policy in [
            json!({}),
            json!({ "Statement": "x" }),
            json!({ "Statement": [{ "Effect": "Allow" }] }),
            json!({ "Statement": [{ "Effect": "Maybe", "Action": INVOKE, "Resource": ARN }] }),
        ] {
            assert_eq!(allows(&policy, ARN), None, "{policy}");
        }
    }
}
