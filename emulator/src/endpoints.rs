//! `endpoints.json`: where everything is, for people and programs that talk to the stack.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;

/// The name of the file in the state folder.
pub(crate) const FILE: &str = "endpoints.json";

/// The addresses and names of a running stack.
#[derive(Debug, Serialize)]
pub(crate) struct EndpointsFile {
    /// `http://localhost:<port>`: where the application is served from, and its Origin.
    pub(crate) web: String,
    /// The page of the traffic inspector.
    pub(crate) inspector: String,
    /// `ws://localhost:<port>/<stage>`: of the first one, where there are several.
    pub(crate) websocket: String,
    /// Those of all stages by `<logical id of the API>/<stage>`, if there are several. With `http` in the place of `ws` it is the
    /// base of the stage's management API.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) websockets: BTreeMap<String, String>,
    /// The management API's base with the stage, to which clients add `/@connections/…`.
    pub(crate) management: String,
    /// The Lambda Invoke API.
    pub(crate) lambda: String,
    /// DynamoDB.
    pub(crate) dynamodb: String,
    /// EventBridge.
    pub(crate) events: String,
    pub(crate) region: String,
    pub(crate) cognito: CognitoEndpoints,
    /// The name of the table, if there is exactly one.
    pub(crate) table: Option<String>,
    pub(crate) users: Vec<ReadyMadeUser>,
    /// Function names by the name of their cargo binary, or by logical id for those that have none.
    pub(crate) functions: BTreeMap<String, String>,
    /// Absent unless TLS was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tls: Option<TlsEndpoints>,
}

impl EndpointsFile {
    /// The addresses that a person begins with; `path` is where the others stand.
    pub(crate) fn summary(&self, path: &Path) -> String {
        let sockets = |of_one: &str, of_all: &BTreeMap<String, String>| match of_all.is_empty() {
            true => of_one.to_owned(),
            false => of_all.values().cloned().collect::<Vec<_>>().join("  "),
        };
        let mut lines = vec![("WebSocket API", sockets(&self.websocket, &self.websockets))];
        if let Some(tls) = &self.tls {
            lines.push(("over TLS", sockets(&tls.websocket, &tls.websockets)));
            lines.push(("web over TLS", tls.web.clone()));
            lines.push(("to be trusted", tls.certificate.display().to_string()));
        }
        lines.push(("Inspector", self.inspector.clone()));
        lines.push(("All of this", path.display().to_string()));
        let lines = lines.iter().map(|(name, value)| format!("  {name:<14} {value}\n"));
        lines.collect()
    }
}

/// The same port over TLS.
#[derive(Debug, Serialize)]
pub(crate) struct TlsEndpoints {
    /// The file of the authority's certificate (PEM), which clients have to trust.
    pub(crate) certificate: PathBuf,
    /// `https://localhost:<port>`.
    pub(crate) web: String,
    /// `wss://localhost:<port>/<stage>`.
    pub(crate) websocket: String,
    /// Those of all stages, if there are several.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) websockets: BTreeMap<String, String>,
    /// `https://localhost:<port>/<stage>`: the management API, as events name it.
    pub(crate) management: String,
}

/// The user pool's addresses: of the local one, or of the one on AWS that the stack verifies against; null without any.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CognitoEndpoints {
    pub(crate) endpoint: Option<String>,
    pub(crate) issuer: Option<String>,
    pub(crate) jwks: Option<String>,
    pub(crate) user_pool_id: Option<String>,
    pub(crate) client_id: Option<String>,
}

/// A user that can sign in at once.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ReadyMadeUser {
    /// The claim `sub` of its tokens.
    pub(crate) id: String,
    pub(crate) username: String,
    pub(crate) password: String,
}
