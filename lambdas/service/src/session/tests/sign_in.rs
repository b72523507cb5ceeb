//! Leaving for the pool's pages, and every way of coming back.

use domain::limits::{CODE_BYTES_MAX, COOKIE_BYTES_MAX};
use domain::timestamp::Timestamp;

use super::*;

fn begun() -> SignIn {
    SignIn::begin(&RANDOM, ReturnPath::parse("/chat?x=1").unwrap(), NOW)
}

async fn login(world: &World, query: &str) -> Response {
    let request = Request {
        query: query.into(),
        ..asking("GET", "/session/login")
    };
    world.answer(&request).await
}

fn coming_back(query: &str, cookies: &[&str]) -> Request {
    let cookies: Vec<_> = cookies.iter().map(|value| (Cookie::SignIn, *value)).collect();
    Request {
        query: query.into(),
        ..with(&cookies, asking("GET", "/session/callback"))
    }
}

/// Back with the right cookie.
async fn callback(world: &World, query: &str) -> Response {
    world.answer(&coming_back(query, &[begun().encode().expose()])).await
}

/// The query that the pool's pages send back.
fn good_query() -> String {
    format!("code=c1&state={}", begun().state.expose())
}

fn id_token() -> String {
    token("nonce", json!(begun().nonce.expose()))
}

fn selling(id: &str, refresh: Option<&str>) -> World {
    let world = world();
    world.pool.code("c1", tokens(id, refresh));
    world
}

/// A refusal by which no session began, and by which this sign-in is over.
fn refused(response: &Response) -> (u16, String) {
    assert_eq!(response.cookies.len(), 1, "{:?}", response.cookies);
    assert_eq!(set_to(response, Cookie::SignIn), removed());
    refusal(response)
}

#[tokio::test]
async fn login_leaves_for_the_pool_and_keeps_what_the_way_back_is_checked_by() {
    let response = login(&world(), "return=%2Fchat%3Fx%3D1").await;
    assert_eq!(response.status, 302);
    assert_eq!(location(&response), pages().authorize(&begun()));
    let cookie = secret(&set_to(&response, Cookie::SignIn).unwrap());
    let kept = SignIn::decode(&cookie, NOW).unwrap();
    assert!(kept.state.matches(begun().state.expose()) && kept.verifier.matches(begun().verifier.expose()));
    assert_eq!(kept.return_path.as_str(), "/chat?x=1");
    let home = secret(&set_to(&login(&world(), "").await, Cookie::SignIn).unwrap());
    assert_eq!(SignIn::decode(&home, NOW).unwrap().return_path.as_str(), "/");
}

#[tokio::test]
async fn login_leads_to_no_other_origin() {
    let huge = format!("return=/{}", "a".repeat(100_000));
    for query in [
        "return=https%3A%2F%2Fevil.example",
        "return=//evil.example",
        "return=/%5Cevil.example",
        "return=%2Fa%0D%0ASet-Cookie:x",
        "return=",
        "return=/session/login",
        "return=/a&return=/a",
        "return=%",
        &huge,
    ] {
        let response = login(&world(), query).await;
        assert_eq!(refusal(&response), (400, "invalid_return".into()), "{query:.40}");
        assert!(response.cookies.is_empty());
    }
}

#[tokio::test]
async fn without_pages_there_is_no_way_to_leave_or_come_back() {
    let world = world().without_pages();
    assert_eq!(refusal(&login(&world, "").await), (404, "not_configured".into()));
    assert_eq!(
        refusal(&callback(&world, &good_query()).await),
        (404, "not_configured".into())
    );
}

#[tokio::test]
async fn a_code_becomes_a_session() {
    let world = selling(&id_token(), Some("r1"));
    let response = callback(&world, &good_query()).await;
    assert_eq!((response.status, location(&response)), (302, "/chat?x=1"));
    assert_eq!(set_to(&response, Cookie::Auth), Some(id_token()));
    assert_eq!(set_to(&response, Cookie::Refresh), Some("r1".into()));
    assert_eq!(set_to(&response, Cookie::SignIn), removed());
    assert_eq!(
        world.pool.calls(),
        [format!("exchange c1 {}", begun().verifier.expose())]
    );
}

#[tokio::test]
async fn a_session_without_a_refresh_token_leaves_none_of_an_earlier_one() {
    let response = callback(&selling(&id_token(), None), &good_query()).await;
    assert_eq!((response.status, set_to(&response, Cookie::Refresh)), (302, removed()));
}

#[tokio::test]
async fn a_sign_in_that_the_pool_remembers_from_before_a_revocation_is_forgotten_there() {
    let world = selling(&id_token(), Some("r1"));
    revoke_until(&world, 1).await;
    let response = callback(&world, &good_query()).await;
    assert_eq!((response.status, location(&response)), (302, pages().logout().as_str()));
    assert_eq!(set_to(&response, Cookie::SignIn), removed());
    assert_eq!(response.cookies.len(), 1, "no session began");
    assert_eq!(world.pool.calls().last().map(String::as_str), Some("revoke r1"));
}

