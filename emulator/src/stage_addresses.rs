//! Where a stage of a WebSocket API is, here and on AWS.

/// Where a stage of a WebSocket API is, here and on AWS.
#[derive(Debug, Clone)]
pub(crate) struct StageAddresses {
    /// `<logical id of the API>/<stage>`.
    pub(crate) key: String,
    /// `<api id>.execute-api.<region>.amazonaws.com/<stage>`, as the template's URLs name it.
    pub(crate) deployed: String,
    /// The management API's base with the stage.
    pub(crate) management: String,
    /// The socket's address, `ws://…`.
    pub(crate) websocket: String,
}

impl StageAddresses {
    /// The local form of an address at the deployed stage or below it.
    pub(crate) fn replaced(&self, value: &str) -> Option<String> {
        let (scheme, rest) = value.split_once("://")?;
        let below = rest.strip_prefix(&self.deployed)?;
        // The stage `ws` is not the beginning of the stage `ws2`.
        if !below.is_empty() && !below.starts_with(['/', '?']) {
            return None;
        }
        let address = match scheme {
            "https" => &self.management,
            "wss" => &self.websocket,
            _ => return None,
        };
        Some(format!("{address}{below}"))
    }
}
