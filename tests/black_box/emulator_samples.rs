//! Templates that were not shaped for this project run as they stand: two clients through each (`tests/templates`).

use serde_json::{Value, json};
use tests::{Handshake, Stack, StackOptions, TestResult, eventually, repository};

async fn sample(name: &str, arguments: &[&str]) -> TestResult<Stack> {
    Stack::start_with(StackOptions {
        template: Some(repository().join("tests/templates").join(name).join("template.yaml")),
        arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
        ..StackOptions::default()
    })
    .await
}

/// Calls the table store as the AWS CLI does.
async fn table(stack: &Stack, operation: &str, body: Value) -> TestResult<Value> {
    let response = reqwest::Client::new()
        .post(stack.endpoint("/dynamodb"))
        .header("x-amz-target", format!("DynamoDB_20120810.{operation}"))
        .header("content-type", "application/x-amz-json-1.0")
        .header("authorization", "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0")
        .body(body.to_string());
    Ok(response.send().await?.json().await?)
}

/// How many connections the sample's table holds.
async fn remembered(stack: &Stack) -> TestResult<u64> {
    let items = table(
        stack,
        "Scan",
        json!({ "TableName": stack.endpoint("/table"), "Select": "COUNT" }),
    )
    .await?;
    items["Count"]
        .as_u64()
        .ok_or_else(|| tests::failure(format!("no count: {items}")))
}

#[tokio::test]
async fn a_chat_of_node_functions_in_cloudformation_yaml() -> TestResult {
    let stack = sample("chat", &["--tls"]).await?;
    assert!(stack.endpoint("/websocket").ends_with("/Prod"));
    for (query, expected) in [("", 401), ("token=wrong", 403), ("token=let-me-in", 101)] {
        assert_eq!(
            Handshake::with(&stack).query(query).status().await?,
            expected,
            "{query}"
        );
    }
    eventually("the one that left to be forgotten", async || {
        remembered(&stack).await.ok() == Some(0)
    })
    .await?;
    let mut ada = Handshake::with(&stack).query("token=let-me-in&name=ada").open().await?;
    let mut bob = Handshake::with(&stack).query("token=let-me-in&name=bob").open().await?;
    let stale = json!({ "connectionId": { "S": "AAAAAAAAAAAAAAA=" } });
    table(
        &stack,
        "PutItem",
        json!({ "TableName": "chat_connections", "Item": stale }),
    )
    .await?;
    assert_eq!(remembered(&stack).await?, 3);
    ada.send(json!({ "action": "sendmessage", "data": "hello" }).to_string())
        .await?;
    for client in [&mut ada, &mut bob] {
        assert_eq!(client.next().await?, json!({ "from": "ada", "data": "hello" }));
    }
    stack
        .logged("Found stale connection, deleting AAAAAAAAAAAAAAA=")
        .await?;
    eventually("the stale connection to be forgotten", async || {
        remembered(&stack).await.ok() == Some(2)
    })
    .await?;
    bob.close().await?;
    eventually("bob to be forgotten", async || remembered(&stack).await.ok() == Some(1)).await?;
    ada.send(json!({ "action": "sendmessage", "data": "alone" }).to_string())
        .await?;
    assert_eq!(ada.next().await?["data"], "alone");
    Ok(())
}

#[tokio::test]
async fn its_parameters_can_be_given() -> TestResult {
    let stack = sample("chat", &["--parameter", "StageName=Dev", "--parameter", "Token=secret"]).await?;
    assert!(stack.endpoint("/websocket").ends_with("/Dev"));
    assert_eq!(Handshake::with(&stack).query("token=let-me-in").status().await?, 403);
    assert_eq!(Handshake::with(&stack).query("token=secret").status().await?, 101);
    Ok(())
}

#[tokio::test]
async fn rooms_of_node_functions_with_sam() -> TestResult {
    let stack = sample("sam-chat", &[]).await?;
    assert!(stack.endpoint("/websocket").ends_with("/live"));
    for (query, expected) in [
        ("room=a", 401),
        ("token=wrong&room=a", 403),
        ("token=open-sesame&room=a", 101),
    ] {
        assert_eq!(
            Handshake::with(&stack).query(query).status().await?,
            expected,
            "{query}"
        );
    }
    eventually("the one that left to be forgotten", async || {
        remembered(&stack).await.ok() == Some(0)
    })
    .await?;
    let enter = async |room: &str| {
        Handshake::with(&stack)
            .query(&format!("token=open-sesame&room={room}"))
            .open()
            .await
    };
    let (mut ada, mut bob, mut eve) = (enter("a").await?, enter("a").await?, enter("b").await?);
    let stale = json!({ "connection": { "S": "AAAAAAAAAAAAAAA=" }, "room": { "S": "a" } });
    table(
        &stack,
        "PutItem",
        json!({ "TableName": stack.endpoint("/table"), "Item": stale }),
    )
    .await?;
    ada.send(json!({ "action": "say", "line": "hello" }).to_string())
        .await?;
    let heard = ada.next().await?;
    assert_eq!((&heard["line"], &bob.next().await?), (&json!("hello"), &heard));
    stack.logged("gone: AAAAAAAAAAAAAAA=").await?;
    eventually("the stale connection to be forgotten", async || {
        remembered(&stack).await.ok() == Some(3)
    })
    .await?;
    eve.send("what now").await?;
    assert_eq!(
        eve.next().await?,
        json!({ "error": "say something" }),
        "nothing of another room comes first"
    );
    bob.close().await?;
    eventually("bob to be forgotten", async || remembered(&stack).await.ok() == Some(2)).await
}
