//! `/logout`: ends the browser's session and goes to one of the client's addresses.

use super::*;

fn logout(client: &str, uri: &str) -> String {
    format!("/logout?{}", encoded(&[("client_id", client), ("logout_uri", uri)]))
}

#[tokio::test]
async fn a_browser_that_has_signed_out_types_its_password_again() {
    let harness = Harness::with_alice().await;
    let mut browser = Browser::new(&harness);
    let query = asking(&[]);
    browser.sign_in(&query, "alice", PASSWORD).await;
    let stolen = browser.cookie.clone();
    let answer = browser.get(&logout(WEB, SIGNED_OUT)).await;
    assert_eq!(answer.location(), SIGNED_OUT);
    assert_eq!(
        answer.header("set-cookie"),
        "cognito=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"
    );
    for cookie in [None, stolen] {
        browser.cookie = cookie;
        let answer = browser.get(&format!("/oauth2/authorize?{query}")).await;
        assert!(answer.location().starts_with("/login?"));
    }
    assert_eq!(browser.get(&logout(WEB, SIGNED_OUT)).await.location(), SIGNED_OUT);
}

#[tokio::test]
async fn a_foreign_address_is_not_gone_to_and_signs_nobody_out() {
    let harness = Harness::with_alice().await;
    let mut browser = Browser::new(&harness);
    let query = asking(&[]);
    browser.sign_in(&query, "alice", PASSWORD).await;
    for (client, uri) in [
        (WEB, "http://evil.example/"),
        (WEB, "http://localhost:3000"),
        (WEB, CALLBACK),
        (WEB, ""),
        ("other", SIGNED_OUT),
        (DEV, SIGNED_OUT),
        ("", SIGNED_OUT),
    ] {
        let answer = browser.get(&logout(client, uri)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{client} {uri}");
        assert_eq!((answer.header("location"), answer.header("set-cookie")), ("", ""));
    }
    let answer = browser.get(&format!("/oauth2/authorize?{query}")).await;
    assert!(answer.sent("code").is_some());
}
