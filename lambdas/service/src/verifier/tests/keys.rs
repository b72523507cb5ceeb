//! Keys: rotated, missing, stale, malformed, and asked for by strangers.

use std::time::Duration;

use domain::limits::{CLOCK_SKEW_MAX, KEYS_AGE_MAX, KEYS_BYTES_MAX, KEYS_COOL_DOWN, KEYS_FRESH, TOKEN_TIME_STEP};
use domain::timestamp::Timestamp;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::super::*;
use crate::testing::MemoryKeys;
use crate::testing::issuer::{ISSUER, Issuer, NOW, OTHER, claims, rules, set};

/// The outcome of a token that is issued at that instant.
async fn verify(verifier: &Verifier<&MemoryKeys>, issuer: &Issuer, now: Timestamp) -> Result<(), Reason> {
    verify_issued(verifier, issuer, now, now).await
}

/// The same of one that says that it was issued at another.
async fn verify_issued(
    verifier: &Verifier<&MemoryKeys>,
    issuer: &Issuer,
    issued_at: Timestamp,
    now: Timestamp,
) -> Result<(), Reason> {
    let seconds = |instant: Timestamp| json!(instant.millis() / 1000);
    let mut claims = claims();
    (claims["iat"], claims["auth_time"]) = (seconds(issued_at), seconds(issued_at));
    claims["exp"] = seconds(now.max(issued_at).plus(Duration::from_secs(60)));
    let token = issuer.sign(&issuer.header(), &claims.to_string());
    verifier.verify(Credential::new(&token), now).await.map(|_| ())
}

fn later(span: Duration) -> Timestamp {
    NOW.plus(span)
}

fn earlier(span: Duration) -> Timestamp {
    Timestamp::from_millis(NOW.millis() - u64::try_from(span.as_millis()).unwrap())
}

fn second_less(span: Duration) -> Duration {
    span - Duration::from_secs(1)
}

#[tokio::test]
async fn keys_are_fetched_once_and_kept() {
    let keys = MemoryKeys::new(set(&[ISSUER.jwk(), OTHER.jwk()]));
    let verifier = Verifier::new(rules(), &keys);
    for issuer in [&*ISSUER, &*OTHER, &*ISSUER] {
        assert_eq!(verify(&verifier, issuer, NOW).await, Ok(()));
    }
    assert_eq!(keys.fetches(), 1);
}

#[tokio::test]
async fn keys_that_were_fetched_at_the_start_are_not_fetched_again() {
    let keys = MemoryKeys::new(set(&[ISSUER.jwk()]));
    let verifier = Verifier::new(rules(), &keys);
    verifier.warm(NOW).await;
    assert_eq!(keys.fetches(), 1);
    for now in [NOW, later(second_less(KEYS_FRESH))] {
        assert_eq!(verify(&verifier, &ISSUER, now).await, Ok(()));
    }
    assert_eq!(keys.fetches(), 1);
}

#[tokio::test]
async fn key_06_the_first_unknown_key_after_a_start_is_asked_for_at_once_and_then_there_is_a_cool_down() {
    let keys = MemoryKeys::new(set(&[ISSUER.jwk()]));
    let verifier = Verifier::new(rules(), &keys);
    verifier.warm(NOW).await;
    assert_eq!(
        verify(&verifier, &OTHER, NOW).await,
        Err(Reason::UnknownKey),
        "for certain"
    );
    for _ in 0..3 {
        let soon = later(second_less(KEYS_COOL_DOWN));
        assert_eq!(verify(&verifier, &OTHER, soon).await, Err(Reason::KeysUnavailable));
    }
    assert_eq!(keys.fetches(), 2);
}

