//! `SignUp`: who gets an account, and who is told why not.

use serde_json::json;

use super::*;

impl Harness {
    async fn try_sign_up(&self, username: &str, password: &str, attributes: Value) -> Result<Value, Refused> {
        let body = json!({
            "ClientId": DEV, "Username": username, "Password": password, "UserAttributes": attributes,
        });
        self.call("SignUp", body).await
    }
}

#[tokio::test]
async fn a_new_user_is_confirmed_and_has_a_uuid() {
    let harness = Harness::new();
    let answer = harness.try_sign_up("alice", PASSWORD, json!([])).await.unwrap();
    assert_eq!(answer["UserConfirmed"], true);
    let sub = text(&answer["UserSub"]);
    assert!(identifiers::is_uuid(&sub));
    assert_eq!(&sub[14..15], "4");
    assert!(matches!(&sub[19..20], "8" | "9" | "a" | "b"));
}

#[tokio::test]
async fn a_name_in_use_is_refused() {
    let harness = Harness::new();
    harness.sign_up("alice").await;
    assert_eq!(
        harness.try_sign_up("alice", PASSWORD, json!([])).await,
        refused("UsernameExistsException", "User already exists")
    );
}

#[tokio::test]
async fn a_password_against_the_policy_is_refused_in_cognitos_words() {
    let harness = Harness::new();
    for (password, text) in [
        ("Short-1", "Password not long enough"),
        ("lower-case-1", "Password must have uppercase characters"),
        ("UPPER-CASE-1", "Password must have lowercase characters"),
        ("No-numbers", "Password must have numeric characters"),
        ("NoSymbols1", "Password must have symbol characters"),
    ] {
        assert_eq!(
            harness.try_sign_up("alice", password, json!([])).await,
            refused(
                "InvalidPasswordException",
                &format!("Password did not conform with policy: {text}")
            )
        );
    }
    assert!(harness.try_sign_up("alice", "Enough-1", json!([])).await.is_ok());
}

#[tokio::test]
async fn only_an_administrator_makes_users_where_the_pool_says_so() {
    let mut settings = settings();
    settings.admin_create_user_only = true;
    assert_eq!(
        Harness::with(settings).try_sign_up("alice", PASSWORD, json!([])).await,
        refused("NotAuthorizedException", "SignUp is not permitted for this user pool")
    );
}

#[tokio::test]
async fn users_set_only_attributes_that_exist_and_are_theirs() {
    let harness = Harness::new();
    for name in ["sub", "custom:team", "shoe_size"] {
        let attributes = json!([{ "Name": name, "Value": "x" }]);
        let (error_type, _) = harness.try_sign_up("alice", PASSWORD, attributes).await.unwrap_err();
        assert_eq!(error_type, "InvalidParameterException", "{name}");
    }
    let attributes = json!([{ "Name": "email_verified", "Value": "true" }]);
    assert_eq!(
        harness.try_sign_up("alice", PASSWORD, attributes).await,
        refused(
            "NotAuthorizedException",
            "A client attempted to write unauthorized attribute"
        )
    );
}

#[tokio::test]
async fn of_people_who_want_one_name_at_once_one_gets_it() {
    let harness = Harness::new();
    let attempts = tokio::join!(
        harness.try_sign_up("alice", PASSWORD, json!([])),
        harness.try_sign_up("alice", PASSWORD, json!([])),
        harness.try_sign_up("alice", PASSWORD, json!([])),
    );
    let attempts = [attempts.0, attempts.1, attempts.2];
    assert_eq!(attempts.iter().filter(|attempt| attempt.is_ok()).count(), 1);
}
