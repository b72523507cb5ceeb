//! Tokens carry exactly the claims that Cognito's carry, and are signed by two keys that anyone can fetch.

use serde_json::json;

use super::*;

#[tokio::test]
async fn id_token_has_exactly_cognitos_claims() {
    let harness = Harness::new();
    let sub = harness.sign_up("alice").await;
    let claims = harness.verified(&harness.tokens("alice").await.id).await;
    assert_eq!(
        members(&claims),
        [
            "aud",
            "auth_time",
            "cognito:username",
            "event_id",
            "exp",
            "iat",
            "iss",
            "jti",
            "origin_jti",
            "sub",
            "token_use"
        ]
    );
    assert_eq!(claims["sub"], sub);
    assert_eq!(claims["aud"], DEV);
    assert_eq!(claims["iss"], ISSUER);
    assert_eq!(claims["token_use"], "id");
    assert_eq!(claims["cognito:username"], "alice");
    assert_eq!(claims["auth_time"], START);
    assert_eq!(claims["iat"], START);
    assert_eq!(claims["exp"], START + 3600);
}

#[tokio::test]
async fn access_token_has_exactly_cognitos_claims() {
    let harness = Harness::new();
    let sub = harness.sign_up("alice").await;
    let tokens = harness.tokens("alice").await;
    let claims = harness.verified(&tokens.access).await;
    assert_eq!(
        members(&claims),
        [
            "auth_time",
            "client_id",
            "event_id",
            "exp",
            "iat",
            "iss",
            "jti",
            "origin_jti",
            "scope",
            "sub",
            "token_use",
            "username"
        ]
    );
    assert_eq!(claims["sub"], sub);
    assert_eq!(claims["client_id"], DEV);
    assert_eq!(claims["token_use"], "access");
    assert_eq!(claims["scope"], "aws.cognito.signin.user.admin");
    assert_eq!(claims["username"], "alice");
    let id = harness.verified(&tokens.id).await;
    assert_eq!(claims["origin_jti"], id["origin_jti"]);
    assert_eq!(claims["event_id"], id["event_id"]);
    assert_ne!(claims["jti"], id["jti"]);
}

#[tokio::test]
async fn attributes_and_groups_become_claims() {
    let harness = Harness::new();
    let attributes = json!([
        { "Name": "email", "Value": "alice@example.com" },
        { "Name": "name", "Value": "Alice" },
        { "Name": "preferred_username", "Value": "al" },
    ]);
    let body = json!({
        "ClientId": DEV, "Username": "alice", "Password": PASSWORD, "UserAttributes": attributes,
    });
    harness.call("SignUp", body).await.unwrap();
    for group in ["team-b", "team-a"] {
        let body = json!({ "UserPoolId": POOL, "GroupName": group });
        harness.call("CreateGroup", body).await.unwrap();
        let group = json!({ "GroupName": group });
        harness.admin("AdminAddUserToGroup", "alice", group).await.unwrap();
    }
    let tokens = harness.tokens("alice").await;
    let id = harness.verified(&tokens.id).await;
    assert_eq!(id["cognito:groups"], json!(["team-a", "team-b"]));
    assert_eq!(id["email"], "alice@example.com");
    assert_eq!(id["email_verified"], false);
    assert_eq!(id["name"], "Alice");
    assert_eq!(id["preferred_username"], "al");
    let access = harness.verified(&tokens.access).await;
    assert_eq!(access["cognito:groups"], json!(["team-a", "team-b"]));
    assert!(access.get("email").is_none());
}

#[tokio::test]
async fn a_verified_address_says_so() {
    let harness = Harness::new();
    let attributes = json!({ "TemporaryPassword": PASSWORD, "UserAttributes": [
        { "Name": "email", "Value": "alice@example.com" },
        { "Name": "email_verified", "Value": "true" },
    ] });
    harness.admin("AdminCreateUser", "alice", attributes).await.unwrap();
    let password = json!({ "Password": PASSWORD, "Permanent": true });
    harness.admin("AdminSetUserPassword", "alice", password).await.unwrap();
    let id = harness.verified(&harness.tokens("alice").await.id).await;
    assert_eq!(id["email_verified"], true);
}

#[tokio::test]
async fn one_key_signs_id_tokens_and_the_other_access_tokens() {
    let harness = Harness::new();
    harness.sign_up("alice").await;
    let tokens = harness.tokens("alice").await;
    let id = jsonwebtoken::decode_header(&tokens.id).unwrap();
    let access = jsonwebtoken::decode_header(&tokens.access).unwrap();
    assert_ne!(id.kid, access.kid);
    assert_eq!(id.typ, None);
    let keys = harness.get(&harness.pool.jwks_path()).await;
    let keys = keys["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 2);
    for key in keys {
        assert_eq!(members(key), ["alg", "e", "kid", "kty", "n", "use"]);
        assert_eq!(key["alg"], "RS256");
        assert_eq!(key["e"], "AQAB");
        assert_eq!(key["kty"], "RSA");
        assert_eq!(key["use"], "sig");
        // 2,048 bits in base64 without padding.
        assert_eq!(text(&key["n"]).len(), 342);
    }
}

#[tokio::test]
async fn lives_of_tokens_are_the_clients() {
    let mut settings = settings();
    settings.clients[0].id_token_seconds = 300;
    settings.clients[0].access_token_seconds = 600;
    let harness = Harness::with(settings);
    harness.sign_up("alice").await;
    let answer = harness.sign_in("alice", PASSWORD).await.unwrap();
    assert_eq!(answer["AuthenticationResult"]["ExpiresIn"], 600);
    let tokens = Tokens::of(&answer);
    assert_eq!(harness.verified(&tokens.id).await["exp"], START + 300);
    assert_eq!(harness.verified(&tokens.access).await["exp"], START + 600);
}
