//! How sessions end everywhere, and what cannot end or change them: other sites, and requests that are none.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;
use tests::{Handshake, Stack, TestResult, Visitor, eventually};

use crate::session::{APPLICATION, AUTH, REFRESH, is_private, refused, session};

#[tokio::test]
async fn signing_out_everywhere_ends_every_session_and_closes_every_socket_of_that_user_alone() -> TestResult {
    let stack = Stack::start().await?;
    let (mut here, mut there, mut bob) = (Visitor::new()?, Visitor::new()?, Visitor::new()?);
    here.sign_in(&stack, "alice").await?;
    there.sign_in(&stack, "alice").await?;
    bob.sign_in(&stack, "bob").await?;
    let token = |visitor: &Visitor| {
        visitor
            .cookie(APPLICATION, AUTH)
            .map(|cookie| cookie.value.clone())
            .unwrap_or_default()
    };
    let mut sockets = Vec::new();
    for visitor in [&here, &there, &there] {
        sockets.push(Handshake::of_browser(&stack, &token(visitor)).open().await?);
    }
    let mut of_bob = Handshake::of_browser(&stack, &token(&bob)).open().await?;

    let mut nobody = Visitor::new()?;
    refused(
        &nobody.fetch(Method::DELETE, &session(&stack, "/all")).await?,
        401,
        "not_signed_in",
    );
    let began = Instant::now();
    let out = here.fetch(Method::DELETE, &session(&stack, "/all")).await?;
    assert_eq!(out.status, 200, "{}", out.body);
    is_private(&out);
    assert!(
        out.json()["logoutUrl"]
            .as_str()
            .is_some_and(|url| url.contains("/logout?"))
    );
    for socket in &mut sockets {
        assert_eq!(
            socket.next_of("closing").await?,
            json!({ "type": "closing", "reason": "signed_out", "retry": false })
        );
        assert_eq!(socket.closed().await?.code, 1000);
    }
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "aut_08: {:?}",
        began.elapsed()
    );
    refused(
        &there.fetch(Method::POST, &session(&stack, "/refresh")).await?,
        401,
        "not_signed_in",
    );
    of_bob
        .send(r#"{"action":"echo","id":"e1","data":{"content":1}}"#)
        .await?;
    assert_eq!(of_bob.next_of("echo").await?["id"], "e1");
    assert_eq!(bob.fetch(Method::POST, &session(&stack, "/refresh")).await?.status, 200);
    eventually("their rows to go", async || {
        let rows = stack.rows_of_kind("connection").await;
        rows.is_ok_and(|rows| rows.len() == 1)
    })
    .await?;
    stack.stop().await
}

#[tokio::test]
async fn whom_the_back_end_sent_away_is_told_so_and_signs_in_anew() -> TestResult {
    let stack = Stack::start().await?;
    let mut alice = Visitor::new()?;
    alice.sign_in(&stack, "alice").await?;
    let me = alice.fetch(Method::GET, &session(&stack, "")).await?.json()["user"].clone();
    let token = alice.cookie(APPLICATION, AUTH).map(|cookie| cookie.value.clone());
    let token = token.unwrap_or_default();
    let order = json!({ "action": "disconnect", "user": me });
    assert_eq!(stack.invoke("fn-push", &order).await?, json!({ "closed": 0 }));

    let mut unrefreshed = alice.clone();
    unrefreshed.lose(APPLICATION, AUTH);
    let refresh = unrefreshed.fetch(Method::POST, &session(&stack, "/refresh")).await?;
    refused(&refresh, 401, "signed_out");
    refused(
        &alice.fetch(Method::GET, &session(&stack, "")).await?,
        401,
        "signed_out",
    );
    for visitor in [&alice, &unrefreshed] {
        for cookie in [AUTH, REFRESH] {
            assert!(visitor.cookie(APPLICATION, cookie).is_none(), "{cookie} is left");
        }
    }
    refused(
        &alice.fetch(Method::GET, &session(&stack, "")).await?,
        401,
        "not_signed_in",
    );

    assert_eq!(Handshake::of_browser(&stack, &token).status().await?, 401);
    eventually("the refusal of the handshake to be logged", async || {
        let log = stack.log();
        let mut lines = log.lines();
        lines.any(|line| {
            ["WARN", "handshake.refused", "revoked"]
                .iter()
                .all(|word| line.contains(word))
        })
    })
    .await?;

    // A sign-in of the very second in which she was sent away does not count either.
    let alice = &alice;
    eventually("the pool to forget her sign-in, and a new one to count", async || {
        let mut again = alice.clone();
        let Ok(back) = again.sign_in(&stack, "alice").await else {
            return false;
        };
        // Home, or by way of the pool's sign-out.
        again.follow(back, Some("/")).await.is_ok()
            && (again.fetch(Method::GET, &session(&stack, "")).await).is_ok_and(|who| who.status == 200)
    })
    .await?;
    stack.stop().await
}

#[tokio::test]
async fn other_sites_change_nothing() -> TestResult {
    let stack = Stack::start().await?;
    let mut alice = Visitor::new()?;
    alice.sign_in(&stack, "alice").await?;
    let requests = [
        (Method::POST, ""),
        (Method::DELETE, ""),
        (Method::DELETE, "/all"),
        (Method::POST, "/refresh"),
    ];
    for (method, path) in requests {
        for headers in [
            [("origin", "https://evil.example"), ("x-a", "b")],
            [("origin", "null"), ("x-a", "b")],
            [("sec-fetch-site", "cross-site"), ("x-a", "b")],
            [("sec-fetch-site", "same-site"), ("x-a", "b")],
        ] {
            let answer = alice
                .ask(method.clone(), &session(&stack, path), &headers, None)
                .await?;
            assert_eq!(answer.status, 403, "{method} {path} {headers:?}");
        }
    }
    assert_eq!(
        alice.fetch(Method::GET, &session(&stack, "")).await?.status,
        200,
        "still signed in"
    );
    stack.stop().await
}

#[tokio::test]
async fn what_is_no_request_of_a_session_is_told_so() -> TestResult {
    let stack = Stack::start().await?;
    let mut visitor = Visitor::new()?;
    for (method, path, status) in [
        (Method::PUT, "", 404),
        (Method::GET, "/", 404),
        (Method::GET, "/nothing", 404),
        (Method::GET, "/refresh", 404),
        (Method::POST, "/login", 404),
        (Method::DELETE, "/everything", 404),
    ] {
        let answer = visitor.fetch(method.clone(), &session(&stack, path)).await?;
        assert_eq!(answer.status, status, "{method} {path}");
    }
    let huge = "x".repeat(4097);
    let url = session(&stack, "");
    refused(
        &visitor.ask(Method::POST, &url, &[], Some(huge)).await?,
        413,
        "too_large",
    );
    for cookies in [
        "",
        ";;;=",
        "__Host-auth",
        "__Host-auth=a; __Host-auth=b",
        "__Host-auth=\"quoted\"",
    ] {
        let answer = visitor.ask(Method::GET, &url, &[("cookie", cookies)], None).await?;
        refused(&answer, 401, "not_signed_in");
    }
    let markup = session(
        &stack,
        "/callback?error=%3Cscript%3Ealert(1)%3C/script%3E&error_description=%3Cb%3E&state=s",
    );
    let answer = visitor
        .ask(Method::GET, &markup, &[("accept", "text/html")], None)
        .await?;
    assert_eq!(answer.status, 400);
    assert!(
        !answer.body.contains("script>") && !answer.body.contains("<b>"),
        "{}",
        answer.body
    );
    stack.stop().await
}
