//! Entries of a key set that are refused one by one, while the others of the same answer work.

use domain::token::Reason;
use serde_json::{Value, json};
use service::testing::issuer::{ISSUER, NOW, OTHER, set};

use super::endpoint::Answer;
use super::world::{LONG_BEFORE, World, named};

/// One member of an entry made wrong.
fn spoilt() -> Vec<(&'static str, Value)> {
    let mut members = vec![
        ("use", json!("enc")),
        ("use", json!(["sig"])),
        ("key_ops", json!(["sign", "encrypt"])),
        ("key_ops", json!([])),
        ("key_ops", json!("verify")),
        ("kty", json!("EC")),
        ("kty", json!("oct")),
        ("kty", json!(null)),
        ("alg", json!("RS512")),
        ("alg", json!("PS256")),
        ("alg", json!("none")),
        ("n", json!("_".repeat(128 * 4 / 3))),
        ("n", json!("not base64url!")),
        ("n", json!(7)),
        ("e", json!("AQ")),
        ("e", json!("AAAB")),
        ("e", json!("")),
    ];
    members.extend(["d", "p", "q", "dp", "dq", "qi", "oth"].map(|private| (private, json!("AQAB"))));
    members
}

#[tokio::test]
async fn key_05_unfit_entries_are_left_out_of_an_answer_whose_others_work() {
    let mut entries = vec![json!("text"), json!(null), json!([]), json!({})];
    for (number, (member, value)) in spoilt().into_iter().enumerate() {
        let mut entry = OTHER.jwk();
        entry["kid"] = json!(format!("spoilt{number}"));
        entry[member] = value;
        entries.push(entry);
    }
    let mut nameless = OTHER.jwk();
    nameless.as_object_mut().unwrap().remove("kid");
    let (mut twin, mut other_twin) = (OTHER.jwk(), ISSUER.jwk());
    (twin["kid"], other_twin["kid"]) = (json!("twin"), json!("twin"));
    entries.extend([nameless, twin, other_twin, ISSUER.jwk()]);
    let world = World::cold(Answer::keys(&set(&entries))).await;

    for (number, (member, value)) in spoilt().into_iter().enumerate() {
        let refused = world
            .check(&named(&OTHER, &format!("spoilt{number}"), LONG_BEFORE), NOW)
            .await;
        assert_eq!(refused, Err(Reason::UnknownKey), "{member}: {value}");
    }
    for issuer in [&*ISSUER, &*OTHER] {
        let refused = world.check(&named(issuer, "twin", LONG_BEFORE), NOW).await;
        assert_eq!(refused, Err(Reason::UnknownKey), "two under one name");
    }
    assert_eq!(world.verify(&ISSUER, NOW).await, Ok(()));
    assert_eq!(world.endpoint.requests(), 1);
}
