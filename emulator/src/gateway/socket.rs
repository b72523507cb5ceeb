//! One open socket: reads frames, sends what was posted, keeps the service's limits, and tells `$disconnect` how it ended.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

use super::Gateway;
use super::access_log::Entry;
use super::connections::{Connection, End, Inbox, MAX_WAITING_BYTES};
use super::events::{AuthorizerContext, Client, text_of};
use super::proxy_response::IntegrationError;
use super::routes;
use crate::template::RouteSpec;

/// Limits of the service (<https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html>).
const MAX_FRAME_BYTES: usize = 32 * 1024;
const MAX_MESSAGE_BYTES: usize = 128 * 1024;
const IDLE_TIMEOUT: Duration = Duration::from_secs(10 * 60);
const LIFETIME: Duration = Duration::from_secs(2 * 60 * 60);

/// What a message counts at least, of the bytes that wait for their functions: its event and its task take memory too.
const LEAST_COST_BYTES: usize = 16 * 1024;

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
const NOT_UTF_8: Ending = ending(1007, "Text that is not UTF-8");
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
        self.notes.opened(&connection.client.connection_id);
        let authorizer = authorizer.map(Arc::new);
        let session = Session {
            gateway: &self,
            connection: &connection,
            authorizer: authorizer.clone(),
            places: Arc::new(Semaphore::new(MAX_WAITING_BYTES)),
        };
        let ending = session.run(socket, inbox).await;
        self.disconnect(&connection.client, ending, authorizer.as_deref()).await;
        self.connections.ended();
    }

    /// Runs `$disconnect`; its answer means nothing.
    pub(super) async fn disconnect(&self, client: &Client, ending: Ending, authorizer: Option<&AuthorizerContext>) {
        self.notes.closed(&client.connection_id, ending.code, &ending.reason);
        let event = self.disconnect_event(client, ending.code, &ending.reason, authorizer);
        let mut entry = Entry::new(&event["requestContext"]);
        if let Some(route) = self.route("$disconnect")
            && self.disturb_disconnect(route, &event).await
            && let Err(error @ (IntegrationError::Failed | IntegrationError::Throttled)) =
                self.integrate_for(&mut entry, route, event).await
        {
            tracing::warn!(connection = client.connection_id, ?error, "$disconnect failed");
        }
        self.log(&entry);
    }

    /// Runs the route of one text frame; what the client is told about a failure is an error frame.
    async fn handle_message(
        self: Arc<Self>,
        connection: Arc<Connection>,
        authorizer: Option<Arc<AuthorizerContext>>,
        body: String,
    ) {
        let found = self.route_of(&body);
        let key = found.map(|(key, _)| key);
        let context = self.message_context(&connection.client, key, authorizer.as_deref());
        let mut entry = Entry::new(&context);
        let handled = match found {
            _ if !self.lets_pass(key.unwrap_or_default()) => Err(Failure::Throttled),
            None => Err(Failure::Forbidden),
            Some((_, route)) => {
                self.run_route(&connection, route, self.message_event(&context, &body), &mut entry)
                    .await
            }
        };
        if let Err(failure) = handled {
            let (status, response_type) = failure.for_the_log();
            tell(&connection, failure.message(), &text_of(&context["requestId"]));
            entry.failed(status, failure.message(), response_type);
        }
        self.log(&entry);
    }

    /// Runs a route's function, and sends what it answers if the route goes both ways.
    async fn run_route(
        &self,
        connection: &Connection,
        route: &RouteSpec,
        event: Value,
        entry: &mut Entry,
    ) -> Result<(), Failure> {
        match self.integrate_for(entry, route, event).await {
            // As what is posted, and what a client sends.
            Ok(response)
                if route.two_way
                    && response
                        .body
                        .as_ref()
                        .is_some_and(|body| body.len() > MAX_MESSAGE_BYTES) =>
            {
                Err(Failure::Failed)
            }
            Ok(response) => {
                if let (true, Some(body)) = (route.two_way, response.body) {
                    // A closed or stuffed socket misses its answer, as on AWS.
                    let _ = connection.post(body);
                }
                Ok(())
            }
            Err(IntegrationError::Empty) => Ok(()),
            Err(IntegrationError::Failed | IntegrationError::Throttled) => Err(Failure::Failed),
            Err(IntegrationError::TimedOut) => Err(Failure::TimedOut),
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

/// Why a message was not handled.
#[derive(Debug, Clone, Copy)]
enum Failure {
    /// It selects no route.
    Forbidden,
    Throttled,
    /// The function failed, or its answer is none.
    Failed,
    TimedOut,
}

impl Failure {
    /// What the client is told. Of throttled requests AWS documents the status and no frame: that one is a choice.
    fn message(self) -> &'static str {
        match self {
            Self::Forbidden => "Forbidden",
            Self::Throttled => "Too Many Requests",
            Self::Failed => "Internal server error",
            Self::TimedOut => "Endpoint request timed out",
        }
    }

    /// What the access log is told: a status, and the gateway response that AWS documents for the cause.
    fn for_the_log(self) -> (u16, Option<&'static str>) {
        match self {
            Self::Forbidden => (403, None),
            Self::Throttled => (429, Some("THROTTLED")),
            Self::Failed => (500, Some("INTEGRATION_FAILURE")),
            Self::TimedOut => (504, Some("INTEGRATION_TIMEOUT")),
        }
    }
}

/// Sends an error frame, with API Gateway's own irregular spacing.
fn tell(connection: &Connection, message: &str, request_id: &str) {
    let frame = format!(
        r#"{{"message": "{message}", "connectionId":"{}", "requestId":"{request_id}"}}"#,
        connection.client.connection_id,
    );
    let _ = connection.post(frame);
}

/// One socket's life. Reading and writing do not wait for each other, as on AWS: a client may send as much as it likes
/// before it reads.
struct Session<'a> {
    gateway: &'a Arc<Gateway>,
    connection: &'a Arc<Connection>,
    authorizer: Option<Arc<AuthorizerContext>>,
    /// For messages on their way to a function (bytes).
    places: Arc<Semaphore>,
}

