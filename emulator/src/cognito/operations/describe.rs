//! `DescribeUserPool` and `DescribeUserPoolClient`: the settings, as far as they are kept.

use serde::Deserialize;
use serde_json::json;

use super::Outcome;
use crate::cognito::pool::UserPool;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PoolRequest {
    user_pool_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ClientRequest {
    user_pool_id: String,
    client_id: String,
}

pub(super) fn pool(pool: &UserPool, request: PoolRequest) -> Outcome {
    pool.check_id(&request.user_pool_id)?;
    let settings = pool.settings();
    let policy = &settings.password_policy;
    Ok(json!({ "UserPool": {
        "Id": settings.id,
        "Name": settings.name,
        "Policies": { "PasswordPolicy": {
            "MinimumLength": policy.minimum_length,
            "RequireLowercase": policy.require_lowercase,
            "RequireUppercase": policy.require_uppercase,
            "RequireNumbers": policy.require_numbers,
            "RequireSymbols": policy.require_symbols,
        } },
        "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": settings.admin_create_user_only },
        "EstimatedNumberOfUsers": pool.directory().users().len(),
    } }))
}

pub(super) fn client(pool: &UserPool, request: ClientRequest) -> Outcome {
    pool.check_id(&request.user_pool_id)?;
    let client = pool.client(&request.client_id)?;
    Ok(json!({ "UserPoolClient": {
        "UserPoolId": request.user_pool_id,
        "ClientId": client.id,
        "ClientName": client.name,
        "ExplicitAuthFlows": client.auth_flows,
        "AllowedOAuthFlowsUserPoolClient": client.uses_pages,
        "AllowedOAuthFlows": client.oauth_flows,
        "AllowedOAuthScopes": client.oauth_scopes,
        "CallbackURLs": client.callback_urls,
        "LogoutURLs": client.logout_urls,
        "IdTokenValidity": client.id_token_seconds,
        "AccessTokenValidity": client.access_token_seconds,
        "RefreshTokenValidity": client.refresh_token_seconds,
        "TokenValidityUnits": {
            "IdToken": "seconds",
            "AccessToken": "seconds",
            "RefreshToken": "seconds",
        },
        "EnableTokenRevocation": true,
        "PreventUserExistenceErrors": "ENABLED",
    } }))
}
