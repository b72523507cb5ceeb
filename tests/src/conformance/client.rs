//! A client of a case: a handshake made line by line, and then frames.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::io::{AsyncWriteExt as _, ReadHalf, WriteHalf};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

use super::http::{Answer, Headers, Place, Stream, exchange};
use super::probe;
use super::step::Connect;
use super::wire::{self, Frame};
use crate::{TestResult, failure};

/// A handshake's answer, and the socket if it is 101.
type Asked = TestResult<(Answer, Option<Socket>)>;

/// One client, open, refused or not yet asked.
#[derive(Debug)]
pub(super) struct Client {
    /// Under which its events stand in the notebook.
    pub(super) tag: String,
    /// The events that steps have named, by their place in the notebook.
    pub(super) seen: Vec<String>,
    /// A handshake that was begun.
    pub(super) asked: Option<JoinHandle<Asked>>,
    pub(super) socket: Option<Socket>,
}

impl Client {
    pub(super) fn new() -> Self {
        Self {
            tag: format!("{:016x}", rand::random::<u64>()),
            seen: Vec::new(),
            asked: None,
            socket: None,
        }
    }

    pub(super) fn socket(&mut self) -> TestResult<&mut Socket> {
        self.socket
            .as_mut()
            .ok_or_else(|| failure("the client is not connected"))
    }

    /// Sends the handshake; the answer comes to who waits for the task.
    pub(super) fn ask(&mut self, place: &Place, connect: &Connect) {
        let path = connect.path.clone().unwrap_or_else(|| place.path.clone());
        let query = connect
            .query
            .as_ref()
            .map(|query| format!("?{query}"))
            .unwrap_or_default();
        let method = connect.method.as_deref().unwrap_or("GET");
        let start_line = format!("{method} {path}{query} HTTP/1.1");
        let headers = self.header_lines(place, connect);
        let place = place.clone();
        self.asked = Some(tokio::spawn(async move {
            let asked = Instant::now();
            let mut stream = place.connect().await?;
            let answer = exchange(&mut stream, &start_line, &headers, &[]).await?;
            let socket = (answer.status == 101).then(|| Socket::new(stream, asked));
            Ok((answer, socket))
        }));
    }

    fn header_lines(&self, place: &Place, connect: &Connect) -> Headers {
        let orders = json!({ "tag": self.tag, "authorizer": connect.authorizer, "connect": connect.connect });
        let usual = [
            ("Host", place.authority()),
            ("Upgrade", "websocket".to_owned()),
            ("Connection", "Upgrade".to_owned()),
            ("Sec-WebSocket-Key", STANDARD.encode(rand::random::<[u8; 16]>())),
            ("Sec-WebSocket-Version", "13".to_owned()),
            (probe::HEADER, orders.to_string()),
        ];
        let is_kept = |name: &str| !connect.headers.keys().any(|other| other.eq_ignore_ascii_case(name));
        let kept = usual.into_iter().filter(|(name, _)| is_kept(name));
        let mut lines: Headers = kept.map(|(name, value)| (name.to_owned(), value)).collect();
        for (name, value) in &connect.headers {
            let values = match value {
                Value::Array(values) => values.clone(),
                Value::Null => Vec::new(),
                other => vec![other.clone()],
            };
            let texts = values.iter().filter_map(Value::as_str);
            lines.extend(texts.map(|text| (name.clone(), text.to_owned())));
        }
        lines
    }
}

/// An open socket. A task of its own reads, so that a peer that sends much is never held up by a case that writes.
#[derive(Debug)]
pub(super) struct Socket {
    writer: WriteHalf<Stream>,
    frames: mpsc::UnboundedReceiver<Frame>,
    reader: JoinHandle<()>,
    /// When its handshake began: the server's count of its age never began before.
    pub(super) asked: Instant,
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

/// What a socket has next.
#[derive(Debug, PartialEq)]
pub(super) enum Incoming {
    /// A whole text message.
    Text(String),
    /// A close frame's code and reason; 1006 if the connection ended without one.
    Closed(u16, String),
    /// Any other message, or a frame that breaks the protocol.
    Other(Frame),
}

impl Socket {
    fn new(stream: Stream, asked: Instant) -> Self {
        let (mut half, writer): (ReadHalf<Stream>, _) = tokio::io::split(stream);
        let (sender, frames) = mpsc::unbounded_channel();
        let reader = tokio::spawn(async move {
            while let Some(frame) = wire::read(&mut half).await {
                if sender.send(frame).is_err() {
                    return;
                }
            }
        });
        Self {
            writer,
            frames,
            reader,
            asked,
        }
    }

    /// From now on the connection is open, and what comes is left lying.
    pub(super) fn stop_reading(&mut self) {
        self.reader.abort();
    }

    pub(super) async fn send(&mut self, frame: &Frame) -> TestResult {
        self.send_bytes(&frame.bytes()).await
    }

    pub(super) async fn send_bytes(&mut self, bytes: &[u8]) -> TestResult {
        self.writer.write_all(bytes).await?;
        Ok(self.writer.flush().await?)
    }

    /// The next frame; none if the connection ended.
    pub(super) async fn frame(&mut self, patience: Duration) -> TestResult<Option<Frame>> {
        let waited = timeout(patience, self.frames.recv()).await;
        waited.map_err(|_| failure("nothing came"))
    }

    /// The next message, put together from its frames. The close is answered, as clients do.
    pub(super) async fn message(&mut self, patience: Duration) -> TestResult<Incoming> {
        let mut text: Option<Vec<u8>> = None;
        loop {
            let Some(frame) = self.frame(patience).await? else {
                return Ok(Incoming::Closed(1006, String::new()));
            };
            let payload = match (frame.opcode, &mut text) {
                (wire::CLOSE, _) => {
                    let (code, reason) = frame.ending();
                    let echo = (code != 1005).then_some(code);
                    // The server may have gone meanwhile.
                    let _ = self.send(&Frame::close(echo, "")).await;
                    return Ok(Incoming::Closed(code, reason));
                }
                (wire::TEXT, None) => frame.payload.clone(),
                (wire::CONTINUATION, Some(begun)) => [begun.as_slice(), &frame.payload].concat(),
                _ => return Ok(Incoming::Other(frame)),
            };
            if frame.fin {
                return Ok(Incoming::Text(String::from_utf8(payload)?));
            }
            text = Some(payload);
        }
    }
}
