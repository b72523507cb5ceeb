//! An endpoint that fails, or answers with what is no key set: what is known serves on, and what is not can wait.

use domain::limits::{KEYS_AGE_MAX, KEYS_COOL_DOWN, KEYS_FRESH};
use domain::token::Reason;
use service::testing::issuer::{ISSUER, NOW, OTHER, set};

use super::endpoint::{Answer, Endpoint, Then};
use super::world::{World, later};

const ENDLESS: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const LYING: &str = "HTTP/1.1 200 OK\r\nContent-Length: 52428800\r\n\r\n";
const CHUNK: &[u8] = b"10\r\n                \r\n";
/// What two systems may have on the way between them, beside the 64 KiB that are read.
const BUFFERED_MAX: usize = 16 * 1024 * 1024;

/// The promise of every fault: without keys nobody can tell, known keys serve until their maximum age, and there is one
/// attempt per cool-down.
async fn is_borne(name: &str, fault: Answer) {
    let cold = World::cold(fault.clone()).await;
    for _ in 0..3 {
        let refused = cold.verify(&ISSUER, NOW).await;
        assert_eq!(refused, Err(Reason::KeysUnavailable), "{name}, cold");
    }
    assert_eq!(cold.endpoint.requests(), 1, "{name}: a failure arms the cool-down too");
    cold.endpoint.answer(Answer::keys(&set(&[ISSUER.jwk()])));
    assert_eq!(
        cold.verify(&ISSUER, later(KEYS_COOL_DOWN)).await,
        Ok(()),
        "{name}, healed"
    );

    let warm = World::warm().await;
    warm.endpoint.answer(fault);
    known_keys_serve(name, &warm).await;
    assert_eq!(warm.endpoint.requests(), 3, "{name}: when stale, and when too old");
}

async fn known_keys_serve(name: &str, warm: &World) {
    let stale = later(KEYS_FRESH);
    assert_eq!(warm.verify(&ISSUER, stale).await, Ok(()), "{name}, stale");
    assert_eq!(
        warm.verify(&OTHER, stale).await,
        Err(Reason::KeysUnavailable),
        "{name}: a new key is not called unknown"
    );
    assert_eq!(
        warm.verify(&ISSUER, later(KEYS_AGE_MAX)).await,
        Err(Reason::KeysUnavailable),
        "{name}, too old"
    );
}

#[tokio::test]
async fn key_03_whatever_fails_known_keys_serve_until_their_maximum_age() {
    let good = set(&[ISSUER.jwk(), OTHER.jwk()]);
    let statuses = [
        "500 Internal Server Error",
        "404 Not Found",
        "429 Too Many Requests",
        "204 No Content",
    ];
    for status in statuses {
        is_borne(status, Answer::whole(status, &good)).await;
    }
    let whole = [b"HTTP/1.1 200 OK\r\n\r\n", &good[..]].concat();
    for (name, fault) in [
        ("closed before a word", Answer::of("", Then::Close)),
        ("reset", Answer::of("", Then::Reset)),
        ("reset in the middle", Answer::of(LYING, Then::Reset)),
        ("never answers", Answer::of("", Then::Silence)),
        ("stops in the middle", Answer::of(LYING, Then::Silence)),
        ("a byte at a time", Answer::of(whole, Then::Drip)),
        ("no HTTP", Answer::of("220 ready\r\n", Then::Close)),
    ] {
        is_borne(name, fault).await;
    }
}

#[tokio::test]
async fn key_03_no_redirect_is_followed_not_even_to_good_keys() {
    let good = Answer::keys(&set(&[ISSUER.jwk(), OTHER.jwk()]));
    let elsewhere = Endpoint::start(good).await.unwrap();
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect"] {
        let location = format!("Location: {}\r\n", elsewhere.address("http"));
        is_borne(status, Answer::with_headers(status, &location, b"")).await;
    }
    assert_eq!(elsewhere.requests(), 0);
}

