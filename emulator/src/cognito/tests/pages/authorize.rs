//! `/oauth2/authorize`: what is shown, what is sent back, and what a session is for.

use super::*;

#[tokio::test]
async fn without_a_domain_there_are_no_pages() {
    let mut settings = settings_with_pages();
    settings.sign_in_base = None;
    let harness = Harness::with(settings);
    for path in ["/oauth2/authorize", "/login", "/signup", "/logout", "/style.css"] {
        let request = Request::get(format!("{path}?{}", asking(&[])))
            .body(Body::empty())
            .unwrap();
        assert_eq!(harness.send(request).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
    for path in ["/oauth2/token", "/oauth2/revoke"] {
        let request = Request::post(path).body(Body::empty()).unwrap();
        assert_eq!(harness.send(request).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
    let document = harness.get(&format!("/{POOL}/.well-known/openid-configuration")).await;
    assert!(document.get("token_endpoint").is_none());
}

#[tokio::test]
async fn the_configuration_names_the_endpoints() {
    let harness = Harness::with(settings_with_pages());
    let document = harness.get(&format!("/{POOL}/.well-known/openid-configuration")).await;
    for (name, path) in [
        ("authorization_endpoint", "/oauth2/authorize"),
        ("token_endpoint", "/oauth2/token"),
        ("revocation_endpoint", "/oauth2/revoke"),
        ("end_session_endpoint", "/logout"),
    ] {
        assert_eq!(document[name], format!("http://127.0.0.1:9229{path}"));
    }
    assert_eq!(document["issuer"], ISSUER);
    assert_eq!(document["code_challenge_methods_supported"], json!(["S256"]));
}

#[tokio::test]
async fn a_browser_without_a_session_goes_to_the_sign_in_page_with_the_whole_request() {
    let harness = Harness::with(settings_with_pages());
    let mut browser = Browser::new(&harness);
    let answer = browser.get(&format!("/oauth2/authorize?{}", asking(&[]))).await;
    assert!(answer.location().starts_with("/login?"));
    for (name, value) in [
        ("client_id", WEB),
        ("redirect_uri", CALLBACK),
        ("scope", "openid profile email"),
        ("state", "st&te"),
        ("nonce", "n0nce"),
        ("code_challenge", &challenge_of(VERIFIER)),
    ] {
        assert_eq!(answer.sent(name).as_deref(), Some(value), "{name}");
    }
    let page = browser.get(answer.location()).await;
    assert_eq!(page.status, StatusCode::OK);
}

#[tokio::test]
async fn a_request_of_nobody_known_is_shown_and_goes_nowhere() {
    let harness = Harness::with(settings_with_pages());
    for changes in [
        [("client_id", "")],
        [("client_id", "other")],
        // A client of the API alone.
        [("client_id", DEV)],
        [("redirect_uri", "")],
        [("redirect_uri", "http://localhost:3000/session/callback/")],
        [("redirect_uri", "http://localhost:3000/session/callback?x=y")],
        [("redirect_uri", "http://evil.example/session/callback")],
    ] {
        for path in ["/oauth2/authorize", "/login", "/signup"] {
            let answer = Browser::new(&harness)
                .get(&format!("{path}?{}", asking(&changes)))
                .await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{changes:?}");
            assert_eq!(answer.header("location"), "");
            assert!(!answer.alert().is_empty());
            assert!(!answer.body.contains("evil.example"));
        }
    }
}

#[tokio::test]
async fn a_parameter_that_stands_twice_is_refused() {
    let harness = Harness::with(settings_with_pages());
    let query = format!("{}&redirect_uri=http%3A%2F%2Fevil.example", asking(&[]));
    let answer = Browser::new(&harness).get(&format!("/oauth2/authorize?{query}")).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn other_faults_are_sent_back_with_the_state() {
    let harness = Harness::with(settings_with_pages());
    let long = "A".repeat(44);
    for (changes, error) in [
        ([("response_type", "")], "invalid_request"),
        ([("response_type", "id_token")], "invalid_request"),
        ([("response_type", "token")], "unauthorized_client"),
        ([("scope", "openid phone")], "invalid_scope"),
        ([("scope", " ")], "invalid_scope"),
        ([("code_challenge_method", "")], "invalid_request"),
        ([("code_challenge_method", "plain")], "invalid_request"),
        ([("code_challenge", "")], "invalid_request"),
        ([("code_challenge", "short")], "invalid_request"),
        ([("code_challenge", &long)], "invalid_request"),
        ([("prompt", "none")], "login_required"),
    ] {
        let answer = Browser::new(&harness)
            .get(&format!("/oauth2/authorize?{}", asking(&changes)))
            .await;
        assert!(answer.location().starts_with(&format!("{CALLBACK}?")), "{changes:?}");
        assert_eq!(answer.sent("error").as_deref(), Some(error), "{changes:?}");
        assert_eq!(answer.sent("state").as_deref(), Some("st&te"));
        assert_eq!(answer.sent("code"), None);
    }
}

#[tokio::test]
async fn a_client_without_the_code_flow_is_told() {
    let mut settings = settings_with_pages();
    settings.clients[2].oauth_flows = vec!["implicit".to_owned()];
    let harness = Harness::with(settings);
    let answer = Browser::new(&harness)
        .get(&format!("/oauth2/authorize?{}", asking(&[])))
        .await;
    assert_eq!(answer.sent("error").as_deref(), Some("unauthorized_client"));
}

#[tokio::test]
async fn a_callback_with_a_query_keeps_it_and_a_request_without_state_gets_none() {
    let harness = Harness::with_alice().await;
    let query = asking(&[("redirect_uri", "http://localhost:3000/other?x=y"), ("state", "")]);
    let answer = Browser::new(&harness).sign_in(&query, "alice", PASSWORD).await;
    assert!(answer.location().starts_with("http://localhost:3000/other?x=y&code="));
    assert_eq!(answer.sent("state"), None);
}

#[tokio::test]
async fn a_browser_that_has_signed_in_goes_back_at_once_for_an_hour() {
    let harness = Harness::with_alice().await;
    let mut browser = Browser::new(&harness);
    let query = asking(&[]);
    let answer = browser.sign_in(&query, "alice", PASSWORD).await;
    let cookie = answer.header("set-cookie");
    assert!(
        cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=3600"),
        "{cookie}"
    );
    let authorize = format!("/oauth2/authorize?{query}");
    harness.pass_seconds(3_599);
    for path in [authorize.clone(), format!("{authorize}&prompt=none")] {
        let answer = browser.get(&path).await;
        assert_eq!(answer.sent("state").as_deref(), Some("st&te"));
        let tokens = harness.redeem(&answer.sent("code").unwrap(), &[]).await.json();
        let claims = harness.verified(&text(&tokens["id_token"])).await;
        assert_eq!(
            (&claims["auth_time"], &claims["iat"]),
            (&json!(START), &json!(START + 3_599))
        );
    }
    let again = browser.get(&format!("{authorize}&prompt=login")).await;
    assert!(again.location().starts_with("/login?"));
    harness.pass_seconds(1);
    assert!(browser.get(&authorize).await.location().starts_with("/login?"));
}

#[tokio::test]
async fn a_session_ends_with_its_password_and_with_its_user() {
    let harness = Harness::with_alice().await;
    let mut browser = Browser::new(&harness);
    let query = asking(&[]);
    let authorize = format!("/oauth2/authorize?{query}");
    browser.sign_in(&query, "alice", PASSWORD).await;
    let signed_out = harness.admin("AdminUserGlobalSignOut", "alice", json!({})).await;
    assert!(signed_out.is_ok());
    // As in Cognito: only /logout ends the browser's session.
    assert!(browser.get(&authorize).await.sent("code").is_some());
    let password = json!({ "Password": "Another-one-3", "Permanent": true });
    harness.admin("AdminSetUserPassword", "alice", password).await.unwrap();
    assert!(browser.get(&authorize).await.location().starts_with("/login?"));
    browser.sign_in(&query, "alice", "Another-one-3").await;
    assert!(browser.get(&authorize).await.sent("code").is_some());
    harness.admin("AdminDeleteUser", "alice", json!({})).await.unwrap();
    assert!(browser.get(&authorize).await.location().starts_with("/login?"));
}
