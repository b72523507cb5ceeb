//! `/oauth2/revoke`: ends one sign-in of the client's.

use super::*;

impl Harness {
    async fn revoke_at_pages(&self, client: &str, token: &str) -> Answer {
        self.endpoint("/oauth2/revoke", &[("client_id", client), ("token", token)])
            .await
    }
}

#[tokio::test]
async fn a_revoked_sign_in_gives_nothing_more_and_others_go_on() {
    let harness = Harness::with_alice().await;
    let (one, two) = (harness.visit().await, harness.visit().await);
    let (one, two) = (text(&one["refresh_token"]), text(&two["refresh_token"]));
    for _ in 0..2 {
        let answer = harness.revoke_at_pages(WEB, &one).await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, ""));
    }
    assert_eq!(
        harness.refresh_at_pages(&one).await.error(),
        error(400, "invalid_grant")
    );
    assert_eq!(harness.refresh_at_pages(&two).await.status, StatusCode::OK);
}

#[tokio::test]
async fn only_refresh_tokens_of_the_client_can_be_revoked() {
    let harness = Harness::with_alice().await;
    let tokens = harness.visit().await;
    let access = text(&tokens["access_token"]);
    let of_the_api = harness.tokens("alice").await.refresh;
    for (client, token, name) in [
        (WEB, access.as_str(), "unsupported_token_type"),
        (WEB, &of_the_api, "unauthorized_client"),
        (WEB, "", "invalid_request"),
        ("", "x", "invalid_request"),
        ("other", "x", "invalid_client"),
    ] {
        let answer = harness.revoke_at_pages(client, token).await;
        assert_eq!(answer.error(), error(400, name), "{client} {token}");
    }
    assert_eq!(harness.revoke_at_pages(WEB, "unknown").await.status, StatusCode::OK);
    assert!(harness.refresh(DEV, &of_the_api).await.is_ok());
}
