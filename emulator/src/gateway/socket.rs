//! One open socket: reads frames, sends what was posted, keeps the service's limits, and tells `$disconnect` how it ended.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

use super::Gateway;
use super::connections::{Connection, End, Inbox};
use super::events::{AuthorizerContext, Client};
use super::integration::IntegrationError;
use super::routes;
use crate::identifiers;
use crate::template::RouteSpec;

/// Limits of the service (<https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html>).
const MAX_FRAME_BYTES: usize = 32 * 1024;
const MAX_MESSAGE_BYTES: usize = 128 * 1024;
const IDLE_TIMEOUT: Duration = Duration::from_secs(10 * 60);
const LIFETIME: Duration = Duration::from_secs(2 * 60 * 60);

/// How long a peer may take for its half of the closing handshake.
const PATIENCE: Duration = Duration::from_secs(5);
/// The read buffer of an idle socket; the library's default of 128 KiB is too much for thousands of them.
const READ_BUFFER_BYTES: usize = 8 * 1024;

/// How a socket ended, as `$disconnect` is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ending {
    code: u16,
    reason: std::borrow::Cow<'static, str>,
}

const fn ending(code: u16, reason: &'static str) -> Ending {
    Ending {
        code,
        reason: std::borrow::Cow::Borrowed(reason),
    }
}

/// The client went without a close frame.
pub(super) const VANISHED: Ending = ending(1006, "Connection lost");
const NO_STATUS: Ending = ending(1005, "Client-side close frame status not set");
const DELETED: Ending = ending(1000, "Connection Closed Normally");
const GOING_AWAY: Ending = ending(1001, "Going away");
const BINARY: Ending = ending(1003, "Binary frames are not supported");
const TOO_BIG: Ending = ending(1009, "Frame over 32 KB or message over 128 KB");
const PROTOCOL: Ending = ending(1002, "Protocol error");

type Socket = WebSocketStream<TokioIo<Upgraded>>;

impl Gateway {
    pub(super) async fn run_socket(
        self: Arc<Self>,
        upgraded: Upgraded,
        client: Client,
        authorizer: Option<AuthorizerContext>,
    ) {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER_BYTES)
            .max_frame_size(Some(MAX_FRAME_BYTES))
            .max_message_size(Some(MAX_MESSAGE_BYTES));
        let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await;
        let (connection, inbox) = self.connections.open(client);
        let authorizer = authorizer.map(Arc::new);
        let session = Session {
            gateway: Arc::clone(&self),
            connection: Arc::clone(&connection),
            authorizer: authorizer.clone(),
            socket,
        };
        let ending = session.run(inbox).await;
        self.connections.close(&connection.client.connection_id);
        self.disconnect(&connection.client, ending, authorizer.as_deref()).await;
        self.connections.ended();
    }

    /// Runs `$disconnect`; its answer means nothing.
    pub(super) async fn disconnect(&self, client: &Client, ending: Ending, authorizer: Option<&AuthorizerContext>) {
        let Some(route) = self.route("$disconnect") else { return };
        let event = self.disconnect_event(client, ending.code, &ending.reason, authorizer);
        if self.integrate(route, event).await == Err(IntegrationError::Failed) {
            tracing::warn!(connection = client.connection_id, "$disconnect failed");
        }
    }

    /// Runs the route of one text frame; what the client is told about a failure is an error frame.
    async fn handle_message(
        self: Arc<Self>,
        connection: Arc<Connection>,
        authorizer: Option<Arc<AuthorizerContext>>,
        body: String,
    ) {
        let Some((key, route)) = self.route_of(&body) else {
            return tell(&connection, "Forbidden");
        };
        let event = self.message_event(&connection.client, key, &body, authorizer.as_deref());
        match self.integrate(route, event).await {
            Ok(response) => {
                if let (true, Some(body)) = (route.two_way, response.body) {
                    // A closed or stuffed socket misses its answer, as on AWS.
                    let _ = connection.post(body);
                }
            }
            Err(IntegrationError::Empty) => {}
            Err(IntegrationError::Failed) => tell(&connection, "Internal server error"),
            Err(IntegrationError::TimedOut) => tell(&connection, "Endpoint request timed out"),
        }
    }

    /// The route whose key the frame selects, else `$default`. The keys of the life cycle cannot be selected.
    fn route_of(&self, body: &str) -> Option<(&str, &RouteSpec)> {
        let selected = routes::select(&self.api.route_selection_expression, body)
            .filter(|key| !key.starts_with('$'))
            .and_then(|key| self.api.routes.get_key_value(key.as_str()));
        selected
            .or_else(|| self.api.routes.get_key_value("$default"))
            .map(|(key, route)| (key.as_str(), route))
    }
}

