//! A client of a scenario: a socket, and what has come on it and was not looked for yet.

use serde_json::{Value, json};
use tests::scenario::Bindings;
use tests::{Closing, Incoming, Socket, TestResult, failure};

/// What tells one frame from another, so that the first of its kind is the one to be looked at.
const KEYS: [&str; 3] = ["type", "id", "channel"];

/// A connection's client.
pub(super) struct Client {
    /// The second in which its token ends.
    pub(super) ends: u64,
    socket: Socket,
    unseen: Vec<Value>,
    end: Option<Closing>,
    echoes: u64,
}

impl Client {
    pub(super) fn new(socket: Socket, ends: u64) -> Self {
        Self {
            ends,
            socket,
            unseen: Vec::new(),
            end: None,
            echoes: 0,
        }
    }

    pub(super) fn into_socket(self) -> Socket {
        self.socket
    }

    pub(super) async fn send(&mut self, frame: &Value) -> TestResult {
        let text = frame.as_str().map_or_else(|| frame.to_string(), str::to_owned);
        self.socket.send(text).await
    }

    /// The next answer to `sent` is like the pattern.
    pub(super) async fn answered(&mut self, sent: &Value, pattern: &Value, bindings: &mut Bindings) -> TestResult {
        let id = sent.get("id").cloned().unwrap_or_default();
        let frame = self
            .take(pattern, |frame| !is_push(frame) && (id.is_null() || frame["id"] == id))
            .await?;
        bindings
            .check(pattern, &frame)
            .map_err(|words| failure(format!("{words}: {frame}")))
    }

    /// Sends until something else comes than API Gateway's word that a function failed.
    pub(super) async fn insist(&mut self, frame: &Value, pattern: &Value, bindings: &mut Bindings) -> TestResult {
        let answers = |came: &Value| came.get("type").is_none() || (came["id"] == frame["id"] && !is_push(came));
        loop {
            self.send(frame).await?;
            let came = self.take(pattern, answers).await?;
            if came.get("type").is_some() {
                return bindings
                    .check(pattern, &came)
                    .map_err(|words| failure(format!("{words}: {came}")));
            }
        }
    }

    /// The next frame with the pattern's type, id and channel is like it in everything else too.
    pub(super) async fn expect(&mut self, pattern: &Value, bindings: &mut Bindings) -> TestResult {
        let keys: serde_json::Map<String, Value> = KEYS
            .iter()
            .filter_map(|key| Some(((*key).to_owned(), pattern.get(*key)?.clone())))
            .collect();
        let (keys, known) = (Value::Object(keys), bindings.clone());
        let frame = self.take(pattern, |frame| known.is_like(&keys, frame)).await?;
        bindings
            .check(pattern, &frame)
            .map_err(|words| failure(format!("{words}: {frame}")))
    }

    /// Nothing like the pattern has come, nor comes before the answer to an echo sent now.
    pub(super) async fn never(&mut self, pattern: &Value, bindings: &Bindings) -> TestResult {
        self.echoes += 1;
        let id = format!("echo-{}", self.echoes);
        let echo = json!({ "action": "echo", "id": id, "data": { "content": 0 } });
        self.socket.send(echo.to_string()).await?;
        let answer = |frame: &Value| frame["id"] == id && !is_push(frame);
        let frame = self.take(&echo, answer).await?;
        if frame["type"] != "echo" {
            return Err(failure(format!("an echo was awaited, and {frame} came")));
        }
        match self.unseen.iter().find(|frame| bindings.is_like(pattern, frame)) {
            Some(frame) => Err(failure(format!("this was never to come: {frame}"))),
            None => Ok(()),
        }
    }

    /// The server closes, with this code.
    pub(super) async fn closed(&mut self, code: u16) -> TestResult {
        while self.end.is_none() {
            self.read().await?;
        }
        match &self.end {
            Some(end) if end.code == code => Ok(()),
            end => Err(failure(format!("it ended with {end:?}"))),
        }
    }

    /// Takes the first frame that is wanted out of those that came, or come.
    async fn take(&mut self, pattern: &Value, wanted: impl Fn(&Value) -> bool) -> TestResult<Value> {
        loop {
            if let Some(found) = self.unseen.iter().position(&wanted) {
                return Ok(self.unseen.remove(found));
            }
            let failed = match &self.end {
                Some(end) => Some(format!("{end:?}")),
                None => self.read().await.err().map(|error| error.to_string()),
            };
            if let Some(words) = failed {
                let unseen = &self.unseen;
                return Err(failure(format!(
                    "waited in vain for {pattern}: {words}; beside it came {unseen:?}"
                )));
            }
        }
    }

    async fn read(&mut self) -> TestResult {
        match self.socket.incoming().await? {
            Incoming::Frame(frame) => self.unseen.push(frame),
            Incoming::End(end) => self.end = Some(end),
        }
        Ok(())
    }
}

/// What comes unasked.
fn is_push(frame: &Value) -> bool {
    match frame["type"].as_str() {
        Some("message" | "signal" | "closing") => true,
        Some("presence") => frame.get("users").is_none(),
        _ => false,
    }
}
