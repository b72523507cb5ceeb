//! JSON Schema as TypeScript: only as much of it as the wire types make use of, and a failed test for anything else.

use serde_json::{Map, Value};

type Object = Map<String, Value>;

/// Types that others name. Content's is no schema's to tell.
pub(super) fn definitions(named: &Object) -> String {
    let printed = named.iter().filter(|(name, _)| *name != "Json");
    printed
        .map(|(name, schema)| declaration(name, schema))
        .collect::<Vec<_>>()
        .join("\n")
}

/// An interface for each frame, and the union of all. Several frames that share a tag have titles to be told apart by.
pub(super) fn frames(union: &str, suffix: &str, schema: &Value) -> String {
    let names: Vec<String> = variants(schema).iter().map(|frame| name(frame, suffix)).collect();
    let declarations = variants(schema).iter().zip(&names);
    let declarations: Vec<String> = declarations.map(|(frame, name)| declaration(name, frame)).collect();
    let all = names.iter().map(|name| format!("\n  | {name}")).collect::<String>();
    let comment = comment(schema, "");
    format!("{}\n{comment}export type {union} ={all};\n", declarations.join("\n"))
}

/// The members of a union.
pub(super) fn variants(schema: &Value) -> &[Value] {
    let list = schema.get("oneOf").or_else(|| schema.get("anyOf"));
    list.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn name(frame: &Value, suffix: &str) -> String {
    if let Some(title) = frame["title"].as_str() {
        return title.to_owned();
    }
    let tag = properties(frame).find_map(|property| property.schema["const"].as_str());
    let tag = tag.unwrap_or_else(|| panic!("a frame without a tag: {frame}"));
    let (first, rest) = tag.split_at(1);
    format!("{}{rest}{suffix}", first.to_uppercase())
}

fn declaration(name: &str, schema: &Value) -> String {
    let comment = comment(schema, "");
    if variants(schema).is_empty() {
        return format!("{comment}export interface {name} {}\n", object(schema, ""));
    }
    let members = variants(schema).iter().map(|member| {
        let comment = self::comment(member, "  ");
        format!("\n{comment}  | {}", type_of(member, "  "))
    });
    format!("{comment}export type {name} ={};\n", members.collect::<String>())
}

struct Property<'a> {
    name: &'a str,
    schema: &'a Value,
    is_required: bool,
}

/// The tag, then what is always there as it stands on the wire, then the rest by name: a schema knows no other order.
fn properties(schema: &Value) -> impl Iterator<Item = Property<'_>> {
    let required: Vec<&str> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let place = move |name: &str| required.iter().position(|one| *one == name);
    let all = schema["properties"].as_object().into_iter().flatten();
    let mut all: Vec<(Option<usize>, Property<'_>)> = all
        .map(|(name, schema)| {
            let place = place(name);
            let is_required = place.is_some();
            (
                place,
                Property {
                    name,
                    schema,
                    is_required,
                },
            )
        })
        .collect();
    all.sort_by_key(|(place, property)| (property.schema.get("const").is_none(), place.is_none(), *place));
    all.into_iter().map(|(_, property)| property)
}

fn object(schema: &Value, indent: &str) -> String {
    let inner = format!("{indent}  ");
    let lines = properties(schema).map(
        |Property {
             name,
             schema,
             is_required,
         }| {
            let (mark, schema) = if is_required {
                ("", schema.clone())
            } else {
                ("?", without_null(schema))
            };
            let comment = comment(&schema, &inner);
            format!("{comment}{inner}{name}{mark}: {};\n", type_of(&schema, &inner))
        },
    );
    format!("{{\n{}{indent}}}", lines.collect::<String>())
}

fn type_of(schema: &Value, indent: &str) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        return reference.rsplit('/').next().unwrap_or(reference).to_owned();
    }
    if let Some(literal) = schema.get("const") {
        return literal.as_str().map_or(literal.to_string(), |text| format!("'{text}'"));
    }
    if !variants(schema).is_empty() {
        return union(variants(schema).iter().map(|member| type_of(member, indent)));
    }
    match &schema["type"] {
        Value::String(kind) => kind_of(kind, schema, indent),
        Value::Array(kinds) => union(
            kinds
                .iter()
                .filter_map(Value::as_str)
                .map(|kind| kind_of(kind, schema, indent)),
        ),
        _ => panic!("no TypeScript is known for {schema}"),
    }
}

fn kind_of(kind: &str, schema: &Value, indent: &str) -> String {
    match kind {
        "string" | "boolean" | "null" => kind.to_owned(),
        "integer" => "number".to_owned(),
        "array" => format!("{}[]", type_of(&schema["items"], indent)),
        "object" => match schema.get("additionalProperties") {
            Some(values) => format!("Record<string, {}>", type_of(values, indent)),
            None => object(schema, indent),
        },
        _ => panic!("no TypeScript is known for {schema}"),
    }
}

fn union(members: impl Iterator<Item = String>) -> String {
    members.collect::<Vec<_>>().join(" | ")
}

/// What a field that may be absent holds if it is there: it is left out, and never `null`.
fn without_null(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Some(kinds) = schema["type"].as_array_mut() {
        kinds.retain(|kind| kind != "null");
    }
    let members = schema.get_mut("anyOf").and_then(Value::as_array_mut);
    if let Some(members) = members {
        members.retain(|member| member["type"] != "null");
    }
    schema
}

fn comment(schema: &Value, indent: &str) -> String {
    let Some(text) = schema["description"].as_str() else {
        return String::new();
    };
    if !text.contains('\n') {
        return format!("{indent}/** {text} */\n");
    }
    let lines = text.lines().map(|line| format!("{indent} * {line}\n"));
    format!("{indent}/**\n{}{indent} */\n", lines.collect::<String>())
}
