//! The open connections, and how the `@connections` API reaches them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::events::{self, Client};

/// Frames that wait for a client that reads slowly; one more is answered with 429, as by API Gateway when "the
/// client's receive buffer is full". API Gateway's own number is not published.
const MAX_WAITING_FRAMES: usize = 256;
/// How long a shutdown waits for the `$disconnect` functions.
const SHUTDOWN_PATIENCE: Duration = Duration::from_secs(3);

/// What the rest of the emulator asks of a socket.
#[derive(Debug)]
pub(crate) enum Command {
    /// Send a text frame.
    Post(String),
    /// Close with 1000, as the `DELETE` of `@connections` does.
    Delete,
    /// Close with 1001: the stage is going away.
    GoAway,
}

/// A connection that the client sees as open.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) client: Client,
    commands: mpsc::Sender<Command>,
    last_active_ms: AtomicU64,
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
        self.commands.try_send(Command::Post(text)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => PostError::BufferFull,
            mpsc::error::TrySendError::Closed(_) => PostError::Gone,
        })?;
        self.touch();
        Ok(())
    }

    /// Asks the socket to close; waits only for a place in its queue.
    pub(crate) async fn delete(&self) -> Result<(), PostError> {
        self.commands.send(Command::Delete).await.map_err(|_| PostError::Gone)
    }

    pub(crate) fn touch(&self) {
        self.last_active_ms.store(events::now_ms(), Ordering::Relaxed);
    }

    pub(crate) fn last_active_ms(&self) -> u64 {
        self.last_active_ms.load(Ordering::Relaxed)
    }
}

/// The open connections of the stage.
#[derive(Debug)]
pub(crate) struct Connections {
    open: Mutex<HashMap<String, Arc<Connection>>>,
    /// Sockets whose `$disconnect` has not ended yet.
    running: watch::Sender<usize>,
}

impl Default for Connections {
    fn default() -> Self {
        Self {
            open: Mutex::default(),
            running: watch::Sender::new(0),
        }
    }
}

impl Connections {
    /// Makes a connection reachable; from now on its id is not 410 any more.
    pub(crate) fn open(&self, client: Client) -> (Arc<Connection>, mpsc::Receiver<Command>) {
        let (commands, inbox) = mpsc::channel(MAX_WAITING_FRAMES);
        let connection = Arc::new(Connection {
            last_active_ms: AtomicU64::new(client.connected_at_ms),
            client,
            commands,
        });
        self.running.send_modify(|count| *count += 1);
        self.all()
            .insert(connection.client.connection_id.clone(), Arc::clone(&connection));
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

    pub(crate) async fn close_all(&self) {
        let open: Vec<_> = self.all().values().cloned().collect();
        for connection in open {
            // A full queue belongs to a client that does not read: its socket is simply dropped.
            let _ = connection.commands.try_send(Command::GoAway);
        }
        let mut running = self.running.subscribe();
        let all_ended = running.wait_for(|count| *count == 0);
        let _ = tokio::time::timeout(SHUTDOWN_PATIENCE, all_ended).await;
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, Arc<Connection>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
