//! Every claim, one wrong value at a time.

#![allow(clippy::unwrap_used)]

use super::*;
use serde_json::json;

const NOW: u64 = 1_700_000_000;

fn rules() -> TokenRules {
    let issuer = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123".into();
    TokenRules {
        issuer,
        client: "client1".into(),
        access_tokens: false,
    }
}

fn id_token() -> Value {
    json!({
        "sub": "a1b2", "iss": rules().issuer, "aud": "client1", "token_use": "id", "exp": NOW + 3600, "iat": NOW,
        "auth_time": NOW - 60, "origin_jti": "o1", "cognito:username": "alice", "cognito:groups": ["g1", "two words"]
    })
}

/// The result with one claim replaced, or removed where the value is `Value::Null` of JSON text "-".
fn with(claim: &str, value: Value) -> Result<Identity, Reason> {
    judge(&rules(), claim, value)
}

fn judge(rules: &TokenRules, claim: &str, value: Value) -> Result<Identity, Reason> {
    let mut claims = id_token();
    if value == json!("-") {
        claims.as_object_mut().unwrap().remove(claim);
    } else {
        claims[claim] = value;
    }
    let text = claims.to_string();
    Claims::read(text.as_bytes())?.identity(rules, Timestamp::from_seconds(NOW))
}

#[test]
fn a_good_id_token_identifies() {
    let who = with("x", json!({"__proto__": 1, "constructor": 2})).unwrap();
    assert_eq!((who.user.as_str(), who.name.as_str()), ("a1b2", "alice"));
    assert_eq!(who.groups.iter().map(GroupName::as_str).collect::<Vec<_>>(), ["g1"]);
    assert_eq!(who.expires_at, Timestamp::from_seconds(NOW + 3600));
    assert_eq!(who.signed_in_at, Timestamp::from_seconds(NOW - 60));
    assert_eq!(who.origin_jti, OriginJti::parse("o1"));
    assert_eq!(with("name", json!("Alice A.")).unwrap().name.as_str(), "Alice A.");
}

#[test]
fn tok_22_expiry_has_no_tolerance() {
    assert!(with("exp", json!(NOW + 1)).is_ok());
    assert_eq!(with("exp", json!(NOW)), Err(Reason::Expired));
    assert_eq!(with("exp", json!(NOW - 1)), Err(Reason::Expired));
}

#[test]
fn tok_21_an_absurd_expiry_is_never_accepted() {
    for exp in [
        json!("-"),
        json!(null),
        json!("9999999999"),
        json!(1.7e9),
        json!(-1),
        json!([NOW + 5]),
        json!(1e300),
    ] {
        assert_eq!(with("exp", exp.clone()), Err(Reason::MalformedToken), "{exp}");
    }
    for exp in [1_u64 << 53, u64::MAX] {
        assert_eq!(with("exp", json!(exp)), Err(Reason::MalformedToken), "{exp}");
    }
}

#[test]
fn tok_24_a_life_of_24_hours_is_the_longest() {
    let day = 24 * 3600;
    assert!(with("exp", json!(NOW + day - 1)).is_ok());
    assert!(with("exp", json!(NOW + day)).is_ok());
    assert_eq!(with("exp", json!(NOW + day + 1)), Err(Reason::MalformedToken));
}

#[test]
fn tok_23_issuing_and_beginning_may_be_60_seconds_ahead() {
    for claim in ["iat", "nbf"] {
        assert!(with(claim, json!(NOW + 59)).is_ok());
        assert!(with(claim, json!(NOW + 60)).is_ok());
        assert_eq!(with(claim, json!(NOW + 61)), Err(Reason::NotYetValid));
        for bad in [json!(null), json!("1"), json!(1.5), json!(-1)] {
            assert_eq!(with(claim, bad), Err(Reason::MalformedToken));
        }
    }
    assert_eq!(with("iat", json!("-")), Err(Reason::MalformedToken));
    assert!(with("nbf", json!("-")).is_ok());
    assert_eq!(with("exp", json!(NOW + 1)).map(|_| ()), Ok(()));
}

