//! Groups and their members.

use serde_json::json;

use super::*;

impl Harness {
    async fn group(&self, operation: &str, name: &str) -> Result<Value, Refused> {
        self.call(operation, json!({ "UserPoolId": POOL, "GroupName": name }))
            .await
    }

    async fn groups_of(&self, username: &str) -> Vec<String> {
        let answer = self.admin("AdminListGroupsForUser", username, json!({})).await.unwrap();
        names(&answer)
    }
}

fn names(answer: &Value) -> Vec<String> {
    answer["Groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| text(&group["GroupName"]))
        .collect()
}

#[tokio::test]
async fn a_group_is_made_listed_and_deleted() {
    let harness = Harness::new();
    let body = json!({ "UserPoolId": POOL, "GroupName": "team", "Description": "all", "Precedence": 1 });
    let answer = harness.call("CreateGroup", body).await.unwrap();
    assert_eq!(
        answer["Group"],
        json!({
            "GroupName": "team", "UserPoolId": POOL, "Description": "all", "Precedence": 1,
            "CreationDate": START, "LastModifiedDate": START,
        })
    );
    assert_eq!(
        harness.group("CreateGroup", "team").await,
        refused("GroupExistsException", "A group with the name already exists.")
    );
    let list = harness.call("ListGroups", json!({ "UserPoolId": POOL })).await.unwrap();
    assert_eq!(names(&list), ["team"]);
    harness.group("DeleteGroup", "team").await.unwrap();
    let list = harness.call("ListGroups", json!({ "UserPoolId": POOL })).await.unwrap();
    assert!(names(&list).is_empty());
}

#[tokio::test]
async fn members_come_and_go_and_tokens_follow() {
    let harness = Harness::new();
    harness.sign_up("alice").await;
    harness.group("CreateGroup", "team").await.unwrap();
    let team = json!({ "GroupName": "team" });
    for _ in 0..2 {
        harness
            .admin("AdminAddUserToGroup", "alice", team.clone())
            .await
            .unwrap();
    }
    assert_eq!(harness.groups_of("alice").await, ["team"]);
    let tokens = harness.tokens("alice").await;
    let claims = harness.verified(&tokens.id).await;
    assert_eq!(claims["cognito:groups"], json!(["team"]));
    harness.admin("AdminRemoveUserFromGroup", "alice", team).await.unwrap();
    assert!(harness.groups_of("alice").await.is_empty());
    let refreshed = Tokens::of(&harness.refresh(DEV, &tokens.refresh).await.unwrap());
    let claims = harness.verified(&refreshed.access).await;
    assert!(claims.get("cognito:groups").is_none());
}

#[tokio::test]
async fn a_group_made_again_has_no_members() {
    let harness = Harness::new();
    harness.sign_up("alice").await;
    harness.group("CreateGroup", "team").await.unwrap();
    let team = json!({ "GroupName": "team" });
    harness.admin("AdminAddUserToGroup", "alice", team).await.unwrap();
    harness.group("DeleteGroup", "team").await.unwrap();
    harness.group("CreateGroup", "team").await.unwrap();
    assert!(harness.groups_of("alice").await.is_empty());
}

#[tokio::test]
async fn unknown_groups_and_roles_are_refused() {
    let harness = Harness::new();
    harness.sign_up("alice").await;
    let not_found = refused("ResourceNotFoundException", "Group not found.");
    assert_eq!(harness.group("DeleteGroup", "team").await, not_found);
    for operation in ["AdminAddUserToGroup", "AdminRemoveUserFromGroup"] {
        let team = json!({ "GroupName": "team" });
        assert_eq!(harness.admin(operation, "alice", team).await, not_found);
    }
    let body = json!({ "UserPoolId": POOL, "GroupName": "team", "RoleArn": "arn:aws:iam::1:role/r" });
    let (error_type, _) = harness.call("CreateGroup", body).await.unwrap_err();
    assert_eq!(error_type, "InvalidParameterException");
}

#[tokio::test]
async fn groups_are_listed_a_page_at_a_time() {
    let harness = Harness::new();
    for name in ["c", "a", "b"] {
        harness.group("CreateGroup", name).await.unwrap();
    }
    let first = harness
        .call("ListGroups", json!({ "UserPoolId": POOL, "Limit": 2 }))
        .await
        .unwrap();
    assert_eq!(names(&first), ["a", "b"]);
    let body = json!({ "UserPoolId": POOL, "NextToken": first["NextToken"] });
    let last = harness.call("ListGroups", body).await.unwrap();
    assert_eq!(names(&last), ["c"]);
    assert!(last.get("NextToken").is_none());
}
