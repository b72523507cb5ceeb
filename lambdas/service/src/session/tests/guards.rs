//! What is refused before anything is done.

use super::*;

const GUARDED: [(&str, &str); 4] = [
    ("POST", "/session"),
    ("POST", "/session/refresh"),
    ("DELETE", "/session"),
    ("DELETE", "/session/all"),
];

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    for (method, path) in [
        ("GET", "/session/"),
        ("get", "/session"),
        ("PUT", "/session"),
        ("", ""),
        ("GET", "/"),
    ] {
        let response = world().answer(&asking(method, path)).await;
        assert_eq!(refusal(&response), (404, "not_found".into()), "{method} {path}");
    }
}

#[tokio::test]
async fn a_foreign_page_changes_nothing() {
    for (method, path) in GUARDED {
        for (origin, site) in [
            (Some("https://evil.example"), None),
            (Some("null"), None),
            (None, Some("same-site")),
        ] {
            let world = world();
            world.pool.refreshes("r1", tokens(&good_token(), None));
            let request = Request {
                origin: origin.map(str::to_owned),
                fetch_site: site.map(str::to_owned),
                authorization: Some(format!("Bearer {}", good_token())),
                ..with(
                    &[(Cookie::Auth, &good_token()), (Cookie::Refresh, "r1")],
                    asking(method, path),
                )
            };
            let response = world.answer(&request).await;
            assert_eq!(refusal(&response), (403, "forbidden_origin".into()), "{method} {path}");
            assert!(response.cookies.is_empty() && world.pool.calls().is_empty());
        }
    }
}

#[tokio::test]
async fn the_own_page_and_programs_are_let_through() {
    for (method, path) in GUARDED {
        for origin in [None, Some(ORIGIN)] {
            let request = Request {
                origin: origin.map(str::to_owned),
                fetch_site: origin.map(|_| "same-origin".to_owned()),
                ..asking(method, path)
            };
            assert_ne!(world().answer(&request).await.status, 403, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_body_over_4_kib_is_too_large() {
    for (bytes, status) in [(4095, 200), (4096, 200), (4097, 413)] {
        let request = Request {
            body_bytes: bytes,
            ..asking("DELETE", "/session")
        };
        assert_eq!(world().answer(&request).await.status, status, "{bytes}");
    }
}
