//! The challenge `NEW_PASSWORD_REQUIRED` and `RespondToAuthChallenge`.

use serde_json::json;

use super::*;

const NEW: &str = "Battery-staple-2";

impl Harness {
    /// A user with a temporary password who has just given it: the challenge.
    async fn challenged(&self) -> Value {
        let more = json!({
            "TemporaryPassword": PASSWORD,
            "UserAttributes": [{ "Name": "email", "Value": "alice@example.com" }],
        });
        self.admin("AdminCreateUser", "alice", more).await.unwrap();
        self.sign_in("alice", PASSWORD).await.unwrap()
    }

    async fn respond(&self, session: &Value, responses: Value) -> Result<Value, Refused> {
        let body = json!({
            "ChallengeName": "NEW_PASSWORD_REQUIRED", "ClientId": DEV, "Session": session,
            "ChallengeResponses": responses,
        });
        self.call("RespondToAuthChallenge", body).await
    }
}

fn expired() -> Result<Value, Refused> {
    refused(
        "NotAuthorizedException",
        "Invalid session for the user, session is expired.",
    )
}

#[tokio::test]
async fn a_temporary_password_leads_to_the_challenge_and_a_new_one_to_tokens() {
    let harness = Harness::new();
    let challenge = harness.challenged().await;
    assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    assert!(challenge.get("AuthenticationResult").is_none());
    let parameters = &challenge["ChallengeParameters"];
    assert_eq!(parameters["USER_ID_FOR_SRP"], "alice");
    assert_eq!(parameters["requiredAttributes"], "[]");
    assert_eq!(parameters["userAttributes"], r#"{"email":"alice@example.com"}"#);
    let responses = json!({ "USERNAME": "alice", "NEW_PASSWORD": NEW, "userAttributes.name": "Alice" });
    let answer = harness.respond(&challenge["Session"], responses.clone()).await.unwrap();
    let claims = harness.verified(&Tokens::of(&answer).id).await;
    assert_eq!(claims["name"], "Alice");
    assert!(
        harness
            .sign_in("alice", NEW)
            .await
            .unwrap()
            .get("AuthenticationResult")
            .is_some()
    );
    assert!(harness.sign_in("alice", PASSWORD).await.is_err());
    assert_eq!(harness.respond(&challenge["Session"], responses).await, expired());
}

#[tokio::test]
async fn a_refused_password_leaves_the_challenge_open() {
    let harness = Harness::new();
    let session = harness.challenged().await["Session"].clone();
    let weak = json!({ "USERNAME": "alice", "NEW_PASSWORD": "weak" });
    let (error_type, _) = harness.respond(&session, weak).await.unwrap_err();
    assert_eq!(error_type, "InvalidPasswordException");
    let good = json!({ "USERNAME": "alice", "NEW_PASSWORD": NEW });
    assert!(harness.respond(&session, good).await.is_ok());
}

#[tokio::test]
async fn a_challenge_is_for_one_user_one_password_and_three_minutes() {
    let harness = Harness::new();
    let session = harness.challenged().await["Session"].clone();
    let responses = |name: &str| json!({ "USERNAME": name, "NEW_PASSWORD": NEW });
    assert_eq!(harness.respond(&session, responses("bob")).await, expired());
    assert_eq!(harness.respond(&json!("other"), responses("alice")).await, expired());
    harness.pass_seconds(180);
    assert_eq!(harness.respond(&session, responses("alice")).await, expired());
    let session = harness.sign_in("alice", PASSWORD).await.unwrap()["Session"].clone();
    let password = json!({ "Password": "Another-one-3", "Permanent": true });
    harness.admin("AdminSetUserPassword", "alice", password).await.unwrap();
    assert_eq!(harness.respond(&session, responses("alice")).await, expired());
}

#[tokio::test]
async fn incomplete_and_other_challenges_are_named() {
    let harness = Harness::new();
    let session = harness.challenged().await["Session"].clone();
    assert_eq!(
        harness.respond(&session, json!({ "USERNAME": "alice" })).await,
        refused("InvalidParameterException", "Missing required parameter NEW_PASSWORD")
    );
    assert_eq!(
        harness.respond(&Value::Null, json!({})).await,
        refused("InvalidParameterException", "Missing required parameter Session")
    );
    let body = json!({ "ChallengeName": "SMS_MFA", "ClientId": DEV });
    let (error_type, _) = harness.call("RespondToAuthChallenge", body).await.unwrap_err();
    assert_eq!(error_type, "InvalidParameterException");
}
