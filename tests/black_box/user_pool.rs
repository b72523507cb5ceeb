//! The user pool over Cognito's own API: tokens as Cognito writes them, and their end.

use serde_json::{Value, json};
use tests::{Forge, Handshake, Stack, StackOptions, TestResult, carillon_template_with, cognito_call};

#[tokio::test]
async fn tokens_have_cognitos_claims() -> TestResult {
    let stack = Stack::start().await?;
    let tokens = stack.sign_in("alice").await?;
    let (id, access) = (Forge::claims(&tokens.id)?, Forge::claims(&tokens.access)?);
    let client = stack.endpoint("/cognito/clientId");
    assert_eq!(
        (&id["token_use"], &access["token_use"]),
        (&json!("id"), &json!("access"))
    );
    assert_eq!((&id["aud"], &access["client_id"]), (&json!(client), &json!(client)));
    assert_eq!(
        (&id["cognito:username"], &access["username"]),
        (&json!("alice"), &json!("alice"))
    );
    for claim in ["sub", "iss", "origin_jti", "auth_time"] {
        assert!(
            !id[claim].is_null() && id[claim] == access[claim],
            "{claim}: {id} {access}"
        );
    }
    assert_eq!(id["iss"], stack.endpoint("/cognito/issuer"));
    let keys: Value = serde_json::from_str(&reqwest::get(stack.endpoint("/cognito/jwks")).await?.text().await?)?;
    assert_eq!(keys["keys"].as_array().map(Vec::len), Some(2));
    assert!(!keys.to_string().contains("\"d\""), "the private part stays private");
    Ok(())
}

#[tokio::test]
async fn a_refreshed_token_connects_and_a_signed_out_one_does_not_refresh() -> TestResult {
    let stack = Stack::start().await?;
    let tokens = stack.sign_in("alice").await?;
    let refresh = json!({
        "AuthFlow": "REFRESH_TOKEN_AUTH", "ClientId": stack.endpoint("/cognito/clientId"),
        "AuthParameters": { "REFRESH_TOKEN": tokens.refresh },
    });
    let (status, answer) = cognito_call(&stack, "InitiateAuth", &refresh).await?;
    let renewed = answer["AuthenticationResult"]["IdToken"].as_str().unwrap_or_default();
    assert_eq!(status, 200, "{answer}");
    assert_eq!(
        Forge::claims(renewed)?["origin_jti"],
        Forge::claims(&tokens.id)?["origin_jti"]
    );
    assert_eq!(Handshake::of_browser(&stack, renewed).status().await?, 101);

    let (status, _) = cognito_call(&stack, "GlobalSignOut", &json!({ "AccessToken": tokens.access })).await?;
    assert_eq!(status, 200);
    let (status, answer) = cognito_call(&stack, "InitiateAuth", &refresh).await?;
    assert_eq!((status, &answer["__type"]), (400, &json!("NotAuthorizedException")));
    Ok(())
}

#[tokio::test]
async fn a_new_user_signs_up_and_chats_with_groups_in_the_token() -> TestResult {
    let stack = Stack::start().await?;
    let (client, pool) = (
        stack.endpoint("/cognito/clientId"),
        stack.endpoint("/cognito/userPoolId"),
    );
    let password = "Correct-Horse-9";
    let sign_up = json!({ "ClientId": client, "Username": "carol", "Password": password, "UserAttributes": [{ "Name": "email", "Value": "carol@example.com" }] });
    assert_eq!(cognito_call(&stack, "SignUp", &sign_up).await?.0, 200);
    assert_eq!(
        cognito_call(&stack, "SignUp", &sign_up).await?.1["__type"],
        "UsernameExistsException"
    );
    assert_eq!(
        cognito_call(
            &stack,
            "CreateGroup",
            &json!({ "UserPoolId": pool, "GroupName": "staff" })
        )
        .await?
        .0,
        200
    );
    let add = json!({ "UserPoolId": pool, "GroupName": "staff", "Username": "carol" });
    assert_eq!(cognito_call(&stack, "AdminAddUserToGroup", &add).await?.0, 200);
    let sign_in = json!({ "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": client, "AuthParameters": { "USERNAME": "carol", "PASSWORD": password } });
    let (_, answer) = cognito_call(&stack, "InitiateAuth", &sign_in).await?;
    let token = answer["AuthenticationResult"]["IdToken"].as_str().unwrap_or_default();
    assert_eq!(Forge::claims(token)?["cognito:groups"], json!(["staff"]));
    let mut carol = Handshake::of_browser(&stack, token).open().await?;
    carol
        .send(r#"{"action":"message","data":{"content":"hi","recipient":"all"}}"#)
        .await?;
    assert_eq!(carol.next_of("message").await?["sender"]["name"], "carol");
    Ok(())
}

#[tokio::test]
async fn a_wrong_password_tells_nothing_about_the_user() -> TestResult {
    let stack = Stack::start().await?;
    let attempt = async |username: &str| {
        let request = json!({
            "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": stack.endpoint("/cognito/clientId"),
            "AuthParameters": { "USERNAME": username, "PASSWORD": "wrong" },
        });
        cognito_call(&stack, "InitiateAuth", &request).await
    };
    let (known, unknown) = (attempt("alice").await?, attempt("nobody").await?);
    assert_eq!(known, unknown);
    assert_eq!(known.1["__type"], "NotAuthorizedException");
    Ok(())
}

#[tokio::test]
async fn an_existing_pool_takes_the_place_of_the_local_one() -> TestResult {
    let (pool, client) = ("eu-west-1_AbCdEf123", "1h57kf5cpq17m0eml12example");
    let context = [format!("userPoolId={pool}"), format!("userPoolClientId={client}")];
    let template = carillon_template_with(&[&context[0], &context[1]])?;
    let options = StackOptions {
        template: Some(template),
        ..StackOptions::default()
    };
    let stack = Stack::start_with(options).await?;
    let address = "https://cognito-idp.eu-west-1.amazonaws.com";
    let expected = json!({
        "endpoint": address,
        "issuer": format!("{address}/{pool}"),
        "jwks": format!("{address}/{pool}/.well-known/jwks.json"),
        "userPoolId": pool,
        "clientId": client,
    });
    assert_eq!(stack.endpoints["cognito"], expected);
    assert_eq!(
        stack.endpoints["users"],
        json!([]),
        "users of that pool are not ours to make"
    );
    let local = Stack::start().await?;
    let token = local.sign_in("alice").await?.id;
    assert_eq!(
        Handshake::of_browser(&stack, &token).status().await?,
        401,
        "a token of the local pool"
    );
    Ok(())
}
