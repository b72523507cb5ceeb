//! `/oauth2/token`: codes and refresh tokens, right and wrong.

use super::*;

#[tokio::test]
async fn a_code_gives_tokens_with_nonce_and_scope() {
    let harness = Harness::with_alice().await;
    let code = Browser::new(&harness).code(&asking(&[])).await;
    harness.pass_seconds(10);
    let answer = harness.redeem(&code, &[]).await;
    assert_eq!(answer.status, StatusCode::OK);
    let tokens = answer.json();
    assert_eq!(
        members(&tokens),
        ["access_token", "expires_in", "id_token", "refresh_token", "token_type"]
    );
    assert_eq!(
        (&tokens["expires_in"], &tokens["token_type"]),
        (&json!(3600), &json!("Bearer"))
    );
    let access_token = text(&tokens["access_token"]);
    let id = harness.verified(&text(&tokens["id_token"])).await;
    assert_eq!(id["nonce"], "n0nce");
    assert_eq!(id["aud"], WEB);
    assert_eq!((&id["auth_time"], &id["iat"]), (&json!(START), &json!(START + 10)));
    let half = &Sha256::digest(&access_token)[..16];
    assert_eq!(id["at_hash"], URL_SAFE_NO_PAD.encode(half));
    let access = harness.verified(&access_token).await;
    assert_eq!(access["scope"], "openid profile email");
    assert_eq!(access["client_id"], WEB);
    assert_eq!(access["version"], 2);
    assert!(access.get("nonce").is_none());
    assert_eq!(
        harness.get_user(&access_token).await,
        refused("NotAuthorizedException", "Access Token does not have required scopes")
    );
}

#[tokio::test]
async fn without_scope_all_is_asked_and_without_nonce_none_comes_back() {
    let harness = Harness::with_alice().await;
    let code = Browser::new(&harness)
        .code(&asking(&[("scope", ""), ("nonce", "")]))
        .await;
    let tokens = harness.redeem(&code, &[]).await.json();
    let access = harness.verified(&text(&tokens["access_token"])).await;
    assert_eq!(access["scope"], "openid profile email");
    let id = harness.verified(&text(&tokens["id_token"])).await;
    assert!(id.get("nonce").is_none());
}

#[tokio::test]
async fn scopes_decide_what_the_id_token_shows() {
    let harness = Harness::with(settings_with_pages());
    let attributes = json!([
        { "Name": "email", "Value": "alice@example.com" },
        { "Name": "name", "Value": "Alice" },
    ]);
    let body = json!({
        "ClientId": DEV, "Username": "alice", "Password": PASSWORD, "UserAttributes": attributes,
    });
    harness.call("SignUp", body).await.unwrap();
    for (scope, name, email) in [
        ("openid", true, true),
        ("openid profile", true, true),
        ("openid email", false, true),
        ("email openid profile openid", true, true),
    ] {
        let code = Browser::new(&harness).code(&asking(&[("scope", scope)])).await;
        let tokens = harness.redeem(&code, &[]).await.json();
        let id = harness.verified(&text(&tokens["id_token"])).await;
        let shown = ["name", "email", "email_verified"].map(|claim| id.get(claim).is_some());
        assert_eq!(shown, [name, email, email], "{scope}");
    }
    let code = Browser::new(&harness).code(&asking(&[("scope", "email")])).await;
    let tokens = harness.redeem(&code, &[]).await.json();
    assert!(tokens.get("id_token").is_none());
}

#[tokio::test]
async fn a_code_is_worth_one_sign_in_and_a_replay_ends_it() {
    let harness = Harness::with_alice().await;
    let code = Browser::new(&harness).code(&asking(&[])).await;
    let tokens = harness.redeem(&code, &[]).await.json();
    let refresh = text(&tokens["refresh_token"]);
    assert_eq!(harness.refresh_at_pages(&refresh).await.status, StatusCode::OK);
    let invalid = error(400, "invalid_grant");
    assert_eq!(harness.redeem(&code, &[]).await.error(), invalid);
    assert_eq!(harness.refresh_at_pages(&refresh).await.error(), invalid);
    let other = harness.visit().await;
    let refresh = text(&other["refresh_token"]);
    assert_eq!(harness.refresh_at_pages(&refresh).await.status, StatusCode::OK);
}