/// Sends an error frame, with API Gateway's own irregular spacing.
fn tell(connection: &Connection, message: &str) {
    let frame = format!(
        r#"{{"message": "{message}", "connectionId":"{}", "requestId":"{}"}}"#,
        connection.client.connection_id,
        identifiers::gateway()
    );
    let _ = connection.post(frame);
}

struct Session {
    gateway: Arc<Gateway>,
    connection: Arc<Connection>,
    authorizer: Option<Arc<AuthorizerContext>>,
    socket: Socket,
}

impl Session {
    async fn run(mut self, mut inbox: Inbox) -> Ending {
        let end_of_life = Instant::now() + LIFETIME;
        let mut idle_until = Instant::now() + IDLE_TIMEOUT;
        loop {
            let step = tokio::select! {
                frame = self.socket.next() => self.received(frame),
                Some(text) = inbox.frames.recv() => self.send(text, &mut inbox.end, end_of_life).await,
                end = asked_to_end(&mut inbox.end) => Step::Close(end),
                () = sleep_until(idle_until.min(end_of_life)) => Step::Close(GOING_AWAY),
            };
            match step {
                Step::Active => idle_until = Instant::now() + IDLE_TIMEOUT,
                Step::Idle => {}
                Step::Close(ending) => {
                    self.close(&ending).await;
                    return ending;
                }
                Step::ClosedByClient(ending) => {
                    self.drain().await;
                    return ending;
                }
                Step::Lost => return VANISHED,
            }
        }
    }

    fn received(&self, frame: Option<Result<Message, Error>>) -> Step {
        match frame {
            Some(Ok(Message::Text(text))) => {
                self.connection.touch();
                tokio::spawn(Arc::clone(&self.gateway).handle_message(
                    Arc::clone(&self.connection),
                    self.authorizer.clone(),
                    text.to_string(),
                ));
                Step::Active
            }
            Some(Ok(Message::Binary(_))) => Step::Close(BINARY),
            // The library answers pings itself, and whether they count as activity on AWS is not known.
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => Step::Idle,
            Some(Ok(Message::Close(frame))) => Step::ClosedByClient(frame.map_or(NO_STATUS, |frame| Ending {
                code: frame.code.into(),
                reason: frame.reason.to_string().into(),
            })),
            Some(Err(Error::Capacity(_))) => Step::Close(TOO_BIG),
            Some(Err(Error::Utf8(_))) => Step::Close(ending(1007, "Text that is not UTF-8")),
            Some(Err(Error::Protocol(violation))) => {
                use tokio_tungstenite::tungstenite::error::ProtocolError::ResetWithoutClosingHandshake;
                match violation {
                    ResetWithoutClosingHandshake => Step::Lost,
                    _ => Step::Close(PROTOCOL),
                }
            }
            Some(Err(_)) | None => Step::Lost,
        }
    }

    /// Sends one frame. A client that does not read keeps its socket, as on AWS, until it is closed from elsewhere.
    async fn send(&mut self, text: String, end: &mut watch::Receiver<Option<End>>, end_of_life: Instant) -> Step {
        tokio::select! {
            sent = self.socket.send(Message::text(text)) => if sent.is_ok() { Step::Active } else { Step::Lost },
            end = asked_to_end(end) => Step::Close(end),
            () = sleep_until(end_of_life) => Step::Close(GOING_AWAY),
        }
    }

    /// Sends a close frame and waits for the client's.
    async fn close(&mut self, ending: &Ending) {
        let frame = CloseFrame {
            code: CloseCode::from(ending.code),
            reason: ending.reason.as_ref().into(),
        };
        // From here on the id is 410, whether or not the client answers.
        self.gateway.connections.close(&self.connection.client.connection_id);
        if timeout(PATIENCE, self.socket.close(Some(frame))).await.is_ok() {
            self.drain().await;
        }
    }

    /// Reads until the closing handshake is over.
    async fn drain(&mut self) {
        self.gateway.connections.close(&self.connection.client.connection_id);
        let _ = timeout(PATIENCE, async { while let Some(Ok(_)) = self.socket.next().await {} }).await;
    }
}

/// Waits until somebody asks for the end.
async fn asked_to_end(end: &mut watch::Receiver<Option<End>>) -> Ending {
    match end.wait_for(Option::is_some).await.map(|end| *end) {
        Ok(Some(End::Deleted)) => DELETED,
        _ => GOING_AWAY,
    }
}

/// What one turn of the loop leads to.
enum Step {
    /// Data went over the socket: the idle timer starts again.
    Active,
    Idle,
    Close(Ending),
    ClosedByClient(Ending),
    Lost,
}
