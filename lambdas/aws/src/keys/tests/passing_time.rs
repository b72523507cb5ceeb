//! Keys over HTTP while time passes and many ask: strangers, first requests, rotation, and a process that was frozen.

use std::sync::LazyLock;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::limits::{KEYS_AGE_MAX, KEYS_COOL_DOWN, KEYS_FRESH};
use domain::token::{Answer as Outward, Reason};
use futures_util::future::join_all;
use serde_json::json;
use service::testing::issuer::{ISSUER, NOW, OTHER, set};

use super::endpoint::{Answer, Then};
use super::world::{LONG_BEFORE, World, later, token};

/// When the new key appears, signs at once, and the old one goes, in seconds from the beginning.
const PUBLISHED: u64 = 30;
const WITHDRAWN: u64 = 60;
const OBSERVED: u64 = 90;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A token of a key that nobody has. Its signature is never looked at.
fn strangers(number: u64) -> String {
    static SIGNED: LazyLock<String> = LazyLock::new(|| token(&ISSUER, LONG_BEFORE));
    let header = json!({"kid": format!("stranger{number}"), "alg": "RS256"}).to_string();
    let (_, rest) = SIGNED.split_once('.').unwrap();
    format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header))
}

#[tokio::test]
async fn key_01_of_10_000_unknown_keys_in_10_seconds_none_causes_a_fetch_within_the_cool_down() {
    let world = World::warm().await;
    let known = token(&ISSUER, NOW);
    for number in 0..10_000 {
        let now = later(Duration::from_millis(number));
        let refused = world.check(&strangers(number), now).await;
        assert_eq!(refused, Err(Reason::UnknownKey), "{number}");
        if number % 100 == 0 {
            assert_eq!(world.check(&known, now).await, Ok(()), "{number}");
        }
    }
    assert_eq!(world.endpoint.requests(), 1);
    for number in 0..100 {
        let refused = world.check(&strangers(number), later(KEYS_COOL_DOWN)).await;
        assert_eq!(refused, Err(Reason::UnknownKey));
    }
    assert_eq!(world.endpoint.requests(), 2, "one more after the cool-down");
}

#[tokio::test]
async fn key_02_a_hundred_first_requests_at_once_cause_one_fetch() {
    for (name, answer, expected) in [
        ("good", Answer::keys(&set(&[ISSUER.jwk()])), Ok(())),
        ("broken", Answer::of("", Then::Reset), Err(Reason::KeysUnavailable)),
        ("silent", Answer::of("", Then::Silence), Err(Reason::KeysUnavailable)),
    ] {
        let world = World::cold(answer).await;
        let first = token(&ISSUER, NOW);
        let outcomes = join_all((0..100).map(|_| world.check(&first, NOW))).await;
        assert_eq!(outcomes, vec![expected; 100], "{name}");
        assert_eq!(world.endpoint.requests(), 1, "{name}");
    }
}

/// A second of a rotation: each key in use signs a new token, the sessions that began before come again, and strangers
/// see to it that the cool-down is always armed.
async fn second_of_rotation(world: &World, second: u64, sessions: &mut Vec<String>) {
    let now = later(seconds(second));
    if second < WITHDRAWN {
        sessions.push(token(&ISSUER, now));
    } else {
        sessions.clear();
    }
    assert_eq!(
        world.check(&strangers(second), now).await.map_err(Reason::answer),
        Err(Outward::Unauthorized)
    );
    let old = join_all(sessions.iter().map(|session| world.check(session, now))).await;
    assert!(old.iter().all(Result::is_ok), "{second} s, old key: {old:?}");
    if second >= PUBLISHED {
        let of_new = world.verify(&OTHER, now).await;
        let may_wait = second < PUBLISHED + KEYS_COOL_DOWN.as_secs();
        let waits = of_new == Err(Reason::KeysUnavailable) && may_wait;
        assert!(of_new.is_ok() || waits, "{second} s, new key: {of_new:?}");
    }
}

#[tokio::test]
async fn key_06_no_valid_token_is_denied_during_a_rotation_under_load() {
    let world = World::warm().await;
    let mut sessions = Vec::new();
    for second in 0..OBSERVED {
        match second {
            PUBLISHED => world.endpoint.answer(Answer::keys(&set(&[ISSUER.jwk(), OTHER.jwk()]))),
            WITHDRAWN => world.endpoint.answer(Answer::keys(&set(&[OTHER.jwk()]))),
            _ => {}
        }
        second_of_rotation(&world, second, &mut sessions).await;
    }
    let most = OBSERVED / KEYS_COOL_DOWN.as_secs() + 1;
    assert!(world.endpoint.requests() <= usize::try_from(most).unwrap());
    let now = later(seconds(OBSERVED));
    assert_eq!(world.verify(&ISSUER, now).await, Err(Reason::UnknownKey), "withdrawn");
}

#[tokio::test]
async fn key_06_a_withdrawn_key_is_refused_once_the_set_is_stale_or_at_its_maximum_age() {
    let world = World::warm().await;
    world.endpoint.answer(Answer::keys(&set(&[OTHER.jwk()])));
    let before = later(KEYS_FRESH - seconds(1));
    assert_eq!(world.verify(&ISSUER, before).await, Ok(()), "nobody has asked again");
    assert_eq!(world.verify(&ISSUER, later(KEYS_FRESH)).await, Err(Reason::UnknownKey));

    let unreachable = World::warm().await;
    unreachable.endpoint.answer(Answer::of("", Then::Reset));
    let before = later(KEYS_AGE_MAX - seconds(1));
    assert_eq!(unreachable.verify(&ISSUER, before).await, Ok(()));
    assert_eq!(
        unreachable.verify(&ISSUER, later(KEYS_AGE_MAX)).await,
        Err(Reason::KeysUnavailable)
    );
}

#[tokio::test]
async fn key_07_a_process_that_was_frozen_for_an_hour_goes_by_the_clock() {
    let hour = seconds(3600);
    let world = World::warm().await;
    world.endpoint.answer(Answer::keys(&set(&[ISSUER.jwk(), OTHER.jwk()])));
    assert_eq!(
        world.verify(&OTHER, later(seconds(1))).await,
        Err(Reason::KeysUnavailable)
    );
    assert_eq!(world.verify(&ISSUER, later(hour)).await, Ok(()));
    assert_eq!(world.endpoint.requests(), 1, "an hour is not old");
    // No timer has run meanwhile, and the peer of a connection that was kept would be gone.
    assert_eq!(
        world.verify(&OTHER, later(hour)).await,
        Ok(()),
        "nor is there a cool-down left"
    );
    assert_eq!(world.verify(&ISSUER, later(KEYS_AGE_MAX + hour)).await, Ok(()));
    assert_eq!(world.endpoint.requests(), 3);
}
