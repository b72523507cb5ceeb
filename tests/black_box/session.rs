//! The session endpoint, seen from outside: who gets a session by which way, who does not, and how it ends.

use reqwest::{Method, Url};
use serde_json::{Value, json};
use tests::{Answer, Handshake, Stack, StackOptions, TestResult, Visitor, carillon_template};

pub(crate) const APPLICATION: &str = "localhost";
pub(crate) const AUTH: &str = "__Host-auth";
pub(crate) const REFRESH: &str = "__Secure-refresh";
const STATE: &str = "__Host-sign-in";

pub(crate) fn session(stack: &Stack, path: &str) -> String {
    format!("{}/session{path}", stack.endpoint("/web"))
}

/// What holds for every answer, whatever it says.
pub(crate) fn is_private(answer: &Answer) {
    let header = |name: &str| answer.headers.get(name).and_then(|value| value.to_str().ok());
    assert_eq!(header("cache-control"), Some("no-store"), "{}", answer.url.path());
    assert_eq!(
        header("x-content-type-options"),
        Some("nosniff"),
        "{}",
        answer.url.path()
    );
    let cors = answer
        .headers
        .keys()
        .find(|name| name.as_str().starts_with("access-control-"));
    assert_eq!(cors, None, "{}", answer.url.path());
}

pub(crate) fn refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (status, code),
        "{}",
        answer.body
    );
    assert!(!answer.json()["message"].as_str().unwrap_or_default().is_empty());
    is_private(answer);
}

