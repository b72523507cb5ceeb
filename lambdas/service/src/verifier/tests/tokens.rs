//! Tokens that are good, forged, altered, or meant for something else.

use domain::limits::TOKEN_BYTES_MAX;
use serde_json::{Value, json};

use super::super::*;
use crate::testing::MemoryKeys;
use crate::testing::issuer::{ISSUER, NOW, OTHER, claims, rules, set};

async fn verify(token: &str) -> Result<String, Reason> {
    let keys = MemoryKeys::new(set(&[ISSUER.jwk()]));
    let verifier = Verifier::new(rules(), &keys);
    verifier
        .verify(Credential::new(token), NOW)
        .await
        .map(|identity| identity.user.to_string())
}

async fn with(claim: &str, value: Value) -> Result<String, Reason> {
    let mut claims = claims();
    claims[claim] = value;
    verify(&ISSUER.sign(&ISSUER.header(), &claims.to_string())).await
}

#[tokio::test]
async fn a_good_token_identifies() {
    assert_eq!(verify(&ISSUER.token()).await, Ok("alice".to_owned()));
}

#[tokio::test]
async fn tok_26_a_token_of_another_key_under_our_key_s_name_is_forged() {
    assert_eq!(
        verify(&OTHER.sign(&ISSUER.header(), &claims().to_string())).await,
        Err(Reason::BadSignature)
    );
    assert_eq!(verify(&OTHER.token()).await, Err(Reason::UnknownKey));
}

#[tokio::test]
async fn tok_05_a_change_at_any_position_is_noticed() {
    let token = ISSUER.token();
    for position in 0..token.len() {
        let mut altered = token.clone().into_bytes();
        altered[position] = if altered[position] == b'A' { b'B' } else { b'A' };
        let altered = String::from_utf8(altered).unwrap();
        assert!(verify(&altered).await.is_err(), "{position}");
        let shorter = format!("{}{}", &token[..position], &token[position + 1..]);
        assert!(verify(&shorter).await.is_err(), "without {position}");
    }
    assert!(verify(&format!("{token}A")).await.is_err());
}

#[tokio::test]
async fn tok_03_whitespace_padding_and_other_spellings_are_malformed() {
    let token = ISSUER.token();
    let (start, signature) = token.rsplit_once('.').unwrap();
    for text in [
        format!(" {token}"),
        format!("{token} "),
        format!("{token}\n"),
        format!("\"{token}\""),
        format!("Bearer {token}"),
        format!("{start}.{signature}=="),
        format!("{start}.{}", signature.replace('-', "+").replace('_', "/") + "+"),
        format!("{start}.{}%2D", &signature[1..]),
        format!("{start}.\u{200b}{signature}"),
        format!("{start}.\u{0}"),
    ] {
        assert_eq!(verify(&text).await, Err(Reason::MalformedToken), "{text:.20}");
    }
}

#[tokio::test]
async fn tok_04_the_last_character_has_one_spelling_only() {
    // 256 bytes leave four unused bits in the last of 342 characters.
    let token = ISSUER.token();
    let last = token.bytes().last().unwrap();
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let position = alphabet.iter().position(|letter| *letter == last).unwrap();
    let other = alphabet[position + 1] as char;
    assert_eq!(
        verify(&format!("{}{other}", &token[..token.len() - 1])).await,
        Err(Reason::MalformedToken)
    );
}

#[tokio::test]
async fn tok_06_a_signature_of_another_token_or_none_does_not_count() {
    let token = ISSUER.token();
    let other = ISSUER.sign(&ISSUER.header(), &json!({"sub": "bob"}).to_string());
    let (start, signature) = (token.rsplit_once('.').unwrap().0, other.rsplit_once('.').unwrap().1);
    assert_eq!(verify(&format!("{start}.{signature}")).await, Err(Reason::BadSignature));
    assert_eq!(
        verify(&format!("{start}.{}", &signature[..100])).await,
        Err(Reason::BadSignature)
    );
    assert_eq!(verify(&format!("{start}.")).await, Err(Reason::MalformedToken));
}

#[tokio::test]
async fn tok_14_no_other_algorithm_counts_even_with_our_key() {
    let claims = claims().to_string();
    for alg in ["none", "HS256", "PS256", "RS512", "ES256"] {
        let header = json!({"kid": "kid1", "alg": alg}).to_string();
        assert_eq!(
            verify(&ISSUER.sign_pss(&header, &claims)).await,
            Err(Reason::BadAlgorithm),
            "{alg}"
        );
    }
    let header = ISSUER.header();
    assert_eq!(
        verify(&ISSUER.sign_pss(&header, &claims)).await,
        Err(Reason::BadSignature),
        "PSS under the name RS256"
    );
}

#[tokio::test]
async fn tok_16_a_header_that_brings_its_own_key_is_refused_without_a_fetch() {
    let header = json!({"kid": "kid2", "alg": "RS256", "jwk": OTHER.jwk(), "jku": "https://evil.example/"}).to_string();
    let keys = MemoryKeys::new(set(&[ISSUER.jwk()]));
    let token = OTHER.sign(&header, &claims().to_string());
    let refused = Verifier::new(rules(), &keys).verify(Credential::new(&token), NOW).await;
    assert_eq!((refused.map(|_| ()), keys.fetches()), (Err(Reason::MalformedToken), 0));
}

#[tokio::test]
async fn tok_25_another_issuer_s_token_causes_no_fetch() {
    let mut claims = claims();
    claims["iss"] = json!("https://issuer.example/other");
    let keys = MemoryKeys::new(set(&[ISSUER.jwk()]));
    let token = OTHER.sign(&OTHER.header(), &claims.to_string());
    let refused = Verifier::new(rules(), &keys).verify(Credential::new(&token), NOW).await;
    assert_eq!((refused.map(|_| ()), keys.fetches()), (Err(Reason::WrongIssuer), 0));
}

#[tokio::test]
async fn a_good_signature_under_bad_claims_does_not_count() {
    let now = NOW.millis() / 1000;
    assert_eq!(with("exp", json!(now)).await, Err(Reason::Expired));
    assert_eq!(with("iat", json!(now + 61)).await, Err(Reason::NotYetValid));
    assert_eq!(
        with("iss", json!("https://issuer.example/other")).await,
        Err(Reason::WrongIssuer)
    );
    assert_eq!(with("aud", json!("client2")).await, Err(Reason::WrongClient));
    assert_eq!(with("token_use", json!("access")).await, Err(Reason::WrongTokenUse));
    assert_eq!(with("sub", json!("")).await, Err(Reason::MalformedToken));
    let repeated = claims().to_string().replacen('{', "{\"sub\":\"bob\",", 1);
    assert_eq!(
        verify(&ISSUER.sign(&ISSUER.header(), &repeated)).await,
        Err(Reason::MalformedToken)
    );
}

#[tokio::test]
async fn tok_07_a_token_over_its_bound_is_not_even_decoded() {
    let padded = |bytes: usize| {
        let mut claims = claims();
        claims["custom:pad"] = json!("x".repeat(bytes));
        ISSUER.sign(&ISSUER.header(), &claims.to_string())
    };
    let of = |length: usize| (4000..7000).map(padded).find(|token| token.len() >= length).unwrap();
    let (fits, over) = (of(TOKEN_BYTES_MAX - 1), of(TOKEN_BYTES_MAX + 1));
    assert!((TOKEN_BYTES_MAX - 1..=TOKEN_BYTES_MAX).contains(&fits.len()));
    assert_eq!(verify(&fits).await, Ok("alice".to_owned()));
    assert_eq!(verify(&over).await, Err(Reason::TokenTooLarge));
}
