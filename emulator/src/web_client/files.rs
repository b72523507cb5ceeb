//! Serves a folder of files: `/x` is `x` or `x.html`, `/x/` is `x/index.html`, anything else `404.html`.
//!
//! Hand-written, since the well-kept crates for it want tokio's `fs` feature, which compiles the whole tree anew.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use axum::body::Body;
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, Method, Response, StatusCode};
use axum::response::IntoResponse;
use percent_encoding::percent_decode_str;

use super::content_type;
use crate::problem::{OrProblem, Problem};

/// Next.js names these files after their content.
const IMMUTABLE_FOLDER: &str = "_next/static/";
const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ALWAYS_ASK: HeaderValue = HeaderValue::from_static("no-cache");

const NOT_FOUND: &str = "404.html";

/// A folder of files.
#[derive(Debug, Clone)]
pub(crate) struct Files {
    /// Without symbolic links, so that a real path can be compared with it.
    root: Arc<Path>,
}

struct Found {
    name: String,
    content: Vec<u8>,
}

impl Files {
    /// # Errors
    /// There is no such folder.
    pub(crate) fn open(folder: &Path) -> Result<Self, Problem> {
        let explain = || {
            format!(
                "The web client's folder {} cannot be opened: build it first, or start without --web",
                folder.display()
            )
        };
        let root = folder.canonicalize().or_problem(explain)?;
        fs::read_dir(&root).or_problem(explain)?;
        Ok(Self { root: root.into() })
    }

