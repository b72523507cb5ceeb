//! Every rule about what a client may send.

#![allow(clippy::unwrap_used)]

mod channels;

use super::*;
use crate::channel::Channel;
use crate::content::Content;
use crate::limits::{CONTENT_BYTES_MAX, SEQUENCE_MAX};
use crate::log::Sequence;
use crate::wire::ErrorCode;

fn refused(body: &str) -> (ErrorCode, Option<String>, Option<String>) {
    let refusal = read_request(body).unwrap_err();
    (refusal.code, refusal.field, refusal.id.map(|id| id.as_str().to_owned()))
}

fn field(body: &str) -> String {
    let (code, field, _) = refused(body);
    assert_eq!(code, ErrorCode::InvalidField, "{body}");
    field.unwrap()
}

fn history(data: &str) -> Result<History, Refusal> {
    match read_request(&format!(r#"{{"action":"history","data":{data}}}"#))?.action {
        Action::History(history) => Ok(history),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_form_users_know_stays_valid() {
    let request = read_request(r#"{"action":"message","data":{"content":"Hello world","recipient":"all"}}"#).unwrap();
    let Action::Message(message) = request.action else {
        panic!()
    };
    assert_eq!(
        (message.content.as_str(), message.recipient, message.id, request.id),
        ("\"Hello world\"", Channel::All, None, None)
    );
}

#[test]
fn content_is_any_json_byte_for_byte() {
    let request =
        read_request(r#"{ "data": {"recipient":"all", "content" : {"a" :[1.0,"\u00e9"]} }, "action":"\u006dessage" }"#);
    let Action::Message(message) = request.unwrap().action else {
        panic!()
    };
    assert_eq!(message.content.as_str(), r#"{"a" :[1.0,"\u00e9"]}"#);
}

#[test]
fn what_is_not_one_object_is_invalid_json() {
    for body in [
        "",
        " ",
        "x",
        "[]",
        "\"a\"",
        "1",
        "null",
        "{",
        "{}{}",
        "{}x",
        "\u{feff}{}",
        "{\"action\":}",
        "{action:1}",
        "{'a':1}",
    ] {
        assert_eq!(refused(body).0, ErrorCode::InvalidJson, "{body:?}");
    }
}

#[test]
fn what_names_no_action_is_unknown() {
    let long = format!(r#"{{"action":"{}"}}"#, "a".repeat(30_000));
    for body in [
        "{}",
        r#"{"action":null}"#,
        r#"{"action":""}"#,
        r#"{"action":1}"#,
        r#"{"action":{}}"#,
        r#"{"action":["message"]}"#,
        r#"{"action":"Message"}"#,
        r#"{"action":"$disconnect"}"#,
        r#"{"action":"$connect"}"#,
        r#"{"action":"join"}"#,
        r#"{"action":"message "}"#,
        &long,
    ] {
        assert_eq!(read_request(body).unwrap().action, Action::Unknown, "{body:.60}");
    }
    assert_eq!(
        read_request(r#"{"action":"x","id":"i1"}"#)
            .unwrap()
            .id
            .unwrap()
            .as_str(),
        "i1"
    );
}

#[test]
fn the_refusal_of_an_action_names_those_there_are() {
    let message = Refusal::unknown_action().message;
    assert_eq!(
        message,
        "The field action must be one of: message, echo, history, ping, subscribe, unsubscribe, presence, signal."
    );
}

#[test]
fn a_ping_has_no_data_or_an_empty_object() {
    for body in [
        r#"{"action":"ping"}"#,
        r#"{"action":"ping","id":"i1"}"#,
        r#"{"action":"ping","id":"i1","data":{}}"#,
    ] {
        assert_eq!(
            read_request(body).unwrap().action,
            Action::Ping(Ping { cursors: vec![] }),
            "{body}"
        );
    }
    for (body, name) in [
        (r#"{"action":"ping","data":{"cursors":[]}}"#, "data.cursors"),
        (r#"{"action":"ping","data":{"cursors":null}}"#, "data.cursors"),
        (r#"{"action":"ping","data":{"cursors":{"all":-1}}}"#, "data.cursors"),
        (
            r#"{"action":"ping","data":{"cursors":{"all":9007199254740992}}}"#,
            "data.cursors",
        ),
        (
            r#"{"action":"ping","data":{"cursors":{"all":1,"all":2}}}"#,
            "data.cursors",
        ),
        (r#"{"action":"ping","data":{"cursors":{"lobby":1}}}"#, "data.cursors"),
        (r#"{"action":"ping","data":{"other":1}}"#, "data.other"),
        (r#"{"action":"ping","data":null}"#, "data"),
        (r#"{"action":"ping","data":[]}"#, "data"),
        (r#"{"action":"ping","data":{},"data":{}}"#, "data"),
        (r#"{"action":"ping","more":1}"#, "more"),
        (r#"{"action":"ping","id":""}"#, "id"),
    ] {
        assert_eq!(field(body), name, "{body}");
    }
    assert_eq!(field(r#"{"action":"echo"}"#), "data");
}

#[test]
fn a_frame_has_at_most_32_kib() {
    let of = |bytes: usize| {
        let start = r#"{"action":"x","data":""#;
        format!("{start}{}\"}}", "y".repeat(bytes - start.len() - 2))
    };
    for bytes in [FRAME_BYTES_MAX - 1, FRAME_BYTES_MAX] {
        assert_eq!(of(bytes).len(), bytes);
        assert!(read_request(&of(bytes)).is_ok());
    }
    assert_eq!(refused(&of(FRAME_BYTES_MAX + 1)).0, ErrorCode::TooLarge);
}

#[test]
fn content_over_its_bound_in_a_frame_within_its_own_is_too_large() {
    let of = |bytes: usize| {
        format!(
            r#"{{"action":"message","id":"0123456789abcdef","data":{{"content":"{}","recipient":"all"}}}}"#,
            "x".repeat(bytes - 2)
        )
    };
    assert!(read_request(&of(CONTENT_BYTES_MAX)).is_ok());
    let expected = (
        ErrorCode::TooLarge,
        Some("data.content".to_owned()),
        Some("0123456789abcdef".to_owned()),
    );
    assert_eq!(refused(&of(CONTENT_BYTES_MAX + 1)), expected);
}

#[test]
fn missing_null_wrong_and_unknown_fields_are_named() {
    for (body, name) in [
        (r#"{"action":"message"}"#, "data"),
        (r#"{"action":"message","data":null}"#, "data"),
        (r#"{"action":"message","data":[]}"#, "data"),
        (r#"{"action":"message","data":"x"}"#, "data"),
        (r#"{"action":"message","data":{"recipient":"all"}}"#, "data.content"),
        (
            r#"{"action":"message","data":{"recipient":"all","content":null}}"#,
            "data.content",
        ),
        (
            r#"{"action":"message","data":{"recipient":"all","content":1e999}}"#,
            "data.content",
        ),
        (r#"{"action":"message","data":{"content":1}}"#, "data.recipient"),
        (
            r#"{"action":"message","data":{"content":1,"recipient":null}}"#,
            "data.recipient",
        ),
        (
            r#"{"action":"message","data":{"content":1,"recipient":7}}"#,
            "data.recipient",
        ),
        (
            r#"{"action":"message","data":{"content":1,"recipient":"lobby"}}"#,
            "data.recipient",
        ),
        (
            r#"{"action":"message","data":{"content":1,"recipient":"member#all#0"}}"#,
            "data.recipient",
        ),
        (
            r#"{"action":"message","data":{"content":1,"recipient":"all","seq":5}}"#,
            "data.seq",
        ),
        (
            r#"{"action":"message","userId":"bob","data":{"content":1,"recipient":"all"}}"#,
            "userId",
        ),
        (
            r#"{"action":"message","id":null,"data":{"content":1,"recipient":"all"}}"#,
            "id",
        ),
        (
            r#"{"action":"message","id":"","data":{"content":1,"recipient":"all"}}"#,
            "id",
        ),
        (
            r#"{"action":"message","id":12,"data":{"content":1,"recipient":"all"}}"#,
            "id",
        ),
        (
            r#"{"action":"echo","data":{"content":1,"recipient":"all"}}"#,
            "data.recipient",
        ),
        (r#"{"action":"history","data":{}}"#, "data.channel"),
        (
            r#"{"action":"history","data":{"channel":"all","since":1}}"#,
            "data.since",
        ),
    ] {
        assert_eq!(field(body), name, "{body}");
    }
}

#[test]
fn repeated_fields_of_the_envelope_are_refused_and_those_of_content_are_not() {
    for (body, name) in [
        (r#"{"action":"message","action":"echo","data":{"content":1}}"#, "action"),
        (
            r#"{"action":"echo","data":{"content":1},"\u0064ata":{"content":1}}"#,
            "data",
        ),
        (r#"{"action":"echo","data":{"content":1,"content":2}}"#, "data.content"),
    ] {
        assert_eq!(field(body), name, "{body}");
    }
    assert!(read_request(r#"{"action":"echo","data":{"content":{"a":1,"a":2}}}"#).is_ok());
}

#[test]
fn a_client_s_own_field_name_is_cut_in_the_error() {
    let body = format!(r#"{{"action":"echo","data":{{"content":1}},"{}":1}}"#, "é".repeat(5000));
    assert_eq!(field(&body).chars().count(), 64);
}

#[test]
fn a_message_id_has_16_to_64_letters_and_other_ids_1_to_64() {
    let message = |id: &str| {
        read_request(&format!(
            r#"{{"action":"message","id":"{id}","data":{{"content":1,"recipient":"all"}}}}"#
        ))
    };
    let echo = |id: &str| read_request(&format!(r#"{{"action":"echo","id":"{id}","data":{{"content":1}}}}"#));
    for (length, for_message, for_echo) in [
        (1, false, true),
        (15, false, true),
        (16, true, true),
        (64, true, true),
        (65, false, false),
    ] {
        assert_eq!(message(&"a".repeat(length)).is_ok(), for_message, "{length}");
        assert_eq!(echo(&"a".repeat(length)).is_ok(), for_echo, "{length}");
    }
    assert!(echo("a b").is_err());
}

#[test]
fn the_id_is_repeated_where_it_could_be_read() {
    assert_eq!(
        refused(r#"{"action":"echo","id":"i1","data":{}}"#).2.as_deref(),
        Some("i1")
    );
    assert_eq!(
        refused(r#"{"data":{"content":1},"id":"short","action":"message"}"#)
            .2
            .as_deref(),
        Some("short")
    );
    assert_eq!(refused(r#"{"action":"echo","id":"not valid","data":{}}"#).2, None);
}

#[test]
fn history_pages_one_way_at_a_time() {
    assert_eq!(history(r#"{"channel":"all"}"#).unwrap().range, Range::Newest);
    let five = Sequence::new(5).unwrap();
    assert_eq!(
        history(r#"{"channel":"all","before":5}"#).unwrap().range,
        Range::Before(five)
    );
    assert_eq!(
        history(r#"{"channel":"user:alice","after":5}"#).unwrap().range,
        Range::After(five)
    );
    assert_eq!(
        field(r#"{"action":"history","data":{"channel":"all","before":1,"after":5}}"#),
        "data.after"
    );
}

#[test]
fn a_page_has_1_to_100_entries_and_50_unless_told() {
    assert_eq!(history(r#"{"channel":"all"}"#).unwrap().limit, 50);
    for (limit, valid) in [
        ("0", false),
        ("1", true),
        ("100", true),
        ("101", false),
        ("-1", false),
        ("1.5", false),
        ("\"5\"", false),
        ("null", false),
    ] {
        assert_eq!(
            history(&format!(r#"{{"channel":"all","limit":{limit}}}"#)).is_ok(),
            valid,
            "{limit}"
        );
    }
}

#[test]
fn positions_are_whole_numbers_below_2_to_the_53() {
    for (position, valid) in [
        ("0".to_owned(), true),
        (SEQUENCE_MAX.to_string(), true),
        ((SEQUENCE_MAX + 1).to_string(), false),
        ("-1".into(), false),
        ("1e3".into(), false),
        ("null".into(), false),
    ] {
        assert_eq!(
            history(&format!(r#"{{"channel":"all","after":{position}}}"#)).is_ok(),
            valid,
            "{position}"
        );
    }
}
