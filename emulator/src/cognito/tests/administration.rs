//! The administrator's operations on users, and what describes the pool.

use serde_json::json;

use super::*;

#[tokio::test]
async fn a_user_made_by_an_administrator_has_a_temporary_password() {
    let harness = Harness::new();
    let more = json!({
        "TemporaryPassword": PASSWORD,
        "UserAttributes": [{ "Name": "name", "Value": "Alice" }],
        "MessageAction": "SUPPRESS",
    });
    let answer = harness.admin("AdminCreateUser", "alice", more).await.unwrap();
    let user = &answer["User"];
    assert_eq!(
        members(user),
        [
            "Attributes",
            "Enabled",
            "UserCreateDate",
            "UserLastModifiedDate",
            "UserStatus",
            "Username"
        ]
    );
    assert_eq!(user["UserStatus"], "FORCE_CHANGE_PASSWORD");
    assert_eq!(user["Enabled"], true);
    assert_eq!(user["UserCreateDate"], START);
    assert_eq!(user["Attributes"][1], json!({ "Name": "name", "Value": "Alice" }));
}

#[tokio::test]
async fn a_permanent_password_confirms_the_user() {
    let harness = Harness::new();
    harness.admin("AdminCreateUser", "alice", json!({})).await.unwrap();
    let password = json!({ "Password": PASSWORD, "Permanent": true });
    harness.admin("AdminSetUserPassword", "alice", password).await.unwrap();
    let user = harness.admin("AdminGetUser", "alice", json!({})).await.unwrap();
    assert_eq!(user["UserStatus"], "CONFIRMED");
    assert_eq!(user["UserAttributes"][0]["Name"], "sub");
    assert!(harness.sign_in("alice", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn bad_new_users_and_passwords_are_refused() {
    let harness = Harness::new();
    harness.sign_up("alice").await;
    assert_eq!(
        harness.admin("AdminCreateUser", "alice", json!({})).await,
        refused("UsernameExistsException", "User account already exists")
    );
    for (operation, member) in [
        ("AdminCreateUser", "TemporaryPassword"),
        ("AdminSetUserPassword", "Password"),
    ] {
        let more = json!({ member: "short" });
        let (error_type, _) = harness.admin(operation, "bob", more).await.unwrap_err();
        assert_eq!(error_type, "InvalidPasswordException");
    }
    let more = json!({ "MessageAction": "RESEND" });
    let (error_type, _) = harness.admin("AdminCreateUser", "bob", more).await.unwrap_err();
    assert_eq!(error_type, "InvalidParameterException");
}

#[tokio::test]
async fn operations_on_nobody_say_so() {
    let harness = Harness::new();
    let group = json!({ "UserPoolId": POOL, "GroupName": "team" });
    harness.call("CreateGroup", group).await.unwrap();
    for operation in [
        "AdminGetUser",
        "AdminDeleteUser",
        "AdminUserGlobalSignOut",
        "AdminSetUserPassword",
        "AdminListGroupsForUser",
        "AdminAddUserToGroup",
        "AdminRemoveUserFromGroup",
    ] {
        let more = json!({ "Password": PASSWORD, "GroupName": "team" });
        assert_eq!(
            harness.admin(operation, "nobody", more).await,
            refused("UserNotFoundException", "User does not exist."),
            "{operation}"
        );
    }
}

#[tokio::test]
async fn operations_on_another_pool_say_so() {
    let harness = Harness::new();
    harness.sign_up("alice").await;
    let body = json!({
        "UserPoolId": "us-east-1_Other", "ClientId": DEV, "Username": "alice", "GroupName": "team",
        "Password": PASSWORD,
    });
    for operation in [
        "AdminAddUserToGroup",
        "AdminCreateUser",
        "AdminDeleteUser",
        "AdminGetUser",
        "AdminListGroupsForUser",
        "AdminRemoveUserFromGroup",
        "AdminSetUserPassword",
        "AdminUserGlobalSignOut",
        "CreateGroup",
        "DeleteGroup",
        "DescribeUserPool",
        "DescribeUserPoolClient",
        "ListGroups",
        "ListUsers",
    ] {
        assert_eq!(
            harness.call(operation, body.clone()).await,
            refused("ResourceNotFoundException", "User pool us-east-1_Other does not exist."),
            "{operation}"
        );
    }
}

#[tokio::test]
async fn a_deleted_user_cannot_sign_in_and_the_name_is_free() {
    let harness = Harness::new();
    let first = harness.sign_up("alice").await;
    harness.admin("AdminDeleteUser", "alice", json!({})).await.unwrap();
    assert!(harness.sign_in("alice", PASSWORD).await.is_err());
    assert_ne!(harness.sign_up("alice").await, first);
}

#[tokio::test]
async fn users_are_listed_a_page_at_a_time() {
    let harness = Harness::new();
    for name in ["carol", "alice", "bob"] {
        harness.sign_up(name).await;
    }
    let body = json!({ "UserPoolId": POOL, "Limit": 2 });
    let first = harness.call("ListUsers", body).await.unwrap();
    assert_eq!(first["Users"][0]["Username"], "alice");
    assert_eq!(first["Users"][1]["Username"], "bob");
    assert_eq!(first["Users"].as_array().unwrap().len(), 2);
    let body = json!({ "UserPoolId": POOL, "Limit": 1, "PaginationToken": first["PaginationToken"] });
    let last = harness.call("ListUsers", body).await.unwrap();
    assert_eq!(last["Users"][0]["Username"], "carol");
    assert!(last.get("PaginationToken").is_none());
    for (member, value) in [
        ("Filter", json!("username = \"alice\"")),
        ("PaginationToken", json!("***")),
        ("Limit", json!(61)),
    ] {
        let body = json!({ "UserPoolId": POOL, member: value });
        let (error_type, _) = harness.call("ListUsers", body).await.unwrap_err();
        assert_eq!(error_type, "InvalidParameterException", "{member}");
    }
}

#[tokio::test]
async fn the_pool_and_its_clients_are_described() {
    let harness = Harness::new();
    let pool = harness
        .call("DescribeUserPool", json!({ "UserPoolId": POOL }))
        .await
        .unwrap();
    assert_eq!(pool["UserPool"]["Id"], POOL);
    assert_eq!(pool["UserPool"]["Policies"]["PasswordPolicy"]["MinimumLength"], 8);
    let body = json!({ "UserPoolId": POOL, "ClientId": PROD });
    let client = harness.call("DescribeUserPoolClient", body).await.unwrap();
    assert_eq!(
        client["UserPoolClient"]["ExplicitAuthFlows"],
        json!(["ALLOW_REFRESH_TOKEN_AUTH"])
    );
}
