//! Tokens and key sets by the thousand that nobody would write: none panics, none is believed.

use domain::limits::{CLOCK_SKEW_MAX, KEYS_BYTES_MAX, TOKEN_BYTES_MAX, TOKEN_LIFETIME_MAX};
use serde_json::{Value, json};

use super::super::*;
use crate::testing::MemoryKeys;
use crate::testing::issuer::{ISSUER, NOW, OTHER, claims, rules, set};
use crate::testing::mangle::{Mangler, rounds};

#[tokio::test]
async fn of_mangled_texts_only_the_one_that_came_out_whole_is_a_token() {
    let keys = MemoryKeys::new(set(&[ISSUER.jwk()]));
    let verifier = Verifier::new(rules(), &keys);
    let token = ISSUER.token();
    for seed in rounds(4000) {
        let text = Mangler::seeded(seed).text(&token);
        let verdict = verifier.verify(Credential::new(&text), NOW).await;
        assert_eq!(verdict.is_ok(), text == token, "SEED={seed}");
    }
    assert!(keys.fetches() <= 1, "strangers made it fetch");
}

#[tokio::test]
async fn of_mangled_headers_and_claims_under_a_good_signature_only_sound_ones_count() {
    let keys = MemoryKeys::new(set(&[ISSUER.jwk()]));
    let verifier = Verifier::new(rules(), &keys);
    let mut accepted = 0;
    for seed in rounds(1500) {
        let mut mangler = Mangler::seeded(seed);
        let (mut header, mut claims) = (json!({"alg": "RS256", "kid": ISSUER.kid}), claims());
        mangler.json(if seed % 2 == 0 { &mut header } else { &mut claims });
        let token = ISSUER.sign(&header.to_string(), &claims.to_string());
        if verifier.verify(Credential::new(&token), NOW).await.is_ok() {
            accepted += 1;
            assert!(is_sound(&header, &claims), "SEED={seed}: {header} {claims}");
        }
    }
    assert!(accepted > 0, "some edits change nothing that counts");
}

/// What must be true of whatever is accepted, said without the code that is tested.
fn is_sound(header: &Value, claims: &Value) -> bool {
    let (now, rules) = (NOW.millis() / 1000, rules());
    let (Some(exp), Some(iat)) = (claims["exp"].as_u64(), claims["iat"].as_u64()) else {
        return false;
    };
    let skew = CLOCK_SKEW_MAX.as_secs();
    let times = exp > now && iat <= now + skew && exp - iat <= TOKEN_LIFETIME_MAX.as_secs();
    let signed_in = match claims.get("auth_time") {
        None => true,
        Some(auth_time) => auth_time.as_u64().is_some_and(|at| at <= now.min(iat) + skew),
    };
    let ours = claims["iss"] == *rules.issuer && claims["aud"] == *rules.client && claims["token_use"] == "id";
    header["alg"] == "RS256" && header["kid"] == ISSUER.kid && times && signed_in && ours && claims["sub"].is_string()
}

#[tokio::test]
async fn what_is_too_long_is_not_looked_at_however_long_it_is() {
    let keys = MemoryKeys::new(set(&[ISSUER.jwk()]));
    let verifier = Verifier::new(rules(), &keys);
    for bytes in [TOKEN_BYTES_MAX + 1, 1 << 20, 10 << 20] {
        for piece in ["a", ".", "e30.", "\0", "="] {
            let text = piece.repeat(bytes / piece.len() + 1);
            let verdict = verifier.verify(Credential::new(&text), NOW).await;
            assert_eq!(
                verdict.map(|_| ()),
                Err(Reason::TokenTooLarge),
                "{bytes} bytes of {piece:?}"
            );
        }
    }
    assert_eq!(keys.fetches(), 0);
}

/// Whatever the key endpoint says, a key that it does not publish signs nothing.
#[tokio::test]
async fn mangled_key_sets_let_no_stranger_in() {
    let forged = OTHER.sign(&ISSUER.header(), &claims().to_string());
    let good = set(&[
        ISSUER.jwk(),
        json!({"kty": "EC", "kid": "kid3", "crv": "P-256", "x": "AA", "y": "AA"}),
    ]);
    let mut unavailable = 0;
    for seed in rounds(1500) {
        let keys = MemoryKeys::new(mangled_set(&good, seed));
        let verifier = Verifier::new(rules(), &keys);
        let stranger = verifier.verify(Credential::new(&forged), NOW).await.map(|_| ());
        let expected = [Reason::KeysUnavailable, Reason::UnknownKey, Reason::BadSignature].map(Err);
        assert!(expected.contains(&stranger), "SEED={seed}: {stranger:?}");
        unavailable += u32::from(stranger == Err(Reason::KeysUnavailable));
        assert_eq!(keys.fetches(), 1, "SEED={seed}");
    }
    assert!(unavailable > 0, "some key sets are none");
}

fn mangled_set(good: &[u8], seed: u64) -> Vec<u8> {
    let mut mangler = Mangler::seeded(seed);
    match mangler.below(8) {
        0 => vec![mangler.pick(b"[{ \0\xff"); KEYS_BYTES_MAX - 1 + mangler.below(3)],
        1..4 => mangler.bytes(good),
        _ => {
            let mut value: Value = serde_json::from_slice(good).unwrap();
            mangler.json(&mut value);
            value.to_string().into_bytes()
        }
    }
}
