//! `InitiateAuth` with a password and with a refresh token.

use serde_json::json;

use super::*;

#[tokio::test]
async fn a_password_gives_three_tokens() {
    let harness = Harness::new();
    harness.sign_up("alice").await;
    let answer = harness.sign_in("alice", PASSWORD).await.unwrap();
    assert_eq!(members(&answer), ["AuthenticationResult", "ChallengeParameters"]);
    assert_eq!(answer["ChallengeParameters"], json!({}));
    let result = &answer["AuthenticationResult"];
    assert_eq!(
        members(result),
        ["AccessToken", "ExpiresIn", "IdToken", "RefreshToken", "TokenType"]
    );
    assert_eq!(result["ExpiresIn"], 3600);
    assert_eq!(result["TokenType"], "Bearer");
}

#[tokio::test]
async fn unknown_user_and_wrong_password_are_one_answer() {
    let harness = Harness::new();
    harness.sign_up("alice").await;
    let same = refused("NotAuthorizedException", "Incorrect username or password.");
    assert_eq!(harness.sign_in("alice", "Wrong-horse-1").await, same);
    assert_eq!(harness.sign_in("nobody", PASSWORD).await, same);
    assert_eq!(harness.sign_in("Alice", PASSWORD).await, same);
}

#[tokio::test]
async fn a_refresh_keeps_the_sign_in_and_renews_the_rest() {
    let harness = Harness::new();
    harness.sign_up("alice").await;
    let first = harness.tokens("alice").await;
    harness.pass_seconds(1_000);
    for flow in ["REFRESH_TOKEN_AUTH", "REFRESH_TOKEN"] {
        let parameters = json!({ "REFRESH_TOKEN": first.refresh });
        let answer = harness.initiate(flow, DEV, parameters).await.unwrap();
        assert!(answer["AuthenticationResult"].get("RefreshToken").is_none());
        let tokens = Tokens::of(&answer);
        for (old, new) in [(&first.id, &tokens.id), (&first.access, &tokens.access)] {
            let (old, new) = (harness.verified(old).await, harness.verified(new).await);
            assert_eq!(new["origin_jti"], old["origin_jti"]);
            assert_eq!(new["auth_time"], START);
            assert_eq!(new["iat"], START + 1_000);
            assert_eq!(new["exp"], START + 1_000 + 3_600);
            assert_ne!(new["jti"], old["jti"]);
        }
    }
}

#[tokio::test]
async fn each_sign_in_is_a_family_of_its_own() {
    let harness = Harness::new();
    harness.sign_up("alice").await;
    let one = harness.verified(&harness.tokens("alice").await.id).await;
    let two = harness.verified(&harness.tokens("alice").await.id).await;
    assert_ne!(one["origin_jti"], two["origin_jti"]);
    assert_eq!(one["sub"], two["sub"]);
}

#[tokio::test]
async fn a_refresh_token_expires_on_the_second() {
    let harness = Harness::new();
    harness.sign_up("alice").await;
    let tokens = harness.tokens("alice").await;
    harness.pass_seconds(30 * 24 * 3_600 - 1);
    assert!(harness.refresh(DEV, &tokens.refresh).await.is_ok());
    harness.pass_seconds(1);
    assert_eq!(
        harness.refresh(DEV, &tokens.refresh).await,
        refused("NotAuthorizedException", "Refresh Token has expired")
    );
}

#[tokio::test]
async fn what_is_not_this_clients_refresh_token_is_invalid() {
    let harness = Harness::new();
    harness.sign_up("alice").await;
    let tokens = harness.tokens("alice").await;
    let invalid = refused("NotAuthorizedException", "Invalid Refresh Token");
    let mut forged = tokens.refresh.clone();
    forged.replace_range(110..111, if &forged[110..111] == "A" { "B" } else { "A" });
    for token in ["", "nonsense", &tokens.access, &forged] {
        assert_eq!(harness.refresh(DEV, token).await, invalid, "{token}");
    }
    assert_eq!(harness.refresh(PROD, &tokens.refresh).await, invalid);
    harness.admin("AdminDeleteUser", "alice", json!({})).await.unwrap();
    assert_eq!(harness.refresh(DEV, &tokens.refresh).await, invalid);
}

#[tokio::test]
async fn a_client_signs_in_only_by_its_own_flows() {
    let mut settings = settings();
    settings.clients[0].auth_flows = vec!["ALLOW_USER_PASSWORD_AUTH".to_owned()];
    let harness = Harness::with(settings);
    harness.sign_up("alice").await;
    let parameters = json!({ "USERNAME": "alice", "PASSWORD": PASSWORD });
    assert_eq!(
        harness.initiate("USER_PASSWORD_AUTH", PROD, parameters).await,
        refused(
            "InvalidParameterException",
            "USER_PASSWORD_AUTH flow not enabled for this client"
        )
    );
    let tokens = harness.tokens("alice").await;
    assert_eq!(
        harness.refresh(DEV, &tokens.refresh).await,
        refused(
            "InvalidParameterException",
            "REFRESH_TOKEN_AUTH flow not enabled for this client"
        )
    );
}

#[test]
fn a_client_without_flows_or_with_old_names_can_refresh() {
    assert!(ClientSettings::new("c", "c", &[]).allows_refresh());
    assert!(!ClientSettings::new("c", "c", &[]).allows_user_password());
    let old = ClientSettings::new("c", "c", &["USER_PASSWORD_AUTH"]);
    assert!(old.allows_refresh() && old.allows_user_password());
}

#[tokio::test]
async fn unknown_clients_flows_and_missing_parameters_are_named() {
    let harness = Harness::new();
    assert_eq!(
        harness.initiate("USER_PASSWORD_AUTH", "other", json!({})).await,
        refused("ResourceNotFoundException", "User pool client other does not exist.")
    );
    assert_eq!(
        harness
            .initiate("USER_PASSWORD_AUTH", DEV, json!({ "USERNAME": "alice" }))
            .await,
        refused("InvalidParameterException", "Missing required parameter PASSWORD")
    );
    let (error_type, message) = harness.initiate("USER_SRP_AUTH", DEV, json!({})).await.unwrap_err();
    assert_eq!(error_type, "InvalidParameterException");
    assert!(message.starts_with("USER_SRP_AUTH is not part of the local user pool"));
    let (error_type, message) = harness.initiate("MAGIC", DEV, json!({})).await.unwrap_err();
    assert_eq!(error_type, "InvalidParameterException");
    assert!(message.contains("'authFlow'"));
}

#[tokio::test]
async fn a_password_changed_while_it_is_compared_signs_nobody_in() {
    let harness = Harness::new();
    harness.sign_up("alice").await;
    let seen = harness.pool.directory().user("alice").unwrap().clone();
    let client = harness.pool.client(DEV).unwrap();
    assert!(harness.pool.start_session(client, &seen).is_ok());
    let password = json!({ "Password": "Battery-staple-2", "Permanent": true });
    harness.admin("AdminSetUserPassword", "alice", password).await.unwrap();
    let error = harness.pool.start_session(client, &seen).err().unwrap();
    assert_eq!(error.message, "Incorrect username or password.");
}
