//! Holds the types of a client's frames to the readers: whatever the one says, the other does.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::client_frame::{ClientFrame, Echo, History, Message, Named, Ping, Request, Signal, Subscribe};
use super::request_schemas;
use crate::wire::action_name::ActionName;
use crate::wire::client::asked;
use crate::wire::{Action, ErrorCode, read_request};

/// One frame of each kind, with every field it may have at once.
fn samples() -> Vec<Value> {
    let id = || Some("0123456789abcdef".to_owned());
    let channel = || "room:lobby".to_owned();
    let content = || json!({"any": ["json"]});
    let history = |before, after| {
        let (channel, limit) = (channel(), Some(20));
        ClientFrame::History(Request {
            id: id(),
            data: History {
                channel,
                before,
                after,
                limit,
            },
        })
    };
    let cursors = Some(BTreeMap::from([(channel(), 7)]));
    let subscribe = Subscribe {
        channel: channel(),
        since: Some(7),
        presence: Some(true),
    };
    let message = Message {
        recipient: channel(),
        content: content(),
    };
    let frames = [
        ClientFrame::Message(Request {
            id: id(),
            data: message,
        }),
        ClientFrame::Echo(Request {
            id: id(),
            data: Echo { content: content() },
        }),
        ClientFrame::Subscribe(Request {
            id: id(),
            data: subscribe,
        }),
        ClientFrame::Unsubscribe(Request {
            id: id(),
            data: Named { channel: channel() },
        }),
        history(Some(7), None),
        history(None, Some(7)),
        ClientFrame::Presence(Request {
            id: id(),
            data: Named { channel: channel() },
        }),
        ClientFrame::Ping(Request {
            id: id(),
            data: Some(Ping { cursors }),
        }),
        ClientFrame::Signal(Request {
            id: id(),
            data: Signal {
                channel: channel(),
                content: content(),
            },
        }),
    ];
    frames
        .iter()
        .map(|frame| serde_json::to_value(frame).unwrap())
        .collect()
}

fn schema_of(frame: &Value) -> Value {
    let found = request_schemas()
        .into_iter()
        .find(|(action, _)| frame["action"] == action.as_str());
    found.unwrap().1
}

/// Each field that the schema has, as an error names it, and whether it must be there. The tag decides what is read.
fn declared(schema: &Value) -> Vec<(String, bool)> {
    let of = |prefix: &'static str, schema: &Value| {
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let names = schema["properties"].as_object().unwrap().keys().cloned();
        let fields = names.map(|name| (format!("{prefix}{name}"), required.contains(&Value::from(name))));
        fields.collect::<Vec<_>>()
    };
    [of("", schema), of("data.", &schema["properties"]["data"])].concat()
}

/// The place that an error's name for a field means.
fn object_of<'a>(frame: &'a mut Value, field: &str) -> (&'a mut serde_json::Map<String, Value>, String) {
    match field.strip_prefix("data.") {
        Some(name) => (frame["data"].as_object_mut().unwrap(), name.to_owned()),
        None => (frame.as_object_mut().unwrap(), field.to_owned()),
    }
}

fn without(frame: &Value, field: &str) -> String {
    let mut frame = frame.clone();
    let (object, name) = object_of(&mut frame, field);
    object.remove(&name);
    frame.to_string()
}

fn with(frame: &Value, field: &str, value: Value) -> String {
    let mut frame = frame.clone();
    let (object, name) = object_of(&mut frame, field);
    object.insert(name, value);
    frame.to_string()
}

fn assert_refused(body: &str, field: &str) {
    let Err(refusal) = read_request(body) else {
        panic!("accepted: {body}")
    };
    assert_eq!(
        (refusal.code, refusal.field.as_deref()),
        (ErrorCode::InvalidField, Some(field)),
        "{body}"
    );
}

#[test]
fn every_action_has_a_type_and_a_sample() {
    let names = ActionName::ALL.map(|name| name.as_str().to_owned()).into();
    let typed: BTreeSet<String> = request_schemas().into_iter().map(|(action, _)| action).collect();
    let samples: BTreeSet<String> = samples()
        .iter()
        .map(|frame| frame["action"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(typed, names);
    assert_eq!(samples, names);
}

#[test]
fn what_is_typed_is_read_and_nothing_else_is() {
    for frame in samples() {
        let body = frame.to_string();
        let asked = asked::during(|| {
            let request = read_request(&body).unwrap_or_else(|refusal| panic!("{body}: {refusal:?}"));
            assert_ne!(request.action, Action::Unknown, "{body}");
        });
        let typed: BTreeSet<String> = declared(&schema_of(&frame))
            .into_iter()
            .map(|(field, _)| field)
            .collect();
        assert_eq!(typed, asked, "{body}");
        assert_refused(&with(&frame, "other", json!(1)), "other");
        assert_refused(&with(&frame, "data.other", json!(1)), "data.other");
    }
}

#[test]
fn what_must_be_there_is_missed_and_what_may_be_absent_is_not() {
    for frame in samples() {
        for (field, is_required) in declared(&schema_of(&frame)) {
            let body = without(&frame, &field);
            match (field.as_str(), is_required) {
                ("action", true) => assert_eq!(read_request(&body).unwrap().action, Action::Unknown),
                (_, true) => assert_refused(&body, &field),
                (_, false) => assert!(read_request(&body).is_ok(), "{body}"),
            }
        }
    }
}

#[test]
fn null_stands_for_no_field_and_a_list_for_content_alone() {
    for frame in samples() {
        for (field, _) in declared(&schema_of(&frame))
            .into_iter()
            .filter(|(field, _)| field != "action")
        {
            assert_refused(&with(&frame, &field, Value::Null), &field);
            if field != "data.content" {
                assert_refused(&with(&frame, &field, json!([])), &field);
            }
        }
    }
}
