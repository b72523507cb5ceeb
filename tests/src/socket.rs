//! A WebSocket client as any other: text frames, JSON in them.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use http::HeaderValue;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::{Stack, TestResult, failure, secrets};

/// A failing test ends after this time; a passing one never waits for it.
const PATIENCE: Duration = Duration::from_secs(30);

/// A handshake in the making.
#[derive(Debug, Clone)]
pub struct Handshake {
    address: String,
    headers: Vec<(&'static str, String)>,
}

impl Handshake {
    /// A handshake with the stack's socket, without any credential.
    pub fn with(stack: &Stack) -> Self {
        Self::at(&stack.endpoint("/websocket"))
    }

    /// A handshake with any address, `ws://…`.
    pub fn at(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            headers: Vec::new(),
        }
    }

    /// A browser's handshake: the ID token in the session cookie, and the application's own Origin.
    pub fn of_browser(stack: &Stack, token: &str) -> Self {
        Self::with(stack)
            .header("cookie", &format!("__Host-auth={token}"))
            .header("origin", &stack.endpoint("/web"))
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// Adds a query string.
    #[must_use]
    pub fn query(mut self, query: &str) -> Self {
        self.address = format!("{}?{query}", self.address);
        self
    }

    /// Opens the socket.
    ///
    /// # Errors
    /// The handshake was refused.
    pub async fn open(self) -> TestResult<Socket> {
        match self.attempt().await? {
            Ok(socket) => Ok(socket),
            Err((status, body)) => Err(failure(format!("the handshake was refused with {status}: {body}"))),
        }
    }

    /// The status with which the handshake ends: 101 when it is accepted.
    ///
    /// # Errors
    /// There was no HTTP answer at all.
    pub async fn status(self) -> TestResult<u16> {
        Ok(self.attempt().await?.map_or_else(|(status, _)| status, |_| 101))
    }

    /// Opens the socket, or gives the status and body of the refusal.
    ///
    /// # Errors
    /// There was no HTTP answer at all.
    pub async fn attempt(self) -> TestResult<Result<Socket, (u16, String)>> {
        self.note_credentials();
        let mut request = self.address.as_str().into_client_request()?;
        for (name, value) in &self.headers {
            request
                .headers_mut()
                .append(*name, HeaderValue::from_bytes(value.as_bytes())?);
        }
        match tokio::time::timeout(PATIENCE, tokio_tungstenite::connect_async(request)).await? {
            Ok((socket, response)) => {
                let subprotocol = response.headers().get("sec-websocket-protocol");
                let subprotocol = subprotocol.and_then(|value| value.to_str().ok()).map(str::to_owned);
                Ok(Ok(Socket { socket, subprotocol }))
            }
            Err(Error::Http(response)) => {
                let body = response.body().clone().unwrap_or_default();
                let body = String::from_utf8_lossy(&body).into_owned();
                secrets::refused_without(&body)?;
                Ok(Err((response.status().as_u16(), body)))
            }
            Err(other) => Err(other.into()),
        }
    }
}

impl Handshake {
    /// Every part of what could be taken for a credential is to be found in no log.
    fn note_credentials(&self) {
        let query = self.address.split_once('?').map_or("", |(_, query)| query);
        let headers = self.headers.iter();
        let credentials = headers
            .filter(|(name, _)| ["authorization", "cookie", "sec-websocket-protocol"].contains(name))
            .map(|(_, value)| value.as_str());
        for part in credentials
            .chain([query])
            .flat_map(|text| text.split([' ', ';', ',', '=', '&']))
        {
            secrets::note(part.strip_prefix("bearer.").unwrap_or(part));
        }
    }
}

/// What people say is to be found in no log.
fn note_contents(frame: &str) {
    let frame: Value = serde_json::from_str(frame).unwrap_or_default();
    let mut contents = vec![&frame["data"]["content"]];
    while let Some(content) = contents.pop() {
        match content {
            Value::String(text) => secrets::note(text),
            Value::Array(items) => contents.extend(items),
            Value::Object(members) => contents.extend(members.values()),
            _ => {}
        }
    }
}

/// How the server closed a socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// The close code; 1005 if the frame had none, 1006 if there was no frame.
    pub code: u16,
    /// The close reason.
    pub reason: String,
}

impl Closing {
    /// There was no frame.
    fn unsaid() -> Self {
        Self {
            code: 1006,
            reason: String::new(),
        }
    }
}

