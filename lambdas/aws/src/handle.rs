//! A route's event in, its use-case called, its answer out. An event of another kind touches nothing.

use domain::connection::Shards;
use domain::handshake::protocols;
use domain::jitter::Jitter;
use domain::session::Randomness;
use domain::timestamp::Timestamp;
use service::caller::Caller;
use service::connect::{Handshake, Outcome};
use service::describe::describe;
use service::ports::{
    Clock, Closing, Connections, Directory, KeySource, Log, LogReader, Members, Registry, Sockets, TokenEndpoint,
};
use service::publish::Publisher;
use service::serve;
use service::session::Sessions;

use crate::event::{Event, EventType};
use crate::response::{HttpResponse, RouteResponse};

/// `$connect`.
pub async fn connect(registry: &impl Registry, all_shards: Shards, event: &Event, now: Timestamp) -> RouteResponse {
    let (Some(EventType::Connect), Some(connection)) = (event.event_type(), event.connection()) else {
        return not_ours("not_a_handshake");
    };
    let Some(identity) = event.identity() else {
        tracing::warn!(connection = %connection, reason = "no_identity", "connection.refused");
        return RouteResponse::status(403);
    };
    let offer = protocols::offer(&event.headers());
    match service::connect::connect(
        registry,
        all_shards,
        Handshake {
            connection,
            identity,
            offer,
        },
        now,
    )
    .await
    {
        Ok(Outcome::Open) => RouteResponse::ok(),
        Ok(Outcome::OpenWithProtocol) => RouteResponse::with_protocol(),
        Ok(Outcome::NoSuchProtocol) => {
            tracing::warn!(reason = "no_such_protocol", "connection.refused");
            RouteResponse::status(400)
        }
        Ok(Outcome::Ended) => RouteResponse::status(401),
        Ok(Outcome::AlreadyGone) => RouteResponse::status(410),
        Err(error) => {
            tracing::error!(error = describe(&error), "connection.not_registered");
            RouteResponse::status(503)
        }
    }
}

/// `$disconnect`. Its answer is ignored: the socket is gone.
pub async fn disconnect(connections: &impl Connections, event: &Event, now: Timestamp) -> RouteResponse {
    let (Some(EventType::Disconnect), Some(connection)) = (event.event_type(), event.connection()) else {
        return not_ours("not_a_disconnection");
    };
    match service::disconnect::disconnect(connections, &connection, now).await {
        Ok(()) => RouteResponse::ok(),
        Err(error) => {
            tracing::error!(error = describe(&error), "connection.not_forgotten");
            RouteResponse::status(500)
        }
    }
}

/// `message` and `echo`.
pub async fn message<T, S, C>(publisher: &Publisher<T, S, C>, event: &Event, seed: u64) -> RouteResponse
where
    T: Log + Members + Connections,
    S: Sockets,
    C: Clock,
{
    let Some((caller, body)) = frame(event) else {
        return not_ours("not_a_message");
    };
    serve::serve_message(publisher, &caller, &body, Jitter::seeded(seed)).await;
    RouteResponse::ok()
}

/// `history` and `ping`.
pub async fn channel(log: &impl LogReader, sockets: &impl Sockets, clock: &impl Clock, event: &Event) -> RouteResponse {
    let Some((caller, body)) = frame(event) else {
        return not_ours("not_a_message");
    };
    serve::serve_channel(log, sockets, clock, &caller, &body).await;
    RouteResponse::ok()
}

/// `$default`.
pub async fn default(sockets: &impl Sockets, clock: &impl Clock, event: &Event) -> RouteResponse {
    let Some((caller, body)) = frame(event) else {
        return not_ours("not_a_message");
    };
    serve::serve_default(sockets, clock, &caller, &body).await;
    RouteResponse::ok()
}

/// The session endpoint. An event that is no request asks for nothing there is.
pub async fn session<K, E, D, T, S, C>(
    sessions: &Sessions<K, E, D, T, S, C>,
    event: &Event,
    random: &Randomness,
) -> HttpResponse
where
    K: KeySource,
    E: TokenEndpoint,
    D: Directory,
    T: Members,
    S: Sockets + Closing,
    C: Clock,
{
    sessions.answer(&event.http_request(), random).await.into()
}

/// Who sent which text. What is no text is no JSON either, and an empty text makes it be told so.
fn frame(event: &Event) -> Option<(Caller, String)> {
    if event.event_type()? != EventType::Message {
        return None;
    }
    let caller = Caller {
        connection: event.connection()?,
        identity: event.identity(),
        gateway_request: event.request(),
    };
    Some((caller, event.body().unwrap_or_default()))
}

fn not_ours(reason: &'static str) -> RouteResponse {
    tracing::warn!(reason, "event.refused");
    RouteResponse::status(400)
}

#[cfg(test)]
mod tests;
