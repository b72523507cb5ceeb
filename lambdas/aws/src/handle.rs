//! A route's event in, its use-case called, its answer out. An event of another kind touches nothing.

use std::time::Duration;

use domain::connection::ConnectionRules;
use domain::handshake::protocols;
use domain::jitter::Jitter;
use domain::session::Randomness;
use service::caller::Caller;
use service::connect::{Handshake, Outcome};
use service::describe::describe;
use service::messaging::{Channelled, Messaging, Publishable};
use service::ports::{
    Clock, Closing, Connections, Directory, Handover, KeySource, Members, Registry, Revocations, Sockets, TokenEndpoint,
};
use service::serve;
use service::session::Sessions;

use crate::event::{Event, EventType};
use crate::response::{HttpResponse, RouteResponse};

/// `$connect`.
pub async fn connect(
    table: &impl Registry,
    clock: &impl Clock,
    rules: &ConnectionRules,
    event: &Event,
    seed: u64,
) -> RouteResponse {
    let (Some(EventType::Connect), Some(connection)) = (event.event_type(), event.connection()) else {
        return not_ours(event, "not_a_handshake");
    };
    let Some(identity) = event.identity() else {
        let source = event.source().map(tracing::field::display);
        tracing::warn!(reason = "no_identity", %connection, source, "handshake.refused");
        return RouteResponse::status(403);
    };
    let handshake = Handshake {
        connection,
        identity,
        offer: protocols::offer(&event.headers()),
        replaces: event.replaces(),
        source: event.source(),
    };
    match service::connect::connect(table, clock, rules, handshake, seed).await {
        Ok(Outcome::Open) => RouteResponse::ok(),
        Ok(Outcome::OpenWithProtocol) => RouteResponse::with_protocol(),
        Ok(refused) => RouteResponse::status(status(refused)),
        Err(error) => {
            tracing::error!(error = describe(&error), "connection.not_registered");
            RouteResponse::status(503)
        }
    }
}

fn status(outcome: Outcome) -> u16 {
    match outcome {
        Outcome::Open | Outcome::OpenWithProtocol => 200,
        Outcome::NoSuchProtocol => 400,
        Outcome::Ended | Outcome::Revoked => 401,
        Outcome::AlreadyGone => 410,
        Outcome::Full => 429,
        Outcome::Busy => 503,
    }
}

/// `$disconnect`. Its answer is ignored: the socket is gone.
pub async fn disconnect<T: Connections + Members>(
    table: &T,
    sockets: &impl Sockets,
    clock: &impl Clock,
    event: &Event,
) -> RouteResponse {
    let (Some(EventType::Disconnect), Some(connection)) = (event.event_type(), event.connection()) else {
        return not_ours(event, "not_a_disconnection");
    };
    match service::disconnect::disconnect(table, sockets, clock, &connection).await {
        Ok(()) => RouteResponse::ok(),
        Err(error) => {
            tracing::error!(error = describe(&error), "connection.not_forgotten");
            RouteResponse::status(500)
        }
    }
}

/// `message` and `echo`.
pub async fn message<T, S, H, C>(messaging: &Messaging<T, S, H, C>, event: &Event, seed: u64) -> RouteResponse
where
    T: Publishable,
    S: Sockets + Closing,
    H: Handover,
    C: Clock,
{
    let Some((caller, body)) = frame(event) else {
        return not_ours(event, "not_a_message");
    };
    serve::serve_message(messaging, &caller, &body, Jitter::seeded(seed)).await;
    RouteResponse::ok()
}

/// `history`, `ping`, `subscribe`, `unsubscribe`, `presence` and `signal`.
pub async fn channel<T, S, H, C>(
    messaging: &Messaging<T, S, H, C>,
    heartbeat: Duration,
    event: &Event,
    seed: u64,
) -> RouteResponse
where
    T: Channelled,
    S: Sockets + Closing,
    H: Handover,
    C: Clock,
{
    let Some((caller, body)) = frame(event) else {
        return not_ours(event, "not_a_message");
    };
    serve::serve_channel(messaging, heartbeat, &caller, &body, Jitter::seeded(seed)).await;
    RouteResponse::ok()
}

/// `$default`.
pub async fn default(sockets: &impl Sockets, clock: &impl Clock, event: &Event) -> RouteResponse {
    let Some((caller, body)) = frame(event) else {
        return not_ours(event, "not_a_message");
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
    T: Revocations + Members + Connections,
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
        source: event.source(),
    };
    Some((caller, event.body().unwrap_or_default()))
}

fn not_ours(event: &Event, reason: &'static str) -> RouteResponse {
    tracing::warn!(
        reason,
        connection = event.connection().map(tracing::field::display),
        sub = event.identity().map(|identity| tracing::field::display(identity.user)),
        source = event.source().map(tracing::field::display),
        "event.refused"
    );
    RouteResponse::status(400)
}

#[cfg(test)]
mod tests;