#[test]
fn tok_24_an_issue_yet_to_come_is_told_before_the_signature_is_checked() {
    let issued_at = |iat: Value| {
        let claims = Claims::read(json!({ "iat": iat }).to_string().as_bytes())?;
        claims.issued_at(Timestamp::from_seconds(NOW))
    };
    for iat in [0, NOW, NOW + 60] {
        assert_eq!(issued_at(json!(iat)), Ok(Timestamp::from_seconds(iat)));
    }
    for iat in [NOW + 61, u64::MAX] {
        assert_eq!(issued_at(json!(iat)), Err(Reason::NotYetValid));
    }
    assert_eq!(issued_at(json!("1")), Err(Reason::MalformedToken));
}

#[test]
fn tok_24_a_sign_in_is_neither_yet_to_come_nor_later_than_its_token() {
    let signed_in = |auth_time: u64, iat: u64| {
        let mut claims = id_token();
        (claims["auth_time"], claims["iat"]) = (json!(auth_time), json!(iat));
        let identity = Claims::read(claims.to_string().as_bytes())?.identity(&rules(), Timestamp::from_seconds(NOW));
        identity.map(|who| who.signed_in_at.millis() / 1000)
    };
    for (auth_time, iat, expected) in [
        (0, NOW, Ok(0)),
        (NOW, NOW, Ok(NOW)),
        (NOW + 60, NOW, Ok(NOW + 60)),
        (NOW + 61, NOW, Err(Reason::NotYetValid)),
        (NOW + 61, NOW + 60, Err(Reason::NotYetValid)),
        (u64::MAX, NOW, Err(Reason::NotYetValid)),
        (NOW - 240, NOW - 300, Ok(NOW - 240)),
        (NOW - 239, NOW - 300, Err(Reason::MalformedToken)),
    ] {
        assert_eq!(signed_in(auth_time, iat), expected, "{auth_time} {iat}");
    }
    assert_eq!(
        with("auth_time", json!("-")).map(|who| who.signed_in_at),
        Ok(Timestamp::from_seconds(NOW))
    );
    for bad in [json!(null), json!("1"), json!(1.5), json!(-1)] {
        assert_eq!(with("auth_time", bad), Err(Reason::MalformedToken));
    }
}

#[test]
fn tok_24_a_token_issued_after_its_end_is_malformed() {
    let mut claims = id_token();
    (claims["iat"], claims["exp"]) = (json!(NOW + 30), json!(NOW + 20));
    let judged = Claims::read(claims.to_string().as_bytes())
        .unwrap()
        .identity(&rules(), Timestamp::from_seconds(NOW));
    assert_eq!(judged, Err(Reason::MalformedToken));
}

#[test]
fn tok_25_the_issuer_is_compared_exactly() {
    let ours = rules().issuer;
    let near = [
        format!("{ours}/"),
        format!("{ours}4"),
        ours[..ours.len() - 1].to_owned(),
        ours.replace("https:", "http:"),
        ours.replace("eu-west-1.", "us-east-1."),
        ours.to_uppercase(),
        ours.replace("//", "//u@"),
        ours.replace('_', "%5F"),
    ];
    for issuer in near
        .iter()
        .map(|i| json!(i))
        .chain([json!("-"), json!([ours]), json!(1), json!(null)])
    {
        assert_eq!(with("iss", issuer.clone()), Err(Reason::WrongIssuer), "{issuer}");
    }
}

#[test]
fn tok_30_an_id_token_is_for_our_client_alone() {
    for aud in [
        json!("-"),
        json!("client2"),
        json!(["client1"]),
        json!(["client1", "x"]),
        json!(null),
    ] {
        assert_eq!(with("aud", aud.clone()), Err(Reason::WrongClient), "{aud}");
    }
}

fn access_token(claim: &str, value: Value) -> Result<Identity, Reason> {
    let mut claims = id_token();
    claims.as_object_mut().unwrap().remove("aud");
    (claims["token_use"], claims["client_id"], claims[claim]) = (json!("access"), json!("client1"), value);
    let rules = TokenRules {
        access_tokens: true,
        ..rules()
    };
    Claims::read(claims.to_string().as_bytes())?.identity(&rules, Timestamp::from_seconds(NOW))
}

