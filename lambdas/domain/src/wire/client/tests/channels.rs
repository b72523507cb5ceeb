//! Frames about following channels: heartbeats, memberships, presence, signals.

use super::*;

#[test]
fn a_ping_holds_at_most_20_cursors() {
    let ping = |count: usize| {
        let cursors: Vec<_> = (0..count).map(|n| format!(r#""room:r{n}":{n}"#)).collect();
        read_request(&format!(
            r#"{{"action":"ping","data":{{"cursors":{{{}}}}}}}"#,
            cursors.join(",")
        ))
    };
    for count in [0, 1, 20] {
        let Ok(Request {
            action: Action::Ping(ping),
            ..
        }) = ping(count)
        else {
            panic!("{count}")
        };
        assert_eq!(ping.cursors.len(), count);
    }
    assert_eq!(ping(21).unwrap_err().field.as_deref(), Some("data.cursors"));
}

#[test]
fn memberships_and_presence_name_a_channel() {
    let lobby = Channel::parse("room:lobby").unwrap();
    let read = |action: &str, data: &str| read_request(&format!(r#"{{"action":"{action}","data":{data}}}"#));
    let subscribe = |since, presence| {
        Action::Subscribe(Subscribe {
            channel: lobby.clone(),
            since,
            presence,
        })
    };
    for (action, data, expected) in [
        ("subscribe", r#"{"channel":"room:lobby"}"#, subscribe(None, false)),
        (
            "subscribe",
            r#"{"channel":"room:lobby","since":0}"#,
            subscribe(Some(Sequence::ZERO), false),
        ),
        (
            "subscribe",
            r#"{"channel":"room:lobby","since":7,"presence":true}"#,
            subscribe(Sequence::new(7), true),
        ),
        (
            "unsubscribe",
            r#"{"channel":"room:lobby"}"#,
            Action::Unsubscribe(Unsubscribe { channel: lobby.clone() }),
        ),
        (
            "presence",
            r#"{"channel":"room:lobby"}"#,
            Action::Presence(Presence { channel: lobby.clone() }),
        ),
        (
            "signal",
            r#"{"channel":"room:lobby","content":1}"#,
            Action::Signal(Signal {
                channel: lobby.clone(),
                content: Content::parse("1").unwrap(),
            }),
        ),
    ] {
        assert_eq!(read(action, data).unwrap().action, expected, "{data}");
    }
    for (action, data, field) in [
        ("subscribe", "{}", "data.channel"),
        ("subscribe", r#"{"channel":"lobby"}"#, "data.channel"),
        ("subscribe", r#"{"channel":"room:lobby","since":-1}"#, "data.since"),
        ("subscribe", r#"{"channel":"room:lobby","since":1.5}"#, "data.since"),
        ("subscribe", r#"{"channel":"room:lobby","since":"1"}"#, "data.since"),
        (
            "subscribe",
            r#"{"channel":"room:lobby","since":9007199254740992}"#,
            "data.since",
        ),
        ("subscribe", r#"{"channel":"room:lobby","presence":1}"#, "data.presence"),
        ("subscribe", r#"{"channel":"dm:a:b","presence":true}"#, "data.presence"),
        ("subscribe", r#"{"channel":"room:lobby","userId":"x"}"#, "data.userId"),
        ("unsubscribe", r#"{"channel":"room:lobby","since":1}"#, "data.since"),
        ("presence", r#"{"channel":7}"#, "data.channel"),
        ("signal", r#"{"channel":"room:lobby"}"#, "data.content"),
        ("signal", r#"{"channel":"room:lobby","content":null}"#, "data.content"),
    ] {
        assert_eq!(
            read(action, data).unwrap_err().field.as_deref(),
            Some(field),
            "{action} {data}"
        );
    }
}
