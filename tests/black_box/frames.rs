//! What tests of single frames share: a user's connection, and a table of frames with the refusal of each.

use serde_json::{Value, json};
use tests::{Handshake, Socket, Stack, TestResult};

/// A frame that is to be refused: the text, the code, and the field that the refusal names.
#[derive(Debug, Clone)]
pub(crate) struct Refused {
    pub(crate) frame: String,
    pub(crate) code: &'static str,
    pub(crate) field: Option<String>,
}

impl Refused {
    pub(crate) fn with(code: &'static str, frame: impl Into<String>) -> Self {
        Self {
            frame: frame.into(),
            code,
            field: None,
        }
    }

    /// One with a wrong field.
    pub(crate) fn field(field: &str, frame: impl Into<String>) -> Self {
        Self {
            field: Some(field.to_owned()),
            ..Self::with("invalid_field", frame)
        }
    }
}

/// A connection of a ready-made user.
pub(crate) async fn open(stack: &Stack, user: &str) -> TestResult<Socket> {
    let token = stack.sign_in(user).await?.id;
    Handshake::of_browser(stack, &token).open().await
}

/// A frame of an action.
pub(crate) fn frame(action: &str, data: &Value) -> String {
    json!({ "action": action, "data": data }).to_string()
}

/// Sends a frame under an id and gives its answer; pushes are passed over.
pub(crate) async fn ask(socket: &mut Socket, action: &str, data: &Value) -> TestResult<Value> {
    let id = format!("ask-{:016x}", rand::random::<u64>());
    socket
        .send(json!({ "action": action, "id": id, "data": data }).to_string())
        .await?;
    socket
        .next_where(|frame| frame["id"] == id && frame["type"] != "message")
        .await
}

/// Every frame is refused as it should be, whoever sends it on one connection, which stays, and nothing is stored.
pub(crate) async fn all_refused(cases: &[Refused]) -> TestResult {
    let stack = Stack::start().await?;
    let mut alice = open(&stack, "alice").await?;
    for case in cases {
        let shown = format!("{:.120} of {} bytes", case.frame, case.frame.len());
        alice.send(case.frame.clone()).await?;
        let error = alice.next().await?;
        let told = (&error["type"], &error["code"]);
        assert_eq!(told, (&json!("error"), &json!(case.code)), "{shown}: {error}");
        if let Some(field) = &case.field {
            assert_eq!(error["details"]["field"], json!(field), "{shown}: {error}");
        }
        let words = error["message"].as_str().unwrap_or_default();
        assert!(words.len() > 10 && words.len() < 300, "{shown}: {error}");
        assert!(error["requestId"].is_string(), "{shown}: {error}");
        assert!(!error.to_string().contains("secret"), "{shown}: {error}");
    }
    assert_eq!(ask(&mut alice, "echo", &json!({ "content": 1 })).await?["type"], "echo");
    let rows = stack.rows().await?;
    let kinds: Vec<_> = rows.iter().map(|row| row["kind"].clone()).collect();
    let stored = kinds.iter().any(|kind| {
        ["entry", "head", "sent", "direct", "watcher"]
            .iter()
            .any(|other| kind == other)
    });
    assert!(!stored, "nothing of all this was stored: {kinds:?}");
    assert_eq!(kinds.iter().filter(|kind| *kind == "member").count(), 2);
    Ok(())
}
