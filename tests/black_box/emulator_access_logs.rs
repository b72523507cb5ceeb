//! Access logs: where they are, who may read them, and which formats make none. What stands in a line is in the conformance suite.

use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{Handshake, Probe, Stack, StackOptions, TestResult, changed_probe_template, eventually, failure};

const FORMAT: &str = "$context.identity.sourceIp [$context.requestTime] \"$context.identity.userAgent\" $context.eventType \
                      $context.routeKey $context.status $context.requestId";

fn format(text: &str) -> impl FnOnce(&mut Value) {
    let settings = json!({ "DestinationArn": "arn:aws:logs:us-east-1:000000000000:log-group:sockets", "Format": text });
    move |resources| resources["Stage"]["Properties"]["AccessLogSettings"] = settings
}

fn lines(stack: &Stack) -> Vec<String> {
    let text = std::fs::read_to_string(stack.state().join("access-logs/Api-probe.log")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// Connects, sends one message and leaves; waits for the three lines of it.
async fn visit(stack: &Stack) -> TestResult {
    let before = lines(stack).len();
    let mut socket = Handshake::with(stack)
        .header("user-agent", "one\" two\\")
        .open()
        .await?;
    socket.send("hello").await?;
    socket.next().await?;
    drop(socket);
    eventually("the lines to be written", async || lines(stack).len() == before + 3).await
}

#[tokio::test]
async fn a_line_an_event_in_a_file_of_the_owner() -> TestResult {
    let Probe { stack, .. } = &Probe::start_changed(format(FORMAT), &[]).await?;
    visit(stack).await?;
    let mut lines = lines(stack);
    lines.sort_by_key(|line| ["CONNECT $", "MESSAGE $", "DISCONNECT $"].map(|kind| line.contains(&format!(" {kind}"))));
    lines.reverse();
    for (line, end) in lines.iter().zip([
        "CONNECT $connect 200 ",
        "MESSAGE $default 200 ",
        "DISCONNECT $disconnect 200 ",
    ]) {
        assert!(line.starts_with("127.0.0.1 ["), "{line}");
        assert!(line.contains(&format!(" +0000] \"one\\\" two\\\\\" {end}")), "{line}");
    }
    let mode = |path: &str| std::fs::metadata(stack.state().join(path)).map(|found| found.permissions().mode() & 0o777);
    assert_eq!(mode("access-logs")?, 0o700);
    assert_eq!(mode("access-logs/Api-probe.log")?, 0o600);
    Ok(())
}

#[tokio::test]
async fn a_restart_goes_on_and_fresh_begins_anew() -> TestResult {
    let folder = TempDir::new()?;
    let (template, _) = changed_probe_template(folder.path(), format(FORMAT))?;
    for (arguments, expected) in [(vec![], 3), (vec![], 6), (vec!["--fresh".to_owned()], 3)] {
        let options = StackOptions {
            template: Some(template.clone()),
            state: Some(folder.path().join("state")),
            arguments,
            ..StackOptions::default()
        };
        let stack = Stack::start_with(options).await?;
        visit(&stack).await?;
        assert_eq!(lines(&stack).len(), expected);
        stack.stop().await?;
    }
    Ok(())
}

#[tokio::test]
async fn without_a_format_there_is_no_log() -> TestResult {
    let probe = Probe::start().await?;
    Handshake::with(&probe.stack).open().await?;
    assert!(!probe.stack.state().join("access-logs").exists());
    Ok(())
}

#[tokio::test]
async fn formats_that_api_gateway_does_not_take_are_refused() -> TestResult {
    let long = format!("$context.requestId {}", "x".repeat(3 * 1024));
    for (text, expected) in [
        (
            "$context.status",
            "has neither $context.requestId nor $context.extendedRequestId",
        ),
        ("$context.requestId\n$context.status", "has several lines"),
        (long.as_str(), "is longer than 3 KB"),
    ] {
        let said = match Probe::start_changed(format(text), &[]).await {
            Ok(_) => return Err(failure(format!("it started: {expected}"))),
            Err(words) => words.to_string(),
        };
        assert!(
            said.contains("AccessLogSettings of Stage") && said.contains(expected),
            "{said}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_line_names_lambdas_request_and_a_slip_in_the_format_is_told_of() -> TestResult {
    let format = format("$context.requestId $context.eventType $context.integration.requestId $context.rouetKey");
    let Probe { stack, records, .. } = &Probe::start_changed(format, &["--reports"]).await?;
    visit(stack).await?;
    assert!(!records.events().is_empty());
    for line in lines(stack) {
        let words: Vec<&str> = line.split(' ').collect();
        let [_, _, request_id, "-"] = words.as_slice() else {
            return Err(failure(line));
        };
        stack.logged(&format!("START RequestId: {request_id} ")).await?;
    }
    let warning = "names $context.rouetKey, which API Gateway does not have; is routeKey meant?";
    assert!(stack.log().contains(warning), "{}", stack.log());
    Ok(())
}