#[tokio::test]
async fn of_two_who_bring_a_code_at_once_none_keeps_its_tokens() {
    let harness = Harness::with_alice().await;
    let code = Browser::new(&harness).code(&asking(&[])).await;
    let (one, two) = tokio::join!(harness.redeem(&code, &[]), harness.redeem(&code, &[]));
    let given: Vec<_> = [one, two].into_iter().filter(|answer| answer.status == 200).collect();
    assert!(given.len() < 2);
    for answer in given {
        let refresh = text(&answer.json()["refresh_token"]);
        assert_eq!(
            harness.refresh_at_pages(&refresh).await.error(),
            error(400, "invalid_grant")
        );
    }
}

#[tokio::test]
async fn a_code_lives_five_minutes() {
    let harness = Harness::with_alice().await;
    let mut browser = Browser::new(&harness);
    let (first, second) = (browser.code(&asking(&[])).await, browser.code(&asking(&[])).await);
    harness.pass_seconds(299);
    assert_eq!(harness.redeem(&first, &[]).await.status, StatusCode::OK);
    harness.pass_seconds(1);
    assert_eq!(harness.redeem(&second, &[]).await.error(), error(400, "invalid_grant"));
}

#[tokio::test]
async fn a_code_is_for_its_client_its_address_and_its_verifier() {
    let mut settings = settings_with_pages();
    let mut other = settings.clients[2].clone();
    other.id = "otherclient".to_owned();
    settings.clients.push(other);
    let harness = Harness::with(settings);
    harness.sign_up("alice").await;
    for changes in [
        [("client_id", "otherclient")],
        [("redirect_uri", "http://localhost:3000/other?x=y")],
        [("code_verifier", "9876543210-9876543210-9876543210-9876543210")],
        [("code_verifier", "")],
        [("code", "other")],
    ] {
        let code = Browser::new(&harness).code(&asking(&[])).await;
        let answer = harness.redeem(&code, &changes).await;
        assert_eq!(answer.error(), error(400, "invalid_grant"), "{changes:?}");
        assert_eq!(answer.header("pragma"), "no-cache");
        // A code is spent by being brought.
        let right = harness.redeem(&code, &[]).await;
        assert_eq!(right.status == 200, changes[0].0 == "code", "{changes:?}");
    }
}

#[tokio::test]
async fn a_request_without_a_challenge_is_redeemed_without_a_verifier_only() {
    let harness = Harness::with_alice().await;
    let query = asking(&[("code_challenge", ""), ("code_challenge_method", "")]);
    let code = Browser::new(&harness).code(&query).await;
    let answer = harness.redeem(&code, &[("code_verifier", "")]).await;
    assert_eq!(answer.status, StatusCode::OK);
    let code = Browser::new(&harness).code(&query).await;
    assert_eq!(harness.redeem(&code, &[]).await.error(), error(400, "invalid_grant"));
}

#[tokio::test]
async fn a_code_of_a_changed_password_or_a_deleted_user_is_void() {
    let harness = Harness::with_alice().await;
    let mut browser = Browser::new(&harness);
    let code = browser.code(&asking(&[])).await;
    let password = json!({ "Password": "Another-one-3", "Permanent": true });
    harness.admin("AdminSetUserPassword", "alice", password).await.unwrap();
    assert_eq!(harness.redeem(&code, &[]).await.error(), error(400, "invalid_grant"));
    let answer = browser.sign_in(&asking(&[]), "alice", "Another-one-3").await;
    harness.admin("AdminDeleteUser", "alice", json!({})).await.unwrap();
    let code = answer.sent("code").unwrap();
    assert_eq!(harness.redeem(&code, &[]).await.error(), error(400, "invalid_grant"));
}

