//! Faults on demand: how they are switched, and those of a table.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{Probe, Stack, TestResult, failure};

/// The probe's stack with a table and an index of it.
async fn probe() -> TestResult<Probe> {
    let key = |name: &str, kind: &str| json!([{ "AttributeName": name, "KeyType": kind }]);
    let attribute = |name: &str| json!({ "AttributeName": name, "AttributeType": "S" });
    let table = json!({ "Type": "AWS::DynamoDB::Table", "Properties": {
        "TableName": "things", "BillingMode": "PAY_PER_REQUEST", "KeySchema": key("id", "HASH"),
        "AttributeDefinitions": [attribute("id"), attribute("group")],
        "GlobalSecondaryIndexes": [{
            "IndexName": "groups", "KeySchema": key("group", "HASH"), "Projection": { "ProjectionType": "ALL" },
        }],
    } });
    Probe::start_changed(|resources| resources["Table"] = table, &[]).await
}

/// Puts these faults in force.
async fn strike(stack: &Stack, faults: Value) -> TestResult {
    stack.strike(7, &faults).await
}

fn thing(id: &str, version: &str) -> Value {
    let item = json!({ "id": { "S": id }, "group": { "S": "all" }, "version": { "S": version } });
    json!({ "TableName": "things", "Item": item })
}

/// The words of a refusal.
fn refused<T: std::fmt::Debug>(result: TestResult<T>) -> TestResult<String> {
    match result {
        Ok(answer) => Err(failure(format!("it was answered: {answer:?}"))),
        Err(words) => Ok(words.to_string()),
    }
}