#[test]
fn what_is_not_used_is_of_its_kind_all_the_same() {
    for aud in [json!("https://api.example"), json!([]), json!(["a", "b"])] {
        assert!(access_token("aud", aud.clone()).is_ok(), "{aud}");
    }
    for aud in [json!(null), json!(1), json!({}), json!([1]), json!(["a", null])] {
        assert_eq!(access_token("aud", aud.clone()), Err(Reason::MalformedToken), "{aud}");
    }
    for claim in ["jti", "scope"] {
        assert!(with(claim, json!("a b")).is_ok() && access_token(claim, json!("")).is_ok());
        for bad in [json!(null), json!(1), json!(["a"])] {
            assert_eq!(with(claim, bad), Err(Reason::MalformedToken), "{claim}");
        }
    }
}

#[test]
fn tok_27_access_tokens_count_only_where_they_are_on() {
    for token_use in [
        json!("access"),
        json!("-"),
        json!("ID"),
        json!(["id"]),
        json!("refresh"),
        json!(null),
    ] {
        assert_eq!(
            with("token_use", token_use.clone()),
            Err(Reason::WrongTokenUse),
            "{token_use}"
        );
    }
    let on = TokenRules {
        access_tokens: true,
        ..rules()
    };
    assert_eq!(
        judge(&on, "token_use", json!("access")),
        Err(Reason::WrongClient),
        "its client is not in aud"
    );
    let mut claims = id_token();
    (claims["token_use"], claims["client_id"]) = (json!("access"), json!("client1"));
    let claims = Claims::read(claims.to_string().as_bytes()).unwrap();
    assert!(claims.identity(&on, Timestamp::from_seconds(NOW)).is_ok());
    assert_eq!(
        claims.identity(&rules(), Timestamp::from_seconds(NOW)),
        Err(Reason::WrongTokenUse)
    );
}

#[test]
fn tok_31_the_subject_is_a_user_id() {
    for sub in [
        json!("-"),
        json!(""),
        json!(1),
        json!("a".repeat(10_240)),
        json!("a\nb"),
        json!("a#b"),
        json!(null),
    ] {
        assert_eq!(with("sub", sub), Err(Reason::MalformedToken));
    }
}

#[test]
fn groups_are_a_list_of_names() {
    assert!(with("cognito:groups", json!("-")).unwrap().groups.is_empty());
    for groups in [json!("g1"), json!([1]), json!(null)] {
        assert_eq!(with("cognito:groups", groups), Err(Reason::MalformedToken));
    }
}

#[test]
fn tok_32_repeated_claims_and_other_json_are_malformed() {
    for json in [r#"{"sub":"a","sub":"b"}"#, "[]", "null", "", "{}{}"] {
        assert_eq!(
            Claims::read(json.as_bytes()).map(|_| ()),
            Err(Reason::MalformedToken),
            "{json}"
        );
    }
}

fn verified(claim: &str, value: Value) -> Result<Verified, Reason> {
    let mut claims = id_token();
    claims[claim] = value;
    Claims::read(claims.to_string().as_bytes())?.verified(&rules(), Timestamp::from_seconds(NOW))
}

#[test]
fn what_a_sign_in_needs_is_told_of_a_good_token_alone() {
    let good = verified("nonce", json!("n1")).unwrap();
    assert_eq!((good.username.as_str(), good.nonce.as_deref()), ("alice", Some("n1")));
    assert_eq!(Ok(good.identity), with("nonce", json!("n1")));
    for nonce in [json!(null), json!(1), json!(["n1"])] {
        assert_eq!(verified("nonce", nonce).unwrap().nonce, None);
    }
    assert_eq!(verified("aud", json!("client2")).map(|_| ()), Err(Reason::WrongClient));
    assert_eq!(verified("exp", json!(NOW)).map(|_| ()), Err(Reason::Expired));
}

#[test]
fn without_a_usable_username_the_subject_stands_in() {
    for username in [json!(null), json!(7), json!(""), json!("a b"), json!("a".repeat(129))] {
        assert_eq!(
            verified("cognito:username", username).unwrap().username.as_str(),
            "a1b2"
        );
    }
}
