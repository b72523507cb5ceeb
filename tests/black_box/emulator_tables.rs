//! The table store speaks DynamoDB's protocol: conditions, transactions, and errors by their names.

use serde_json::{Value, json};
use tests::{Probe, Stack, TestResult};

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

/// A stack of the emulator's own with one table, so that these say something of the store alone.
async fn table() -> TestResult<Probe> {
    let table = json!({ "Type": "AWS::DynamoDB::Table", "Properties": {
        "KeySchema": [{ "AttributeName": "pk", "KeyType": "HASH" }, { "AttributeName": "sk", "KeyType": "RANGE" }],
        "AttributeDefinitions": [
            { "AttributeName": "pk", "AttributeType": "S" }, { "AttributeName": "sk", "AttributeType": "S" },
        ],
    } });
    Probe::start_changed(|resources| resources["Table"] = table, &[]).await
}

fn key(sk: &str) -> Value {
    json!({ "pk": { "S": "p" }, "sk": { "S": sk } })
}

/// An item with the key `sk` and further attributes.
fn item(sk: &str, attributes: Value) -> Value {
    let mut item = key(sk);
    for (name, value) in attributes.as_object().into_iter().flatten() {
        item[name] = value.clone();
    }
    item
}

impl Calls<'_> {
    /// The answer of an operation, the table's name added where it belongs.
    async fn done(&self, operation: &str, request: Value) -> TestResult<Value> {
        self.0.dynamodb(operation, &self.on_the_table(request)).await
    }

    /// The body of a refusal.
    async fn refused(&self, operation: &str, request: Value) -> TestResult<Value> {
        let error = self.done(operation, request).await.err().ok_or("it was not refused")?;
        let words = error.to_string();
        let body = words.find('{').map_or("", |start| &words[start..]);
        Ok(serde_json::from_str(body)?)
    }

    async fn item(&self, sk: &str) -> TestResult<Value> {
        let answer = self
            .done("GetItem", json!({ "Key": key(sk), "ConsistentRead": true }))
            .await?;
        Ok(answer["Item"].clone())
    }

    fn on_the_table(&self, mut request: Value) -> Value {
        let table = json!(self.0.endpoint("/table"));
        match request["TransactItems"].as_array_mut() {
            Some(actions) => {
                for action in actions.iter_mut().filter_map(Value::as_object_mut) {
                    action
                        .values_mut()
                        .for_each(|action| action["TableName"] = table.clone());
                }
                request
            }
            None => {
                request["TableName"] = table;
                request
            }
        }
    }
}

struct Calls<'a>(&'a Stack);

#[tokio::test]
async fn a_failed_condition_gives_the_item_back_if_asked_to() -> TestResult {
    let probe = table().await?;
    let calls = Calls(&probe.stack);
    let present = item("1", json!({ "state": { "S": "open" } }));
    calls.done("PutItem", json!({ "Item": present })).await?;
    calls.done("PutItem", json!({ "Item": key("0") })).await?;
    let update = |sk: &str, returned: &str| {
        json!({
            "Key": key(sk), "UpdateExpression": "SET #s = :closed", "ConditionExpression": "#s = :closed",
            "ExpressionAttributeNames": { "#s": "state" },
            "ExpressionAttributeValues": { ":closed": { "S": "closed" } },
            "ReturnValuesOnConditionCheckFailure": returned,
        })
    };
    let refused = calls.refused("UpdateItem", update("1", "ALL_OLD")).await?;
    assert_eq!(refused["Item"], present, "{refused}");
    for (sk, returned) in [("1", "NONE"), ("absent", "ALL_OLD")] {
        let refused = calls.refused("UpdateItem", update(sk, returned)).await?;
        assert!(refused.get("Item").is_none(), "{refused}");
    }

    let check = |sk: &str, condition: &str| {
        json!({ "ConditionCheck": {
            "Key": key(sk), "ConditionExpression": condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        } })
    };
    let put = json!({ "Put": { "Item": key("2") } });
    let exists = "attribute_exists(pk)";
    let actions = json!([check("0", exists), put, { "Update": update("1", "ALL_OLD") }, check("3", exists)]);
    let refused = calls
        .refused("TransactWriteItems", json!({ "TransactItems": actions }))
        .await?;
    let kind = refused["__type"].as_str().unwrap_or_default();
    assert!(kind.ends_with("#TransactionCanceledException"), "{refused}");
    let reasons = &refused["CancellationReasons"];
    let codes: Vec<&Value> = reasons
        .as_array()
        .into_iter()
        .flatten()
        .map(|reason| &reason["Code"])
        .collect();
    assert_eq!(
        codes,
        ["None", "None", "ConditionalCheckFailed", "ConditionalCheckFailed"]
    );
    assert_eq!(reasons[2]["Item"], present);
    for index in [0, 1, 3] {
        assert!(reasons[index].get("Item").is_none_or(Value::is_null), "{reasons}");
    }
    assert_eq!(calls.item("2").await?, Value::Null, "nothing half done");

    let actions = json!([check("1", exists), { "Put": { "Item": key("2") } }, check("3", "attribute_not_exists(pk)")]);
    calls
        .done("TransactWriteItems", json!({ "TransactItems": actions }))
        .await?;
    assert_eq!(calls.item("2").await?, key("2"));
    assert_eq!(calls.item("3").await?, Value::Null, "a check writes nothing");
    Ok(())
}

