//! Bad frames: each gets an error frame with a fixed code, names the field and never its value, and the connection stays.

use serde_json::{Value, json};
use tests::TestResult;

use crate::frames::{Refused, all_refused, frame};

/// For each action a good `data`, and which of its fields must be there.
const ACTIONS: [(&str, &str, &[&str]); 8] = [
    (
        "message",
        r#"{"recipient":"all","content":1}"#,
        &["recipient", "content"],
    ),
    ("echo", r#"{"content":1}"#, &["content"]),
    (
        "history",
        r#"{"channel":"all","before":5,"after":5,"limit":5}"#,
        &["channel"],
    ),
    (
        "subscribe",
        r#"{"channel":"room:a","since":0,"presence":true}"#,
        &["channel"],
    ),
    ("unsubscribe", r#"{"channel":"room:a"}"#, &["channel"]),
    ("presence", r#"{"channel":"room:a"}"#, &["channel"]),
    ("signal", r#"{"channel":"all","content":1}"#, &["channel", "content"]),
    ("ping", r#"{"cursors":{"all":0}}"#, &[]),
];

/// The field by which each of these names its channel.
const CHANNELS: [(&str, &str); 6] = [
    ("message", "recipient"),
    ("history", "channel"),
    ("subscribe", "channel"),
    ("unsubscribe", "channel"),
    ("presence", "channel"),
    ("signal", "channel"),
];

/// The good data of an action, with a field changed, or taken away.
fn data(good: &str, field: &str, value: Option<Value>) -> TestResult<Value> {
    let mut data: Value = serde_json::from_str(good)?;
    match (value, data.as_object_mut()) {
        (Some(value), Some(data)) => data.insert(field.to_owned(), value),
        (None, Some(data)) => data.remove(field),
        (_, None) => None,
    };
    Ok(data)
}

#[tokio::test]
async fn msg_01_what_is_not_one_object() -> TestResult {
    let frames = [
        "",
        " ",
        "hello",
        "[]",
        r#"[{"action":"echo","data":{"content":1}}]"#,
        r#""text""#,
        "1",
        "null",
        "true",
        "{",
        r#"{"action":"message""#,
        r#"{"action":"echo","data":{"content":1}"#,
        r#"{"action":"echo","data":{"content":1}} x"#,
        r#"{"action":"echo","data":{"content":1}}{}"#,
        "\u{feff}{\"action\":\"echo\",\"data\":{\"content\":1}}",
        "{action:\"echo\"}",
        "{'action':'echo'}",
        r#"{"action":"echo","data":{"content":1},}"#,
        r#"{"action":"echo","data":{"content":NaN}}"#,
        "{\"action\":\"echo\",\"data\":{\"content\":\"\n\"}}",
    ];
    let cases: Vec<_> = frames.map(|text| Refused::with("invalid_json", text)).into();
    all_refused(&cases).await
}

#[tokio::test]
async fn msg_03_what_names_no_action() -> TestResult {
    let long = format!(r#"{{"action":"{}"}}"#, "a".repeat(30_000));
    let frames = [
        "{}",
        r#"{"data":{}}"#,
        r#"{"action":""}"#,
        r#"{"action":null}"#,
        r#"{"action":7}"#,
        r#"{"action":true}"#,
        r#"{"action":{}}"#,
        r#"{"action":["message"]}"#,
        r#"{"action":"dance"}"#,
        r#"{"action":"Message"}"#,
        r#"{"action":"MESSAGE"}"#,
        r#"{"action":"message "}"#,
        r#"{"action":"mess\u0000age"}"#,
        r#"{"action":"$connect"}"#,
        r#"{"action":"$disconnect"}"#,
        r#"{"action":"$default"}"#,
        r#"{"action":"$"}"#,
        r#"{"action":"__proto__"}"#,
        r#"{"Action":"echo","data":{"content":1}}"#,
        &long,
    ];
    let cases: Vec<_> = frames.map(|text| Refused::with("unknown_action", text)).into();
    all_refused(&cases).await
}

#[tokio::test]
async fn msg_05_what_would_cost_its_reader_too_much() -> TestResult {
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let content = |json: &str| format!(r#"{{"action":"message","data":{{"recipient":"all","content":{json}}}}}"#);
    let many: Vec<String> = (0..3_000).map(|n| format!("\"k{n}\":0")).collect();
    let many = many.join(",");
    let cases = [
        Refused::field("data.content", content(&deep(65))),
        Refused::field("data.content", content(&deep(10_000))),
        Refused::field(
            "data.content",
            content(&format!("{}1{}", r#"{"a":"#.repeat(65), "}".repeat(65))),
        ),
        Refused::field("data.content", content("1e999")),
        Refused::field("data.content", content("-1e999")),
        Refused::field("data.content", content(&"9".repeat(10_000))),
        Refused::with("invalid_json", deep(10_000)),
        Refused::with("invalid_json", "[".repeat(30_000)),
        Refused::field("data", format!(r#"{{"action":"echo","data":{}}}"#, deep(10_000))),
        Refused::field(
            "id",
            format!(r#"{{"action":"echo","id":{},"data":{{"content":1}}}}"#, deep(10_000)),
        ),
        Refused::with("unknown_action", format!(r#"{{"action":{}}}"#, deep(10_000))),
        Refused::with("invalid_field", format!(r#"{{"action":"ping",{many}}}"#)),
        Refused::with("invalid_field", format!(r#"{{"action":"ping","data":{{{many}}}}}"#)),
        Refused::field(
            "data.cursors",
            format!(r#"{{"action":"ping","data":{{"cursors":{{{many}}}}}}}"#),
        ),
        Refused::field("action", r#"{"action":"echo","action":"echo","data":{"content":1}}"#),
        Refused::field(
            "action",
            r#"{"action":"echo","\u0061ction":"echo","data":{"content":1}}"#,
        ),
        Refused::field("data", r#"{"action":"echo","data":{"content":1},"data":{"content":1}}"#),
        Refused::field("data.content", r#"{"action":"echo","data":{"content":1,"content":1}}"#),
        Refused::field(
            "data.cursors",
            r#"{"action":"ping","data":{"cursors":{"all":1,"all":1}}}"#,
        ),
    ];
    all_refused(&cases).await
}

#[tokio::test]
async fn msg_06_fields_that_are_missing_unknown_null_or_of_another_type() -> TestResult {
    let mut cases = Vec::new();
    for (action, good, required) in ACTIONS {
        let good_data: Value = serde_json::from_str(good)?;
        for field in required {
            let name = format!("data.{field}");
            cases.push(Refused::field(&name, frame(action, &data(good, field, None)?)));
        }
        for field in good_data.as_object().into_iter().flat_map(serde_json::Map::keys) {
            let name = format!("data.{field}");
            cases.push(Refused::field(
                &name,
                frame(action, &data(good, field, Some(Value::Null))?),
            ));
            if field != "content" {
                for wrong in [json!({ "a": "secret" }), json!(["secret"]), json!("secret"), json!(-1)] {
                    cases.push(Refused::field(&name, frame(action, &data(good, field, Some(wrong))?)));
                }
            }
        }
        let further = frame(action, &data(good, "extra", Some(json!("secret")))?);
        // A page of history cannot go both ways, which is said first.
        let further = if action == "history" {
            frame(action, &json!({ "channel": "all", "extra": "secret" }))
        } else {
            further
        };
        cases.push(Refused::field("data.extra", further));
        let beside = json!({ "action": action, "data": good_data, "extra": "secret" });
        cases.push(Refused::field("extra", beside.to_string()));
        for wrong in [json!("secret"), json!(["secret"]), json!(7), Value::Null] {
            cases.push(Refused::field("data", frame(action, &wrong)));
        }
        if action != "ping" {
            cases.push(Refused::field("data", json!({ "action": action }).to_string()));
        }
    }
    all_refused(&cases).await
}

#[tokio::test]
async fn msg_09_names_that_no_channel_has() -> TestResult {
    let long = "x".repeat(1024);
    let names = [
        "",
        "room",
        "room:",
        " room:a",
        "room:a ",
        "room: a",
        "room:a b",
        "Room:a",
        "ROOM:a",
        "all ",
        "ALL",
        "all:",
        "#",
        "/",
        "room:a#b",
        "room:a#0",
        "all#0",
        "room:a/b",
        "room:..",
        "room:../all",
        "room:a:b",
        "room:a,b",
        "room:a\n",
        "room:a\u{0}",
        "room:é",
        "room:e\u{301}",
        "room:ａ",
        "room:а",
        "room:a\u{200b}",
        "entry#all",
        "member#all#0",
        "connection#a",
        "group:",
        "group:a b",
        "group:a#b",
        "group:a/b",
        "user:",
        "user:a b",
        "user:a:b",
        "user:a.b",
        "user:back-end",
        "dm:",
        "dm:a",
        "dm:a:",
        "dm::a",
        "dm:a:a",
        "dm:b:a",
        "dm:a:b:c",
        "dm:a:back-end",
        "topic:a",
        "__proto__",
        "$default",
        &long,
    ];
    let lengths = [
        format!("room:{}", "a".repeat(65)),
        format!("group:{}", "a".repeat(65)),
        format!("user:{}", "a".repeat(129)),
        format!("room:{long}"),
    ];
    let names = names.iter().copied().chain(lengths.iter().map(String::as_str));
    let mut cases = Vec::new();
    for (index, name) in names.enumerate() {
        // Each name by one of the actions in turn, and the first by all: they share one reader.
        for (number, (action, field)) in CHANNELS.into_iter().enumerate() {
            if index == 0 || number == index % CHANNELS.len() {
                let mut data = json!({ field: name });
                if ["message", "signal"].contains(&action) {
                    data["content"] = json!(1);
                }
                cases.push(Refused::field(&format!("data.{field}"), frame(action, &data)));
            }
        }
        cases.push(Refused::field(
            "data.cursors",
            frame("ping", &json!({ "cursors": { name: 0 } })),
        ));
    }
    all_refused(&cases).await
}

#[tokio::test]
async fn msg_10_ids_that_are_none() -> TestResult {
    let mut cases = Vec::new();
    let long = "a".repeat(65);
    for id in ["", " ", "a b", "a.b", "é", "a\n", "a=", &long] {
        let (message, echo) = (json!({ "recipient": "all", "content": 1 }), json!({ "content": 1 }));
        for (action, data) in [("message", message), ("echo", echo)] {
            cases.push(Refused::field(
                "id",
                json!({ "action": action, "id": id, "data": data }).to_string(),
            ));
        }
    }
    for id in ["a", "123456789012345"] {
        let message = json!({ "action": "message", "id": id, "data": { "recipient": "all", "content": 1 } });
        cases.push(Refused::field("id", message.to_string()));
    }
    for id in [json!(1), Value::Null, json!(["a"]), json!({ "a": "secret" })] {
        let echo = json!({ "action": "echo", "id": id, "data": { "content": 1 } });
        cases.push(Refused::field("id", echo.to_string()));
    }
    all_refused(&cases).await
}

#[tokio::test]
async fn msg_13_what_only_the_server_may_say() -> TestResult {
    let mut cases = Vec::new();
    let names = [
        "seq",
        "at",
        "sender",
        "name",
        "user",
        "userId",
        "sub",
        "channel",
        "requestContext",
        "timestamp",
    ];
    for name in names {
        let message = json!({ "recipient": "all", "content": 1, name: "secret" });
        cases.push(Refused::field(&format!("data.{name}"), frame("message", &message)));
        let beside = json!({ "action": "message", "data": { "recipient": "all", "content": 1 }, name: "secret" });
        cases.push(Refused::field(name, beside.to_string()));
    }
    all_refused(&cases).await
}

#[tokio::test]
async fn msg_14_positions_that_are_none() -> TestResult {
    let mut cases = Vec::new();
    let numbers = [
        "-1",
        "-0.5",
        "1.5",
        "1e3",
        "1e300",
        "9007199254740992",
        "18446744073709551615",
        "18446744073709551616",
    ];
    let others = ["\"5\"", "true", "[5]", "{\"epoch\":1}", "null", "\"\""];
    for wrong in numbers.into_iter().chain(others) {
        for (action, field) in [("subscribe", "since"), ("history", "before"), ("history", "after")] {
            let text = format!(r#"{{"action":"{action}","data":{{"channel":"all","{field}":{wrong}}}}}"#);
            cases.push(Refused::field(&format!("data.{field}"), text));
        }
        let text = format!(r#"{{"action":"ping","data":{{"cursors":{{"all":{wrong}}}}}}}"#);
        cases.push(Refused::field("data.cursors", text));
    }
    for limit in ["0", "101", "-1", "1.5", "1e9", "\"5\""] {
        let text = format!(r#"{{"action":"history","data":{{"channel":"all","limit":{limit}}}}}"#);
        cases.push(Refused::field("data.limit", text));
    }
    let both = json!({ "channel": "all", "before": 1, "after": 1 });
    cases.push(Refused::with("invalid_field", frame("history", &both)));
    for channel in ["user:somebody", "dm:a:b"] {
        let watch = json!({ "channel": channel, "presence": true });
        cases.push(Refused::field("data.presence", frame("subscribe", &watch)));
    }
    all_refused(&cases).await
}
