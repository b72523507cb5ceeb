//! What every form has: names that stay, labels, a strict policy, nothing unescaped, and bounds.

use super::*;
use crate::cognito::limits::{MAX_FORM_BYTES, MAX_QUERY_BYTES};

const HOSTILE: &str = r#""><script>alert('x')</script>"#;

#[tokio::test]
async fn forms_have_the_names_that_tests_and_password_managers_know() {
    let harness = Harness::with(settings_with_pages());
    let mut browser = Browser::new(&harness);
    let login = browser.get(&format!("/login?{}", asking(&[]))).await;
    for part in [
        r#"<label for="username">Username</label>"#,
        r#"<input id="username" name="username" type="text" value="" autocomplete="username""#,
        r#"<label for="password">Password</label>"#,
        r#"<input id="password" name="password" type="password" value="" autocomplete="current-password""#,
        r#"<button type="submit">Sign in</button>"#,
        r#">Create an account</a>"#,
    ] {
        assert!(login.body.contains(part), "{part}");
    }
    let sign_up = browser.get(&format!("/signup?{}", asking(&[]))).await;
    for part in [
        r#"name="username""#,
        r#"<input id="email" name="email" type="email" value="" autocomplete="email""#,
        r#"name="password" type="password" value="" autocomplete="new-password""#,
        "At least 8 characters, with a lower-case letter, an upper-case letter, a digit and a symbol.",
        r#"<button type="submit">"#,
        r#">Sign in</a>"#,
    ] {
        assert!(sign_up.body.contains(part), "{part}");
    }
    for page in [login, sign_up] {
        assert!(page.body.contains("stand in for the Amazon Cognito user pool"));
        assert!(page.body.contains("to continue to localhost:3000"));
        assert!(!page.body.contains("<script"));
    }
}

#[tokio::test]
async fn the_policy_lets_the_form_go_back_to_the_application_and_nothing_else() {
    let harness = Harness::with(settings_with_pages());
    let mut browser = Browser::new(&harness);
    for path in ["/login", "/signup"] {
        let page = browser.get(&format!("{path}?{}", asking(&[]))).await;
        assert_eq!(
            page.header("content-security-policy"),
            "default-src 'none'; style-src 'self'; img-src data:; form-action 'self' http://localhost:3000; frame-ancestors 'none'; base-uri 'none'"
        );
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    }
    let shown = browser.get("/login").await;
    assert!(shown.header("content-security-policy").contains("form-action 'none'"));
    let request = Request::get("/style.css").body(Body::empty()).unwrap();
    let style = harness.send(request).await;
    assert_eq!(style.headers()["content-type"], "text/css; charset=utf-8");
}

#[tokio::test]
async fn what_is_typed_is_escaped_wherever_it_comes_back() {
    let harness = Harness::with_alice().await;
    let mut browser = Browser::new(&harness);
    let hint = encoded(&[("login_hint", HOSTILE)]);
    let pages = [
        browser.sign_in(&asking(&[]), HOSTILE, PASSWORD).await,
        browser
            .get(&format!("/login?{}&{hint}", asking(&[("state", HOSTILE)])))
            .await,
        browser
            .post(
                &format!("/signup?{}", asking(&[])),
                &[("username", HOSTILE), ("email", HOSTILE), ("password", PASSWORD)],
            )
            .await,
    ];
    for page in pages {
        assert!(
            page.body.contains("&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)"),
            "{}",
            page.body
        );
        assert!(!page.body.contains("<script"));
    }
    let form = [
        ("username", r#"<b>"#),
        ("email", "b@example.com"),
        ("password", PASSWORD),
    ];
    let sign_up = format!("/signup?{}", asking(&[]));
    assert_eq!(browser.post(&sign_up, &form).await.status, StatusCode::FOUND);
    let taken = browser.post(&sign_up, &form).await;
    assert!(taken.alert().starts_with("The username &lt;b&gt; is taken."));
}

#[tokio::test]
async fn forms_and_queries_have_at_most_their_bytes() {
    let harness = Harness::with_alice().await;
    let query = asking(&[]);
    for (bytes, fits) in [
        (MAX_FORM_BYTES - 1, true),
        (MAX_FORM_BYTES, true),
        (MAX_FORM_BYTES + 1, false),
    ] {
        let form = format!("username=alice&password={PASSWORD}&more=");
        let body = form.clone() + &"x".repeat(bytes - form.len());
        let request = Request::post(format!("/login?{query}")).header("content-type", FORM);
        let answer = Browser::new(&harness).send(request, Body::from(body)).await;
        let expected = if fits {
            StatusCode::FOUND
        } else {
            StatusCode::PAYLOAD_TOO_LARGE
        };
        assert_eq!(answer.status, expected, "{bytes}");
    }
    for (bytes, fits) in [
        (MAX_QUERY_BYTES - 1, true),
        (MAX_QUERY_BYTES, true),
        (MAX_QUERY_BYTES + 1, false),
    ] {
        let query = asking(&[("state", "")]) + "&state=";
        let query = query.clone() + &"x".repeat(bytes - query.len());
        let answer = Browser::new(&harness).get(&format!("/oauth2/authorize?{query}")).await;
        let expected = if fits {
            StatusCode::FOUND
        } else {
            StatusCode::BAD_REQUEST
        };
        assert_eq!(answer.status, expected, "{bytes}");
    }
}

#[tokio::test]
async fn a_nonce_has_at_most_its_characters() {
    let harness = Harness::with(settings_with_pages());
    for (length, fits) in [(255, true), (256, true), (257, false)] {
        let nonce = "ż".repeat(length);
        let answer = Browser::new(&harness)
            .get(&format!("/oauth2/authorize?{}", asking(&[("nonce", &nonce)])))
            .await;
        assert_eq!(answer.sent("error").is_none(), fits, "{length}");
    }
}

#[tokio::test]
async fn a_body_that_is_no_form_is_refused() {
    let harness = Harness::with_alice().await;
    let body = json!({ "username": "alice", "password": PASSWORD }).to_string();
    for path in [format!("/login?{}", asking(&[])), "/oauth2/token".to_owned()] {
        let request = Request::post(path).header("content-type", "application/json");
        let answer = Browser::new(&harness).send(request, Body::from(body.clone())).await;
        assert_eq!(answer.error(), error(400, "invalid_request"));
    }
}