    pub(super) async fn answer(&self, method: &Method, path: &str) -> Response<Body> {
        if ![Method::GET, Method::HEAD].contains(method) {
            return (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET, HEAD")]).into_response();
        }
        let (files, names) = (self.clone(), names(path));
        // Reading blocks.
        let found = tokio::task::spawn_blocking(move || match names.iter().find_map(|name| files.read(name)) {
            Some(found) => Some((StatusCode::OK, found)),
            None => files.read(NOT_FOUND).map(|page| (StatusCode::NOT_FOUND, page)),
        });
        match found.await {
            Ok(Some((status, found))) => respond(status, found),
            _ => (StatusCode::NOT_FOUND, [(CACHE_CONTROL, ALWAYS_ASK)], "Not Found\n").into_response(),
        }
    }

    /// Reads a file of the folder; a link that leads out of it is not followed.
    fn read(&self, name: &str) -> Option<Found> {
        let real = self.root.join(name).canonicalize().ok()?;
        if !real.starts_with(&self.root) || !real.is_file() {
            return None;
        }
        Some(Found {
            name: name.to_owned(),
            content: fs::read(real).ok()?,
        })
    }
}

fn respond(status: StatusCode, found: Found) -> Response<Body> {
    let is_immutable = status == StatusCode::OK && found.name.starts_with(IMMUTABLE_FOLDER);
    let caching = if is_immutable { IMMUTABLE } else { ALWAYS_ASK };
    let content_type = HeaderValue::from_static(content_type::of(&found.name));
    (
        status,
        [(CONTENT_TYPE, content_type), (CACHE_CONTROL, caching)],
        found.content,
    )
        .into_response()
}

/// The names below the folder at which the file of a path may stand, the likeliest first.
fn names(path: &str) -> Vec<String> {
    match relative(path) {
        None => Vec::new(),
        Some(folder) if folder.is_empty() || folder.ends_with('/') => vec![format!("{folder}index.html")],
        Some(name) => vec![name.clone(), format!("{name}.html")],
    }
}

/// The decoded path without its leading slash; `None` for one that could mean something else to the file system than it
/// says.
fn relative(path: &str) -> Option<String> {
    let segments = path.strip_prefix('/')?.split('/');
    let decoded: Vec<String> = segments
        .map(|segment| Some(percent_decode_str(segment).decode_utf8().ok()?.into_owned()))
        .collect::<Option<_>>()?;
    let (_, folders) = decoded.split_last()?;
    let is_plain = |segment: &String| segment != "." && segment != ".." && !segment.contains(['/', '\\', '\0']);
    let is_harmless = decoded.iter().all(is_plain) && folders.iter().all(|folder| !folder.is_empty());
    is_harmless.then(|| decoded.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;
    use std::path::PathBuf;

    struct Folder(PathBuf);

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).ok();
        }
    }

    /// A folder `out` with files, beside a file that must not be served.
    fn folder(name: &str) -> std::io::Result<Folder> {
        let folder = std::env::temp_dir().join(format!("carillon-files-{name}-{}", std::process::id()));
        let out = folder.join("out");
        fs::create_dir_all(out.join("_next/static"))?;
        fs::create_dir_all(out.join("chat"))?;
        for (name, content) in [
            ("index.html", "home"),
            ("chat.html", "chat"),
            ("chat/index.html", "chat's index"),
            ("404.html", "nothing here"),
            ("a b.txt", "spaces"),
            ("_next/static/x.js", "script"),
            ("../secret.txt", "secret"),
        ] {
            fs::write(out.join(name), content)?;
        }
        std::os::unix::fs::symlink("../secret.txt", out.join("link.txt"))?;
        Ok(Folder(folder))
    }

    async fn get(files: &Files, path: &str) -> (u16, String, String, String) {
        let (head, body) = files.answer(&Method::GET, path).await.into_parts();
        let header = |name| String::from_utf8_lossy(head.headers[name].as_bytes()).into_owned();
        let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        let body = String::from_utf8_lossy(&body).into_owned();
        (
            head.status.as_u16(),
            header("content-type"),
            header("cache-control"),
            body,
        )
    }

    #[tokio::test]
    async fn a_path_finds_its_file() -> Result<(), Box<dyn std::error::Error>> {
        let folder = folder("finds")?;
        let files = Files::open(&folder.0.join("out"))?;
        let html = "text/html; charset=utf-8";
        for (path, status, content_type, body) in [
            ("/", 200, html, "home"),
            ("/index.html", 200, html, "home"),
            ("/chat", 200, html, "chat"),
            ("/chat/", 200, html, "chat's index"),
            ("/a%20b.txt", 200, "text/plain; charset=utf-8", "spaces"),
            ("/nowhere", 404, html, "nothing here"),
            ("/_next", 404, html, "nothing here"),
            ("/_next/static/y.js", 404, html, "nothing here"),
        ] {
            let expected = (status, content_type.to_owned(), "no-cache".to_owned(), body.to_owned());
            assert_eq!(get(&files, path).await, expected, "{path}");
        }
        let script = get(&files, "/_next/static/x.js").await;
        assert_eq!(
            (script.0, script.2.as_str()),
            (200, "public, max-age=31536000, immutable")
        );
        Ok(())
    }

    #[tokio::test]
    async fn nothing_outside_the_folder_is_found() -> Result<(), Box<dyn std::error::Error>> {
        let folder = folder("outside")?;
        let files = Files::open(&folder.0.join("out"))?;
        for path in [
            "/../secret.txt",
            "/chat/../../secret.txt",
            "/%2e%2e/secret.txt",
            "/..%2fsecret.txt",
            "/..%5csecret.txt",
            "/chat/..%2f..%2fsecret.txt",
            "//etc/passwd",
            "/%2fetc/passwd",
            "/%2fetc%2fpasswd",
            "/./index.html",
            "/index.html%00",
            "/%ff",
            "/link.txt",
        ] {
            let (status, _, _, body) = get(&files, path).await;
            assert_eq!((status, body.as_str()), (404, "nothing here"), "{path}");
        }
        Ok(())
    }

    #[tokio::test]
    async fn only_reading_is_allowed_and_a_missing_folder_is_named() -> Result<(), Box<dyn std::error::Error>> {
        let folder = folder("reading")?;
        let files = Files::open(&folder.0.join("out"))?;
        assert_eq!(files.answer(&Method::POST, "/").await.status(), 405);
        assert_eq!(files.answer(&Method::HEAD, "/").await.status(), 200);
        for path in ["nowhere", "secret.txt"] {
            let said = Files::open(&folder.0.join(path))
                .err()
                .map(|problem| problem.to_string());
            assert!(
                said.is_some_and(|said| said.contains("cannot be opened: build it first")),
                "{path}"
            );
        }
        Ok(())
    }
}
