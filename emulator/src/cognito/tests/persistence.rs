//! What is on disk: it survives a restart, belongs to its owner alone, and is refused in a sentence when damaged.

use std::{error::Error, os::unix::fs::PermissionsExt};

use serde_json::json;

use super::*;

#[tokio::test]
async fn everything_survives_a_restart() {
    let harness = Harness::new();
    let sub = harness.sign_up("alice").await;
    let group = json!({ "UserPoolId": POOL, "GroupName": "team" });
    harness.call("CreateGroup", group).await.unwrap();
    harness
        .admin("AdminAddUserToGroup", "alice", json!({ "GroupName": "team" }))
        .await
        .unwrap();
    let (kept, revoked) = (harness.tokens("alice").await, harness.tokens("alice").await);
    harness.revoke(DEV, &revoked.refresh).await.unwrap();
    let keys = harness.get(&harness.pool.jwks_path()).await;

    let harness = harness.restart();
    assert_eq!(harness.get(&harness.pool.jwks_path()).await, keys);
    assert!(harness.get_user(&kept.access).await.is_ok());
    assert!(harness.get_user(&revoked.access).await.is_err());
    assert!(harness.refresh(DEV, &revoked.refresh).await.is_err());
    let refreshed = Tokens::of(&harness.refresh(DEV, &kept.refresh).await.unwrap());
    let claims = harness.verified(&refreshed.id).await;
    assert_eq!(claims["sub"], sub);
    assert_eq!(claims["cognito:groups"], json!(["team"]));
    assert!(harness.sign_in("alice", PASSWORD).await.is_ok());
}

#[test]
fn two_pools_have_different_keys() {
    let (one, two) = (Folder::empty(), Folder::empty());
    let one = open(&one, settings()).unwrap();
    let two = open(&two, settings()).unwrap();
    assert_ne!(one.keys().jwks(), two.keys().jwks());
    assert_eq!(one.issuer(), ISSUER);
}

#[tokio::test]
async fn files_are_their_owners_alone_and_hold_no_token_or_password() {
    let harness = Harness::new();
    harness.sign_up("alice").await;
    let tokens = harness.tokens("alice").await;
    let group = json!({ "UserPoolId": POOL, "GroupName": "team" });
    harness.call("CreateGroup", group).await.unwrap();
    harness.pool.ensure_user("bob", || PASSWORD.to_owned()).unwrap();
    let user = harness.folder.user_file();
    for file in [
        &user,
        &harness.folder.path("groups.json"),
        &harness.folder.path("ready-made-users.json"),
    ] {
        let mode = fs::metadata(file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.display());
    }
    let mode = fs::metadata(harness.folder.path("users")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    for entry in fs::read_dir(harness.folder.path("users")).unwrap() {
        let kept = fs::read_to_string(entry.unwrap().path()).unwrap();
        for secret in [PASSWORD, &tokens.refresh, &tokens.access, &tokens.id] {
            assert!(!kept.contains(secret));
        }
    }
}

#[test]
fn keys_are_their_owners_alone() {
    let folder = Folder::empty();
    open(&folder, settings()).unwrap();
    let mode = fs::metadata(folder.path("keys.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn damaged_files_are_named_with_what_to_do_and_never_quoted() {
    let harness = Harness::new();
    harness.sign_up("alice").await;
    harness.pool.ensure_user("bob", || PASSWORD.to_owned()).unwrap();
    let user = harness.folder.user_file();
    for file in [
        harness.folder.path("keys.json"),
        harness.folder.path("groups.json"),
        user,
    ] {
        let good = fs::read(&file).ok();
        for content in ["", "{", r#""very-secret""#, r#"{"id": 1}"#] {
            fs::write(&file, content).unwrap();
            let error = open_at(&harness.folder.0, settings(), &harness.now).err().unwrap();
            assert_eq!(
                error.to_string(),
                format!(
                    "The user pool's file {} is damaged; put it right, or start once with --fresh to begin with an empty state.",
                    file.display()
                )
            );
            assert!(!error.source().unwrap().to_string().contains("secret"));
        }
        match good {
            Some(good) => fs::write(&file, good).unwrap(),
            None => fs::remove_file(&file).unwrap(),
        }
    }
    assert!(open_at(&harness.folder.0, settings(), &harness.now).is_ok());
}

#[tokio::test]
async fn a_user_file_must_be_what_its_name_says() {
    let harness = Harness::new();
    harness.sign_up("alice").await;
    let file = harness.folder.user_file();
    let copy = file.with_file_name(format!("{}.json", identifiers::uuid()));
    fs::copy(&file, &copy).unwrap();
    let error = open_at(&harness.folder.0, settings(), &harness.now).err().unwrap();
    assert!(matches!(error, OpenError::Damaged { .. }));
    let sub = copy.file_stem().unwrap().to_str().unwrap();
    let mut twin: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    twin["sub"] = json!(sub);
    fs::write(&copy, twin.to_string()).unwrap();
    let error = open_at(&harness.folder.0, settings(), &harness.now).err().unwrap();
    assert!(matches!(error, OpenError::Damaged { .. }));
}

#[tokio::test]
async fn what_a_crash_left_half_written_does_not_count() {
    let harness = Harness::new();
    harness.sign_up("alice").await;
    let left = harness.folder.user_file().with_extension("tmp");
    fs::write(&left, "{").unwrap();
    let harness = harness.restart();
    assert!(harness.sign_in("alice", PASSWORD).await.is_ok());
    assert!(!left.exists());
}

#[test]
fn a_folder_that_cannot_be_is_refused_in_a_sentence() {
    let folder = Folder::empty();
    let file = folder.path("file");
    fs::write(&file, "").unwrap();
    let now = Arc::new(AtomicU64::new(START));
    let error = open_at(&file.join("pool"), settings(), &now).err().unwrap();
    assert!(error.to_string().starts_with("The user pool cannot write "));
}

#[tokio::test]
async fn a_change_that_cannot_be_written_has_not_happened() {
    let harness = Harness::new();
    harness.sign_up("alice").await;
    let tokens = harness.tokens("alice").await;
    // A folder where the temporary file should go makes every write fail, for the superuser too.
    let in_the_way = harness.folder.user_file().with_extension("tmp");
    fs::create_dir(&in_the_way).unwrap();
    let (error_type, message) = harness.revoke(DEV, &tokens.refresh).await.unwrap_err();
    assert_eq!(error_type, "InternalErrorException");
    assert!(!message.contains("users"));
    assert!(harness.get_user(&tokens.access).await.is_ok());
    fs::remove_dir(&in_the_way).unwrap();
    harness.revoke(DEV, &tokens.refresh).await.unwrap();
    assert!(harness.get_user(&tokens.access).await.is_err());
}