fn closing(frame: Option<CloseFrame>) -> Closing {
    match frame {
        Some(frame) => Closing {
            code: frame.code.into(),
            reason: frame.reason.to_string(),
        },
        None => Closing {
            code: 1005,
            reason: String::new(),
        },
    }
}

/// What a socket has next.
#[derive(Debug, Clone, PartialEq)]
pub enum Incoming {
    /// A text frame, read as JSON.
    Frame(Value),
    /// The end.
    End(Closing),
}

/// An open socket.
#[derive(Debug)]
pub struct Socket {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// The sub-protocol that the server chose.
    pub subprotocol: Option<String>,
}

impl Socket {
    /// Sends a text frame.
    ///
    /// # Errors
    /// The socket is closed.
    pub async fn send(&mut self, text: impl Into<String>) -> TestResult {
        let text = text.into();
        note_contents(&text);
        Ok(self.socket.send(Message::text(text)).await?)
    }

    /// Sends any frame.
    ///
    /// # Errors
    /// The socket is closed.
    pub async fn send_frame(&mut self, frame: Message) -> TestResult {
        Ok(self.socket.send(frame).await?)
    }

    /// The next text frame, read as JSON.
    ///
    /// # Errors
    /// None came, or the socket closed.
    pub async fn next(&mut self) -> TestResult<Value> {
        let text = self.next_text().await?;
        let frame: Value = serde_json::from_str(&text).map_err(|error| failure(format!("{error} in {text}")))?;
        if frame["type"] == "error" {
            secrets::refused_without(&text)?;
        }
        Ok(frame)
    }

    /// The next text frame.
    ///
    /// # Errors
    /// None came, or the socket closed.
    pub async fn next_text(&mut self) -> TestResult<String> {
        loop {
            match tokio::time::timeout(PATIENCE, self.socket.next()).await? {
                Some(Ok(Message::Text(text))) => return Ok(text.to_string()),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => return Err(failure(format!("a text frame was awaited, and {other:?} came"))),
            }
        }
    }

    /// The next text frame, or the end, which is answered as clients do.
    ///
    /// # Errors
    /// Neither came, or the frame is no JSON.
    pub async fn incoming(&mut self) -> TestResult<Incoming> {
        loop {
            match tokio::time::timeout(PATIENCE, self.socket.next()).await? {
                Some(Ok(Message::Text(text))) => {
                    let frame = serde_json::from_str(&text).map_err(|error| failure(format!("{error} in {text}")))?;
                    return Ok(Incoming::Frame(frame));
                }
                Some(Ok(Message::Close(frame))) => {
                    // Sends our half, which the library has ready; the server may have gone meanwhile.
                    let _ = self.socket.flush().await;
                    return Ok(Incoming::End(closing(frame)));
                }
                Some(Ok(_)) => {}
                None | Some(Err(_)) => return Ok(Incoming::End(Closing::unsaid())),
            }
        }
    }

    /// The next text frame that `wanted` accepts; others are passed over.
    ///
    /// # Errors
    /// None came, or the socket closed.
    pub async fn next_where(&mut self, wanted: impl Fn(&Value) -> bool) -> TestResult<Value> {
        loop {
            let frame = self.next().await?;
            if wanted(&frame) {
                return Ok(frame);
            }
        }
    }

    /// The next frame of a type.
    ///
    /// # Errors
    /// None came, or the socket closed.
    pub async fn next_of(&mut self, kind: &str) -> TestResult<Value> {
        self.next_where(|frame| frame["type"] == kind).await
    }

    /// Reads until the server closes.
    ///
    /// # Errors
    /// It does not.
    pub async fn closed(&mut self) -> TestResult<Closing> {
        let end = async {
            while let Some(Ok(message)) = self.socket.next().await {
                if let Message::Close(frame) = message {
                    // Sends our half, which the library has ready; the server may have gone meanwhile.
                    let _ = self.socket.flush().await;
                    return closing(frame);
                }
            }
            Closing::unsaid()
        };
        Ok(tokio::time::timeout(PATIENCE, end).await?)
    }

    /// Closes without a code, as a browser's `close()` does, and waits for the server's half.
    ///
    /// # Errors
    /// The socket is closed already.
    pub async fn close(mut self) -> TestResult {
        self.socket.close(None).await?;
        while let Ok(Some(Ok(_))) = tokio::time::timeout(PATIENCE, self.socket.next()).await {}
        Ok(())
    }
}
