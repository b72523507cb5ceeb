//! Chooses the route of a request: method and path, then `ANY` and the path, then `$default`
//! (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html>).

use std::borrow::Cow;
use std::collections::BTreeMap;

use axum::http::Method;
use percent_encoding::percent_decode_str;

/// The route key and what stands at it.
pub(super) fn find<'a, T>(routes: &'a BTreeMap<String, T>, method: &Method, path: &str) -> Option<(&'a str, &'a T)> {
    [format!("{method} {path}"), format!("ANY {path}"), "$default".to_owned()]
        .iter()
        .find_map(|key| routes.get_key_value(key))
        .map(|(key, route)| (key.as_str(), route))
}

/// The path as an HTTP API hands it on: decoded, even in `rawPath`.
pub(super) fn decoded(path: &str) -> Cow<'_, str> {
    percent_decode_str(path).decode_utf8_lossy()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_exact_route_wins() {
        let routes: BTreeMap<String, ()> = ["GET /a", "ANY /a", "ANY /b"].map(|key| (key.to_owned(), ())).into();
        let with_default: BTreeMap<String, ()> = routes
            .clone()
            .into_iter()
            .chain([("$default".to_owned(), ())])
            .collect();
        for (method, path, expected, or_default) in [
            (Method::GET, "/a", Some("GET /a"), "GET /a"),
            (Method::POST, "/a", Some("ANY /a"), "ANY /a"),
            (Method::GET, "/b", Some("ANY /b"), "ANY /b"),
            (Method::GET, "/a/", None, "$default"),
            (Method::GET, "/A", None, "$default"),
            (Method::GET, "/", None, "$default"),
        ] {
            assert_eq!(
                find(&routes, &method, path).map(|(key, ())| key),
                expected,
                "{method} {path}"
            );
            assert_eq!(
                find(&with_default, &method, path).map(|(key, ())| key),
                Some(or_default),
                "{method} {path}"
            );
        }
    }

    #[test]
    fn paths_are_decoded_once() {
        for (path, expected) in [("/a%2Fb", "/a/b"), ("/a+b", "/a+b"), ("/%2541", "/%41"), ("/%", "/%")] {
            assert_eq!(decoded(path), expected);
        }
    }
}
