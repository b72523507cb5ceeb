//! Plays a case: does its steps one after the other, and says which one was not as it should be.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::time::{Instant, timeout};

use super::case::Case;
use super::client::{Client, Incoming};
use super::http::{Answer, Headers, exchange};
use super::pattern::{Bindings, brief};
use super::payload;
use super::step::{Answered, Call, Closed, Connect, Deed, Fragments, Frame, Step};
use super::target::Target;
use super::wire;
use crate::{TestResult, failure};

/// How often the notebook is looked at.
pub(super) const LOOK_EVERY: Duration = Duration::from_millis(15);

/// Longer than any case.
const FOR_EVER: Duration = Duration::from_secs(24 * 60 * 60);

/// Plays a case to its end.
///
/// # Errors
/// The step that was not as it should be, and why.
pub(super) async fn play(case: &Case, target: &Target, patience: Duration) -> TestResult {
    let mut player = Player {
        target,
        patience,
        clients: BTreeMap::new(),
        bindings: Bindings::default(),
    };
    let socket = &target.address(None)?.socket;
    player.bindings.bind("stage", socket.path.trim_start_matches('/'));
    player.bindings.bind("host", socket.authority());
    for (number, step) in case.steps.iter().enumerate() {
        let done = Box::pin(player.step(step)).await;
        done.map_err(|error| failure(format!("step {}: {error}", number + 1)))?;
    }
    Ok(())
}

pub(super) struct Player<'a> {
    pub(super) target: &'a Target,
    pub(super) patience: Duration,
    pub(super) clients: BTreeMap<String, Client>,
    pub(super) bindings: Bindings,
}

