//! Ready-made users: there at every start, with a password that stays.

use serde_json::json;

use super::*;

fn never() -> String {
    panic!("the password is kept")
}

#[tokio::test]
async fn the_password_is_made_once_and_known_at_every_start() {
    let harness = Harness::new();
    let made = harness.pool.ensure_user("alice", || PASSWORD.to_owned()).unwrap();
    assert_eq!(made, PASSWORD);
    let sub = harness.verified(&harness.tokens("alice").await.id).await["sub"].clone();
    let harness = harness.restart();
    assert_eq!(harness.pool.ensure_user("alice", never).unwrap(), PASSWORD);
    assert_eq!(harness.verified(&harness.tokens("alice").await.id).await["sub"], sub);
}

#[tokio::test]
async fn a_changed_password_and_a_deleted_user_come_back() {
    let harness = Harness::new();
    harness.pool.ensure_user("alice", || PASSWORD.to_owned()).unwrap();
    for permanent in [true, false] {
        let other = json!({ "Password": "Battery-staple-2", "Permanent": permanent });
        harness.admin("AdminSetUserPassword", "alice", other).await.unwrap();
        harness.pool.ensure_user("alice", never).unwrap();
        harness.tokens("alice").await;
    }
    harness.admin("AdminDeleteUser", "alice", json!({})).await.unwrap();
    harness.pool.ensure_user("alice", never).unwrap();
    harness.tokens("alice").await;
}

#[test]
fn a_user_the_pool_would_refuse_is_refused_in_a_sentence() {
    let harness = Harness::new();
    let error = harness.pool.ensure_user("alice", || "weak".to_owned()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "The user pool refuses the ready-made user alice (Password did not conform with policy: Password not long enough); change the user's name or the password policy."
    );
    assert!(harness.pool.ensure_user("a b", || PASSWORD.to_owned()).is_err());
    assert!(harness.pool.ensure_user("alice", || PASSWORD.to_owned()).is_ok());
}

#[test]
fn a_damaged_password_file_is_named() {
    let harness = Harness::new();
    fs::write(harness.folder.path("ready-made-users.json"), "[]").unwrap();
    let error = harness.pool.ensure_user("alice", || PASSWORD.to_owned()).unwrap_err();
    assert!(error.to_string().contains("ready-made-users.json is damaged"));
}
