//! `/_inspector` on the main port, behind its guard: the page with its files, and what it asks for.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Redirect};
use axum::routing::get;
use axum::{Json, Router};
use futures_util::stream::{self, Stream};
use serde_json::json;
use tokio::sync::watch;

use super::journal::{Cursor, Journal};
use super::record::Record;

/// Where the page is.
pub(crate) const PATH: &str = "/_inspector";
/// Where the page looks at the plan of faults, and replaces it.
pub(crate) const FAULTS_PATH: &str = "/_inspector/faults";
/// The page's files, beside the page itself.
const FILES: [(&str, &str, &str); 10] = [
    ("inspector.css", CSS, include_str!("page/inspector.css")),
    ("icon.svg", "image/svg+xml", include_str!("page/icon.svg")),
    ("inspector.js", SCRIPT, include_str!("page/inspector.js")),
    ("stream.js", SCRIPT, include_str!("page/stream.js")),
    ("records.js", SCRIPT, include_str!("page/records.js")),
    ("timeline.js", SCRIPT, include_str!("page/timeline.js")),
    ("connections.js", SCRIPT, include_str!("page/connections.js")),
    ("faults.js", SCRIPT, include_str!("page/faults.js")),
    ("details.js", SCRIPT, include_str!("page/details.js")),
    ("elements.js", SCRIPT, include_str!("page/elements.js")),
];
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";
/// The page runs its own files, talks to its own origin, and stands in no frame.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// Records that are read at a time.
const BATCH: usize = 200;
/// Connections that are listed at most.
const MAX_CONNECTIONS: usize = 500;
/// How often a stream without news shows that it is there.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Serves the inspector; `switches` answers at [`FAULTS_PATH`], to the inspector's own page alone.
pub(crate) fn router(journal: Journal, switches: Router) -> Router {
    Router::new()
        .route(PATH, get(page))
        .route("/_inspector/", get(|| async { Redirect::permanent(PATH) }))
        .route("/_inspector/{file}", get(file))
        .route("/_inspector/events", get(events))
        .route("/_inspector/connections", get(connections))
        .with_state(journal)
        .merge(switches)
        .layer(from_fn(for_own_pages))
}

async fn for_own_pages(request: Request, next: Next) -> Response<Body> {
    if is_foreign(request.headers()) {
        let message = "The inspector answers to its own page alone.";
        return (StatusCode::FORBIDDEN, Json(json!({ "message": message }))).into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, POLICY),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            HeaderValue::from_static("same-origin"),
        ),
    ] {
        headers.insert(name, value);
    }
    response
}

/// The guard knows a foreign page by its Origin. A GET that a page makes for a script or a picture has none, but says what it
/// is; a person who follows a link to the page is welcome.
fn is_foreign(headers: &HeaderMap) -> bool {
    let header = |name: &str| headers.get(name).map(HeaderValue::as_bytes);
    let is_own = matches!(header("sec-fetch-site"), None | Some(b"same-origin" | b"none"));
    !is_own && header("sec-fetch-mode") != Some(b"navigate")
}

async fn page() -> Response<Body> {
    ([(CONTENT_TYPE, HTML)], include_str!("page/index.html")).into_response()
}

async fn file(Path(name): Path<String>) -> Response<Body> {
    match FILES.iter().find(|(file, ..)| *file == name) {
        Some((_, content_type, content)) => ([(CONTENT_TYPE, *content_type)], *content).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Who is there.
async fn connections(State(journal): State<Journal>) -> Response<Body> {
    let (connections, there) = journal.connections(MAX_CONNECTIONS);
    Json(json!({ "connections": connections, "there": there })).into_response()
}

/// Everything that is kept, and then what happens, as server-sent events; with `Last-Event-ID` only what came after that.
async fn events(State(journal): State<Journal>, headers: HeaderMap) -> Response<Body> {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let reader = Reader {
        cursor: last.and_then(read_id).unwrap_or_default(),
        news: journal.news(),
        journal,
    };
    Sse::new(reader.stream())
        .keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
        .into_response()
}

/// A client of the stream. It is given what is still kept when it asks for it, so that a slow one costs no memory.
struct Reader {
    journal: Journal,
    cursor: Cursor,
    news: watch::Receiver<u64>,
}

impl Reader {
    fn stream(self) -> impl Stream<Item = Result<Event, Infallible>> {
        let batches = stream::unfold(self, |mut reader| async move {
            let events = reader.next().await?;
            Some((stream::iter(events.into_iter().map(Ok)), reader))
        });
        futures_util::StreamExt::flatten(batches)
    }

    /// The next events; none when the stack is going.
    async fn next(&mut self) -> Option<Vec<Event>> {
        loop {
            // What comes behind this look wakes the reader.
            self.news.mark_unchanged();
            let batch = self.journal.after(self.cursor, BATCH);
            self.cursor = batch.cursor;
            let mut events = Vec::with_capacity(batch.records.len() + 1);
            if batch.missed > 0 {
                let missed = json!({ "missed": batch.missed }).to_string();
                events.push(Event::default().event("missed").data(missed));
            }
            let run = batch.cursor.run;
            events.extend(batch.records.iter().filter_map(|record| event(run, record)));
            if !events.is_empty() {
                return Some(events);
            }
            self.news.changed().await.ok()?;
        }
    }
}

fn event(run: u64, record: &Arc<Record>) -> Option<Event> {
    let event = Event::default().id(format!("{run}-{}", record.sequence));
    event.json_data(record.as_ref()).ok()
}

fn read_id(id: &str) -> Option<Cursor> {
    let (run, sequence) = id.split_once('-')?;
    Some(Cursor {
        run: run.parse().ok()?,
        sequence: sequence.parse().ok()?,
    })
}