/// Why a socket's life is over.
enum Over {
    /// The server closes it.
    Close(Ending),
    /// The server closes it because of bytes that cannot be read on from.
    Broken(Ending),
    /// The client has closed it.
    ClosedByClient(Ending),
    Lost,
}

impl Session<'_> {
    async fn run(self, socket: Socket, inbox: Inbox) -> Ending {
        let (mut sink, mut stream) = socket.split();
        let end = inbox.end.clone();
        let over = tokio::select! {
            over = self.read(&mut stream) => over,
            over = self.write(&mut sink, inbox) => over,
            over = self.overdue(end) => over,
            () = self.timed_out() => Over::Close(GOING_AWAY),
        };
        // From here on the id is 410, whether or not the client answers.
        self.gateway.connections.close(&self.connection.client.connection_id);
        let Ok(socket) = sink.reunite(stream) else {
            return VANISHED;
        };
        let patience = self.gateway.connections.closing_patience();
        // A client that does not answer is left.
        let _ = timeout(patience, finish(socket, &over)).await;
        match over {
            Over::Close(ending) | Over::Broken(ending) | Over::ClosedByClient(ending) => ending,
            Over::Lost => VANISHED,
        }
    }

    async fn read(&self, stream: &mut SplitStream<Socket>) -> Over {
        while let Some(frame) = stream.next().await {
            match frame {
                Ok(Message::Text(text)) => self.received(text.to_string()).await,
                Ok(Message::Binary(_)) => return Over::Close(BINARY),
                // The library answers pings itself, and whether they count as activity on AWS is not known.
                Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => {}
                Ok(Message::Close(frame)) => return Over::ClosedByClient(ending_of(frame)),
                Err(Error::Capacity(_)) => return Over::Broken(TOO_BIG),
                Err(Error::Utf8(_)) => return Over::Broken(NOT_UTF_8),
                Err(Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)) => return Over::Lost,
                Err(Error::Protocol(_)) => return Over::Broken(PROTOCOL),
                Err(_) => return Over::Lost,
            }
        }
        Over::Lost
    }

    /// Sends what is posted. Asked to end, it first sends what was accepted before: a post answered with 200 is not thrown away.
    async fn write(&self, sink: &mut SplitSink<Socket, Message>, mut inbox: Inbox) -> Over {
        loop {
            tokio::select! {
                biased;
                Some(text) = inbox.frames.recv() => {
                    self.gateway.notes.frame_out(&self.connection.client.connection_id, &text);
                    let bytes = text.len();
                    if sink.send(Message::text(text)).await.is_err() {
                        return Over::Lost;
                    }
                    self.connection.written(bytes);
                }
                ending = asked_to_end(&mut inbox.end) => return Over::Close(ending),
            }
        }
    }

    /// Each frame runs by itself: API Gateway promises no order among the frames of a connection. When too much waits for its
    /// function, the client waits too.
    async fn received(&self, text: String) {
        self.connection.touch();
        self.gateway
            .notes
            .frame_in(&self.connection.client.connection_id, &text);
        let cost = u32::try_from(text.len().max(LEAST_COST_BYTES)).unwrap_or(u32::MAX);
        // The semaphore is never closed.
        let place = Arc::clone(&self.places).acquire_many_owned(cost).await;
        let (gateway, connection) = (Arc::clone(self.gateway), Arc::clone(self.connection));
        let handled = gateway.handle_message(connection, self.authorizer.clone(), text);
        tokio::spawn(async move {
            handled.await;
            drop(place);
        });
    }

    /// The end that was asked for some time ago, of a client that does not read what was accepted before.
    async fn overdue(&self, mut end: watch::Receiver<Option<End>>) -> Over {
        let ending = asked_to_end(&mut end).await;
        tokio::time::sleep(self.gateway.connections.closing_patience()).await;
        Over::Close(ending)
    }

    /// Waits for the idle timeout or the end of the lifetime.
    async fn timed_out(&self) {
        let clock = self.gateway.shared.clock;
        let (end_of_life, most_idle) = (clock.after(LIFETIME), clock.real(IDLE_TIMEOUT));
        loop {
            let idle = self.connection.idle();
            if idle >= most_idle || Instant::now() >= end_of_life {
                return;
            }
            sleep_until(end_of_life.min(Instant::now() + (most_idle - idle))).await;
        }
    }
}

/// Waits until somebody asks for the end.
async fn asked_to_end(end: &mut watch::Receiver<Option<End>>) -> Ending {
    match end.wait_for(Option::is_some).await.map(|end| *end) {
        Ok(Some(End::Deleted)) => DELETED,
        _ => GOING_AWAY,
    }
}

/// The closing handshake.
async fn finish(mut socket: Socket, over: &Over) {
    if let Over::Close(ending) | Over::Broken(ending) = over {
        let frame = CloseFrame {
            code: CloseCode::from(ending.code),
            reason: ending.reason.as_ref().into(),
        };
        if socket.close(Some(frame)).await.is_err() {
            return;
        }
    }
    match over {
        Over::Lost => {}
        Over::Close(_) | Over::ClosedByClient(_) => while let Some(Ok(_)) = socket.next().await {},
        // Unread bytes would make the kernel reset the connection, and the close frame could be lost with it.
        Over::Broken(_) => {
            let _ = tokio::io::copy(socket.get_mut(), &mut tokio::io::sink()).await;
        }
    }
}

fn ending_of(frame: Option<CloseFrame>) -> Ending {
    frame.map_or(NO_STATUS, |frame| Ending {
        code: frame.code.into(),
        reason: frame.reason.to_string().into(),
    })
}
