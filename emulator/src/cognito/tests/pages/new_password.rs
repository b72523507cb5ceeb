//! The page for a user whose password was temporary.

use super::*;

const NEW: &str = "Battery-staple-2";

/// The challenge's session, from the page.
fn session(page: &Answer) -> String {
    let (_, rest) = page.body.split_once(r#"name="session" value=""#).unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

async fn challenged(harness: &Harness) -> Answer {
    let more = json!({ "TemporaryPassword": PASSWORD });
    harness.admin("AdminCreateUser", "bob", more).await.unwrap();
    Browser::new(harness).sign_in(&asking(&[]), "bob", PASSWORD).await
}

async fn choose(harness: &Harness, username: &str, session: &str, password: &str) -> Answer {
    let form = [("username", username), ("session", session), ("password", password)];
    let address = format!("/login/new-password?{}", asking(&[]));
    Browser::new(harness).post(&address, &form).await
}

#[tokio::test]
async fn a_temporary_password_leads_to_a_new_one_and_then_back() {
    let harness = Harness::with(settings_with_pages());
    let page = challenged(&harness).await;
    assert_eq!((page.status, page.header("set-cookie")), (StatusCode::OK, ""));
    assert!(page.body.contains("Choose a new password"));
    assert!(page.body.contains("/login/new-password?client_id="));
    assert!(page.body.contains(r#"autocomplete="new-password""#));
    let session = session(&page);
    let weak = choose(&harness, "bob", &session, "weak").await;
    assert_eq!(weak.status, StatusCode::BAD_REQUEST);
    assert_eq!(weak.alert(), "Choose another password: it is too short.");
    let answer = choose(&harness, "bob", &session, NEW).await;
    let code = answer.sent("code").unwrap();
    assert_eq!(harness.redeem(&code, &[]).await.status, StatusCode::OK);
    let again = choose(&harness, "bob", &session, "Another-one-3").await;
    assert!(again.alert().starts_with("That took too long."));
    let signed_in = Browser::new(&harness).sign_in(&asking(&[]), "bob", NEW).await;
    assert!(signed_in.sent("code").is_some());
}

#[tokio::test]
async fn a_challenge_is_for_one_user_and_three_minutes() {
    let harness = Harness::with_alice().await;
    let session = session(&challenged(&harness).await);
    for (username, session) in [("alice", session.as_str()), ("bob", "other"), ("", "")] {
        let answer = choose(&harness, username, session, NEW).await;
        assert!(answer.alert().starts_with("That took too long."), "{username}");
    }
    harness.pass_seconds(180);
    let late = choose(&harness, "bob", &session, NEW).await;
    assert!(late.alert().starts_with("That took too long."));
    assert_eq!(late.header("set-cookie"), "");
}
