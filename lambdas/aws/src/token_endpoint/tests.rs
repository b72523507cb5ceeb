//! Asking a token endpoint that is well, refuses, is gone, slow, too talkative, or elsewhere.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::testing::{answering, recording, response};

const GOOD: &str =
    r#"{"id_token":"a.b.c","access_token":"d","refresh_token":"r","token_type":"Bearer","expires_in":3600}"#;

fn secret(text: &str) -> Secret {
    Secret::parse(text).unwrap()
}

fn endpoint(base: String) -> HttpTokenEndpoint {
    HttpTokenEndpoint::new(Pages {
        base,
        client: "client1".into(),
        origin: "https://app.example".into(),
    })
    .unwrap()
}

async fn refresh(answer: String) -> Result<Tokens, NoTokens> {
    endpoint(answering(answer).await.unwrap()).refresh(&secret("r0")).await
}

/// Why a refresh gives nothing when it is answered like this.
async fn failure(status: &str, body: &str) -> NoTokens {
    refresh(response(status, "", body)).await.unwrap_err()
}

#[tokio::test]
async fn a_code_is_exchanged_by_a_form() {
    let (base, asked) = recording(response("200 OK", "", GOOD)).await.unwrap();
    let tokens = endpoint(base).exchange(&secret("c/1"), &secret("v1")).await.unwrap();
    assert_eq!((tokens.id.expose(), tokens.refresh.unwrap().expose()), ("a.b.c", "r"));
    let asked = asked.lock().unwrap().join("");
    let (head, body) = asked.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /oauth2/token HTTP/1.1\r\n"), "{head}");
    assert!(
        head.contains("content-type: application/x-www-form-urlencoded"),
        "{head}"
    );
    assert_eq!(
        body,
        "grant_type=authorization_code&client_id=client1&code=c%2F1\
         &redirect_uri=https%3A%2F%2Fapp.example%2Fsession%2Fcallback&code_verifier=v1"
    );
}

#[tokio::test]
async fn revoking_goes_to_an_address_of_its_own() {
    let (base, asked) = recording(response("200 OK", "", "")).await.unwrap();
    endpoint(base).revoke(&secret("r1")).await.unwrap();
    let asked = asked.lock().unwrap().join("");
    assert!(asked.starts_with("POST /oauth2/revoke HTTP/1.1\r\n"), "{asked}");
    assert!(asked.ends_with("\r\n\r\ntoken=r1&client_id=client1"), "{asked}");
}

#[tokio::test]
async fn without_a_refresh_token_there_is_just_none() {
    for body in [
        r#"{"id_token":"a.b.c"}"#,
        r#"{"id_token":"a.b.c","refresh_token":null}"#,
    ] {
        assert!(refresh(response("200 OK", "", body)).await.unwrap().refresh.is_none());
    }
}

#[tokio::test]
async fn an_answer_that_no_cookie_could_carry_is_none() {
    for body in [
        "",
        "[]",
        "<html>",
        "{}",
        r#"{"id_token":7}"#,
        r#"{"id_token":""}"#,
        r#"{"id_token":"a; Domain=evil.example"}"#,
        r#"{"id_token":"a.b.c","refresh_token":"r\r\nSet-Cookie: x=y"}"#,
        r#"{"id_token":"a.b.c","refresh_token":7}"#,
    ] {
        assert!(
            matches!(failure("200 OK", body).await, NoTokens::Unavailable(_)),
            "{body}"
        );
    }
}

#[tokio::test]
async fn only_what_says_that_the_token_is_worth_nothing_refuses_it() {
    for error in ["invalid_grant", "invalid_request"] {
        let body = format!(r#"{{"error":"{error}"}}"#);
        assert_eq!(failure("400 Bad Request", &body).await, NoTokens::Refused(error.into()));
        assert!(matches!(
            failure("500 Internal Server Error", &body).await,
            NoTokens::Unavailable(_)
        ));
    }
    for (status, body, reason) in [
        (
            "400 Bad Request",
            r#"{"error":"invalid_client"}"#,
            "status 400 invalid_client",
        ),
        (
            "401 Unauthorized",
            r#"{"error":"invalid_client"}"#,
            "status 401 invalid_client",
        ),
        ("400 Bad Request", r#"{"error":"Token eyJ.secret"}"#, "status 400"),
        ("400 Bad Request", "", "status 400"),
        ("429 Too Many Requests", "{}", "status 429"),
        ("503 Service Unavailable", "<html>", "status 503"),
    ] {
        assert_eq!(
            failure(status, body).await,
            NoTokens::Unavailable(reason.into()),
            "{status} {body}"
        );
    }
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let (elsewhere, asked) = recording(response("200 OK", "", GOOD)).await.unwrap();
    for status in ["302 Found", "307 Temporary Redirect"] {
        let redirect = response(status, &format!("Location: {elsewhere}\r\n"), "");
        assert!(
            matches!(refresh(redirect).await, Err(NoTokens::Unavailable(_))),
            "{status}"
        );
    }
    assert!(asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_answer_may_have_64_kib() {
    let of = |bytes: usize| response("200 OK", "", &format!("{GOOD}{}", " ".repeat(bytes - GOOD.len())));
    assert!(refresh(of(TOKEN_ANSWER_BYTES_MAX - 1)).await.is_ok());
    assert!(refresh(of(TOKEN_ANSWER_BYTES_MAX)).await.is_ok());
    let error = refresh(of(TOKEN_ANSWER_BYTES_MAX + 1)).await.unwrap_err();
    assert!(error.to_string().contains("more than"), "{error}");
}

#[tokio::test]
async fn an_endpoint_that_is_gone_or_never_answers_is_unavailable_and_its_address_untold() {
    let gone = endpoint("http://127.0.0.1:1".into());
    let error = gone.exchange(&secret("c1"), &secret("v1")).await.unwrap_err();
    assert!(
        matches!(&error, NoTokens::Unavailable(text) if !text.contains("oauth2")),
        "{error}"
    );
    let begun = std::time::Instant::now();
    let silent = endpoint(answering(String::new()).await.unwrap());
    assert!(matches!(
        silent.revoke(&secret("r1")).await,
        Err(NoTokens::Unavailable(_))
    ));
    assert!(begun.elapsed() < REVOKE_TIMEOUT * 2);
}