#[tokio::test]
async fn only_the_browser_that_left_comes_back_and_once() {
    let (state, cookie) = (begun().state, begun().encode());
    let (state, cookie) = (state.expose(), cookie.expose());
    let other = SignIn::begin(&[8; 96], ReturnPath::default(), NOW).encode();
    let good = good_query();
    let forged = format!("code=c1&state={}", "A".repeat(43));
    let longer = format!("{good}A");
    let twice = format!("{good}&code=c1");
    let states = format!("{good}&state={state}");
    let errors = format!("{good}&error=a&error=b");
    let no_code = format!("state={state}");
    let huge = format!("{good}&x={}", "a".repeat(100_000));
    for (query, cookies) in [
        (good.as_str(), &[][..]),
        (&good, &["x"]),
        (&good, &[other.expose()]),
        (&good, &[cookie, other.expose()]),
        (&forged, &[cookie]),
        (&longer, &[cookie]),
        ("code=c1", &[cookie]),
        ("code=c1&state=", &[cookie]),
        (&no_code, &[cookie]),
        (&twice, &[cookie]),
        (&states, &[cookie]),
        (&errors, &[cookie]),
        ("error=access_denied", &[cookie]),
        (&huge, &[cookie]),
        ("", &[cookie]),
    ] {
        let world = selling(&id_token(), Some("r1"));
        let response = world.answer(&coming_back(query, cookies)).await;
        assert_eq!(refused(&response), (400, "invalid_state".into()), "{query:.60}");
        assert!(world.pool.calls().is_empty(), "the code is not even shown");
    }
    let response = selling(&id_token(), None)
        .answer(&coming_back(&good, &[cookie, cookie]))
        .await;
    assert_eq!(response.status, 302, "the same cookie twice is one");
}

#[tokio::test]
async fn coming_back_takes_10_minutes_at_most() {
    for (millis, status) in [(599_999, 302), (600_000, 302), (600_001, 400)] {
        let world = selling(&id_token(), None);
        world.endpoint.clock.set(Timestamp::from_millis(NOW.millis() + millis));
        assert_eq!(callback(&world, &good_query()).await.status, status, "{millis}");
    }
}

#[tokio::test]
async fn a_code_is_of_use_once() {
    let world = selling(&id_token(), None);
    assert_eq!(callback(&world, &good_query()).await.status, 302);
    assert_eq!(
        refused(&callback(&world, &good_query()).await),
        (400, "code_refused".into())
    );
}

#[tokio::test]
async fn a_code_that_cannot_be_one_is_not_shown_to_the_pool() {
    let of = |code: &str| format!("code={code}&state={}", begun().state.expose());
    let (longest, over) = ("c".repeat(CODE_BYTES_MAX), "c".repeat(CODE_BYTES_MAX + 1));
    for (code, shown) in [
        ("", 0),
        ("a+b", 0),
        ("%0A", 0),
        (over.as_str(), 0),
        (&longest, 1),
        (&over[2..], 1),
    ] {
        let world = world();
        assert_eq!(
            refused(&callback(&world, &of(code)).await),
            (400, "code_refused".into()),
            "{code:.10}"
        );
        assert_eq!(world.pool.calls().len(), shown, "{code:.10}");
    }
}

#[tokio::test]
async fn what_the_pool_says_of_a_failure_is_not_repeated() {
    let query = format!(
        "error=access_denied&error_description=%3Cscript%3Ealert(1)%3C/script%3E&state={}",
        begun().state.expose()
    );
    let world = world();
    let response = callback(&world, &query).await;
    assert_eq!(refused(&response), (400, "sign_in_refused".into()));
    let page = Request {
        accept: Some("text/html".into()),
        ..coming_back(&query, &[begun().encode().expose()])
    };
    let page = world.answer(&page).await;
    assert_eq!(page.status, 400);
    for text in [&response.body, &page.body] {
        assert!(!text.contains("script") && !text.contains("access_denied"), "{text}");
    }
    assert!(page.body.contains("/session/login"));
}

#[tokio::test]
async fn a_token_of_another_sign_in_or_one_that_does_not_hold_begins_no_session() {
    let nonce = json!(begun().nonce.expose());
    let mut access = claims();
    (access["nonce"], access["token_use"]) = (nonce.clone(), json!("access"));
    let access = ISSUER.sign(&ISSUER.header(), &access.to_string());
    let mut foreign = claims();
    (foreign["nonce"], foreign["aud"]) = (nonce, json!("client2"));
    let foreign = ISSUER.sign(&ISSUER.header(), &foreign.to_string());
    for id in [
        &good_token(),
        &token("nonce", json!("other")),
        &token("nonce", json!(null)),
        &access,
        &foreign,
        "x",
    ] {
        let world = selling(id, Some("r1"));
        assert_eq!(
            refused(&callback(&world, &good_query()).await),
            (400, "code_refused".into())
        );
        assert_eq!(
            world.pool.calls().last().unwrap(),
            "revoke r1",
            "nobody will ever hold it"
        );
    }
}

#[tokio::test]
async fn what_cannot_be_judged_now_is_unavailable() {
    let world = selling(&id_token(), None);
    world.pool.fail("exchange");
    assert_eq!(
        refused(&callback(&world, &good_query()).await),
        (503, "unavailable".into())
    );
    let world = selling(&id_token(), None);
    world.keys.set(None);
    assert_eq!(
        refused(&callback(&world, &good_query()).await),
        (503, "unavailable".into())
    );
}

#[tokio::test]
async fn a_token_larger_than_a_cookie_begins_no_session() {
    let room = COOKIE_BYTES_MAX - Cookie::Refresh.name().len() - 1;
    let (largest, over) = ("r".repeat(room), "r".repeat(room + 1));
    let world = selling(&id_token(), Some(&largest));
    assert_eq!(callback(&world, &good_query()).await.status, 302);
    let world = selling(&id_token(), Some(&over));
    assert_eq!(
        refused(&callback(&world, &good_query()).await),
        (400, "token_too_large".into())
    );
    let mut large = claims();
    (large["nonce"], large["x"]) = (json!(begun().nonce.expose()), json!("x".repeat(3000)));
    let large = ISSUER.sign(&ISSUER.header(), &large.to_string());
    let world = selling(&large, Some("r1"));
    assert_eq!(
        refused(&callback(&world, &good_query()).await),
        (400, "token_too_large".into())
    );
}
