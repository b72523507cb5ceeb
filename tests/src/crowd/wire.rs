//! A socket with small buffers, so that thousands fit into one process.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use http::HeaderValue;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::TestResult;

/// Longest handshake; functions may be killed in it, and then it is tried again.
const HANDSHAKE: Duration = Duration::from_secs(30);

/// One connection.
pub(super) struct Wire(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Wire {
    pub(super) async fn open(address: &str, origin: &str, token: &str) -> TestResult<Self> {
        let mut request = address.into_client_request()?;
        let headers = request.headers_mut();
        headers.insert("origin", HeaderValue::from_str(origin)?);
        headers.insert("cookie", HeaderValue::from_str(&format!("__Host-auth={token}"))?);
        let config = WebSocketConfig::default()
            .read_buffer_size(4 * 1024)
            .write_buffer_size(0);
        let opening = tokio_tungstenite::connect_async_with_config(request, Some(config), false);
        let (socket, _) = tokio::time::timeout(HANDSHAKE, opening).await??;
        Ok(Self(socket))
    }

    pub(super) async fn send(&mut self, frame: &Value) -> TestResult {
        Ok(self.0.send(Message::text(frame.to_string())).await?)
    }

    /// The next frame; `None` when the connection is closed.
    pub(super) async fn next(&mut self) -> Option<Value> {
        loop {
            match self.0.next().await? {
                Ok(Message::Text(text)) => return serde_json::from_str(&text).ok(),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }
}
