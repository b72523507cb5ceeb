//! What functions log: one JSON line an event whatever strangers write, and one event for whatever was refused or ended.

use serde_json::{Value, json};
use tests::{Forge, Handshake, Stack, StackOptions, TestResult, carillon_template_with, eventually};

use crate::frames::{ask, frame, open};
use crate::refusals::events;

/// What an untrusted field may hold. `forged` stands in each, so that it would be found however it was escaped.
const HOSTILE: [&str; 7] = [
    "forged\n{\"message\":\"forged\"}",
    "forged\r\nforged",
    "forged\u{0}",
    "\u{1b}[2Jforged",
    "forged\u{2028}forged\u{2029}",
    "\u{202e}forged\u{2066}",
    "\"},\"forged\":{\"",
];

/// Characters of the longest line. CloudWatch takes 256 KiB; nothing that is logged here is that long by itself.
const LINE_MAX: usize = 2_000;

/// The lines that functions wrote, without the label that the emulator gives them.
fn lines(stack: &Stack) -> Vec<String> {
    let log = stack.log();
    let labelled = log.lines().filter(|line| line.starts_with("[fn-"));
    labelled
        .filter_map(|line| line.split_once("] ").map(|(_, line)| line.to_owned()))
        .collect()
}

#[tokio::test]
async fn log_01_hostile_text_stands_in_no_line_and_breaks_none() -> TestResult {
    let stack = Stack::start().await?;
    let pool = Forge::of_pool(&stack)?;
    let claims = Forge::claims(&stack.sign_in("alice").await?.id)?;
    // In every field of an event at once, which may have 6 MB as a whole.
    let long = "forged".repeat(1 << 16);
    for text in HOSTILE.into_iter().chain([long.as_str()]) {
        functions_get(&stack, text).await?;
        if text.len() < 1_000 {
            handshake_with(&stack, &pool, &claims, text).await?;
        }
    }
    let mut alice = open(&stack, "alice").await?;
    for text in HOSTILE {
        for frame in [
            json!({ "action": text, "data": {} }),
            json!({ "action": "echo", "id": text, "data": { "content": 1 } }),
            json!({ "action": "subscribe", "data": { "channel": text } }),
            json!({ "action": "echo", "data": { text: text } }),
        ] {
            alice.send(frame.to_string()).await?;
            assert_eq!(alice.next().await?["type"], "error", "{frame}");
        }
    }
    let lines = lines(&stack);
    assert!(lines.len() > 60, "{} lines", lines.len());
    for line in lines {
        assert!(line.len() <= LINE_MAX && !line.contains("forged"), "{line:.300}");
        let event: Value = serde_json::from_str(&line).map_err(|error| format!("{error}: {line}"))?;
        assert!(event["timestamp"].is_string() && event["message"].is_string(), "{line}");
    }
    Ok(())
}

/// Token, headers and address of a handshake with this text wherever it can stand.
async fn handshake_with(stack: &Stack, pool: &Forge, claims: &Value, text: &str) -> TestResult {
    for (kid, claim) in [(text, "forged"), (&*pool.kid, text)] {
        let mut claims = claims.clone();
        for name in ["iss", "name", "cognito:username", "origin_jti"] {
            claims[name] = json!(claim);
        }
        let header = json!({ "alg": "RS256", "kid": kid }).to_string();
        let token = pool.sign(header, claims.to_string())?;
        let status = Handshake::of_browser(stack, &token).status().await?;
        assert_eq!(status, 401, "{text:?}");
    }
    let status = Handshake::with(stack)
        .header("origin", "forged")
        .header("user-agent", "forged")
        .header("x-forwarded-for", "forged")
        .query("replaces=forged%0A&forged=%00")
        .status()
        .await?;
    assert_eq!(status, 403, "{text:?}");
    Ok(())
}

