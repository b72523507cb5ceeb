//! The table store speaks DynamoDB's protocol: conditions, transactions, and errors by their names.

use serde_json::{Value, json};
use tests::{Stack, TestResult};

#[tokio::test]
async fn conditions_and_transactions_fail_by_name() -> TestResult {
    let stack = Stack::start().await?;
    let table = stack.endpoint("/table");
    let key = |sk: &str| json!({ "pk": { "S": "p" }, "sk": { "S": sk } });
    let put =
        |sk: &str| json!({ "TableName": table, "Item": key(sk), "ConditionExpression": "attribute_not_exists(pk)" });
    stack.dynamodb("PutItem", &put("1")).await?;
    let refused = stack
        .dynamodb("PutItem", &put("1"))
        .await
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default();
    assert!(refused.contains("ConditionalCheckFailedException"), "{refused}");

    let transaction = json!({ "TransactItems": [{ "Put": put("2") }, { "Put": put("1") }] });
    let refused = stack
        .dynamodb("TransactWriteItems", &transaction)
        .await
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default();
    assert!(
        refused.contains("TransactionCanceledException") && refused.contains("CancellationReasons"),
        "{refused}"
    );
    assert_eq!(stack.rows().await?.len(), 1, "nothing half done");

    let page = stack
        .dynamodb(
            "Query",
            &json!({
                "TableName": table, "ConsistentRead": true, "KeyConditionExpression": "pk = :p",
                "ExpressionAttributeValues": { ":p": { "S": "p" } },
            }),
        )
        .await?;
    assert_eq!(page["Count"], 1);
    for (operation, expected) in [
        ("NoSuchOperation", "UnknownOperationException"),
        ("GetItem", "SerializationException"),
    ] {
        let refused = stack
            .dynamodb(operation, &json!({ "Key": 1 }))
            .await
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default();
        assert!(refused.contains(expected), "{refused}");
    }
    Ok(())
}

#[tokio::test]
async fn the_table_is_the_templates() -> TestResult {
    let stack = Stack::start().await?;
    let request = json!({ "TableName": stack.endpoint("/table") });
    let description = stack.dynamodb("DescribeTable", &request).await?;
    let keys: Vec<&Value> = description["Table"]["KeySchema"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|key| &key["AttributeName"])
        .collect();
    assert_eq!(keys, [&json!("pk"), &json!("sk")]);
    assert!(
        description["Table"]
            .get("GlobalSecondaryIndexes")
            .is_none_or(Value::is_null),
        "no index"
    );
    let ttl = stack.dynamodb("DescribeTimeToLive", &request).await?;
    assert_eq!(
        ttl["TimeToLiveDescription"],
        json!({ "AttributeName": "ttl", "TimeToLiveStatus": "ENABLED" })
    );
    Ok(())
}

#[tokio::test]
async fn expired_rows_are_swept() -> TestResult {
    let stack = Stack::start().await?;
    let row = |sk: &str, ttl: u64| json!({ "pk": { "S": "p" }, "sk": { "S": sk }, "ttl": { "N": ttl.to_string() } });
    for item in [row("past", 1_000_000_000), row("future", 4_000_000_000)] {
        stack
            .dynamodb(
                "PutItem",
                &json!({ "TableName": stack.endpoint("/table"), "Item": item }),
            )
            .await?;
    }
    tests::eventually("the expired row to be deleted", async || {
        stack.rows().await.is_ok_and(|rows| rows.len() == 1)
    })
    .await?;
    assert_eq!(stack.rows().await?[0]["sk"], "future");
    Ok(())
}