#[tokio::test]
async fn key_08_a_start_without_keys_costs_the_first_token_nothing_and_then_there_is_a_cool_down() {
    let keys = MemoryKeys::default();
    let healing = Verifier::new(rules(), &keys);
    healing.warm(NOW).await;
    keys.set(Some(set(&[ISSUER.jwk()])));
    assert_eq!(verify(&healing, &ISSUER, NOW).await, Ok(()), "asked again at once");
    assert_eq!(keys.fetches(), 2);

    keys.set(None);
    let failing = Verifier::new(rules(), &keys);
    failing.warm(NOW).await;
    for _ in 0..3 {
        assert_eq!(verify(&failing, &ISSUER, NOW).await, Err(Reason::KeysUnavailable));
    }
    assert_eq!(keys.fetches(), 4, "one at the start, one with the first token");
    keys.set(Some(set(&[ISSUER.jwk()])));
    assert_eq!(verify(&failing, &ISSUER, later(KEYS_COOL_DOWN)).await, Ok(()));
}

#[tokio::test]
async fn key_02_a_hundred_first_requests_cause_one_fetch() {
    let keys = MemoryKeys::new(set(&[ISSUER.jwk()]));
    let verifier = Verifier::new(rules(), &keys);
    let outcomes = join_all((0..100).map(|_| verify(&verifier, &ISSUER, NOW))).await;
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!(keys.fetches(), 1);
}

#[tokio::test]
async fn key_01_an_unknown_key_is_looked_for_once_per_cool_down_and_known_ones_keep_working() {
    let keys = MemoryKeys::new(set(&[ISSUER.jwk()]));
    let verifier = Verifier::new(rules(), &keys);
    let before_the_fetch = earlier(Duration::from_secs(120));
    for _ in 0..100 {
        let refused = verify_issued(&verifier, &OTHER, before_the_fetch, NOW).await;
        assert_eq!(refused, Err(Reason::UnknownKey));
    }
    assert_eq!(keys.fetches(), 1);
    assert_eq!(
        verify(&verifier, &OTHER, later(second_less(KEYS_COOL_DOWN))).await,
        Err(Reason::KeysUnavailable),
        "its token is younger than the set, so that nobody can tell yet"
    );
    assert_eq!(keys.fetches(), 1);
    assert_eq!(
        verify(&verifier, &OTHER, later(KEYS_COOL_DOWN)).await,
        Err(Reason::UnknownKey),
        "the set was fetched for this very token"
    );
    assert_eq!(keys.fetches(), 2);
    assert_eq!(verify(&verifier, &ISSUER, later(KEYS_COOL_DOWN)).await, Ok(()));
}

#[tokio::test]
async fn key_01_an_issue_of_one_s_choice_neither_causes_fetches_nor_is_answered_with_500_for_ever() {
    let keys = MemoryKeys::new(set(&[ISSUER.jwk()]));
    let verifier = Verifier::new(rules(), &keys);
    let beyond = NOW.plus(CLOCK_SKEW_MAX + Duration::from_secs(1));
    let refused = verify_issued(&verifier, &OTHER, beyond, NOW).await;
    assert_eq!((refused, keys.fetches()), (Err(Reason::NotYetValid), 0));
    for second in 0..100 {
        let now = later(Duration::from_secs(second));
        let refused = verify_issued(&verifier, &OTHER, now.plus(CLOCK_SKEW_MAX), now).await;
        let expected = match second % KEYS_COOL_DOWN.as_secs() {
            0 => Reason::UnknownKey,
            _ => Reason::KeysUnavailable,
        };
        assert_eq!(refused, Err(expected), "{second} s");
        assert_eq!(verify(&verifier, &ISSUER, now).await, Ok(()), "{second} s");
    }
    assert_eq!(keys.fetches(), 10);
}

#[tokio::test]
async fn key_06_rotation_lets_in_the_new_key_and_then_not_the_old_one() {
    let keys = MemoryKeys::new(set(&[ISSUER.jwk()]));
    let verifier = Verifier::new(rules(), &keys);
    assert_eq!(verify(&verifier, &ISSUER, NOW).await, Ok(()));
    keys.set(Some(set(&[ISSUER.jwk(), OTHER.jwk()])));
    let then = later(Duration::from_secs(60));
    assert_eq!(verify(&verifier, &OTHER, then).await, Ok(()));
    assert_eq!(verify(&verifier, &ISSUER, then).await, Ok(()));
    keys.set(Some(set(&[OTHER.jwk()])));
    let much_later = then.plus(KEYS_FRESH);
    assert_eq!(verify(&verifier, &OTHER, much_later).await, Ok(()));
    assert_eq!(
        verify_issued(&verifier, &ISSUER, then, much_later).await,
        Err(Reason::UnknownKey)
    );
}

