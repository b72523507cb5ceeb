//! Signing out: of one sign-in with `RevokeToken`, of all with `GlobalSignOut` and its administrator's form.

use serde_json::json;

use super::*;

fn access_revoked() -> Result<Value, Refused> {
    refused("NotAuthorizedException", "Access Token has been revoked")
}

fn refresh_revoked() -> Result<Value, Refused> {
    refused("NotAuthorizedException", "Refresh Token has been revoked")
}

#[tokio::test]
async fn get_user_shows_the_owner_of_the_token() {
    let harness = Harness::new();
    let sub = harness.sign_up("alice").await;
    let tokens = harness.tokens("alice").await;
    assert_eq!(
        harness.get_user(&tokens.access).await.unwrap(),
        json!({ "Username": "alice", "UserAttributes": [{ "Name": "sub", "Value": sub }] })
    );
}

#[tokio::test]
async fn get_user_refuses_what_is_not_a_live_access_token() {
    let harness = Harness::new();
    harness.sign_up("alice").await;
    let tokens = harness.tokens("alice").await;
    let invalid = refused("NotAuthorizedException", "Invalid Access Token");
    let (unsigned, _) = tokens.access.rsplit_once('.').unwrap();
    for token in ["", "a.b.c", &tokens.id, &format!("{unsigned}."), unsigned] {
        assert_eq!(harness.get_user(token).await, invalid, "{token}");
    }
    harness.pass_seconds(3_599);
    assert!(harness.get_user(&tokens.access).await.is_ok());
    harness.pass_seconds(1);
    assert_eq!(
        harness.get_user(&tokens.access).await,
        refused("NotAuthorizedException", "Access Token has expired")
    );
}

#[tokio::test]
async fn get_user_reads_every_claim_it_relies_on() {
    let harness = Harness::new();
    harness.sign_up("alice").await;
    let good = harness.verified(&harness.tokens("alice").await.access).await;
    for (claim, value, message) in [
        ("token_use", json!("id"), "Invalid Access Token"),
        (
            "iss",
            json!("https://cognito-idp.us-east-1.amazonaws.com/other"),
            "Invalid Access Token",
        ),
        ("iss", Value::Null, "Invalid Access Token"),
        ("exp", json!("soon"), "Invalid Access Token"),
        (
            "scope",
            json!("openid email"),
            "Access Token does not have required scopes",
        ),
        (
            "origin_jti",
            json!(identifiers::uuid()),
            "Access Token has been revoked",
        ),
    ] {
        let mut claims = good.clone();
        claims[claim] = value;
        let token = harness.pool.keys().access.sign(&claims).unwrap();
        let refused = refused("NotAuthorizedException", message);
        assert_eq!(harness.get_user(&token).await, refused, "{claim}");
    }
    let same = harness.pool.keys().access.sign(&good).unwrap();
    assert!(harness.get_user(&same).await.is_ok());
}

#[tokio::test]
async fn a_token_of_a_deleted_user_finds_nobody() {
    let harness = Harness::new();
    harness.sign_up("alice").await;
    let tokens = harness.tokens("alice").await;
    harness.admin("AdminDeleteUser", "alice", json!({})).await.unwrap();
    assert_eq!(
        harness.get_user(&tokens.access).await,
        refused("UserNotFoundException", "User does not exist.")
    );
}

#[tokio::test]
async fn revoking_a_refresh_token_ends_its_family_and_no_other() {
    let harness = Harness::new();
    harness.sign_up("alice").await;
    let (one, two) = (harness.tokens("alice").await, harness.tokens("alice").await);
    let refreshed = Tokens::of(&harness.refresh(DEV, &one.refresh).await.unwrap());
    assert_eq!(harness.revoke(DEV, &one.refresh).await.unwrap(), json!({}));
    assert_eq!(harness.refresh(DEV, &one.refresh).await, refresh_revoked());
    assert_eq!(harness.get_user(&one.access).await, access_revoked());
    assert_eq!(harness.get_user(&refreshed.access).await, access_revoked());
    assert!(harness.refresh(DEV, &two.refresh).await.is_ok());
    assert!(harness.get_user(&two.access).await.is_ok());
    assert_eq!(harness.revoke(DEV, &one.refresh).await.unwrap(), json!({}));
}

#[tokio::test]
async fn only_refresh_tokens_of_the_client_can_be_revoked() {
    let harness = Harness::new();
    harness.sign_up("alice").await;
    let tokens = harness.tokens("alice").await;
    for token in [&tokens.access, &tokens.id] {
        let (error_type, _) = harness.revoke(DEV, token).await.unwrap_err();
        assert_eq!(error_type, "UnsupportedTokenTypeException");
    }
    let (error_type, _) = harness.revoke(PROD, &tokens.refresh).await.unwrap_err();
    assert_eq!(error_type, "UnauthorizedException");
    assert_eq!(harness.revoke(DEV, "unknown").await.unwrap(), json!({}));
    assert!(harness.refresh(DEV, &tokens.refresh).await.is_ok());
}

#[tokio::test]
async fn global_sign_out_ends_every_sign_in_of_the_user() {
    let harness = Harness::new();
    harness.sign_up("alice").await;
    harness.sign_up("bob").await;
    let (one, two) = (harness.tokens("alice").await, harness.tokens("alice").await);
    let bobs = harness.tokens("bob").await;
    let body = json!({ "AccessToken": one.access });
    assert_eq!(harness.call("GlobalSignOut", body.clone()).await.unwrap(), json!({}));
    for tokens in [&one, &two] {
        assert_eq!(harness.refresh(DEV, &tokens.refresh).await, refresh_revoked());
        assert_eq!(harness.get_user(&tokens.access).await, access_revoked());
    }
    assert_eq!(harness.call("GlobalSignOut", body).await, access_revoked());
    assert!(harness.get_user(&bobs.access).await.is_ok());
    let again = harness.tokens("alice").await;
    assert!(harness.get_user(&again.access).await.is_ok());
}

#[tokio::test]
async fn an_administrator_signs_a_user_out() {
    let harness = Harness::new();
    harness.sign_up("alice").await;
    let tokens = harness.tokens("alice").await;
    let done = harness.admin("AdminUserGlobalSignOut", "alice", json!({})).await;
    assert_eq!(done.unwrap(), json!({}));
    assert_eq!(harness.refresh(DEV, &tokens.refresh).await, refresh_revoked());
    assert_eq!(harness.get_user(&tokens.access).await, access_revoked());
}
