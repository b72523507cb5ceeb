//! New tokens for the refresh cookie: got, refused, rotated, or not to be had just now.

use domain::limits::COOKIE_BYTES_MAX;

use super::*;

async fn refresh(world: &World, cookies: &[&str]) -> Response {
    let old = good_token();
    let mut all = vec![(Cookie::Auth, old.as_str())];
    all.extend(cookies.iter().map(|value| (Cookie::Refresh, *value)));
    world.answer(&with(&all, asking("POST", "/session/refresh"))).await
}

fn giving(id: &str, refresh: Option<&str>) -> World {
    let world = world();
    world.pool.refreshes("r1", tokens(id, refresh));
    world
}

fn is_over(response: &Response) -> bool {
    refusal(response) == (401, "not_signed_in".into())
        && set_to(response, Cookie::Auth) == removed()
        && set_to(response, Cookie::Refresh) == removed()
}

#[tokio::test]
async fn a_new_token_replaces_the_old_one() {
    let new = token("x", json!("new"));
    let response = refresh(&giving(&new, None), &["r1"]).await;
    assert_eq!((response.status, &body(&response)["user"]), (200, &json!("alice")));
    assert_eq!(set_to(&response, Cookie::Auth), Some(new));
    assert_eq!(set_to(&response, Cookie::Refresh), None);
}

#[tokio::test]
async fn a_rotated_refresh_token_is_kept_even_if_the_new_token_cannot_be_judged_now() {
    let world = giving(&good_token(), Some("r2"));
    assert_eq!(
        set_to(&refresh(&world, &["r1"]).await, Cookie::Refresh),
        Some("r2".into())
    );
    let world = giving(&good_token(), Some("r2"));
    world.keys.set(None);
    let response = refresh(&world, &["r1"]).await;
    assert_eq!(refusal(&response), (503, "unavailable".into()));
    assert_eq!(
        (set_to(&response, Cookie::Refresh), set_to(&response, Cookie::Auth)),
        (Some("r2".into()), None)
    );
}

#[tokio::test]
async fn a_new_token_of_a_sign_in_that_counts_no_more_is_none() {
    let world = giving(&good_token(), Some("r2"));
    revoke_until(&world, 1).await;
    assert!(is_signed_out_elsewhere(&refresh(&world, &["r1"]).await));
}

#[tokio::test]
async fn a_rotated_refresh_token_is_kept_if_the_table_cannot_be_read_now() {
    let world = giving(&good_token(), Some("r2"));
    world.endpoint.table.fail("revocation");
    let response = refresh(&world, &["r1"]).await;
    assert_eq!(refusal(&response), (503, "unavailable".into()));
    assert_eq!(
        (set_to(&response, Cookie::Refresh), set_to(&response, Cookie::Auth)),
        (Some("r2".into()), None)
    );
}

#[tokio::test]
async fn without_a_refresh_token_that_the_pool_believes_the_session_is_over() {
    let expired = token("exp", json!(NOW.millis() / 1000));
    assert!(is_over(&refresh(&giving(&good_token(), None), &["unknown"]).await));
    assert!(is_over(&refresh(&giving(&expired, None), &["r1"]).await));
}

#[tokio::test]
async fn without_a_refresh_token_the_session_lasts_as_long_as_its_token() {
    let no_pages = giving(&good_token(), None).without_pages();
    for response in [
        refresh(&giving(&good_token(), None), &[]).await,
        refresh(&giving(&good_token(), None), &["r1", "r2"]).await,
        refresh(&no_pages, &["r1"]).await,
    ] {
        assert_eq!(refusal(&response), (401, "not_signed_in".into()));
        assert_eq!(set_to(&response, Cookie::Auth), None);
        assert_eq!(set_to(&response, Cookie::Refresh), removed());
    }
}

#[tokio::test]
async fn when_the_pool_cannot_be_asked_the_cookies_stay() {
    let world = giving(&good_token(), None);
    world.pool.fail("refresh");
    let response = refresh(&world, &["r1"]).await;
    assert_eq!(refusal(&response), (503, "unavailable".into()));
    assert!(response.cookies.is_empty());
}

#[tokio::test]
async fn a_token_larger_than_a_cookie_sets_none() {
    let large = "r".repeat(COOKIE_BYTES_MAX);
    for world in [giving(&token_of(5000), Some("r2")), giving(&good_token(), Some(&large))] {
        let response = refresh(&world, &["r1"]).await;
        assert_eq!(refusal(&response), (400, "token_too_large".into()));
        assert!(response.cookies.is_empty());
    }
}
