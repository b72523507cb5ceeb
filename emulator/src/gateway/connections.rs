//! The open connections, and how the `@connections` API reaches them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};

use super::events::Client;
use crate::timestamps::now_ms;

/// Frames that wait for a client that reads slowly; one more is answered with 429, as by API Gateway when "the
/// client's receive buffer is full". API Gateway's own number is not published.
const MAX_WAITING_FRAMES: usize = 256;
/// The same in bytes: 64 of the longest.
pub(super) const MAX_WAITING_BYTES: usize = 8 * 1024 * 1024;
/// How long a client may take for its half of the closing handshake.
const CLOSING_PATIENCE: Duration = Duration::from_secs(5);
/// The same while the stage is going away: a person waits for it.
const CLOSING_PATIENCE_AT_SHUTDOWN: Duration = Duration::from_millis(500);
/// How long a shutdown waits for the `$disconnect` functions.
const SHUTDOWN_PATIENCE: Duration = Duration::from_secs(3);

/// Why the server ends a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// With 1000, as the `DELETE` of `@connections` does.
    Deleted,
    /// With 1001: the stage is going away.
    GoingAway,
}

/// The socket's side of a connection.
#[derive(Debug)]
pub(crate) struct Inbox {
    /// Text frames to send.
    pub(crate) frames: mpsc::Receiver<String>,
    /// Set once; stands apart from the frames so that a client that does not read can be closed too.
    pub(crate) end: watch::Receiver<Option<End>>,
}

/// A connection that the client sees as open.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) client: Client,
    frames: mpsc::Sender<String>,
    end: watch::Sender<Option<End>>,
    /// Of the frames (bytes).
    waiting: AtomicUsize,
    connected: Instant,
    /// When something was last sent or received, after that (milliseconds).
    active_after_ms: AtomicU64,
}

/// Why a post could not be accepted.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum PostError {
    /// The socket has closed.
    Gone,
    /// The client does not read fast enough.
    BufferFull,
}

impl Connection {
    /// Accepts `text` for sending; that the client received it is not known.
    pub(crate) fn post(&self, text: String) -> Result<(), PostError> {
        let bytes = text.len();
        if self.waiting.fetch_add(bytes, Ordering::Relaxed) + bytes > MAX_WAITING_BYTES {
            self.written(bytes);
            return Err(PostError::BufferFull);
        }
        self.frames.try_send(text).map_err(|error| {
            self.written(bytes);
            match error {
                mpsc::error::TrySendError::Full(_) => PostError::BufferFull,
                mpsc::error::TrySendError::Closed(_) => PostError::Gone,
            }
        })?;
        self.touch();
        Ok(())
    }

    /// Asks the socket to close.
    pub(crate) fn end(&self, end: End) {
        self.end.send_replace(Some(end));
    }

    /// So many bytes of what was posted wait no longer.
    pub(super) fn written(&self, bytes: usize) {
        self.waiting.fetch_sub(bytes, Ordering::Relaxed);
    }

    pub(crate) fn touch(&self) {
        let after = u64::try_from(self.connected.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.active_after_ms.store(after, Ordering::Relaxed);
    }

    /// How long nothing has been sent or received, whatever becomes of the machine's time of day.
    pub(super) fn idle(&self) -> Duration {
        self.connected.elapsed().saturating_sub(self.active_after())
    }

    /// Milliseconds since the epoch.
    pub(crate) fn last_active_ms(&self) -> u64 {
        self.client.connected_at_ms + self.active_after_ms.load(Ordering::Relaxed)
    }

    fn active_after(&self) -> Duration {
        Duration::from_millis(self.active_after_ms.load(Ordering::Relaxed))
    }
}

/// A moment that is some milliseconds ago by the machine's time of day.
fn moment(at_ms: u64) -> Instant {
    let now = Instant::now();
    let ago = Duration::from_millis(now_ms().saturating_sub(at_ms));
    now.checked_sub(ago).unwrap_or(now)
}

/// The open connections of the stage.
#[derive(Debug)]
pub(crate) struct Connections {
    open: Mutex<HashMap<String, Arc<Connection>>>,
    going_away: AtomicBool,
    /// Sockets whose `$disconnect` has not ended yet.
    running: watch::Sender<usize>,
}

impl Default for Connections {
    fn default() -> Self {
        Self {
            open: Mutex::default(),
            going_away: AtomicBool::new(false),
            running: watch::Sender::new(0),
        }
    }
}

impl Connections {
    /// Makes a connection reachable; from now on its id is not 410 any more.
    pub(crate) fn open(&self, client: Client) -> (Arc<Connection>, Inbox) {
        let (frames, inbox) = mpsc::channel(MAX_WAITING_FRAMES);
        let (end, ended) = watch::channel(None);
        let connection = Arc::new(Connection {
            waiting: AtomicUsize::new(0),
            connected: moment(client.connected_at_ms),
            active_after_ms: AtomicU64::new(0),
            client,
            frames,
            end,
        });
        let inbox = Inbox {
            frames: inbox,
            end: ended,
        };
        self.running.send_modify(|count| *count += 1);
        self.all()
            .insert(connection.client.connection_id.clone(), Arc::clone(&connection));
        if self.is_going_away() {
            connection.end(End::GoingAway);
        }
        (connection, inbox)
    }

    /// From now on the id is 410.
    pub(crate) fn close(&self, connection_id: &str) {
        self.all().remove(connection_id);
    }

    /// The connection's `$disconnect` has run.
    pub(crate) fn ended(&self) {
        self.running.send_modify(|count| *count -= 1);
    }

    pub(crate) fn find(&self, connection_id: &str) -> Option<Arc<Connection>> {
        self.all().get(connection_id).cloned()
    }

    /// Whether the stage is being shut down.
    pub(crate) fn is_going_away(&self) -> bool {
        self.going_away.load(Ordering::SeqCst)
    }

    pub(crate) fn closing_patience(&self) -> Duration {
        if self.is_going_away() {
            CLOSING_PATIENCE_AT_SHUTDOWN
        } else {
            CLOSING_PATIENCE
        }
    }

    pub(crate) async fn close_all(&self) {
        self.going_away.store(true, Ordering::SeqCst);
        for connection in self.all().values() {
            connection.end(End::GoingAway);
        }
        let mut running = self.running.subscribe();
        let all_ended = running.wait_for(|count| *count == 0);
        let _ = tokio::time::timeout(SHUTDOWN_PATIENCE, all_ended).await;
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, Arc<Connection>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_for_a_client_is_bounded_in_bytes() {
        let client = Client {
            connection_id: "c".into(),
            connected_at_ms: 0,
            source_ip: String::new(),
            user_agent: None,
            domain_name: String::new(),
        };
        let (connection, _inbox) = Connections::default().open(client);
        let text = "x".repeat(MAX_WAITING_BYTES / 64);
        let taken = (0..99).take_while(|_| connection.post(text.clone()).is_ok()).count();
        assert_eq!((taken, connection.post("x".into())), (64, Err(PostError::BufferFull)));
        connection.written(text.len());
        assert_eq!(connection.post("x".into()), Ok(()));
    }
}
