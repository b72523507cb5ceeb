//! Who is signed in, and signing in with a token that another page got.

use domain::limits::COOKIE_BYTES_MAX;

use super::*;
use crate::testing::issuer::OTHER;

async fn who(world: &World, cookies: &[(Cookie, &str)]) -> Response {
    world.answer(&with(cookies, asking("GET", "/session"))).await
}

async fn adopt(world: &World, authorization: &str) -> Response {
    let request = Request {
        authorization: Some(authorization.to_owned()),
        ..asking("POST", "/session")
    };
    world.answer(&request).await
}

#[tokio::test]
async fn the_cookie_says_who_is_signed_in() {
    let response = who(&world(), &[(Cookie::Auth, &good_token())]).await;
    assert_eq!(response.status, 200);
    assert_eq!(
        body(&response),
        json!({"user": "alice", "name": "Alice A.", "expiresAt": NOW.millis() + 3_600_000})
    );
    assert!(response.cookies.is_empty());
}

#[tokio::test]
async fn without_a_token_that_holds_nobody_is_signed_in() {
    let (good, access) = (good_token(), token("token_use", json!("access")));
    let expired = token("exp", json!(NOW.millis() / 1000));
    let forged = OTHER.sign(&ISSUER.header(), &claims().to_string());
    for cookies in [
        &[][..],
        &[(Cookie::Auth, "x")],
        &[(Cookie::Auth, &access)],
        &[(Cookie::Auth, &expired)],
        &[(Cookie::Auth, &forged)],
        &[(Cookie::Auth, &good), (Cookie::Auth, "x")],
        &[(Cookie::Refresh, &good)],
    ] {
        let response = who(&world(), cookies).await;
        assert_eq!(refusal(&response), (401, "not_signed_in".into()));
        assert!(response.cookies.is_empty(), "the refresh token may still be good");
    }
    let twice_the_same = [(Cookie::Auth, good.as_str()), (Cookie::Auth, &good)];
    assert_eq!(who(&world(), &twice_the_same).await.status, 200);
}

#[tokio::test]
async fn who_was_sent_away_since_signing_in_is_told_so_and_loses_both_cookies() {
    let good = good_token();
    for (seconds, counts) in [(0, true), (1, false)] {
        let world = world();
        revoke_until(&world, seconds).await;
        let response = who(&world, &[(Cookie::Auth, &good), (Cookie::Refresh, "r1")]).await;
        assert_eq!(response.status == 200, counts, "{seconds}");
        assert_eq!(is_signed_out_elsewhere(&response), !counts, "{seconds}");
        let brought = adopt(&world, &format!("Bearer {good}")).await;
        assert_eq!(brought.status == 200, counts, "{seconds}");
        if !counts {
            assert_eq!(refusal(&brought), (401, "signed_out".into()));
            assert!(brought.cookies.is_empty(), "another session may be going on");
        }
    }
}

#[tokio::test]
async fn without_the_table_nobody_is_told_to_sign_in() {
    let (world, good) = (world(), good_token());
    world.endpoint.table.fail("revocation");
    let response = who(&world, &[(Cookie::Auth, &good)]).await;
    assert_eq!(refusal(&response), (503, "unavailable".into()));
    assert!(response.cookies.is_empty());
}

#[tokio::test]
async fn without_keys_nobody_is_told_to_sign_in() {
    let world = world();
    world.keys.set(None);
    let good = good_token();
    assert_eq!(
        refusal(&who(&world, &[(Cookie::Auth, &good)]).await),
        (503, "unavailable".into())
    );
    assert_eq!(
        refusal(&adopt(&world, &format!("Bearer {good}")).await),
        (503, "unavailable".into())
    );
    assert_eq!(refusal(&who(&world, &[]).await), (401, "not_signed_in".into()));
}

#[tokio::test]
async fn a_bearer_s_token_becomes_the_cookie_and_the_refresh_token_goes() {
    let good = good_token();
    for scheme in ["Bearer", "bearer"] {
        let response = adopt(&world(), &format!("{scheme} {good}")).await;
        assert_eq!((response.status, &body(&response)["user"]), (200, &json!("alice")));
        assert_eq!(set_to(&response, Cookie::Auth), Some(good.clone()));
        assert!(response.cookies[0].ends_with("; Max-Age=3600"));
        assert_eq!(set_to(&response, Cookie::Refresh), removed());
    }
}

#[tokio::test]
async fn a_bad_bearer_changes_nothing() {
    let access = format!("Bearer {}", token("token_use", json!("access")));
    for authorization in ["", "Bearer", "Bearer x", "Basic YTpi", &good_token(), &access] {
        let response = adopt(&world(), authorization).await;
        assert_eq!(refusal(&response), (401, "not_signed_in".into()));
        assert!(response.cookies.is_empty());
    }
}

#[tokio::test]
async fn a_token_larger_than_a_cookie_is_refused_without_one() {
    let room = COOKIE_BYTES_MAX - Cookie::Auth.name().len() - 1;
    let largest = token_of(room);
    assert!((room - 3..=room).contains(&largest.len()), "{}", largest.len());
    assert_eq!(adopt(&world(), &format!("Bearer {largest}")).await.status, 200);
    let response = adopt(&world(), &format!("Bearer {}", token_of(room + 4))).await;
    assert_eq!(refusal(&response), (400, "token_too_large".into()));
    assert!(response.cookies.is_empty());
}