/// Events with this text in every field, brought straight to the functions.
async fn functions_get(stack: &Stack, text: &str) -> TestResult {
    let identity = json!({ "sourceIp": text, "userAgent": text });
    let authorizer = json!({ "userId": text, "principalId": text, "expiresAt": text, "signedInAt": text });
    for event_type in ["CONNECT", "MESSAGE", "DISCONNECT", text] {
        let event = json!({
            "methodArn": text, "headers": { "Origin": text, text: text }, "body": text,
            "requestContext": {
                "eventType": event_type, "connectionId": text, "requestId": text, "routeKey": text,
                "identity": identity, "authorizer": authorizer
            }
        });
        for function in ["fn-connect", "fn-message", "fn-channel", "fn-default", "fn-disconnect"] {
            assert_eq!(stack.invoke(function, &event).await?["statusCode"], 400, "{function}");
        }
        assert!(stack.invoke("fn-authorizer", &event).await.is_err() || event_type == "CONNECT");
    }
    for order in [
        json!({ "action": text }),
        json!({ "action": "publish", "channel": text, "content": text }),
        json!({ "action": "disconnect", "user": text }),
    ] {
        assert!(
            stack.invoke("fn-push", &order).await?["error"].is_object(),
            "{text:.20?}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn log_03_each_refusal_and_each_end_is_one_event() -> TestResult {
    let stack = Stack::start_with(StackOptions {
        template: Some(carillon_template_with(&["connectionsPerUser=1"])?),
        ..StackOptions::default()
    })
    .await?;
    let token = stack.sign_in("alice").await?.id;
    let sub = Forge::claims(&token)?["sub"].clone();
    let mut alice = Handshake::of_browser(&stack, &token).open().await?;
    let opened = json!({ "sub": sub, "source": "127.0.0.1" });
    one_event(&stack, "connection.registered", &opened, &["connection"]).await?;

    assert_eq!(Handshake::with(&stack).status().await?, 401);
    let denied = json!({ "reason": "missing_token", "source": "127.0.0.1" });
    one_event(&stack, "handshake.refused", &denied, &["connection"]).await?;

    let foreign = Handshake::of_browser(&stack, &token).header("origin", "http://evil.example");
    assert_eq!(foreign.status().await?, 403);
    let denied = json!({ "reason": "origin_not_allowed", "source": "127.0.0.1" });
    one_event(&stack, "handshake.refused", &denied, &["connection"]).await?;

    assert_eq!(Handshake::of_browser(&stack, &token).status().await?, 429);
    let full = json!({ "reason": "too_many_connections", "sub": sub, "source": "127.0.0.1" });
    one_event(&stack, "handshake.refused", &full, &["connection"]).await?;

    let forbidden = ask(&mut alice, "history", &json!({ "channel": "group:admins" })).await?;
    assert_eq!(forbidden["code"], "forbidden");
    let refused = json!({ "reason": "forbidden", "sub": sub, "source": "127.0.0.1" });
    one_event(&stack, "message.refused", &refused, &["connection"]).await?;

    let order = json!({ "action": "disconnect", "user": sub });
    assert_eq!(stack.invoke("fn-push", &order).await?["closed"], 1);
    one_event(&stack, "user.revoked", &json!({ "sub": sub, "closed": 1 }), &[]).await
}

#[tokio::test]
async fn log_03_an_event_that_no_function_waits_for_tells_whose_it_is() -> TestResult {
    let stack = Stack::start().await?;
    let event = |event_type: &str, authorizer: &Value| {
        json!({ "requestContext": {
            "eventType": event_type, "connectionId": "Zk3dPfYbIAMCJpw=", "requestId": "Zk3eAEdnIAMFTxQ=",
            "identity": { "sourceIp": "198.51.100.7" }, "authorizer": authorizer
        } })
    };
    let alice = json!({ "userId": "alice", "expiresAt": "4102444800", "signedInAt": "1000" });
    let whose = json!({ "connection": "Zk3dPfYbIAMCJpw=", "source": "198.51.100.7" });
    for (function, event_type, authorizer, status, name, reason) in [
        ("fn-connect", "MESSAGE", &alice, 400, "event.refused", "not_a_handshake"),
        (
            "fn-disconnect",
            "CONNECT",
            &alice,
            400,
            "event.refused",
            "not_a_disconnection",
        ),
        ("fn-default", "CONNECT", &alice, 400, "event.refused", "not_a_message"),
        (
            "fn-connect",
            "CONNECT",
            &Value::Null,
            403,
            "handshake.refused",
            "no_identity",
        ),
        (
            "fn-default",
            "MESSAGE",
            &Value::Null,
            200,
            "message.refused",
            "no_identity",
        ),
    ] {
        let answer = stack.invoke(function, &event(event_type, authorizer)).await?;
        assert_eq!(answer["statusCode"], status, "{function} {event_type}");
        let mut expected = whose.clone();
        expected["reason"] = json!(reason);
        if authorizer.is_object() {
            expected["sub"] = json!("alice");
        }
        one_event(&stack, name, &expected, &[]).await?;
    }
    assert!(stack.invoke("fn-authorizer", &event("MESSAGE", &alice)).await.is_err());
    let mut expected = whose.clone();
    expected["reason"] = json!("not_a_handshake");
    one_event(&stack, "handshake.refused", &expected, &[]).await
}

#[tokio::test]
async fn log_03_who_sends_too_much_is_told_apart_when_refused_and_when_ended() -> TestResult {
    let stack = Stack::start_with(StackOptions {
        template: Some(carillon_template_with(&["messagesPerSecond=1"])?),
        ..StackOptions::default()
    })
    .await?;
    let token = stack.sign_in("alice").await?.id;
    let mut alice = Handshake::of_browser(&stack, &token).open().await?;
    // Enough for the end, and too few for a second attempt to note it.
    for _ in 0..180 {
        alice
            .send(frame("message", &json!({ "recipient": "all", "content": 1 })))
            .await?;
    }
    alice.next_where(|frame| frame["type"] == "closing").await?;
    let limited = json!({ "reason": "rate_limited", "sub": Forge::claims(&token)?["sub"], "source": "127.0.0.1" });
    for event in events_of(&stack, "message.refused", &limited).await? {
        is_whole(&event, &["connection"]);
    }
    one_event(&stack, "rate.ended", &limited, &["connection"]).await
}

/// Waits for the one event with this name and these fields; it says when it was, in UTC, and has text in `further`.
async fn one_event(stack: &Stack, name: &str, fields: &Value, further: &[&str]) -> TestResult {
    let found = events_of(stack, name, fields).await?;
    assert_eq!(found.len(), 1, "{found:?}");
    is_whole(&found[0], further);
    Ok(())
}

fn is_whole(event: &Value, further: &[&str]) {
    assert!(
        event["timestamp"].as_str().is_some_and(|at| at.ends_with('Z')),
        "{event}"
    );
    for field in further {
        assert!(
            event[*field].as_str().is_some_and(|text| !text.is_empty()),
            "{field}: {event}"
        );
    }
}

/// Waits for events with this name and these fields.
async fn events_of(stack: &Stack, name: &str, fields: &Value) -> TestResult<Vec<Value>> {
    let fields = fields.as_object().cloned().unwrap_or_default();
    let found = || {
        let mut events = events(stack);
        events.retain(|event| {
            event["message"] == name && fields.iter().all(|(field, value)| event[field.as_str()] == *value)
        });
        events
    };
    eventually(&format!("{name} {fields:?}"), async || !found().is_empty()).await?;
    Ok(found())
}
