//! Events of a connection in orders that no client can provoke, brought straight to the functions: API Gateway may deliver
//! `$disconnect` before `$connect` is done, and either of them twice.

use serde_json::{Value, json};
use tests::{Stack, TestResult};

const CONNECTION: &str = "Zk3dPfYbIAMCJpw=";

/// The handshake of alice under a name of one's choice, as far as `$connect`, let in by the authorizer itself.
async fn connect_event(stack: &Stack) -> TestResult<Value> {
    let token = stack.sign_in("alice").await?.id;
    let protocols = format!("carillon.v1, bearer.{token}");
    let headers = json!({ "Sec-WebSocket-Protocol": protocols });
    let multiple = json!({ "Sec-WebSocket-Protocol": [protocols] });
    let context = json!({ "connectionId": CONNECTION, "eventType": "CONNECT", "routeKey": "$connect" });
    let mut event = json!({ "headers": headers, "multiValueHeaders": multiple, "requestContext": context });
    let mut asked = event.clone();
    asked["type"] = json!("REQUEST");
    asked["methodArn"] = json!("arn:aws:execute-api:us-east-1:000000000000:abcdef1234/ws/$connect");
    let verdict = stack.invoke("fn-authorizer", &asked).await?;
    assert_eq!(
        verdict["policyDocument"]["Statement"][0]["Effect"], "Allow",
        "{verdict}"
    );
    event["requestContext"]["authorizer"] = verdict["context"].clone();
    Ok(event)
}

async fn connect(stack: &Stack, event: &Value) -> TestResult<Value> {
    Ok(stack.invoke("fn-connect", event).await?["statusCode"].clone())
}

async fn disconnect(stack: &Stack) -> TestResult {
    let context = json!({ "connectionId": CONNECTION, "eventType": "DISCONNECT", "routeKey": "$disconnect" });
    let answer = stack
        .invoke("fn-disconnect", &json!({ "requestContext": context }))
        .await?;
    assert_eq!(answer["statusCode"], 200, "no error surfaces: {answer}");
    Ok(())
}

async fn count(stack: &Stack, kind: &str) -> TestResult<usize> {
    Ok(stack.rows_of_kind(kind).await?.len())
}

#[tokio::test]
async fn lif_02_a_disconnect_before_its_connect_makes_that_fail() -> TestResult {
    let stack = Stack::start().await?;
    let event = connect_event(&stack).await?;
    disconnect(&stack).await?;
    disconnect(&stack).await?;
    assert_eq!(connect(&stack, &event).await?, 410);
    assert_eq!(connect(&stack, &event).await?, 410, "and again");
    for kind in ["connection", "member", "slot"] {
        assert_eq!(count(&stack, kind).await?, 0, "{kind}");
    }
    assert_eq!(count(&stack, "tombstone").await?, 1);
    Ok(())
}

#[tokio::test]
async fn lif_02_a_disconnect_after_its_connect_leaves_nothing_however_often_it_comes() -> TestResult {
    let stack = Stack::start().await?;
    let event = connect_event(&stack).await?;
    assert_eq!(connect(&stack, &event).await?, 200);
    assert_eq!(
        (count(&stack, "connection").await?, count(&stack, "member").await?),
        (1, 2)
    );
    for _ in 0..2 {
        disconnect(&stack).await?;
        for kind in ["connection", "member", "slot"] {
            assert_eq!(count(&stack, kind).await?, 0, "{kind}");
        }
    }
    assert_eq!(connect(&stack, &event).await?, 410, "a connection comes once");
    Ok(())
}

#[tokio::test]
async fn lif_04_a_connect_event_twice_is_one_connection() -> TestResult {
    let stack = Stack::start().await?;
    let event = connect_event(&stack).await?;
    let (one, other) = tokio::join!(connect(&stack, &event), connect(&stack, &event));
    assert_eq!((one?, other?), (json!(200), json!(200)), "both at once");
    assert_eq!(connect(&stack, &event).await?, 200, "and once more");
    assert_eq!(
        (count(&stack, "connection").await?, count(&stack, "slot").await?),
        (1, 1)
    );
    assert_eq!(count(&stack, "member").await?, 2);
    Ok(())
}

#[tokio::test]
async fn lif_05_a_push_before_the_socket_is_open_keeps_its_member() -> TestResult {
    let stack = Stack::start().await?;
    // The row is there, the socket is not: the handshake is still under way.
    assert_eq!(connect(&stack, &connect_event(&stack).await?).await?, 200);
    let order = json!({ "action": "publish", "channel": "all", "content": "is anybody there?" });
    assert!(stack.invoke("fn-push", &order).await?["seq"].is_number());
    // Within 30 s "gone" also means "not open yet", and the row stays.
    assert_eq!(
        (count(&stack, "connection").await?, count(&stack, "member").await?),
        (1, 2)
    );
    let user = tests::Forge::claims(&stack.sign_in("alice").await?.id)?["sub"].clone();
    let listed = stack
        .invoke("fn-push", &json!({ "action": "connections", "user": user }))
        .await?;
    assert_eq!(listed["connections"][0]["connection"], CONNECTION, "{listed}");
    Ok(())
}