#[tokio::test]
async fn key_06_a_key_is_unknown_to_an_earlier_fetch_only_if_no_clock_explains_it() {
    let keys = MemoryKeys::new(set(&[ISSUER.jwk()]));
    let verifier = Verifier::new(rules(), &keys);
    assert_eq!(verify(&verifier, &ISSUER, NOW).await, Ok(()));
    let soon = later(Duration::from_millis(1));
    // Signed a moment after the fetch, a token is dated so long before it by a clock that is behind, and one that is cut.
    let explained = CLOCK_SKEW_MAX;
    for (issued_at, expected) in [
        (NOW, Reason::KeysUnavailable),
        (earlier(TOKEN_TIME_STEP), Reason::KeysUnavailable),
        (earlier(explained), Reason::KeysUnavailable),
        (earlier(explained + TOKEN_TIME_STEP), Reason::UnknownKey),
    ] {
        let refused = verify_issued(&verifier, &OTHER, issued_at, soon).await;
        assert_eq!(refused, Err(expected), "{issued_at:?}");
    }
    keys.set(Some(set(&[ISSUER.jwk(), OTHER.jwk()])));
    let admitted = verify_issued(&verifier, &OTHER, earlier(explained), later(KEYS_COOL_DOWN)).await;
    assert_eq!((admitted, keys.fetches()), (Ok(()), 2));
}

#[tokio::test]
async fn key_06_a_key_that_signs_as_soon_as_it_is_published_is_not_called_unknown() {
    let keys = MemoryKeys::new(set(&[ISSUER.jwk()]));
    let verifier = Verifier::new(rules(), &keys);
    assert_eq!(verify(&verifier, &ISSUER, NOW).await, Ok(()));
    keys.set(Some(set(&[ISSUER.jwk(), OTHER.jwk()])));
    let soon = later(Duration::from_secs(1));
    assert_eq!(verify(&verifier, &OTHER, soon).await, Err(Reason::KeysUnavailable));
    assert_eq!(verify(&verifier, &OTHER, later(KEYS_COOL_DOWN)).await, Ok(()));
}

#[tokio::test]
async fn key_03_without_the_endpoint_keys_serve_until_their_maximum_age() {
    let keys = MemoryKeys::new(set(&[ISSUER.jwk()]));
    let verifier = Verifier::new(rules(), &keys);
    assert_eq!(verify(&verifier, &ISSUER, NOW).await, Ok(()));
    keys.set(None);
    assert_eq!(verify(&verifier, &ISSUER, later(second_less(KEYS_FRESH))).await, Ok(()));
    assert_eq!(keys.fetches(), 1);
    assert_eq!(verify(&verifier, &ISSUER, later(KEYS_FRESH)).await, Ok(()));
    assert_eq!(keys.fetches(), 2);
    assert_eq!(
        verify(&verifier, &ISSUER, later(second_less(KEYS_AGE_MAX))).await,
        Ok(())
    );
    assert_eq!(
        verify(&verifier, &ISSUER, later(KEYS_AGE_MAX)).await,
        Err(Reason::KeysUnavailable)
    );
}

#[tokio::test]
async fn key_03_no_keys_at_all_is_unavailable_and_asked_for_once_per_cool_down() {
    let keys = MemoryKeys::default();
    let verifier = Verifier::new(rules(), &keys);
    for _ in 0..10 {
        assert_eq!(verify(&verifier, &ISSUER, NOW).await, Err(Reason::KeysUnavailable));
    }
    assert_eq!(keys.fetches(), 1);
    keys.set(Some(set(&[ISSUER.jwk()])));
    assert_eq!(verify(&verifier, &ISSUER, later(KEYS_COOL_DOWN)).await, Ok(()));
}

