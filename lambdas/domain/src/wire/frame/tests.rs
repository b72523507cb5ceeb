//! What clients receive, to the letter, and that nothing is ever too large to receive.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use super::*;
use crate::catch_up::CatchUp;
use crate::channel::Channel;
use crate::connection_id::ConnectionId;
use crate::content::Content;
use crate::history::Page;
use crate::identity::{DisplayName, UserId};
use crate::limits::{CONTENT_BYTES_MAX, FRAME_BYTES_MAX, SEQUENCE_MAX};
use crate::log::{Entry, Sender, Sequence};
use crate::membership::Member;
use crate::message_id::MessageId;
use crate::presence::Present;
use crate::request_id::RequestId;
use crate::timestamp::Timestamp;
use crate::wire::Refusal;

fn entry(number: u64, content: &str) -> Entry {
    let user = UserId::parse("alice").unwrap();
    Entry {
        sequence: Sequence::new(number).unwrap(),
        at: Timestamp::from_millis(1_700_000_000_000),
        sender: Sender {
            name: DisplayName::new("Alice", &user),
            id: user,
        },
        id: None,
        content: Content::parse(content).unwrap(),
        life: Timestamp::from_millis(1_800_000_000_000),
    }
}

/// An entry none of whose parts can be longer, in the worst case for JSON's escapes.
fn largest() -> Entry {
    let user = UserId::parse(&"u".repeat(128)).unwrap();
    Entry {
        sequence: Sequence::new(SEQUENCE_MAX).unwrap(),
        at: Timestamp::from_millis(u64::MAX),
        sender: Sender {
            name: DisplayName::new(&"\u{1F600}".repeat(128), &user),
            id: user,
        },
        id: MessageId::parse(&"i".repeat(64)),
        content: Content::parse(&format!("\"{}\"", "x".repeat(CONTENT_BYTES_MAX - 2))).unwrap(),
        life: Timestamp::from_millis(u64::MAX),
    }
}

fn page(entries: Vec<Entry>, newest_first: bool, more: bool) -> Page {
    Page {
        entries,
        newest_first,
        more,
    }
}

