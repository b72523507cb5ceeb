//! A key endpoint that misbehaves on purpose, otherwise at every request if the test says so.

use std::io::ErrorKind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What comes after the bytes of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// The end of the connection.
    Close,
    /// Its abrupt end: the peer's system says "reset".
    Reset,
    /// Nothing, and no end either.
    Silence,
    /// The bytes come one at a time, with a pause before each.
    Drip,
    /// This text without end.
    Flood(&'static [u8]),
}

/// One answer.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    bytes: Vec<u8>,
    then: Then,
}

impl Answer {
    /// These bytes, and what comes after them.
    pub(super) fn of(bytes: impl Into<Vec<u8>>, then: Then) -> Self {
        Self {
            bytes: bytes.into(),
            then,
        }
    }

    /// An answer with this status line and body.
    pub(super) fn whole(status: &str, body: &[u8]) -> Self {
        Self::with_headers(status, "", body)
    }

    /// The same with these further header lines.
    pub(super) fn with_headers(status: &str, headers: &str, body: &[u8]) -> Self {
        let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
        Self::of([head.as_bytes(), body].concat(), Then::Close)
    }

    /// A key set, on a connection that is kept open and dead from then on.
    pub(super) fn keys(body: &[u8]) -> Self {
        Self {
            then: Then::Silence,
            ..Self::whole("200 OK", body)
        }
    }
}

#[derive(Debug)]
struct State {
    answer: Mutex<Answer>,
    requests: AtomicUsize,
    sent: AtomicUsize,
}

/// A running endpoint; it ends with its test.
#[derive(Debug)]
pub(super) struct Endpoint {
    state: Arc<State>,
    listening: JoinHandle<()>,
    authority: String,
}

impl Endpoint {
    pub(super) async fn start(answer: Answer) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let authority = listener.local_addr()?.to_string();
        let state = Arc::new(State {
            answer: Mutex::new(answer),
            requests: AtomicUsize::new(0),
            sent: AtomicUsize::new(0),
        });
        let shared = state.clone();
        let listening = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = shared.clone();
                // A client that goes away in the middle is what many of these tests are about.
                tokio::spawn(async move { state.serve(stream).await.ok() });
            }
        });
        Ok(Self {
            state,
            listening,
            authority,
        })
    }

    /// What it answers from now on.
    pub(super) fn answer(&self, answer: Answer) {
        *self.state.answer.lock().unwrap_or_else(PoisonError::into_inner) = answer;
    }

    /// Its address by this scheme.
    pub(super) fn address(&self, scheme: &str) -> String {
        format!("{scheme}://{}/jwks.json", self.authority)
    }

    /// How many requests it was sent.
    pub(super) fn requests(&self) -> usize {
        self.state.requests.load(Ordering::SeqCst)
    }

    /// How many bytes it got rid of, as far as its own system took them.
    pub(super) fn sent(&self) -> usize {
        self.state.sent.load(Ordering::SeqCst)
    }

    /// Nobody listens there any more.
    pub(super) async fn stop(&mut self) {
        self.listening.abort();
        let _ = (&mut self.listening).await;
    }
}

impl State {
    /// Answers the first request of a connection.
    async fn serve(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let mut request = vec![0; 16_384];
        if stream.read(&mut request).await? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.requests.fetch_add(1, Ordering::SeqCst);
        let answer = self.answer.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if answer.then == Then::Drip {
            for byte in answer.bytes.chunks(1) {
                tokio::time::sleep(Duration::from_millis(20)).await;
                self.send(&mut stream, byte).await?;
            }
            return Ok(());
        }
        self.send(&mut stream, &answer.bytes).await?;
        match answer.then {
            Then::Close | Then::Drip => Ok(()),
            Then::Reset => stream.set_zero_linger(),
            Then::Silence => std::future::pending().await,
            Then::Flood(text) => loop {
                self.send(&mut stream, text).await?;
            },
        }
    }

    async fn send(&self, stream: &mut TcpStream, bytes: &[u8]) -> std::io::Result<()> {
        stream.write_all(bytes).await?;
        self.sent.fetch_add(bytes.len(), Ordering::SeqCst);
        Ok(())
    }
}
