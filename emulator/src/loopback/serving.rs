//! Takes connections of a port and answers their requests; a client that is slow to ask is not waited for.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Once;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use super::spelling::{Noted, Spelling};

/// How long the head of a request may take, and how long a connection may stay without a further request. How long API
/// Gateway waits is not documented.
const HEAD_TIMEOUT: Duration = Duration::from_secs(20);
/// The pause after a connection could not be taken, as when no file handle is left.
const PAUSE: Duration = Duration::from_millis(100);

/// The first byte of a TLS connection (RFC 8446, section 5.1: a record of type handshake); no HTTP request begins with it.
const TLS_HANDSHAKE: u8 = 22;

/// What becomes of clients that begin with TLS.
#[derive(Clone)]
pub(super) enum OverTls {
    /// Nobody is expected to.
    Unnoticed,
    /// Somebody may have meant to: the person at the terminal is told how.
    ToldOf,
    Answered(TlsAcceptor),
}

/// Answers with `router` until the task is aborted.
pub(crate) fn serve(listener: TcpListener, router: Router) -> JoinHandle<()> {
    serve_either(listener, router, OverTls::Unnoticed)
}

/// As [`serve`], for clients that may begin with TLS on the same port.
pub(super) fn serve_either(listener: TcpListener, router: Router, tls: OverTls) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => drop(tokio::spawn(open(stream, peer, router.clone(), tls.clone()))),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be taken");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    })
}

async fn open(stream: TcpStream, peer: SocketAddr, router: Router, tls: OverTls) {
    // Frames are small, and each is waited for.
    let _ = stream.set_nodelay(true);
    if matches!(tls, OverTls::Unnoticed) {
        return answer(stream, peer, router).await;
    }
    let mut first = [0];
    match (timeout(HEAD_TIMEOUT, stream.peek(&mut first)).await, tls) {
        (Ok(Ok(1)), OverTls::Answered(tls)) if first == [TLS_HANDSHAKE] => {
            match timeout(HEAD_TIMEOUT, tls.accept(stream)).await {
                Ok(Ok(stream)) => answer(stream, peer, router).await,
                Ok(Err(error)) => {
                    tracing::warn!(%error, %peer, "a TLS handshake failed: does the client trust the local authority?");
                }
                Err(_) => {}
            }
        }
        (Ok(Ok(1)), tls) => {
            if first == [TLS_HANDSHAKE] && matches!(tls, OverTls::ToldOf) {
                tell_of_tls(&stream);
            }
            answer(stream, peer, router).await;
        }
        _ => {}
    }
}

/// Says once how TLS is had; the client itself is answered in plain text, which it takes for an error.
fn tell_of_tls(stream: &TcpStream) {
    static TOLD: Once = Once::new();
    let port = stream.local_addr().map(|address| address.port()).unwrap_or_default();
    TOLD.call_once(|| {
        tracing::warn!(
            "a client or a function speaks TLS (https, wss) to port {port}, which speaks http and ws alone: start the emulator with \
             --tls. Functions trust its certificate then; other Node programs do with NODE_EXTRA_CA_CERTS=<state>/tls/ca.pem, and \
             `curl` with --cacert"
        );
    });
}

async fn answer(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, peer: SocketAddr, router: Router) {
    let (stream, head) = Noted::new(stream);
    let service = service_fn(move |request| respond(router.clone(), peer, head.take(), request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    if let Err(error) = connection.await {
        tracing::debug!(%error, %peer, "a connection broke off");
    }
}

async fn respond(
    router: Router,
    peer: SocketAddr,
    spelling: Option<Spelling>,
    request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    if let Some(spelling) = spelling {
        request.extensions_mut().insert(spelling);
    }
    router.oneshot(request).await
}