#[tokio::test]
async fn a_person_signs_in_on_the_pages_and_has_a_session_and_a_socket() -> TestResult {
    let stack = Stack::start().await?;
    let mut alice = Visitor::new()?;
    refused(
        &alice.fetch(Method::GET, &session(&stack, "")).await?,
        401,
        "not_signed_in",
    );

    let login = alice
        .get(&session(&stack, "/login?return=/rooms%3Fname%3Dlobby"))
        .await?;
    is_private(&login);
    let state = alice.cookie(APPLICATION, STATE).map(|cookie| cookie.attributes.clone());
    assert_eq!(
        state.as_deref(),
        Some("Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600")
    );
    let authorize = login.location().ok_or("no redirect")?;
    assert_eq!(
        authorize.host_str(),
        Some("127.0.0.1"),
        "another site than the application's, as on AWS"
    );
    let page = alice.follow(login, None).await?;
    let fields = [("username", "alice"), ("password", &stack.password("alice"))];
    let sent = alice.submit(&page, &fields).await?;
    let back = alice.follow(sent, Some("/rooms")).await?;
    is_private(&back);
    assert_eq!(
        back.location().map(|url| url.to_string()),
        Some(format!("{}/rooms?name=lobby", stack.endpoint("/web")))
    );
    assert!(alice.cookie(APPLICATION, STATE).is_none(), "one sign-in, one state");
    let attributes = |name: &str| {
        alice
            .cookie(APPLICATION, name)
            .map(|cookie| cookie.attributes.clone())
            .unwrap_or_default()
    };
    assert!(
        attributes(AUTH).starts_with("Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age="),
        "{}",
        attributes(AUTH)
    );
    assert!(
        attributes(REFRESH).starts_with("Path=/session; Secure; HttpOnly; SameSite=Strict; Max-Age="),
        "{}",
        attributes(REFRESH)
    );

    let who = alice.fetch(Method::GET, &session(&stack, "")).await?;
    assert_eq!((who.status, who.json()["name"].as_str()), (200, Some("alice")));
    is_private(&who);
    let token = alice
        .cookie(APPLICATION, AUTH)
        .map(|cookie| cookie.value.clone())
        .unwrap_or_default();
    let mut socket = Handshake::of_browser(&stack, &token).open().await?;
    socket.send(r#"{"action":"ping","id":"p1"}"#).await?;
    let pong = socket.next_of("pong").await?;
    assert_eq!(
        (&pong["id"], &pong["expiresAt"]),
        (&json!("p1"), &who.json()["expiresAt"])
    );
    stack.stop().await
}

#[tokio::test]
async fn a_callback_without_its_own_state_is_refused() -> TestResult {
    let stack = Stack::start().await?;
    let changed = |callback: &Url, name: &str, value: &str| {
        let mut url = callback.clone();
        let pairs: Vec<(String, String)> = callback.query_pairs().into_owned().collect();
        url.query_pairs_mut().clear();
        for (key, old) in pairs {
            let new = if key == name { value } else { &old };
            url.query_pairs_mut().append_pair(&key, new);
        }
        url
    };
    let mut alice = Visitor::new()?;
    let callback = alice.sign_in_up_to_callback(&stack, "alice").await?;
    let mut bob = Visitor::new()?;
    let of_bob = bob.sign_in_up_to_callback(&stack, "bob").await?;
    let parameter = |url: &Url, name: &str| {
        url.query_pairs()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default()
    };

    let cases = [
        ("forged", changed(&callback, "state", "forged")),
        ("empty", changed(&callback, "state", "")),
        ("somebody else's", of_bob.clone()),
        (
            "none",
            Url::parse(&format!(
                "{}?code={}",
                session(&stack, "/callback"),
                parameter(&callback, "code")
            ))?,
        ),
        (
            "no code",
            Url::parse(&format!(
                "{}?state={}",
                session(&stack, "/callback"),
                parameter(&callback, "state")
            ))?,
        ),
        ("twice", Url::parse(&format!("{callback}&state=forged"))?),
    ];
    for (what, url) in cases {
        let mut visitor = alice.clone();
        let answer = visitor.get(url.as_str()).await?;
        assert_eq!(answer.status, 400, "{what}");
        refused(&answer, 400, "invalid_state");
        assert!(visitor.cookie(APPLICATION, AUTH).is_none(), "{what}");
        assert!(visitor.cookie(APPLICATION, REFRESH).is_none(), "{what}");
    }
    let mut nobody = Visitor::new()?;
    refused(&nobody.get(callback.as_str()).await?, 400, "invalid_state");

    // The victim's own state with the attacker's code: only the code challenge tells.
    let mut victim = alice.clone();
    let injected = changed(&callback, "code", &parameter(&of_bob, "code"));
    refused(&victim.get(injected.as_str()).await?, 400, "code_refused");
    assert!(victim.cookie(APPLICATION, AUTH).is_none());
    stack.stop().await
}

#[tokio::test]
async fn a_code_counts_once() -> TestResult {
    let stack = Stack::start().await?;
    let mut alice = Visitor::new()?;
    let callback = alice.sign_in_up_to_callback(&stack, "alice").await?;
    let mut thief = alice.clone();
    assert_eq!(alice.get(callback.as_str()).await?.status, 302);
    refused(&alice.get(callback.as_str()).await?, 400, "invalid_state");
    refused(&thief.get(callback.as_str()).await?, 400, "code_refused");
    assert!(thief.cookie(APPLICATION, AUTH).is_none());
    let page = thief
        .ask(
            Method::GET,
            callback.as_str(),
            &[("accept", "text/html,*/*;q=0.8")],
            None,
        )
        .await?;
    assert_eq!(page.status, 400);
    assert!(
        page.body.contains("/session/login") && page.body.starts_with("<!doctype html>"),
        "{}",
        page.body
    );
    stack.stop().await
}

#[tokio::test]
async fn only_paths_of_this_origin_are_returned_to() -> TestResult {
    let stack = Stack::start().await?;
    let mut visitor = Visitor::new()?;
    let foreign = [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "",
        "evil",
        "/a b",
        "/a\r\nSet-Cookie: x=y",
        "/ü",
        "/session/login",
        "/session",
        "http:/evil.example",
        " /x",
        "/\t/evil.example",
    ];
    for path in foreign {
        let url = Url::parse_with_params(&session(&stack, "/login"), [("return", path)])?;
        let answer = visitor.get(url.as_str()).await?;
        refused(&answer, 400, "invalid_return");
        assert!(visitor.cookie(APPLICATION, STATE).is_none(), "{path:?}");
    }
    let long = format!("/{}", "x".repeat(511));
    for path in ["/", "/rooms?a=b#c", "/a//b", long.as_str()] {
        let url = Url::parse_with_params(&session(&stack, "/login"), [("return", path)])?;
        assert_eq!(visitor.get(url.as_str()).await?.status, 302, "{path:?}");
    }
    let url = Url::parse_with_params(&session(&stack, "/login"), [("return", format!("{long}x"))])?;
    refused(&visitor.get(url.as_str()).await?, 400, "invalid_return");
    stack.stop().await
}

#[tokio::test]
async fn the_refresh_cookie_gives_a_new_token_until_it_is_revoked() -> TestResult {
    let stack = Stack::start().await?;
    let mut alice = Visitor::new()?;
    alice.sign_in(&stack, "alice").await?;
    let old = alice.clone();
    alice.lose(APPLICATION, AUTH);
    refused(
        &alice.fetch(Method::GET, &session(&stack, "")).await?,
        401,
        "not_signed_in",
    );
    let refreshed = alice.fetch(Method::POST, &session(&stack, "/refresh")).await?;
    assert_eq!(
        (refreshed.status, refreshed.json()["name"].as_str()),
        (200, Some("alice"))
    );
    is_private(&refreshed);
    assert_eq!(alice.fetch(Method::GET, &session(&stack, "")).await?.status, 200);

    let out = alice.fetch(Method::DELETE, &session(&stack, "")).await?;
    is_private(&out);
    let logout = out.json()["logoutUrl"].as_str().unwrap_or_default().to_owned();
    assert!(alice.cookie(APPLICATION, AUTH).is_none() && alice.cookie(APPLICATION, REFRESH).is_none());
    let mut thief = old;
    refused(
        &thief.fetch(Method::POST, &session(&stack, "/refresh")).await?,
        401,
        "not_signed_in",
    );
    assert!(
        thief.cookie(APPLICATION, REFRESH).is_none(),
        "what is no use any more is taken away"
    );

    // The pool's browser session ends where the answer says, and leads back to the application.
    let gone = alice.get(&logout).await?;
    assert_eq!(
        gone.location().map(|url| url.to_string()),
        Some(format!("{}/", stack.endpoint("/web")))
    );
    let login = alice.get(&session(&stack, "/login")).await?;
    assert_eq!(alice.follow(login, None).await?.status, 200, "it asks who is there");
    assert_eq!(
        alice.fetch(Method::DELETE, &session(&stack, "")).await?.status,
        200,
        "again is harmless"
    );
    for garbage in ["", "x", "a.b.c", &"x".repeat(3000)] {
        alice.plant(APPLICATION, REFRESH, garbage);
        refused(
            &alice.fetch(Method::POST, &session(&stack, "/refresh")).await?,
            401,
            "not_signed_in",
        );
    }
    stack.stop().await
}

#[tokio::test]
async fn an_application_with_its_own_sign_in_turns_its_token_into_the_cookie() -> TestResult {
    let stack = Stack::start().await?;
    let tokens = stack.sign_in("alice").await?;
    let mut alice = Visitor::new()?;
    alice.plant(APPLICATION, REFRESH, "of-somebody-else");
    for authorization in [
        "",
        "Bearer",
        "Bearer x",
        &format!("Basic {}", tokens.id),
        &format!("Bearer {}", tokens.access),
    ] {
        let answer = alice
            .ask(
                Method::POST,
                &session(&stack, ""),
                &[("authorization", authorization)],
                None,
            )
            .await?;
        refused(&answer, 401, "not_signed_in");
        assert!(alice.cookie(APPLICATION, AUTH).is_none(), "{authorization}");
    }
    let bearer = format!("Bearer {}", tokens.id);
    let answer = alice
        .ask(Method::POST, &session(&stack, ""), &[("authorization", &bearer)], None)
        .await?;
    assert_eq!((answer.status, answer.json()["name"].as_str()), (200, Some("alice")));
    assert_eq!(
        alice.cookie(APPLICATION, AUTH).map(|cookie| cookie.value.as_str()),
        Some(tokens.id.as_str())
    );
    assert!(
        alice.cookie(APPLICATION, REFRESH).is_none(),
        "a refresh token of somebody else must not stay beside it"
    );
    stack.stop().await
}

/// The CDK app's template, its functions told that the pool has no pages.
fn template_without_pages(folder: &std::path::Path) -> TestResult<std::path::PathBuf> {
    let mut template: Value = serde_json::from_str(&std::fs::read_to_string(carillon_template()?)?)?;
    let mut changed = 0;
    for resource in template["Resources"]
        .as_object_mut()
        .into_iter()
        .flat_map(|all| all.values_mut())
    {
        if let Some(base) = resource.pointer_mut("/Properties/Environment/Variables/SIGN_IN_BASE_URL") {
            *base = json!("");
            changed += 1;
        }
    }
    assert_eq!(changed, 1, "one function sends people to sign in");
    let path = folder.join("NoPages.template.json");
    std::fs::write(&path, template.to_string())?;
    Ok(path)
}

#[tokio::test]
async fn a_pool_without_pages_still_gives_sessions_to_those_who_bring_a_token() -> TestResult {
    let folder = tempfile::TempDir::new()?;
    let template = Some(template_without_pages(folder.path())?);
    let stack = Stack::start_with(StackOptions {
        template,
        ..StackOptions::default()
    })
    .await?;
    let mut alice = Visitor::new()?;
    refused(&alice.get(&session(&stack, "/login")).await?, 404, "not_configured");
    let bearer = format!("Bearer {}", stack.sign_in("alice").await?.id);
    let answer = alice
        .ask(Method::POST, &session(&stack, ""), &[("authorization", &bearer)], None)
        .await?;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let out = alice.fetch(Method::DELETE, &session(&stack, "")).await?;
    assert_eq!((out.status, &out.json()["logoutUrl"]), (200, &Value::Null));
    stack.stop().await
}
