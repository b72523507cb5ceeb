//! The web client: a folder of files as a bucket has them on AWS, or the development server that makes them.

mod content_type;
mod files;
mod proxy;

use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use axum::response::IntoResponse;

pub(crate) use files::Files;
pub(crate) use proxy::Upstream;

/// What is told where nothing is served.
const ABSENT: &str = "No web client is being served here: give its folder with --web DIR, or the address of its development server with --web-proxy URL.";

/// Where the web client comes from.
#[derive(Debug)]
pub(crate) enum WebClient {
    Absent,
    Built(Files),
    InDevelopment(Upstream),
}

impl WebClient {
    pub(crate) fn is_in_development(&self) -> bool {
        matches!(self, Self::InDevelopment(_))
    }

    /// `sockets` are the addresses to try where there is no web client.
    pub(crate) async fn answer(&self, request: Request<Body>, sockets: impl FnOnce() -> Vec<String>) -> Response<Body> {
        match self {
            Self::Absent => {
                let text = format!("{ABSENT} Sockets are at {}.\n", sockets().join(", "));
                (StatusCode::SERVICE_UNAVAILABLE, text).into_response()
            }
            Self::Built(files) => files.answer(request.method(), request.uri().path()).await,
            Self::InDevelopment(upstream) => upstream.forward(request).await,
        }
    }
}
