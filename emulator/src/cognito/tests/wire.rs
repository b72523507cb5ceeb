//! The protocol around the operations: targets, content types, bodies and the public documents.

use axum::http::StatusCode;
use serde_json::json;

use super::*;

#[tokio::test]
async fn an_operation_outside_the_subset_names_the_subset() {
    let harness = Harness::new();
    let (error_type, message) = harness.call("ConfirmSignUp", json!({})).await.unwrap_err();
    assert_eq!(error_type, "UnknownOperationException");
    assert!(message.starts_with("The local user pool knows only AdminAddUserToGroup, "));
    assert!(message.ends_with(", SignUp."));
}

#[tokio::test]
async fn a_call_without_target_or_content_type_is_refused() {
    let harness = Harness::new();
    let bare = Request::post("/")
        .header("content-type", "application/x-amz-json-1.1")
        .body(Body::from("{}"))
        .unwrap();
    let (error_type, _) = answer(harness.send(bare).await).await.unwrap_err();
    assert_eq!(error_type, "UnknownOperationException");
    let mut simple = request("ListUsers", json!({ "UserPoolId": POOL }).to_string());
    simple
        .headers_mut()
        .insert("content-type", "text/plain".parse().unwrap());
    let (error_type, message) = answer(harness.send(simple).await).await.unwrap_err();
    assert_eq!(error_type, "UnknownOperationException");
    assert!(message.contains("application/x-amz-json-1.1"));
}

#[tokio::test]
async fn a_body_that_is_not_the_operations_is_refused_without_being_quoted() {
    let harness = Harness::new();
    for body in ["", "{", "[]", r#"{"AccessToken": {"secret": 1}}"#] {
        let response = harness.send(request("GetUser", body.to_owned())).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        let (error_type, message) = answer(response).await.unwrap_err();
        assert_eq!(error_type, "SerializationException", "{body}");
        assert!(!message.contains("secret"));
    }
}

#[tokio::test]
async fn a_missing_member_is_named_as_cognito_names_it() {
    let harness = Harness::new();
    assert_eq!(
        harness.call("GetUser", json!({})).await,
        refused(
            "InvalidParameterException",
            "1 validation error detected: Value at 'accessToken' failed to satisfy constraint: Member must not be null"
        )
    );
    assert_eq!(
        harness.call("AdminCreateUser", json!({ "UserPoolId": POOL })).await,
        refused(
            "InvalidParameterException",
            "1 validation error detected: Value at 'username' failed to satisfy constraint: Member must not be null"
        )
    );
}

#[tokio::test]
async fn members_that_are_not_used_are_passed_over() {
    let harness = Harness::new();
    let body = json!({
        "ClientId": DEV, "Username": "alice", "Password": PASSWORD, "ClientMetadata": { "a": "b" },
    });
    assert!(harness.call("SignUp", body).await.is_ok());
}

#[tokio::test]
async fn a_message_that_no_header_can_carry_stands_in_the_body() {
    let harness = Harness::new();
    assert_eq!(
        harness.initiate("USER_PASSWORD_AUTH", "zażółć\n", json!({})).await,
        refused("ResourceNotFoundException", "User pool client zażółć\n does not exist.")
    );
}

#[tokio::test]
async fn the_public_documents_are_those_of_the_pool() {
    let harness = Harness::new();
    let configuration = harness.get(&format!("/{POOL}/.well-known/openid-configuration")).await;
    assert_eq!(configuration["issuer"], ISSUER);
    assert_eq!(
        configuration["jwks_uri"],
        format!("http://127.0.0.1:9229/{POOL}/.well-known/jwks.json")
    );
    for document in ["jwks.json", "openid-configuration"] {
        let other = harness.get(&format!("/us-east-1_Other/.well-known/{document}")).await;
        assert_eq!(other["__type"], "ResourceNotFoundException");
    }
}
