//! `/signup`: who gets an account, and what the others are told.

use super::*;

#[tokio::test]
async fn a_new_user_goes_back_signed_in() {
    let harness = Harness::with(settings_with_pages());
    let mut browser = Browser::new(&harness);
    let form = [
        ("username", "bob"),
        ("email", "bob@example.com"),
        ("password", PASSWORD),
    ];
    let answer = browser.post(&format!("/signup?{}", asking(&[])), &form).await;
    assert_eq!(answer.sent("state").as_deref(), Some("st&te"));
    let tokens = harness.redeem(&answer.sent("code").unwrap(), &[]).await.json();
    let claims = harness.verified(&text(&tokens["id_token"])).await;
    assert_eq!(claims["cognito:username"], "bob");
    assert_eq!(claims["email"], "bob@example.com");
    assert_eq!(claims["email_verified"], false);
    let again = browser.get(&format!("/oauth2/authorize?{}", asking(&[]))).await;
    assert!(again.sent("code").is_some());
}

#[tokio::test]
async fn a_refusal_is_a_sentence_and_keeps_what_was_typed() {
    let harness = Harness::with_alice().await;
    let good = ("bob", "bob@example.com", PASSWORD);
    let address = |length: usize| format!("{}@example.com", "b".repeat(length - "@example.com".len()));
    let (long_name, long_password, long_address) =
        ("b".repeat(129), format!("{PASSWORD}{}", "b".repeat(242)), address(255));
    for ((username, email, password), sentence) in [
        (("alice", good.1, good.2), "The username alice is taken."),
        (
            ("", good.1, good.2),
            "A username has 1 to 128 characters and no spaces.",
        ),
        (
            ("b ob", good.1, good.2),
            "A username has 1 to 128 characters and no spaces.",
        ),
        (
            (&long_name, good.1, good.2),
            "A username has 1 to 128 characters and no spaces.",
        ),
        ((good.0, "", good.2), "Give an email address like name@example.com"),
        ((good.0, "bob", good.2), "Give an email address"),
        ((good.0, "@example.com", good.2), "Give an email address"),
        ((good.0, "bob@", good.2), "Give an email address"),
        ((good.0, "b ob@example.com", good.2), "Give an email address"),
        ((good.0, &long_address, good.2), "Give an email address"),
        ((good.0, good.1, ""), "Choose another password: it is too short."),
        ((good.0, good.1, "Short-1"), "Choose another password: it is too short."),
        (
            (good.0, good.1, "lower-case-1"),
            "Choose another password: it has no upper-case letter.",
        ),
        (
            (good.0, good.1, "UPPER-CASE-1"),
            "Choose another password: it has no lower-case letter.",
        ),
        (
            (good.0, good.1, "No-numbers"),
            "Choose another password: it has no digit.",
        ),
        (
            (good.0, good.1, "NoSymbols1"),
            "Choose another password: it has no symbol.",
        ),
        (
            (good.0, good.1, " Correct-horse-1"),
            "Choose another password: it begins or ends with a space.",
        ),
        (
            (good.0, good.1, &long_password),
            "Choose another password: it is too long.",
        ),
    ] {
        let form = [("username", username), ("email", email), ("password", password)];
        let answer = Browser::new(&harness)
            .post(&format!("/signup?{}", asking(&[])), &form)
            .await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{username} {email} {password}");
        assert!(answer.alert().starts_with(sentence), "{}", answer.alert());
        assert!(answer.body.contains(&format!("value=\"{email}\"")));
        assert!(password.is_empty() || !answer.body.contains(&format!("value=\"{password}\"")));
        assert!(harness.pool.directory().user("bob").is_none());
    }
    let form = [("username", "bob"), ("email", &address(254)), ("password", PASSWORD)];
    let answer = Browser::new(&harness)
        .post(&format!("/signup?{}", asking(&[])), &form)
        .await;
    assert!(answer.sent("code").is_some());
}
