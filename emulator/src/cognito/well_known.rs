//! The pool's public documents: its keys and its OpenID configuration.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, header::HOST},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{pool::UserPool, reply::refusal};

/// What a pool with a domain has besides.
const ENDPOINTS: [(&str, &str); 4] = [
    ("authorization_endpoint", "/oauth2/authorize"),
    ("end_session_endpoint", "/logout"),
    ("revocation_endpoint", "/oauth2/revoke"),
    ("token_endpoint", "/oauth2/token"),
];

/// `GET /<pool>/.well-known/jwks.json`
pub(crate) async fn jwks(State(pool): State<Arc<UserPool>>, Path(id): Path<String>) -> Response {
    match pool.check_id(&id) {
        Ok(()) => Json(pool.keys().jwks()).into_response(),
        Err(error) => refusal(&error),
    }
}

/// `GET /<pool>/.well-known/openid-configuration`
pub(crate) async fn openid_configuration(
    State(pool): State<Arc<UserPool>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    if let Err(error) = pool.check_id(&id) {
        return refusal(&error);
    }
    let base = address(&pool, &headers);
    let mut document = json!({
        "id_token_signing_alg_values_supported": ["RS256"],
        "issuer": pool.issuer(),
        "jwks_uri": format!("{base}{}", pool.jwks_path()),
        "response_types_supported": ["code"],
        "scopes_supported": ["openid", "email", "phone", "profile"],
        "subject_types_supported": ["public"],
    });
    if pool.settings().sign_in_base.is_some() {
        for (name, path) in ENDPOINTS {
            document[name] = json!(format!("{base}{path}"));
        }
        document["grant_types_supported"] = json!(["authorization_code", "refresh_token"]);
        document["code_challenge_methods_supported"] = json!(["S256"]);
        document["token_endpoint_auth_methods_supported"] = json!(["none"]);
        document["revocation_endpoint_auth_methods_supported"] = json!(["none"]);
    }
    Json(document).into_response()
}

/// The address that the caller reached this document at; the issuer's own would lead to AWS.
fn address(pool: &UserPool, headers: &HeaderMap) -> String {
    match headers.get(HOST).and_then(|host| host.to_str().ok()) {
        Some(host) => format!("http://{host}"),
        None => format!("https://cognito-idp.{}.amazonaws.com", pool.settings().region),
    }
}
