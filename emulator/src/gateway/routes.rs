//! Chooses the route of a message by the API's route selection expression
//! (<https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html>).

use serde_json::Value;

/// The route key that `expression` yields for `body`, if any: not JSON, or nothing selected, is `None`.
pub(super) fn select(expression: &str, body: &str) -> Option<String> {
    let body: Value = serde_json::from_str(body).ok()?;
    let selected = evaluate(expression, &body);
    (!selected.is_empty()).then_some(selected)
}

/// `$request.body.a.b`, text with `${request.body.a}` in it, or static text; a missing path is the empty string.
fn evaluate(expression: &str, body: &Value) -> String {
    if let Some(path) = expression.strip_prefix("$request.body.") {
        return at(body, path);
    }
    let mut selected = String::new();
    let mut rest = expression;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else { break };
        selected.push_str(&rest[..start]);
        if let Some(path) = rest[start + 2..start + length].strip_prefix("request.body.") {
            selected.push_str(&at(body, path));
        }
        rest = &rest[start + length + 1..];
    }
    selected.push_str(rest);
    selected.strip_prefix('\\').unwrap_or(&selected).to_owned()
}

/// The scalar at a path of names and indices, such as `a.b[0]['c']`.
fn at(body: &Value, path: &str) -> String {
    let path = path.replace(['\'', '"', ']'], "").replace('[', ".");
    let found = path.split('.').try_fold(body, |value, key| match value {
        Value::Array(items) => items.get(key.parse::<usize>().ok()?),
        other => other.get(key),
    });
    match found {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Bool(truth)) => truth.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selects_as_the_developer_guide_shows() {
        let body = r#"{"service":"chat","action":"join","deep":{"er":[{"x":1}]}}"#;
        for (expression, expected) in [
            ("$request.body.action", Some("join")),
            ("${request.body.action}", Some("join")),
            ("${request.body.service}/${request.body.action}", Some("chat/join")),
            ("${request.body.action}-${request.body.nope}", Some("join-")),
            ("$request.body.deep.er[0].x", Some("1")),
            ("${request.body.deep['er'][0]['x']}!", Some("1!")),
            ("action", Some("action")),
            ("\\$default", Some("$default")),
            ("$request.body.nope", None),
            ("$request.body.deep", None),
        ] {
            assert_eq!(select(expression, body).as_deref(), expected, "{expression}");
        }
    }

    #[test]
    fn a_body_that_is_not_json_selects_nothing() {
        for body in ["", "hello", "{", "[1", "\u{feff}{}"] {
            assert_eq!(select("$request.body.action", body), None, "{body}");
        }
        for body in ["[]", "1", "null", r#"{"action":null}"#, r#"{"action":""}"#] {
            assert_eq!(select("$request.body.action", body), None, "{body}");
        }
    }
}
