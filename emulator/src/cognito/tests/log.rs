//! The log names subjects and operations, never users, passwords or tokens.

use std::{
    io::{self, Write},
    sync::Mutex,
};

use serde_json::json;
use tracing_subscriber::{filter::LevelFilter, fmt::MakeWriter};

use super::{super::operations, *};

#[derive(Clone, Default)]
pub(super) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub(super) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Runs an operation on this thread, where the log is listened to.
fn run(harness: &Harness, operation: &str, body: Value) -> Value {
    let operation = operations::find(operation).unwrap();
    (operation.run)(&harness.pool, body.to_string().as_bytes()).unwrap()
}

#[test]
fn a_whole_visit_leaves_no_secret_in_the_log() {
    let harness = Harness::new();
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_writer(log.clone())
        .finish();
    let (sub, tokens) = tracing::subscriber::with_default(subscriber, || {
        let account = json!({ "ClientId": DEV, "Username": "alice-by-name", "Password": PASSWORD });
        let sub = text(&run(&harness, "SignUp", account)["UserSub"]);
        let body = json!({
            "ClientId": DEV, "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": { "USERNAME": "alice-by-name", "PASSWORD": PASSWORD },
        });
        let tokens = Tokens::of(&run(&harness, "InitiateAuth", body));
        run(&harness, "GetUser", json!({ "AccessToken": tokens.access }));
        run(
            &harness,
            "RevokeToken",
            json!({ "ClientId": DEV, "Token": tokens.refresh }),
        );
        (sub, tokens)
    });
    let log = log.text();
    assert!(log.contains(&sub));
    for secret in ["alice-by-name", PASSWORD, &tokens.id, &tokens.access, &tokens.refresh] {
        assert!(!log.contains(secret), "{secret}");
    }
}
