//! YAML as CloudFormation takes it, with the short forms `!Ref`, `!Sub`, `!GetAtt` and all others, into one JSON value.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};
use serde_json::{Map, Value, json};

use crate::problem::Problem;

/// Deeper nesting is no template; JSON has the same bound.
const MAX_DEPTH: usize = 128;
/// More values than this come from anchors that multiply (1 MB of text has fewer).
const MAX_VALUES: usize = 500_000;

/// # Errors
/// What is wrong, and in which line.
pub(super) fn parse(text: &str) -> Result<Value, Problem> {
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| at(error.marker().line(), error.info()))?;
        builder.take(event).map_err(|why| at(span.start.line(), &why))?;
    }
    builder.document.ok_or_else(|| Problem::new("it is empty"))
}

fn at(line: usize, why: &str) -> Problem {
    Problem::new(format!("line {line}: {why}"))
}

/// What YAML writes beside a value.
struct Marks {
    anchor: usize,
    /// The name of a short form, `Ref` or `Sub`.
    function: Option<String>,
}

impl Marks {
    fn new(anchor: usize, tag: Option<&Tag>) -> Self {
        let function = tag.filter(|tag| tag.handle == "!" && !tag.suffix.is_empty());
        Self {
            anchor,
            function: function.map(|tag| tag.suffix.clone()),
        }
    }
}

/// A list or map that is not over yet.
enum Open {
    List(Marks, Vec<Value>),
    Map(Marks, Map<String, Value>, Option<String>),
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    /// By number: the value, how many values it holds, how deep it is.
    anchors: HashMap<usize, (Value, usize, usize)>,
    values: usize,
    document: Option<Value>,
}

impl Builder {
    fn take(&mut self, event: Event<'_>) -> Result<(), String> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_text = tag
                    .as_ref()
                    .is_some_and(|tag| tag.is_yaml_core_schema() && tag.suffix == "str");
                let value = match style {
                    ScalarStyle::Plain if !is_text => plain(&text),
                    _ => Value::String(text.into_owned()),
                };
                self.add(&Marks::new(anchor, tag.as_deref()), value)
            }
            Event::SequenceStart(anchor, tag) => self.begin(Open::List(Marks::new(anchor, tag.as_deref()), Vec::new())),
            Event::MappingStart(anchor, tag) => {
                self.begin(Open::Map(Marks::new(anchor, tag.as_deref()), Map::new(), None))
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open::List(marks, items)) => self.add(&marks, Value::Array(items)),
                Some(Open::Map(marks, map, _)) => self.add(&marks, Value::Object(map)),
                None => Ok(()),
            },
            Event::Alias(anchor) => self.repeat(anchor),
            _ => Ok(()),
        }
    }

    fn begin(&mut self, open: Open) -> Result<(), String> {
        self.open.push(open);
        self.check(0, 0)
    }

    /// An alias is the value of its anchor, once more.
    fn repeat(&mut self, anchor: usize) -> Result<(), String> {
        let Some((value, values, depth)) = self.anchors.get(&anchor) else {
            return Err("an alias stands within its own anchor".to_owned());
        };
        let (values, depth, value) = (*values, *depth, value.clone());
        self.check(values, depth)?;
        let bare = Marks {
            anchor: 0,
            function: None,
        };
        self.add(&bare, value)
    }

    fn check(&mut self, values: usize, depth: usize) -> Result<(), String> {
        self.values += values;
        if self.values > MAX_VALUES {
            return Err("anchors and aliases make too many values of it".to_owned());
        }
        if self.open.len() + depth > MAX_DEPTH {
            return Err(format!("it is nested more than {MAX_DEPTH} deep"));
        }
        Ok(())
    }

    fn add(&mut self, marks: &Marks, value: Value) -> Result<(), String> {
        self.check(1, 0)?;
        let value = match &marks.function {
            Some(function) => called(function, value),
            None => value,
        };
        if marks.anchor > 0 {
            let (values, depth) = size(&value);
            self.anchors.insert(marks.anchor, (value.clone(), values, depth));
        }
        match self.open.last_mut() {
            None if self.document.is_some() => return Err("a second document begins; a template is one".to_owned()),
            None => self.document = Some(value),
            Some(Open::List(_, items)) => items.push(value),
            Some(Open::Map(_, map, key)) => match key.take() {
                None => *key = Some(key_of(&value)?),
                Some(name) if map.contains_key(&name) => return Err(format!("{name} stands there twice")),
                Some(name) => {
                    map.insert(name, value);
                }
            },
        }
        Ok(())
    }
}