#[tokio::test]
async fn a_plan_is_read_strictly_before_anything_starts() -> TestResult {
    let folder = TempDir::new()?;
    let file = folder.path().join("faults.json");
    for (plan, expected) in [
        (
            r#"{"faults":[{"kind":"push.lots"}]}"#,
            "push.lots is no kind of fault: the nearest is push.lost",
        ),
        (
            r#"{"faults":[{"kind":"event.twice","route":"one-wy"}]}"#,
            "the nearest is one-way",
        ),
        (
            r#"{"faults":[{"kind":"function.cold","function":"Funktion"}]}"#,
            "the nearest is Function",
        ),
        ("", "it is no JSON"),
    ] {
        std::fs::write(&file, plan)?;
        let words = refused(Probe::start_with(&["--faults", &file.to_string_lossy()]).await)?;
        assert!(
            words.contains("faults.json cannot be read") && words.contains(expected),
            "{words}"
        );
    }
    std::fs::write(&file, r#"{"seed":4711,"faults":[{"kind":"push.lost","times":1}]}"#)?;
    let probe = Probe::start_with(&["--faults", &file.to_string_lossy()]).await?;
    probe.stack.logged("seed=4711").await?;
    let (_, answer) = probe.stack.faults("GET", "").await?;
    assert_eq!(
        answer["plan"]["faults"],
        json!([{ "kind": "push.lost", "probability": 1.0, "skip": 0, "times": 1 }])
    );
    Ok(())
}

#[tokio::test]
async fn a_plan_is_switched_at_run_time_and_here_never_by_a_browser() -> TestResult {
    let probe = Probe::start().await?;
    let stack = &probe.stack;
    let (status, answer) = stack.faults("GET", "").await?;
    assert_eq!(
        (status, &answer["plan"], &answer["struck"]),
        (
            200,
            &json!({ "seed": null, "clockOffsetMs": 0, "faults": [] }),
            &json!({})
        )
    );
    let kinds = answer["kinds"].as_array().cloned().unwrap_or_default();
    assert_eq!(
        (kinds.len(), &kinds[4]["kind"], &kinds[4]["key"]),
        (20, &json!("event.twice"), &json!("route"))
    );
    assert_eq!(
        kinds[4]["subjects"][0], "$connect",
        "what this template has is offered: {answer}"
    );
    let (status, answer) = stack.faults("PUT", r#"{"faults":[{"kind":"tabel.stale"}]}"#).await?;
    assert_eq!(status, 400);
    let message = answer["message"].as_str().unwrap_or_default();
    assert!(message.contains("the nearest is table.stale"), "{message}");
    let (status, answer) = stack
        .faults("PUT", r#"{"seed":1,"faults":[{"kind":"table.stale"}]}"#)
        .await?;
    assert_eq!((status, &answer["plan"]["seed"]), (200, &json!(1)));
    let (_, again) = stack.faults("PUT", answer["plan"].to_string()).await?;
    assert_eq!(again, answer, "what was read can be written back");
    let (_, off) = stack.faults("PUT", "{}").await?;
    assert_eq!(off["plan"]["faults"], json!([]));
    assert!(off["plan"]["seed"].is_u64(), "a seed is chosen and told: {off}");
    let fetched = reqwest::Client::new()
        .put(format!("{}/_faults", stack.endpoint("/lambda")))
        .header("sec-fetch-site", "same-origin")
        .send()
        .await?;
    assert_eq!(fetched.status(), 403);
    Ok(())
}

#[tokio::test]
async fn a_table_is_throttled() -> TestResult {
    let probe = probe().await?;
    let stack = &probe.stack;
    strike(
        stack,
        json!([{ "kind": "table.throttled", "operation": "PutItem", "skip": 1, "times": 2 }]),
    )
    .await?;
    stack.dynamodb("PutItem", &thing("a", "1")).await?;
    for _ in 0..2 {
        let words = refused(stack.dynamodb("PutItem", &thing("a", "2")).await)?;
        assert!(
            words.starts_with("400") && words.contains("ProvisionedThroughputExceededException"),
            "{words}"
        );
    }
    let key = json!({ "TableName": "things", "Key": { "id": { "S": "a" } }, "ConsistentRead": true });
    let kept = stack.dynamodb("GetItem", &key).await?;
    assert_eq!(kept["Item"]["version"]["S"], "1", "nothing is written");
    stack.dynamodb("PutItem", &thing("a", "2")).await?;
    assert_eq!(
        stack.struck().await?,
        BTreeMap::from([("table.throttled".to_owned(), 2)])
    );
    stack
        .logged("fault table.throttled strikes at event 3 of PutItem")
        .await
}

#[tokio::test]
async fn pages_are_small() -> TestResult {
    let probe = probe().await?;
    let stack = &probe.stack;
    for id in ["a", "b", "c", "d", "e"] {
        stack.dynamodb("PutItem", &thing(id, "1")).await?;
    }
    strike(stack, json!([{ "kind": "table.smallPages", "items": 2 }])).await?;
    for (operation, request) in [
        ("Scan", json!({ "TableName": "things" })),
        (
            "Query",
            json!({
                "TableName": "things", "IndexName": "groups", "KeyConditionExpression": "#g = :g",
                "ExpressionAttributeNames": { "#g": "group" },
                "ExpressionAttributeValues": { ":g": { "S": "all" } },
            }),
        ),
    ] {
        let (mut request, mut pages) = (request, Vec::new());
        loop {
            let page = stack.dynamodb(operation, &request).await?;
            pages.push(page["Count"].as_u64().unwrap_or_default());
            match page.get("LastEvaluatedKey").filter(|key| !key.is_null()) {
                Some(key) => request["ExclusiveStartKey"] = key.clone(),
                None => break,
            }
        }
        assert_eq!(pages, [2, 2, 1], "{operation}");
    }
    Ok(())
}

#[tokio::test]
async fn a_read_that_does_not_ask_for_the_truth_may_be_told_what_stood_there_a_moment_ago() -> TestResult {
    let probe = probe().await?;
    let stack = &probe.stack;
    stack.dynamodb("PutItem", &thing("a", "1")).await?;
    // Long enough that the test is over before the moment is.
    strike(stack, json!([{ "kind": "table.stale", "delayMs": 60_000, "times": 2 }])).await?;
    stack.dynamodb("PutItem", &thing("a", "2")).await?;
    stack.dynamodb("PutItem", &thing("b", "2")).await?;
    let key = json!({ "id": { "S": "a" } });
    let get = json!({ "TableName": "things", "Key": key });
    let consistent = json!({ "TableName": "things", "Key": key, "ConsistentRead": true });
    let query = json!({
        "TableName": "things", "IndexName": "groups", "KeyConditionExpression": "#g = :g",
        "ExpressionAttributeNames": { "#g": "group" },
        "ExpressionAttributeValues": { ":g": { "S": "all" } },
    });
    let truth = stack.dynamodb("GetItem", &consistent).await?;
    assert_eq!(truth["Item"]["version"]["S"], "2");
    assert_eq!(
        stack.dynamodb("GetItem", &get).await?["Item"]["version"]["S"],
        "1",
        "as it was before the writes"
    );
    assert_eq!(stack.dynamodb("Query", &query).await?["Count"], 1, "an index too");
    assert_eq!(stack.dynamodb("Query", &query).await?["Count"], 2, "twice, and no more");
    Ok(())
}

#[tokio::test]
async fn the_past_is_over_in_a_moment() -> TestResult {
    let probe = probe().await?;
    let stack = &probe.stack;
    stack.dynamodb("PutItem", &thing("a", "1")).await?;
    strike(stack, json!([{ "kind": "table.stale", "delayMs": 50 }])).await?;
    stack.dynamodb("PutItem", &thing("a", "2")).await?;
    let get = json!({ "TableName": "things", "Key": { "id": { "S": "a" } } });
    tests::eventually("the write to be seen", async || {
        let read = stack.dynamodb("GetItem", &get).await;
        read.is_ok_and(|read| read["Item"]["version"]["S"] == "2")
    })
    .await
}

#[tokio::test]
async fn a_write_is_committed_and_not_answered() -> TestResult {
    let probe = probe().await?;
    let stack = &probe.stack;
    strike(stack, json!([{ "kind": "table.unanswered", "times": 1 }])).await?;
    let mut put = thing("a", "1");
    put["ConditionExpression"] = json!("attribute_not_exists(id)");
    let words = refused(stack.dynamodb("PutItem", &put).await)?;
    assert!(
        words.starts_with("500") && words.contains("InternalServerError"),
        "{words}"
    );
    let words = refused(stack.dynamodb("PutItem", &put).await)?;
    assert!(
        words.contains("ConditionalCheckFailedException"),
        "it is there: {words}"
    );
    Ok(())
}
