//! Every bound: one below, at, and one above.

use axum::http::StatusCode;
use serde_json::json;

use super::{
    super::{
        directory::Directory,
        families::Family,
        groups::Group,
        limits::*,
        short_lived::ShortLived,
        user::{NewUser, User, UserStatus},
    },
    *,
};

fn user(username: &str) -> User {
    let new = NewUser {
        username: username.to_owned(),
        password_hash: String::new(),
        status: UserStatus::Confirmed,
        attributes: Default::default(),
    };
    User::new(new, identifiers::uuid(), START)
}

fn family(expires: u64) -> Family {
    Family {
        origin_jti: identifiers::uuid(),
        client_id: DEV.to_owned(),
        refresh_digest: String::new(),
        auth_time: START,
        expires,
        revoked: false,
        scope: None,
    }
}

#[tokio::test]
async fn a_body_has_at_most_its_bytes() {
    let harness = Harness::new();
    for (bytes, status) in [
        (MAX_BODY_BYTES - 1, StatusCode::BAD_REQUEST),
        (MAX_BODY_BYTES, StatusCode::BAD_REQUEST),
        (MAX_BODY_BYTES + 1, StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let response = harness.send(request("GetUser", " ".repeat(bytes))).await;
        assert_eq!(response.status(), status, "{bytes}");
    }
}

#[tokio::test]
async fn names_passwords_and_attributes_have_cognitos_lengths() {
    let harness = Harness::new();
    // Characters, not bytes.
    let name = |length: usize| "ż".repeat(length);
    let password = |length: usize| format!("{PASSWORD}{}", "ż".repeat(length - PASSWORD.len()));
    let attribute = |length: usize| json!([{ "Name": "name", "Value": "ż".repeat(length) }]);
    for over in [false, true] {
        let more = usize::from(over);
        let bodies = [
            (name(MAX_USERNAME_CHARS + more), PASSWORD.to_owned(), json!([])),
            ("alice".to_owned(), password(MAX_PASSWORD_CHARS + more), json!([])),
            (
                "bob".to_owned(),
                PASSWORD.to_owned(),
                attribute(MAX_ATTRIBUTE_CHARS + more),
            ),
        ];
        for (username, password, attributes) in bodies {
            let body = json!({
                "ClientId": DEV, "Username": username, "Password": password, "UserAttributes": attributes,
            });
            let result = harness.call("SignUp", body).await.map_err(|(error_type, _)| error_type);
            match result {
                Ok(_) => assert!(!over),
                Err(error_type) => assert!(over && error_type == "InvalidParameterException"),
            }
        }
    }
}

#[tokio::test]
async fn names_hold_something_and_no_white_space() {
    let harness = Harness::new();
    for name in ["", " ", "a b", "a\n", "a\u{0}"] {
        let body = json!({ "ClientId": DEV, "Username": name, "Password": PASSWORD });
        let (error_type, _) = harness.call("SignUp", body).await.unwrap_err();
        assert_eq!(error_type, "InvalidParameterException", "{name:?}");
        let body = json!({ "UserPoolId": POOL, "GroupName": name });
        let (error_type, _) = harness.call("CreateGroup", body).await.unwrap_err();
        assert_eq!(error_type, "InvalidParameterException", "{name:?}");
    }
    for password in ["", " Leading-1", "Trailing-1 "] {
        let body = json!({ "ClientId": DEV, "Username": "alice", "Password": password });
        let (error_type, _) = harness.call("SignUp", body).await.unwrap_err();
        assert_eq!(error_type, "InvalidParameterException", "{password:?}");
    }
}

#[tokio::test]
async fn groups_have_cognitos_lengths() {
    let harness = Harness::new();
    for (name, description, ok) in [
        (MAX_GROUP_NAME_CHARS, MAX_DESCRIPTION_CHARS, true),
        (MAX_GROUP_NAME_CHARS + 1, 0, false),
        (MAX_GROUP_NAME_CHARS - 1, MAX_DESCRIPTION_CHARS + 1, false),
    ] {
        let body = json!({
            "UserPoolId": POOL, "GroupName": "g".repeat(name), "Description": "d".repeat(description),
        });
        assert_eq!(harness.call("CreateGroup", body).await.is_ok(), ok);
    }
}

#[test]
fn a_pool_has_at_most_its_users_and_groups() {
    let folder = Folder::empty();
    let mut directory = Directory::open(&folder.0).unwrap();
    let group = || Group {
        description: None,
        precedence: None,
        created: START,
    };
    directory.fill_for_test(
        (1..MAX_USERS).map(|n| user(&n.to_string())),
        (1..MAX_GROUPS).map(|n| (n.to_string(), group())).collect(),
    );
    directory.add_user(user("last"), "").unwrap();
    directory.add_group("last", group()).unwrap();
    let error = directory.add_user(user("one too many"), "").unwrap_err();
    assert_eq!(error.error_type.name(), "LimitExceededException");
    let error = directory.add_group("one too many", group()).unwrap_err();
    assert_eq!(error.error_type.name(), "LimitExceededException");
}

#[tokio::test]
async fn a_user_belongs_to_at_most_so_many_groups() {
    let harness = Harness::new();
    harness.sign_up("alice").await;
    for n in 0..=MAX_GROUPS_PER_USER {
        let group = format!("g{n}");
        let body = json!({ "UserPoolId": POOL, "GroupName": group });
        harness.call("CreateGroup", body).await.unwrap();
        let added = harness
            .admin("AdminAddUserToGroup", "alice", json!({ "GroupName": group }))
            .await;
        match added {
            Ok(_) => assert!(n < MAX_GROUPS_PER_USER),
            Err((error_type, _)) => {
                assert_eq!(
                    (n, error_type.as_str()),
                    (MAX_GROUPS_PER_USER, "LimitExceededException")
                );
            }
        }
    }
    let again = harness
        .admin("AdminAddUserToGroup", "alice", json!({ "GroupName": "g0" }))
        .await;
    assert!(again.is_ok());
}

#[test]
fn a_user_keeps_the_newest_sign_ins() {
    let mut user = user("alice");
    let first = family(START + 1);
    user.families.add(first.clone(), START);
    for _ in 1..MAX_FAMILIES_PER_USER {
        user.families.add(family(START + 1), START);
    }
    assert!(user.families.find(&first.origin_jti).is_some());
    user.families.add(family(START + 1), START);
    assert!(user.families.find(&first.origin_jti).is_none());
    assert_eq!(user.families.len(), MAX_FAMILIES_PER_USER);
}

#[test]
fn a_sign_in_is_forgotten_when_no_token_of_it_can_live() {
    let mut user = user("alice");
    let first = family(START);
    user.families.add(first.clone(), START);
    user.families.add(family(START), START + FAMILY_GRACE_SECONDS - 1);
    assert!(user.families.find(&first.origin_jti).is_some());
    user.families.add(family(START), START + FAMILY_GRACE_SECONDS);
    assert!(user.families.find(&first.origin_jti).is_none());
}

#[test]
fn the_newest_short_lived_things_are_kept_for_their_seconds() {
    let mut kept = ShortLived::new(60, 3);
    let first = kept.keep("first", START);
    kept.keep("second", START);
    kept.keep("third", START);
    assert_eq!(kept.find(&first, START + 59), Some(&"first"));
    assert_eq!(kept.find(&first, START + 60), None);
    kept.keep("fourth", START);
    assert_eq!(kept.find(&first, START), None);
}

#[tokio::test]
async fn a_page_has_at_most_its_entries() {
    let harness = Harness::new();
    for n in 0..=MAX_PAGE {
        let body = json!({ "UserPoolId": POOL, "GroupName": format!("g{n}") });
        harness.call("CreateGroup", body).await.unwrap();
    }
    for (limit, size) in [
        (json!(MAX_PAGE - 1), MAX_PAGE - 1),
        (json!(MAX_PAGE), MAX_PAGE),
        (Value::Null, MAX_PAGE),
    ] {
        let body = json!({ "UserPoolId": POOL, "Limit": limit });
        let answer = harness.call("ListGroups", body).await.unwrap();
        assert_eq!(answer["Groups"].as_array().unwrap().len(), size);
    }
    let body = json!({ "UserPoolId": POOL, "Limit": MAX_PAGE + 1 });
    assert!(harness.call("ListGroups", body).await.is_err());
}