#[tokio::test]
async fn key_03_where_nobody_listens_known_keys_serve_too() {
    let mut warm = World::warm().await;
    warm.endpoint.stop().await;
    known_keys_serve("closed port", &warm).await;
}

#[tokio::test]
async fn key_03_without_tls_there_are_no_keys() {
    let plain = World::over("https", Answer::keys(&set(&[ISSUER.jwk()]))).await;
    assert_eq!(plain.verify(&ISSUER, NOW).await, Err(Reason::KeysUnavailable));
}

#[tokio::test]
async fn key_04_what_is_no_key_set_leaves_the_old_one() {
    let cut = &set(&[ISSUER.jwk()])[..100];
    let bodies: [(&str, &[u8]); 9] = [
        ("empty", b""),
        ("HTML", b"<!doctype html><title>Sign in</title>"),
        ("bad JSON", b"{\"keys\":[}"),
        ("cut", cut),
        ("no keys", b"{}"),
        ("keys is no list", b"{\"keys\":{}}"),
        ("keys is null", b"{\"keys\":null}"),
        ("empty list", b"{\"keys\":[]}"),
        ("another list", b"[1,2,3]"),
    ];
    for (name, body) in bodies {
        is_borne(name, Answer::keys(body)).await;
    }
}

#[tokio::test]
async fn key_04_of_a_body_without_end_no_more_is_read_than_a_key_set_has() {
    for (name, head, text) in [
        ("chunked without end", ENDLESS, CHUNK),
        ("50 MB announced", LYING, &b" "[..]),
        ("until the connection closes", "HTTP/1.1 200 OK\r\n\r\n", &b"\0"[..]),
    ] {
        // In pieces of some size, lest the test's time be that of its system calls.
        let text = Box::leak(text.repeat(65_536 / text.len()).into_boxed_slice());
        let flood = Answer::of(head, Then::Flood(text));
        is_borne(name, flood.clone()).await;
        let world = World::cold(flood).await;
        let refused = world.fetch().await.unwrap_err();
        assert_eq!(
            refused, "more than 65536 bytes",
            "{name}: and not only when its time is over"
        );
        assert!(
            world.endpoint.sent() < BUFFERED_MAX,
            "{name}: {}",
            world.endpoint.sent()
        );
    }
}

#[tokio::test]
async fn key_04_nothing_is_unpacked_so_that_no_bomb_goes_off() {
    let packed = gzip(&set(&[ISSUER.jwk(), OTHER.jwk()]));
    let answer = Answer::with_headers("200 OK", "Content-Encoding: gzip\r\n", &packed);
    is_borne("gzip", answer).await;
}

/// A gzip file (RFC 1952) of one stored block, which would give good keys if it were unpacked.
fn gzip(content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap();
    let crc = content.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 }
        })
    });
    let head: &[u8] = &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
    let sizes = [length.to_le_bytes(), (!length).to_le_bytes()].concat();
    let tail = [(!crc).to_le_bytes(), u32::from(length).to_le_bytes()].concat();
    [head, &sizes, content, &tail].concat()
}

#[tokio::test]
async fn key_08_an_endpoint_that_is_slow_at_a_cold_start_alone_costs_one_bounded_wait() {
    let cold = World::cold(Answer::of("", Then::Silence)).await;
    assert_eq!(cold.verify(&ISSUER, NOW).await, Err(Reason::KeysUnavailable));
    cold.endpoint.answer(Answer::keys(&set(&[ISSUER.jwk()])));
    assert_eq!(
        cold.verify(&ISSUER, NOW).await,
        Err(Reason::KeysUnavailable),
        "told at once, and nobody waits again"
    );
    assert_eq!(cold.endpoint.requests(), 1);
    assert_eq!(cold.verify(&ISSUER, later(KEYS_COOL_DOWN)).await, Ok(()));
}