#[tokio::test]
async fn what_is_missing_or_unknown_has_its_error() {
    let harness = Harness::with_alice().await;
    let (short, long) = (&VERIFIER[..42], "v".repeat(129));
    for (changes, name) in [
        ([("grant_type", "")], "invalid_request"),
        ([("grant_type", "client_credentials")], "unsupported_grant_type"),
        ([("client_id", "")], "invalid_request"),
        ([("client_id", "other")], "invalid_client"),
        ([("client_secret", "s")], "invalid_client"),
        ([("client_id", DEV)], "unauthorized_client"),
        ([("redirect_uri", "")], "invalid_request"),
        ([("code", "")], "invalid_request"),
        ([("code_verifier", short)], "invalid_request"),
        ([("code_verifier", &long)], "invalid_request"),
    ] {
        let answer = harness.redeem("code", &changes).await;
        assert_eq!(answer.error(), error(400, name), "{changes:?}");
    }
    let request = Request::post("/oauth2/token")
        .header("content-type", FORM)
        .header("authorization", "Basic eDp5");
    let form = encoded(&[("grant_type", "authorization_code"), ("client_id", WEB)]);
    let answer = Browser::new(&harness).send(request, Body::from(form)).await;
    assert_eq!(answer.error(), error(400, "invalid_client"));
    let longest = "v".repeat(128);
    let code = Browser::new(&harness)
        .code(&asking(&[("code_challenge", &challenge_of(&longest))]))
        .await;
    let answer = harness.redeem(&code, &[("code_verifier", &longest)]).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn a_refresh_keeps_scope_and_family_and_leaves_the_nonce() {
    let harness = Harness::with_alice().await;
    let first = harness.visit().await;
    harness.pass_seconds(1_000);
    let answer = harness.refresh_at_pages(&text(&first["refresh_token"])).await.json();
    assert_eq!(
        members(&answer),
        ["access_token", "expires_in", "id_token", "token_type"]
    );
    let (old, new) = (
        harness.verified(&text(&first["id_token"])).await,
        harness.verified(&text(&answer["id_token"])).await,
    );
    assert_eq!(new["origin_jti"], old["origin_jti"]);
    assert_eq!((&new["auth_time"], &new["iat"]), (&json!(START), &json!(START + 1_000)));
    assert!(new.get("nonce").is_none());
    let access = harness.verified(&text(&answer["access_token"])).await;
    assert_eq!(access["scope"], "openid profile email");
}

#[tokio::test]
async fn a_family_keeps_its_scope_over_a_restart() {
    let harness = Harness::with_alice().await;
    let code = Browser::new(&harness).code(&asking(&[("scope", "email openid")])).await;
    let refresh = text(&harness.redeem(&code, &[]).await.json()["refresh_token"]);
    let Harness { folder, now, .. } = harness;
    let pool = open_at(&folder.0, settings_with_pages(), &now).unwrap();
    let harness = Harness { folder, now, pool };
    let answer = harness.refresh_at_pages(&refresh).await.json();
    let access = harness.verified(&text(&answer["access_token"])).await;
    assert_eq!(access["scope"], "email openid");
}

#[tokio::test]
async fn a_refresh_token_that_is_no_good_is_an_invalid_grant() {
    let harness = Harness::with_alice().await;
    let of_the_api = harness.tokens("alice").await.refresh;
    for token in ["nonsense", &of_the_api] {
        assert_eq!(
            harness.refresh_at_pages(token).await.error(),
            error(400, "invalid_grant")
        );
    }
    assert_eq!(
        harness.refresh_at_pages("").await.error(),
        error(400, "invalid_request")
    );
    let refresh = text(&harness.visit().await["refresh_token"]);
    harness.pass_seconds(30 * 24 * 3_600);
    assert_eq!(
        harness.refresh_at_pages(&refresh).await.error(),
        error(400, "invalid_grant")
    );
}

#[tokio::test]
async fn a_client_that_may_not_refresh_is_told() {
    let mut settings = settings_with_pages();
    settings.clients[2].auth_flows = vec!["ALLOW_USER_PASSWORD_AUTH".to_owned()];
    let harness = Harness::with(settings);
    assert_eq!(
        harness.refresh_at_pages("x").await.error(),
        error(400, "unauthorized_client")
    );
}