#[tokio::test]
async fn a_map_is_changed_and_asked_by_its_paths() -> TestResult {
    let probe = table().await?;
    let calls = Calls(&probe.stack);
    calls
        .done(
            "PutItem",
            json!({ "Item": item("1", json!({ "channels": { "M": {} } })) }),
        )
        .await?;
    let update = |channel: &str, expression: &str, condition: &str| {
        let mut request = json!({
            "Key": key("1"), "UpdateExpression": expression, "ConditionExpression": condition,
            "ExpressionAttributeNames": { "#c": channel }, "ReturnValues": "ALL_NEW",
        });
        for (name, value) in [(":s", json!({ "S": "shard" })), (":most", json!({ "N": "2" }))] {
            if format!("{expression} {condition}").contains(name) {
                request["ExpressionAttributeValues"][name] = value;
            }
        }
        request
    };
    let add = "SET channels.#c = :s";
    let room = "attribute_not_exists(channels.#c) AND size(channels) < :most";
    // Names with the characters of channels are no paths by themselves.
    calls.done("UpdateItem", update("room:a.b", add, room)).await?;
    let answer = calls.done("UpdateItem", update("dm:1:2", add, room)).await?;
    let both = json!({ "M": { "room:a.b": { "S": "shard" }, "dm:1:2": { "S": "shard" } } });
    assert_eq!(answer["Attributes"]["channels"], both);
    for (channel, expression, condition) in [
        ("room:c", add, room),
        ("room:c", "REMOVE channels.#c", "attribute_exists(channels.#c)"),
        ("dm:1:2", add, "attribute_not_exists(channels.#c)"),
        ("dm:1:2", add, "size(channels) > :most"),
    ] {
        let refused = calls
            .refused("UpdateItem", update(channel, expression, condition))
            .await?;
        let kind = refused["__type"].as_str().unwrap_or_default();
        assert!(
            kind.ends_with("#ConditionalCheckFailedException"),
            "{condition}: {refused}"
        );
    }
    let leave = update("room:a.b", "REMOVE channels.#c", "attribute_exists(channels.#c)");
    let answer = calls.done("UpdateItem", leave).await?;
    assert_eq!(
        answer["Attributes"]["channels"],
        json!({ "M": { "dm:1:2": { "S": "shard" } } })
    );
    // To remove what is not there is nothing.
    calls
        .done(
            "UpdateItem",
            update("room:c", "REMOVE channels.#c", "attribute_exists(pk)"),
        )
        .await?;

    let nowhere = json!({
        "Key": key("absent"), "UpdateExpression": "SET channels.#c = :s",
        "ExpressionAttributeNames": { "#c": "a" }, "ExpressionAttributeValues": { ":s": { "S": "s" } },
    });
    let refused = calls.refused("UpdateItem", nowhere).await?;
    assert!(
        refused.to_string().contains("ValidationException") && refused.to_string().contains("document path"),
        "{refused}"
    );
    assert_eq!(calls.item("absent").await?, Value::Null);
    Ok(())
}