impl Player<'_> {
    async fn step(&mut self, step: &Step) -> TestResult {
        self.learn_connection_ids(step).await?;
        let client = step.client.as_str();
        match &step.deed {
            Deed::Connect(connect) => {
                self.begin(client, connect)?;
                self.answered(client, &connect.answer()).await
            }
            Deed::Begin(connect) => self.begin(client, connect),
            Deed::Answered(answer) => self.answered(client, answer).await,
            Deed::Send(message) => self.send(client, message).await,
            Deed::Fragments(fragments) => self.send_fragments(client, fragments).await,
            Deed::Frame(frame) => {
                let frame = self.frame(frame)?;
                self.client(client).socket()?.send(&frame).await
            }
            Deed::Bytes(digits) => self.client(client).socket()?.send_bytes(&payload::hex(digits)?).await,
            Deed::Expect(pattern) => self.expect(client, pattern).await,
            Deed::ExpectAll(patterns) => self.expect_all(client, patterns).await,
            Deed::ExpectFrame(frame) => self.expect_frame(client, frame).await,
            Deed::Closed(closed) => self.closed(client, closed).await,
            Deed::Close(close) => {
                let code = close.as_ref().map(|close| close.code);
                let reason = close.as_ref().map(|close| close.reason.as_str()).unwrap_or_default();
                self.client(client)
                    .socket()?
                    .send(&wire::Frame::close(code, reason))
                    .await
            }
            Deed::Leave => {
                let client = self.client(client);
                client.socket = None;
                if let Some(asked) = client.asked.take() {
                    asked.abort();
                }
                Ok(())
            }
            Deed::Deaf => {
                self.client(client).socket()?.stop_reading();
                Ok(())
            }
            Deed::Silence(ms) => self.silence(client, Duration::from_millis(*ms)).await,
            Deed::Pause(seconds) => {
                let length = Duration::from_secs((*seconds).into()) / self.target.clock;
                self.silence(client, length).await
            }
            Deed::Repeat(repeat) => {
                for step in std::iter::repeat_n(&repeat.steps, repeat.times).flatten() {
                    Box::pin(self.step(step)).await?;
                }
                Ok(())
            }
            Deed::Call(call) => self.call(call).await,
            Deed::Received(kind, pattern) => self.received(client, kind, pattern).await,
            Deed::Logged(pattern) => self.logged(pattern).await,
            Deed::NotReceived(kind) => self.not_received(client, kind, false).await,
            Deed::NoMore(kind) => self.not_received(client, kind, true).await,
        }
    }

    pub(super) fn client(&mut self, name: &str) -> &mut Client {
        self.clients.entry(name.to_owned()).or_insert_with(Client::new)
    }

    fn begin(&mut self, client: &str, connect: &Connect) -> TestResult {
        let mut connect = connect.clone();
        for text in [&mut connect.path, &mut connect.query].into_iter().flatten() {
            *text = self.bindings.fill_text(text)?;
        }
        for value in connect.headers.values_mut() {
            *value = self.bindings.fill(value)?;
        }
        let address = self.target.address(connect.api.as_deref())?;
        self.client(client).ask(&address.socket, &connect);
        Ok(())
    }

    async fn answered(&mut self, client: &str, wanted: &Answered) -> TestResult {
        let patience = self.patience;
        let asked = self.client(client).asked.take();
        let asked = asked.ok_or_else(|| failure("no handshake was begun"))?;
        let (answer, socket) = timeout(patience, asked)
            .await
            .map_err(|_| failure("the handshake was not answered"))???;
        self.client(client).socket = socket;
        self.check_answer(wanted, &answer)
    }

    fn check_answer(&mut self, wanted: &Answered, answer: &Answer) -> TestResult {
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        if answer.status != wanted.status {
            return Err(failure(format!(
                "the status is {} and not {}: {text}",
                answer.status, wanted.status
            )));
        }
        if let Some(pattern) = &wanted.answers {
            let headers = answer.headers.iter();
            let headers: Map<_, _> = headers
                .map(|(name, value)| (name.to_ascii_lowercase(), json!(value)))
                .collect();
            self.bindings
                .check(pattern, &Value::Object(headers))
                .map_err(|words| failure(format!("headers: {words}")))?;
        }
        match &wanted.body {
            Some(pattern) => self.check_text(pattern, &text),
            None => Ok(()),
        }
    }

    /// A text against a text, or as JSON against a pattern.
    fn check_text(&mut self, pattern: &Value, text: &str) -> TestResult {
        let is_exact = pattern.is_string();
        let actual = if is_exact {
            None
        } else {
            serde_json::from_str(text).ok()
        };
        let actual = actual.unwrap_or_else(|| json!(text));
        Ok(self.bindings.check(pattern, &actual)?)
    }

    async fn send(&mut self, client: &str, message: &Value) -> TestResult {
        let text = payload::text(&self.bindings.fill(message)?);
        self.client(client)
            .socket()?
            .send(&wire::Frame::of(wire::TEXT, text))
            .await
    }

    async fn send_fragments(&mut self, client: &str, fragments: &Fragments) -> TestResult {
        let text = payload::text(&self.bindings.fill(&fragments.message)?).into_bytes();
        let mut rest = text.as_slice();
        for (index, size) in fragments.sizes.iter().enumerate() {
            let is_last = index + 1 == fragments.sizes.len();
            let (part, after) = rest.split_at(if is_last { rest.len() } else { rest.len().min(*size) });
            let opcode = if index == 0 { wire::TEXT } else { wire::CONTINUATION };
            let mut frame = wire::Frame::of(opcode, part);
            frame.fin = is_last;
            self.client(client).socket()?.send(&frame).await?;
            rest = after;
        }
        Ok(())
    }

    fn frame(&self, frame: &Frame) -> TestResult<wire::Frame> {
        let text = self.bindings.fill_text(frame.text.as_deref().unwrap_or_default())?;
        let payload = match &frame.hex {
            Some(digits) => payload::hex(digits)?,
            None => text.into_bytes(),
        };
        Ok(wire::Frame {
            fin: frame.fin,
            reserved: frame.reserved,
            opcode: frame.opcode,
            masked: frame.masked,
            payload,
        })
    }

    async fn text(&mut self, client: &str) -> TestResult<String> {
        let patience = self.patience;
        match self.client(client).socket()?.message(patience).await? {
            Incoming::Text(text) => Ok(text),
            other => Err(failure(format!("{other:?} came and no message"))),
        }
    }

    async fn expect(&mut self, client: &str, pattern: &Value) -> TestResult {
        let text = self.text(client).await?;
        self.check_text(pattern, &text)
    }

    async fn expect_all(&mut self, client: &str, patterns: &[Value]) -> TestResult {
        let mut left: Vec<&Value> = patterns.iter().collect();
        while !left.is_empty() {
            let text = self.text(client).await?;
            let found = left.iter().position(|pattern| self.check_text(pattern, &text).is_ok());
            let found = found.ok_or_else(|| failure(format!("{} came", brief(&json!(text)))))?;
            left.swap_remove(found);
        }
        Ok(())
    }

    async fn expect_frame(&mut self, client: &str, wanted: &Frame) -> TestResult {
        let mut wanted = self.frame(wanted)?;
        wanted.masked = false;
        let patience = self.patience;
        match self.client(client).socket()?.frame(patience).await? {
            Some(frame) if frame == wanted => Ok(()),
            other => Err(failure(format!("{other:?} came and not {wanted:?}"))),
        }
    }

    async fn closed(&mut self, client: &str, wanted: &Closed) -> TestResult {
        let clock = f64::from(self.target.clock);
        let patience = match wanted.between {
            Some((_, latest)) => self.patience + Duration::from_secs_f64(latest / clock),
            None => self.patience,
        };
        let pause = wanted.beside.as_ref().map_or(patience, |beside| {
            Duration::from_secs(beside.every.into()) / self.target.clock
        });
        let (socket, began) = (self.client(client).socket()?, Instant::now());
        let incoming = loop {
            match (socket.message(pause).await, &wanted.beside) {
                (Err(_), Some(beside)) if began.elapsed() < patience => {
                    socket.send(&wire::Frame::of(wire::TEXT, beside.text.as_str())).await?;
                }
                (incoming, _) => break incoming?,
            }
        };
        let age = socket.asked.elapsed().as_secs_f64() * clock;
        match incoming {
            Incoming::Closed(code, reason) if code == wanted.code => {
                if let Some(words) = &wanted.reason {
                    self.bindings.check(&json!(words), &json!(reason))?;
                }
            }
            other => return Err(failure(format!("{other:?} came and not {}", wanted.code))),
        }
        match wanted.between {
            Some((earliest, latest)) if !(earliest..=latest).contains(&age) => Err(failure(format!(
                "it closed after {age:.0} s, and not between {earliest} and {latest}"
            ))),
            _ => Ok(()),
        }
    }

    async fn silence(&mut self, client: &str, length: Duration) -> TestResult {
        let socket = self.client(client).socket()?;
        match timeout(length, socket.message(FOR_EVER)).await {
            Err(_) => Ok(()),
            Ok(came) => Err(failure(format!("{:?} came", came?))),
        }
    }

    async fn call(&mut self, call: &Call) -> TestResult {
        let wanted = Answered {
            status: call.status,
            answers: call.answers.clone(),
            body: call.body.clone(),
        };
        let start = Instant::now();
        loop {
            let answer = self.ask(call).await?;
            if answer.status == wanted.status || !call.eventually || start.elapsed() > self.patience {
                return self.check_answer(&wanted, &answer);
            }
            // A call takes its own time, and some have to be made hundreds of times.
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    async fn ask(&self, call: &Call) -> TestResult<Answer> {
        let place = &self.target.address(call.api.as_deref())?.management;
        let path = self.bindings.fill_text(&call.path)?;
        let path = if call.whole {
            path
        } else {
            format!("{}{path}", place.path)
        };
        let data = match &call.hex {
            Some(digits) => payload::hex(digits)?,
            None if call.data.is_null() => Vec::new(),
            None => payload::text(&self.bindings.fill(&call.data)?).into_bytes(),
        };
        let mut headers: Headers = vec![
            ("Host".to_owned(), place.authority()),
            ("Content-Length".to_owned(), data.len().to_string()),
        ];
        headers.extend(call.headers.clone());
        let url = format!("{}://{}{path}", place.scheme, place.authority());
        headers.extend(
            self.target
                .signer
                .signature("execute-api", &call.method, &url, &headers, &data)?,
        );
        let start_line = format!("{} {path} HTTP/1.1", call.method);
        let asked = async {
            let mut stream = place.connect().await?;
            exchange(&mut stream, &start_line, &headers, &data).await
        };
        timeout(self.patience, asked)
            .await
            .map_err(|_| failure("the call was not answered"))?
    }
}
