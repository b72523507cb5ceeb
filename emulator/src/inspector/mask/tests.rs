//! What is hidden and what is not, and that no token survives whatever is around it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};

use super::*;

const JWT: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";

#[test]
fn what_is_secret_is_hidden() {
    for (text, expected) in [
        (format!("a {JWT} b"), "a ••• b"),
        (format!("carillon.v1, bearer.{JWT}"), "carillon.v1, bearer.•••"),
        (format!("x{JWT}y"), "x•••"),
        ("eyJhbGciOiJSUzI1NiJ9".to_owned(), "•••"),
        ("ew0KICJhbGciOiAiUlMyNTYiDQp9.e30.c2ln".to_owned(), "•••"),
        (r#"{"token":"abc","b":1}"#.to_owned(), r#"{"token":"•••","b":1}"#),
        (
            r#"{"idToken" : "a\"b\\","b":1}"#.to_owned(),
            r#"{"idToken" : "•••","b":1}"#,
        ),
        (
            r#"{"Cookie":"a=b; c=d","Host":"h"}"#.to_owned(),
            r#"{"Cookie":"•••","Host":"h"}"#,
        ),
        (
            r#"{"cookies":["a=]","b"],"x":[1]}"#.to_owned(),
            r#"{"cookies":"•••","x":[1]}"#,
        ),
        (
            r#"{"Sec-WebSocket-Protocol":["p, bearer.x"]}"#.to_owned(),
            r#"{"Sec-WebSocket-Protocol":"•••"}"#,
        ),
        (r#"{"token":{"a":["b}"]},"c":1}"#.to_owned(), r#"{"token":"•••","c":1}"#),
        (r#"{"password":12345}"#.to_owned(), r#"{"password":•••}"#),
        (
            r#"{"body":"{\"token\":\"a\\\"b\",\"c\":1}"}"#.to_owned(),
            r#"{"body":"{\"token\":\"•••\",\"c\":1}"}"#,
        ),
        (
            r#"{"body":"{\"tokens\":[\"a\"],\"c\":1}"}"#.to_owned(),
            r#"{"body":"{\"tokens\":\"•••\",\"c\":1}"}"#,
        ),
        (
            r#""{\"a\":\"{\\\"secret\\\":\\\"s\\\",\\\"d\\\":1}\"}""#.to_owned(),
            r#""{\"a\":\"{\\\"secret\\\":\\\"•••\\\",\\\"d\\\":1}\"}""#,
        ),
        (r#"{"token":"cut off in the mid"#.to_owned(), r#"{"token":"•••"#),
        ("/ws?token=abc&name=x".to_owned(), "/ws?token=•••&name=x"),
        (
            "/x?access_token=a,b)&id_token=c".to_owned(),
            "/x?access_token=•••&id_token=•••",
        ),
        ("/back?code=1234&state=s".to_owned(), "/back?code=•••&state=•••"),
        (
            r#"{"code":"Zm9vYmFyYmF6cXV4MQ","state":"open"}"#.to_owned(),
            r#"{"code":"•••","state":"open"}"#,
        ),
        (
            "/in?to=%2Fa%3Ftoken%3Dabc%26b%3Dc".to_owned(),
            "/in?to=%2Fa%3Ftoken%3D•••%26b%3Dc",
        ),
        (
            "Authorization: Basic dXNlcjpwYXNz\nHost: h".to_owned(),
            "Authorization: •••\nHost: h",
        ),
        ("set-cookie: a=b; Path=/\r\nx: y".to_owned(), "set-cookie: •••\r\nx: y"),
        ("got Bearer 0123456789abcdef.".to_owned(), "got Bearer •••"),
        (
            "refresh_token: Some(abc), user: bob".to_owned(),
            "refresh_token: •••, user: bob",
        ),
        (
            "token=Some(\"a b\") Token { secret: Secret { a: 'b c' } }".to_owned(),
            "token=••• Token { secret: ••• }",
        ),
        ("{'token': 'abc', 'b': 1}".to_owned(), "{'token': '•••', 'b': 1}"),
        ("client-secret=ü&b=ä".to_owned(), "client-secret=•••&b=ä"),
    ] {
        assert_eq!(mask(&text), expected, "{text}");
    }
}

#[test]
fn what_is_not_secret_stays() {
    for text in [
        "",
        "Grüße, 世界: = % : e",
        r#"{"action":"message","text":"the keyId and the keyJoin of a firework","code":"token_expired"}"#,
        r#"{"token":null,"password":true}"#,
        "a bearer of news",
        "example.execute-api.us-east-1.amazonaws.com",
        "eyJ",
        "Newport.example.org",
        "token",
        "token=",
        "%",
        "=%3D:",
    ] {
        assert_eq!(mask(text), text);
    }
}

#[test]
fn a_value_is_hidden_by_its_name() {
    assert_eq!(mask_value("Sec-WebSocket-Protocol", "p, q"), "•••");
    assert_eq!(mask_value("code", "1"), "•••");
    assert_eq!(mask_value("User-Agent", JWT), "•••");
    assert_eq!(mask_value("Host", "localhost"), "localhost");
}

#[test]
fn text_is_cut_before_it_is_masked() {
    assert_eq!(cut_and_mask("äöü", 3), "ä");
    assert_eq!(cut_and_mask(&format!("{{\"a\":\"{JWT}\"}}"), 30), r#"{"a":"•••"#);
    assert_eq!(cut_and_mask_bytes(b"a\xffb", 10), "a\u{fffd}b");
}

/// Tokens of any length, with headers as any library writes them, in any company, cut off anywhere.
#[test]
fn no_token_survives() {
    let seed = rand::random();
    let mut random = StdRng::seed_from_u64(seed);
    for _ in 0..20_000 {
        let token = token(&mut random);
        let (before, after) = (company(&mut random), company(&mut random));
        let text = format!("{before}{token}{after}");
        let masked = cut_and_mask(&text, random.random_range(0..=text.len()));
        // What may be left is the beginning of a header.
        for part in token.split('.').skip(1).filter(|part| part.len() >= 8) {
            let beginning = &part[..8];
            assert!(
                !masked.contains(beginning),
                "seed {seed}: {beginning} of {text} in {masked}"
            );
        }
    }
}

fn token(random: &mut StdRng) -> String {
    let headers = [
        "{\"alg\":\"RS256\"}",
        "{ \"alg\": \"none\" }",
        "{\r\n \"typ\":\"JWT\"}",
        "{\n\"alg\":\"ES256\"}",
    ];
    let header = URL_SAFE_NO_PAD.encode(headers[random.random_range(0..headers.len())]);
    let parts = (0..random.random_range(2..=4)).map(|_| {
        let mut bytes = vec![0; random.random_range(8..=600)];
        random.fill_bytes(&mut bytes);
        URL_SAFE_NO_PAD.encode(bytes)
    });
    std::iter::once(header).chain(parts).collect::<Vec<_>>().join(".")
}

/// Anything that is no part of a word.
fn company(random: &mut StdRng) -> String {
    let parts = [
        "\"", "\\\"", "{\"a\":", "token=", ";", " ", "bearer.", "'", "=", "%3D", ":", "ü", "\n", "[", "]}", "&",
    ];
    let count = random.random_range(0..=4);
    (0..count).map(|_| parts[random.random_range(0..parts.len())]).collect()
}