#[tokio::test]
async fn if_not_exists_keeps_what_is_there() -> TestResult {
    let probe = table().await?;
    let calls = Calls(&probe.stack);
    let count = || {
        json!({
            "Key": key("1"), "ReturnValues": "ALL_NEW",
            "UpdateExpression": "SET #first = if_not_exists(#first, :one), #count = if_not_exists(#count, :zero) + :one",
            "ExpressionAttributeNames": { "#first": "first", "#count": "count" },
            "ExpressionAttributeValues": { ":zero": { "N": "0" }, ":one": { "N": "1" } },
        })
    };
    for expected in ["1", "2", "3"] {
        let answer = calls.done("UpdateItem", count()).await?;
        let expected = item("1", json!({ "first": { "N": "1" }, "count": { "N": expected } }));
        assert_eq!(answer["Attributes"], expected);
    }
    Ok(())
}

#[tokio::test]
async fn a_batch_is_read_whole() -> TestResult {
    let probe = table().await?;
    let calls = Calls(&probe.stack);
    for sk in ["1", "2"] {
        calls.done("PutItem", json!({ "Item": key(sk) })).await?;
    }
    let table = probe.stack.endpoint("/table");
    let batch =
        |keys: Vec<Value>| json!({ "RequestItems": { (table.clone()): { "Keys": keys, "ConsistentRead": true } } });
    let answer = probe
        .stack
        .dynamodb("BatchGetItem", &batch(vec![key("1"), key("absent"), key("2")]))
        .await?;
    let mut found = answer["Responses"][&table].as_array().cloned().unwrap_or_default();
    found.sort_by_key(Value::to_string);
    assert_eq!(found, [key("1"), key("2")], "what is not there is left out");
    assert_eq!(answer["UnprocessedKeys"], json!({}), "{answer}");
    let many = |count: usize| batch((0..count).map(|number| key(&number.to_string())).collect());
    probe.stack.dynamodb("BatchGetItem", &many(100)).await?;
    for too_much in [many(101), batch(vec![key("1"), key("1")])] {
        let refused = probe
            .stack
            .dynamodb("BatchGetItem", &too_much)
            .await
            .err()
            .map(|error| error.to_string());
        assert!(refused.is_some_and(|words| words.contains("ValidationException")));
    }
    Ok(())
}

#[tokio::test]
async fn a_transaction_with_a_token_happens_once() -> TestResult {
    let probe = table().await?;
    let calls = Calls(&probe.stack);
    let transaction = |token: &str, step: &str| {
        json!({ "ClientRequestToken": token, "TransactItems": [{ "Update": {
            "Key": key("1"), "UpdateExpression": "ADD #n :step", "ExpressionAttributeNames": { "#n": "n" },
            "ExpressionAttributeValues": { ":step": { "N": step } },
        } }] })
    };
    for _ in 0..3 {
        calls.done("TransactWriteItems", transaction("once", "1")).await?;
    }
    assert_eq!(calls.item("1").await?["n"], json!({ "N": "1" }));
    let refused = calls.refused("TransactWriteItems", transaction("once", "2")).await?;
    let kind = refused["__type"].as_str().unwrap_or_default();
    assert!(kind.ends_with("#IdempotentParameterMismatchException"), "{refused}");
    calls.done("TransactWriteItems", transaction("twice", "1")).await?;
    assert_eq!(calls.item("1").await?["n"], json!({ "N": "2" }));

    // A cancelled transaction leaves no trace: the same token tries again.
    let if_three = || {
        json!({ "ClientRequestToken": "again", "TransactItems": [{ "Update": {
            "Key": key("1"), "UpdateExpression": "SET done = :yes", "ConditionExpression": "n = :three",
            "ExpressionAttributeValues": { ":yes": { "BOOL": true }, ":three": { "N": "3" } },
        } }] })
    };
    calls.refused("TransactWriteItems", if_three()).await?;
    calls.done("TransactWriteItems", transaction("thrice", "1")).await?;
    calls.done("TransactWriteItems", if_three()).await?;
    assert_eq!(calls.item("1").await?["done"], json!({ "BOOL": true }));
    Ok(())
}