#[test]
fn a_push_tells_channel_number_sender_content_and_time() {
    let mut entry = entry(7, r#"{"any" : "json"}"#);
    let expected = r#"{"type":"message","channel":"all","seq":7,"sender":{"id":"alice","name":"Alice"},"content":{"any" : "json"},"at":1700000000000}"#;
    assert_eq!(Frame::message(&Channel::All, &entry).as_str(), expected);
    entry.id = MessageId::parse("0123456789abcdef");
    assert!(
        Frame::message(&Channel::All, &entry)
            .as_str()
            .contains(r#""seq":7,"id":"0123456789abcdef","#)
    );
}

#[test]
fn an_ack_repeats_the_id_and_tells_a_duplicate() {
    let receipt = |duplicate| Receipt {
        channel: Channel::All,
        sequence: Sequence::new(7).unwrap(),
        at: Timestamp::from_millis(5),
        duplicate,
    };
    let plain = Frame::ack(None, &receipt(false));
    assert_eq!(plain.as_str(), r#"{"type":"ack","channel":"all","seq":7,"at":5}"#);
    let again = Frame::ack(RequestId::parse("i1").as_ref(), &receipt(true));
    assert_eq!(
        again.as_str(),
        r#"{"type":"ack","id":"i1","channel":"all","seq":7,"at":5,"duplicate":true}"#
    );
}

#[test]
fn an_echo_gives_the_content_back() {
    let content = Content::parse("[1.0, 2]").unwrap();
    assert_eq!(
        Frame::echo(None, &content).as_str(),
        r#"{"type":"echo","content":[1.0, 2]}"#
    );
}

#[test]
fn a_pong_tells_the_time_what_to_go_by_what_is_new_and_the_connection() {
    let now = Timestamp::from_millis(5);
    let terms = Terms {
        end: Timestamp::from_seconds(9),
        heartbeat: Duration::from_secs(60),
        retention: Duration::from_secs(7_200),
    };
    let connection = ConnectionId::parse("c1=").unwrap();
    let news = News {
        behind: vec![Channel::All, Channel::parse("dm:a:b").unwrap()],
        forbidden: Vec::new(),
    };
    assert_eq!(
        Frame::pong(RequestId::parse("i1").as_ref(), &connection, now, &terms, &news).as_str(),
        r#"{"type":"pong","id":"i1","at":5,"expiresAt":9000,"behind":["all","dm:a:b"],"connection":"c1=","heartbeatMs":60000,"retentionMs":7200000}"#
    );
    let news = News {
        behind: Vec::new(),
        forbidden: vec![Channel::parse("group:team").unwrap()],
    };
    assert_eq!(
        Frame::pong(None, &connection, now, &terms, &news).as_str(),
        r#"{"type":"pong","at":5,"expiresAt":9000,"behind":[],"forbidden":["group:team"],"connection":"c1=","heartbeatMs":60000,"retentionMs":7200000}"#
    );
}

#[test]
fn a_closing_tells_why_and_whether_to_come_back() {
    for (reason, expected) in [
        (
            ClosingReason::SignedOut,
            r#"{"type":"closing","reason":"signed_out","retry":false}"#,
        ),
        (
            ClosingReason::Replaced,
            r#"{"type":"closing","reason":"replaced","retry":false}"#,
        ),
        (
            ClosingReason::TokenExpired,
            r#"{"type":"closing","reason":"token_expired","retry":0}"#,
        ),
        (
            ClosingReason::Server,
            r#"{"type":"closing","reason":"server","retry":0}"#,
        ),
    ] {
        assert_eq!(Frame::closing(reason).as_str(), expected);
    }
}

#[test]
fn a_subscriber_is_told_what_it_missed_as_far_as_a_frame_goes() {
    let told = |entries: Vec<Entry>, recovered| CatchUp {
        head: Sequence::new(9).unwrap(),
        recovered,
        page: Page {
            entries,
            newest_first: false,
            more: false,
        },
    };
    let frame = Frame::subscribed(RequestId::parse("i1").as_ref(), &Channel::All, &told(vec![], true));
    assert_eq!(
        frame.as_str(),
        r#"{"type":"subscribed","id":"i1","channel":"all","head":9,"recovered":true,"entries":[],"more":false}"#
    );
    let large = format!("\"{}\"", "x".repeat(CONTENT_BYTES_MAX - 2));
    let frame = Frame::subscribed(
        None,
        &Channel::All,
        &told(vec![entry(8, &large), entry(9, &large)], false),
    );
    assert!(frame.as_str().len() <= FRAME_BYTES_MAX && frame.as_str().ends_with(r#""more":true}"#));
    assert_eq!(
        Frame::unsubscribed(None, &Channel::All).as_str(),
        r#"{"type":"unsubscribed","channel":"all"}"#
    );
}

#[test]
fn presence_lists_users_as_far_as_a_frame_goes() {
    let member = |number: usize, name: &str| {
        let user = UserId::parse(&format!("{}{number:03}", "u".repeat(125))).unwrap();
        Member {
            connection: ConnectionId::parse("c1").unwrap(),
            name: DisplayName::new(name, &user),
            user,
            joined_at: Timestamp::default(),
            hard_end: Timestamp::from_seconds(9),
        }
    };
    let mut present = Present::default();
    (0..200).for_each(|n| present.add(member(n, ""), Timestamp::default()));
    let frame = Frame::presence(None, &Channel::All, &present);
    assert!(frame.as_str().len() <= FRAME_BYTES_MAX, "{}", frame.as_str().len());
    assert!(frame.as_str().ends_with(r#""more":true}"#));
    let mut few = Present::default();
    few.add(member(1, "Bob"), Timestamp::default());
    let frame = Frame::presence(RequestId::parse("i1").as_ref(), &Channel::All, &few);
    assert!(
        frame
            .as_str()
            .starts_with(r#"{"type":"presence","id":"i1","channel":"all","users":[{"id":"u"#)
    );
    assert!(frame.as_str().ends_with(r#""name":"Bob"}],"more":false}"#));
}

#[test]
fn who_comes_or_goes_and_what_is_passed_on_are_told_with_the_time() {
    let who = entry(1, "1").sender;
    let at = Timestamp::from_millis(5);
    assert_eq!(
        Frame::moved(Movement::Joined, &Channel::All, &who, at).as_str(),
        r#"{"type":"presence","channel":"all","joined":{"id":"alice","name":"Alice"},"at":5}"#
    );
    assert_eq!(
        Frame::moved(Movement::Left, &Channel::All, &who, at).as_str(),
        r#"{"type":"presence","channel":"all","left":{"id":"alice","name":"Alice"},"at":5}"#
    );
    assert_eq!(
        Frame::signal(&Channel::All, &who, &Content::parse("{}").unwrap(), at).as_str(),
        r#"{"type":"signal","channel":"all","sender":{"id":"alice","name":"Alice"},"content":{},"at":5}"#
    );
}

#[test]
fn an_error_tells_code_field_time_and_request() {
    let refusal = Refusal::invalid_field("data.limit", "must be 1 to 100").answering(RequestId::parse("i1"));
    let expected = r#"{"type":"error","id":"i1","code":"invalid_field","message":"The field data.limit must be 1 to 100.","details":{"field":"data.limit"},"requestId":"r="}"#;
    assert_eq!(Frame::error(&refusal, Some("r=")).as_str(), expected);
    let frame = Frame::error(&Refusal::unavailable(), None);
    assert!(frame.as_str().contains(r#""code":"unavailable""#) && frame.as_str().contains(r#""retryAfterMs":1000"#));
}

#[test]
fn history_lists_the_oldest_first_whichever_way_it_was_read() {
    let forwards = Frame::history(
        None,
        &Channel::All,
        &page(vec![entry(1, "1"), entry(2, "2")], false, true),
    );
    let backwards = Frame::history(
        None,
        &Channel::All,
        &page(vec![entry(2, "2"), entry(1, "1")], true, true),
    );
    assert_eq!(forwards, backwards);
    assert!(
        forwards
            .as_str()
            .starts_with(r#"{"type":"history","channel":"all","entries":[{"seq":1,"#)
    );
    assert!(forwards.as_str().ends_with(r#""more":true}"#));
}

#[test]
fn the_largest_push_and_the_largest_page_of_one_fit_into_a_frame() {
    let channel = Channel::parse(&format!("user:{}", "u".repeat(128))).unwrap();
    assert!(Frame::message(&channel, &largest()).as_str().len() <= FRAME_BYTES_MAX);
    let id = RequestId::parse(&"i".repeat(64));
    let one = Frame::history(id.as_ref(), &channel, &page(vec![largest(), largest()], false, false));
    assert!(one.as_str().len() <= FRAME_BYTES_MAX);
    assert!(one.as_str().contains("\"seq\"") && one.as_str().ends_with(r#""more":true}"#));
}

#[test]
fn a_page_is_cut_at_the_far_end_exactly_where_the_frame_is_full() {
    let empty = Frame::history(None, &Channel::All, &page(vec![], false, false))
        .as_str()
        .len();
    let bare = Frame::history(None, &Channel::All, &page(vec![entry(1, "\"\"")], false, false))
        .as_str()
        .len()
        - empty;
    // Two entries and the comma between them; the bound counts one comma too many, hence a frame of one byte less.
    let of = |bytes: usize| {
        let first = (bytes - empty - 2 * bare - 2) / 2;
        let second = bytes - empty - 2 * bare - 2 - first;
        let sized = |number, size: usize| entry(number, &format!("\"{}\"", "x".repeat(size)));
        Frame::history(
            None,
            &Channel::All,
            &page(vec![sized(2, first), sized(1, second)], true, false),
        )
    };
    let full = of(FRAME_BYTES_MAX);
    assert_eq!(full.as_str().len(), FRAME_BYTES_MAX - 1);
    assert!(full.as_str().ends_with(r#""more":false}"#));
    let cut = of(FRAME_BYTES_MAX + 1);
    assert!(
        cut.as_str().contains(r#"{"seq":2,"#) && !cut.as_str().contains(r#"{"seq":1,"#),
        "the newest stays"
    );
    assert!(cut.as_str().ends_with(r#""more":true}"#));
}
