//! The log of a visit names the subject, and nothing that opens anything.

use tracing_subscriber::filter::LevelFilter;

use super::{super::log::Log, *};

#[test]
fn a_whole_visit_leaves_no_secret_in_the_log() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_writer(log.clone())
        .finish();
    // Pages run on threads of their own, so that the log is listened to on every thread of this runtime.
    let dispatch = tracing::Dispatch::new(subscriber);
    let listening = dispatch.clone();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .on_thread_start(move || std::mem::forget(tracing::dispatcher::set_default(&listening)))
        .build()
        .unwrap();
    let visit = async {
        let harness = Harness::with(settings_with_pages());
        let mut browser = Browser::new(&harness);
        let form = [
            ("username", "alice-by-name"),
            ("email", "a@example.com"),
            ("password", PASSWORD),
        ];
        let code = browser
            .post(&format!("/signup?{}", asking(&[])), &form)
            .await
            .sent("code")
            .unwrap();
        let tokens = harness.redeem(&code, &[]).await.json();
        harness.redeem(&code, &[]).await;
        browser.sign_in(&asking(&[]), "alice-by-name", "Wrong-horse-1").await;
        let sub = text(&harness.verified(&text(&tokens["id_token"])).await["sub"]);
        (sub, code, browser.cookie.unwrap(), tokens)
    };
    let (sub, code, cookie, tokens) = tracing::dispatcher::with_default(&dispatch, || runtime.block_on(visit));
    let log = log.text();
    assert!(log.contains(&format!("signed in cognito.sub=\"{sub}\"")), "{log}");
    assert!(log.contains("sign-in revoked"));
    let tokens = ["id_token", "access_token", "refresh_token"].map(|name| text(&tokens[name]));
    let secrets = [
        "alice-by-name",
        "a@example.com",
        PASSWORD,
        "Wrong-horse-1",
        VERIFIER,
        &code,
        &cookie,
        "st&te",
    ];
    for secret in secrets.into_iter().chain(tokens.iter().map(String::as_str)) {
        assert!(!log.contains(secret), "{secret}");
    }
}
