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
    Json(json!({
        "id_token_signing_alg_values_supported": ["RS256"],
        "issuer": pool.issuer(),
        "jwks_uri": jwks_uri(&pool, &headers),
        "response_types_supported": ["code"],
        "scopes_supported": ["openid", "email", "phone", "profile"],
        "subject_types_supported": ["public"],
    }))
    .into_response()
}

/// The address that the caller reached this document at; the issuer's own would lead to AWS.
fn jwks_uri(pool: &UserPool, headers: &HeaderMap) -> String {
    match headers.get(HOST).and_then(|host| host.to_str().ok()) {
        Some(host) => format!("http://{host}{}", pool.jwks_path()),
        None => format!("{}/.well-known/jwks.json", pool.issuer()),
    }
}