fn key_of(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) if text == "<<" => Err("<< merges maps, which CloudFormation does not take".to_owned()),
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(truth) => Ok(truth.to_string()),
        other => Err(format!("{other} cannot be a key")),
    }
}

/// The long form: `!Sub x` is `{ "Fn::Sub": x }`; `Ref` and `Condition` have no prefix.
fn called(function: &str, argument: Value) -> Value {
    match function {
        "Ref" | "Condition" => json!({ function: argument }),
        _ => json!({ format!("Fn::{function}"): argument }),
    }
}

/// How many values there are, and how deep they are nested.
fn size(value: &Value) -> (usize, usize) {
    let of_all = |items: &mut dyn Iterator<Item = &Value>| {
        let sizes = items.map(size);
        let (values, depth) = sizes.fold((0, 0), |(values, depth), item| (values + item.0, depth.max(item.1)));
        (values + 1, depth + 1)
    };
    match value {
        Value::Array(items) => of_all(&mut items.iter()),
        Value::Object(map) => of_all(&mut map.values()),
        _ => (1, 0),
    }
}

/// Whole numbers, truth and nothing; all else is text, versions such as 1.10 and account numbers with a leading zero too.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => json!(true),
        "false" | "False" | "FALSE" => json!(false),
        _ => match text.parse::<i64>() {
            Ok(number) if number.to_string() == text => json!(number),
            _ => Value::String(text.to_owned()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_short_forms_become_json() {
        let text = "
Version: 2010-09-09
Numbers: [5, -1, 007, 1.10, '5', !!str 5, 99999999999999999999]
Truth: [true, False, 'true', yes, ~, null]
Empty:
Text: |
  two
  lines
Folded: >-
  one
  line
Ref: !Ref Name
Attribute: !GetAtt Function.Arn
Sub: !Sub
  - ${A}/x
  - A: !Ref Name
Join: !Join ['-', [a, !Select [0, !Split [',', 'b,c']]]]
Both: !And [!Condition One, !Not [!Equals [a, b]]]
$connect: {FunctionArn: !GetAtt F.Arn}
Once: &once {a: [1]}
Twice: *once
";
        let expected = json!({
            "Version": "2010-09-09",
            "Numbers": [5, -1, "007", "1.10", "5", "5", "99999999999999999999"],
            "Truth": [true, false, "true", "yes", null, null],
            "Empty": null,
            "Text": "two\nlines\n",
            "Folded": "one line",
            "Ref": { "Ref": "Name" },
            "Attribute": { "Fn::GetAtt": "Function.Arn" },
            "Sub": { "Fn::Sub": ["${A}/x", { "A": { "Ref": "Name" } }] },
            "Join": { "Fn::Join": ["-", ["a", { "Fn::Select": [0, { "Fn::Split": [",", "b,c"] }] }]] },
            "Both": { "Fn::And": [{ "Condition": "One" }, { "Fn::Not": [{ "Fn::Equals": ["a", "b"] }] }] },
            "$connect": { "FunctionArn": { "Fn::GetAtt": "F.Arn" } },
            "Once": { "a": [1] },
            "Twice": { "a": [1] },
        });
        assert_eq!(parse(text).map_err(|problem| problem.to_string()), Ok(expected));
    }

    #[test]
    fn what_is_no_template_is_told_with_its_line() {
        let multiplied = (1..60).fold("a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned(), |text, n| {
            format!("{text}a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 9].join(", "))
        });
        let nested = (1..200).fold("a0: &a0 x\n".to_owned(), |text, n| {
            format!("{text}a{n}: &a{n} [*a{}]\n", n - 1)
        });
        let deep = "[".repeat(1000);
        for (text, expected) in [
            ("", "it is empty"),
            ("a: [1", "line 2"),
            ("a: 1\na: 2", "line 2: a stands there twice"),
            ("a: 1\n---\nb: 2", "a second document begins"),
            ("a: &x {b: 1}\nc:\n  <<: *x", "line 3: << merges maps"),
            ("[a]: 1", "cannot be a key"),
            ("a: &a [*a]", "within its own anchor"),
            ("a: *nobody", "line 1"),
            ("a:\n\tb: 1", "line 2"),
            (&multiplied, "too many values"),
            (&nested, "nested more than 128 deep"),
            (&deep, "recursion limit exceeded"),
        ] {
            let refusal = parse(text).err().map(|problem| problem.to_string()).unwrap_or_default();
            assert!(refusal.contains(expected), "{expected}: {refusal}");
        }
    }
}