#[tokio::test]
async fn key_07_a_clock_that_jumps_back_does_not_keep_keys_for_ever() {
    let keys = MemoryKeys::new(set(&[ISSUER.jwk()]));
    let verifier = Verifier::new(rules(), &keys);
    assert_eq!(verify(&verifier, &ISSUER, later(KEYS_AGE_MAX)).await, Ok(()));
    assert_eq!(verify(&verifier, &ISSUER, NOW).await, Ok(()));
    assert_eq!(keys.fetches(), 2);
}

#[tokio::test]
async fn key_04_an_answer_that_is_no_key_set_leaves_the_old_one() {
    let mut large = set(&[OTHER.jwk()]);
    large.resize(KEYS_BYTES_MAX + 1, b' ');
    let answers = [
        b"".to_vec(),
        b"<html>".to_vec(),
        b"{}".to_vec(),
        b"{\"keys\":{}}".to_vec(),
        set(&[]),
        large,
    ];
    for answer in answers {
        let keys = MemoryKeys::new(set(&[ISSUER.jwk()]));
        let verifier = Verifier::new(rules(), &keys);
        assert_eq!(verify(&verifier, &ISSUER, NOW).await, Ok(()));
        keys.set(Some(answer));
        assert_eq!(
            verify(&verifier, &OTHER, later(KEYS_COOL_DOWN)).await,
            Err(Reason::KeysUnavailable)
        );
        assert_eq!(verify(&verifier, &ISSUER, later(KEYS_COOL_DOWN)).await, Ok(()));
    }
}

#[tokio::test]
async fn key_05_unfit_entries_are_left_out_and_the_others_work() {
    let with = |name: &str, value: Value| {
        let mut entry = OTHER.jwk();
        entry[name] = value;
        entry
    };
    let number = |bytes: &[u8]| json!(URL_SAFE_NO_PAD.encode(bytes));
    for entry in [
        with("kid", json!("")),
        with("kid", json!(7)),
        with("use", json!("enc")),
        with("alg", json!("RS512")),
        with("kty", json!("EC")),
        with("key_ops", json!(["sign"])),
        with("d", json!("AQAB")),
        with("n", number(&[0xff; 128])),
        with("e", number(&[1])),
        with("e", number(&[0, 0, 1])),
        with("e", number(&[4])),
        with("n", json!("not base64url!")),
        json!("text"),
        json!(null),
    ] {
        let keys = MemoryKeys::new(set(&[entry.clone(), ISSUER.jwk()]));
        let verifier = Verifier::new(rules(), &keys);
        assert_eq!(verify(&verifier, &OTHER, NOW).await, Err(Reason::UnknownKey), "{entry}");
        assert_eq!(verify(&verifier, &ISSUER, NOW).await, Ok(()));
    }
}

#[tokio::test]
async fn key_05_of_two_entries_with_one_id_neither_is_believed() {
    let mut twin = OTHER.jwk();
    twin["kid"] = json!(ISSUER.kid);
    let keys = MemoryKeys::new(set(&[ISSUER.jwk(), twin, OTHER.jwk()]));
    let verifier = Verifier::new(rules(), &keys);
    assert_eq!(verify(&verifier, &ISSUER, NOW).await, Err(Reason::UnknownKey));
    assert_eq!(verify(&verifier, &OTHER, NOW).await, Ok(()));
}

#[tokio::test]
async fn key_05_optional_members_may_be_absent_and_keys_of_2048_bits_are_large_enough() {
    let mut entry = OTHER.jwk();
    for name in ["use", "alg"] {
        entry.as_object_mut().unwrap().remove(name);
    }
    entry["key_ops"] = json!(["verify"]);
    let keys = MemoryKeys::new(set(&[entry]));
    assert_eq!(verify(&Verifier::new(rules(), &keys), &OTHER, NOW).await, Ok(()));
}
