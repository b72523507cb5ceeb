//! Signing in with Cognito's own API.

use serde_json::{Value, json};

use crate::{Stack, TestResult, failure};

/// The three tokens of a sign-in.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// The ID token, which handshakes take.
    pub id: String,
    /// The access token.
    pub access: String,
    /// The refresh token.
    pub refresh: String,
}

/// Calls an operation of the user pool: the status and the answer.
///
/// # Errors
/// The pool does not answer.
pub async fn cognito_call(stack: &Stack, operation: &str, request: &Value) -> TestResult<(u16, Value)> {
    let response = reqwest::Client::new()
        .post(stack.endpoint("/cognito/endpoint"))
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", format!("AWSCognitoIdentityProviderService.{operation}"))
        .body(request.to_string())
        .send()
        .await?;
    let status = response.status().as_u16();
    Ok((status, serde_json::from_str(&response.text().await?)?))
}

impl Stack {
    /// The password of a ready-made user.
    pub fn password(&self, username: &str) -> String {
        let users = self.endpoints["users"].as_array().into_iter().flatten();
        let user = users.into_iter().find(|user| user["username"] == username);
        user.and_then(|user| user["password"].as_str())
            .unwrap_or_default()
            .to_owned()
    }

    /// Signs a ready-made user in.
    ///
    /// # Errors
    /// The pool refuses.
    pub async fn sign_in(&self, username: &str) -> TestResult<Tokens> {
        let request = json!({
            "AuthFlow": "USER_PASSWORD_AUTH",
            "ClientId": self.endpoint("/cognito/clientId"),
            "AuthParameters": { "USERNAME": username, "PASSWORD": self.password(username) },
        });
        let (status, answer) = cognito_call(self, "InitiateAuth", &request).await?;
        let token = |name: &str| {
            let token = answer["AuthenticationResult"][name].as_str();
            token
                .map(str::to_owned)
                .ok_or_else(|| failure(format!("{status} {answer}")))
        };
        Ok(Tokens {
            id: token("IdToken")?,
            access: token("AccessToken")?,
            refresh: token("RefreshToken")?,
        })
    }
}
