//! Frames by the thousand that no client of ours would send: each gets exactly one answer, and a bounded one; signals alone get none.

use domain::limits::FRAME_BYTES_MAX;

use super::*;
use crate::testing::mangle::{Mangler, rounds};

/// One good frame of each action.
const GOOD: [&str; 8] = [
    HELLO,
    r#"{"action":"echo","id":"i1","data":{"content":{"a":[1,"é",null]}}}"#,
    r#"{"action":"history","id":"i2","data":{"channel":"all","after":0,"limit":10}}"#,
    r#"{"action":"ping","id":"i3","data":{"cursors":{"all":5}}}"#,
    r#"{"action":"subscribe","id":"i4","data":{"channel":"room:a","presence":true}}"#,
    r#"{"action":"unsubscribe","id":"i5","data":{"channel":"room:a"}}"#,
    r#"{"action":"presence","id":"i6","data":{"channel":"all"}}"#,
    r#"{"action":"signal","id":"i7","data":{"channel":"all","content":{"typing":true}}}"#,
];

#[tokio::test]
async fn a_mangled_frame_gets_exactly_one_bounded_answer() {
    let mut refused = 0;
    for seed in rounds(4000) {
        let mut mangler = Mangler::seeded(seed);
        let body = frame(&mut mangler);
        let route = mangler.pick(&[Route::Message, Route::Channel, Route::Default]);
        let answers = answers(route, &body).await;
        if answers.is_empty() {
            assert!(is_signal(&body), "SEED={seed} {route:?} {body}: no answer");
            continue;
        }
        assert_eq!(answers.len(), 1, "SEED={seed} {route:?} {body}: {answers:?}");
        let bytes = answers[0].to_string().len();
        assert!(bytes <= FRAME_BYTES_MAX, "SEED={seed}: {bytes} bytes");
        refused += u32::from(answers[0]["type"] == "error");
    }
    assert!(refused > 0);
}

/// A signal that is told to somebody gets no answer.
fn is_signal(body: &str) -> bool {
    matches!(read_request(body).map(|request| request.action), Ok(Action::Signal(_)))
}

fn frame(mangler: &mut Mangler) -> String {
    let good = mangler.pick(&GOOD);
    match mangler.below(8) {
        0 => mangler
            .pick(&["[", "{\"a\":", "\"", "0", " "])
            .repeat(FRAME_BYTES_MAX / 8 + mangler.below(5000)),
        1..4 => mangler.text(good),
        _ => {
            let mut value: Value = serde_json::from_str(good).unwrap();
            mangler.json(&mut value);
            value.to_string()
        }
    }
}
