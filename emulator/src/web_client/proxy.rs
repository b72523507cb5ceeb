//! Hands requests on to a development server, and its WebSockets too: they carry the news that a file has changed.

use axum::body::Body;
use axum::http::header::{CONNECTION, TRANSFER_ENCODING, UPGRADE};
use axum::http::uri::{PathAndQuery, Scheme};
use axum::http::{HeaderName, Request, Response, StatusCode, Uri};
use axum::response::IntoResponse;
use hyper::client::conn::http1;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::io::copy_bidirectional;
use tokio::net::TcpStream;

/// Connection-level headers, which end at each hop; an upgrade is passed on as such.
const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");

/// A development server.
#[derive(Debug, Clone)]
pub(crate) struct Upstream {
    /// `host:port`.
    address: String,
}

impl Upstream {
    /// Reads `http://host[:port]`.
    ///
    /// # Errors
    /// What to write instead.
    pub(crate) fn parse(url: &str) -> Result<Self, String> {
        let uri: Uri = url.parse().map_err(|_| "write http://host:port".to_owned())?;
        let is_root = uri
            .path_and_query()
            .is_none_or(|path| path == &PathAndQuery::from_static("/"));
        match (uri.scheme() == Some(&Scheme::HTTP) && is_root, uri.host()) {
            (true, Some(host)) => Ok(Self {
                address: format!("{host}:{}", uri.port_u16().unwrap_or(80)),
            }),
            _ => Err("write http://host:port, without a path".to_owned()),
        }
    }

    /// Answers as the server does. It sees the Host that the browser used, as behind any proxy of one origin.
    pub(super) async fn forward(&self, request: Request<Body>) -> Response<Body> {
        self.exchange(request).await.unwrap_or_else(|error| {
            let sentence = format!(
                "The web client's development server at http://{} does not answer ({error}): start it, and load this page again.\n",
                self.address
            );
            (StatusCode::BAD_GATEWAY, sentence).into_response()
        })
    }

    async fn exchange(
        &self,
        mut request: Request<Body>,
    ) -> Result<Response<Body>, Box<dyn std::error::Error + Send + Sync>> {
        let stream = TcpStream::connect(&self.address).await?;
        let (mut server, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection.with_upgrades());
        let browser = request
            .headers()
            .contains_key(UPGRADE)
            .then(|| hyper::upgrade::on(&mut request));
        if browser.is_none() {
            request.headers_mut().remove(CONNECTION);
        }
        request.headers_mut().remove(TRANSFER_ENCODING);
        let mut response = server.send_request(request).await?;
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            if let Some(browser) = browser {
                tokio::spawn(join(browser, hyper::upgrade::on(&mut response)));
            }
        } else {
            for name in [CONNECTION, TRANSFER_ENCODING, KEEP_ALIVE] {
                response.headers_mut().remove(name);
            }
        }
        Ok(response.map(Body::new))
    }
}

/// Passes bytes both ways until either side ends.
async fn join(browser: OnUpgrade, server: OnUpgrade) {
    if let Ok((browser, server)) = tokio::try_join!(browser, server) {
        // How it ended is told by the ends themselves.
        let _ = copy_bidirectional(&mut TokioIo::new(browser), &mut TokioIo::new(server)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_root_of_a_server_without_tls() {
        for (url, expected) in [
            ("http://localhost:3001", Some("localhost:3001")),
            ("http://127.0.0.1:3001/", Some("127.0.0.1:3001")),
            ("http://[::1]:3001", Some("[::1]:3001")),
            ("http://localhost", Some("localhost:80")),
            ("https://localhost:3001", None),
            ("http://localhost:3001/path", None),
            ("localhost:3001", None),
            ("/path", None),
            ("", None),
        ] {
            let address = Upstream::parse(url).ok().map(|upstream| upstream.address);
            assert_eq!(address.as_deref(), expected, "{url}");
        }
    }
}
