//! `/login`: who gets in, and what a person is told.

use super::*;

#[tokio::test]
async fn unknown_user_and_wrong_password_are_one_sentence() {
    let harness = Harness::with_alice().await;
    let long = "a".repeat(257);
    let mut pages = Vec::new();
    for (username, password) in [
        ("alice", "Wrong-horse-1"),
        ("nobody", PASSWORD),
        ("", ""),
        ("alice", &long),
        (&long, PASSWORD),
    ] {
        let answer = Browser::new(&harness).sign_in(&asking(&[]), username, password).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(answer.header("set-cookie"), "");
        assert_eq!(answer.alert(), "Incorrect username or password.");
        pages.push(answer.body.replace(&format!("value=\"{username}\""), ""));
    }
    assert_eq!(pages[0], pages[1]);
}

#[tokio::test]
async fn a_session_gets_a_new_name_at_every_sign_in() {
    let harness = Harness::with_alice().await;
    let mut browser = Browser::new(&harness);
    let query = asking(&[]);
    browser.sign_in(&query, "alice", PASSWORD).await;
    let first = browser.cookie.clone().unwrap();
    browser.sign_in(&query, "alice", PASSWORD).await;
    assert_ne!(browser.cookie, Some(first.clone()));
    browser.cookie = Some(first);
    let answer = browser.get(&format!("/oauth2/authorize?{query}")).await;
    assert!(answer.location().starts_with("/login?"));
}

#[tokio::test]
async fn a_hint_fills_in_the_username() {
    let harness = Harness::with_alice().await;
    let query = format!("{}&login_hint=alice", asking(&[]));
    let page = Browser::new(&harness).get(&format!("/login?{query}")).await;
    assert!(page.body.contains(r#"name="username" type="text" value="alice""#));
}

#[tokio::test]
async fn where_only_administrators_make_users_nobody_is_sent_to_sign_up() {
    let mut settings = settings_with_pages();
    settings.admin_create_user_only = true;
    let harness = Harness::with(settings);
    let page = Browser::new(&harness).get(&format!("/login?{}", asking(&[]))).await;
    assert!(!page.body.contains("/signup"));
    let page = Browser::new(&harness).get(&format!("/signup?{}", asking(&[]))).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    let form = [
        ("username", "bob"),
        ("email", "bob@example.com"),
        ("password", PASSWORD),
    ];
    let answer = Browser::new(&harness)
        .post(&format!("/signup?{}", asking(&[])), &form)
        .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(harness.pool.directory().user("bob").is_none());
}
