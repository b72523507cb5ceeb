//! The table as any DynamoDB client sees it.

use serde_json::{Map, Value, json};

use crate::{Stack, TestResult, failure};

/// An item with its attributes unwrapped: numbers and texts alike as JSON.
pub type Row = Map<String, Value>;

impl Stack {
    /// Calls an operation of DynamoDB.
    ///
    /// # Errors
    /// The store refuses; its answer is in the words.
    pub async fn dynamodb(&self, operation: &str, request: &Value) -> TestResult<Value> {
        let response = reqwest::Client::new()
            .post(self.endpoint("/dynamodb"))
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", format!("DynamoDB_20120810.{operation}"))
            .body(request.to_string())
            .send()
            .await?;
        let status = response.status();
        let answer: Value = serde_json::from_str(&response.text().await?)?;
        if status.is_success() {
            Ok(answer)
        } else {
            Err(failure(format!("{status} {answer}")))
        }
    }

    /// Every row of the table.
    ///
    /// # Errors
    /// The store refuses.
    pub async fn rows(&self) -> TestResult<Vec<Row>> {
        let mut rows = Vec::new();
        let mut start = Value::Null;
        loop {
            let mut request = json!({ "TableName": self.endpoint("/table"), "ConsistentRead": true });
            if !start.is_null() {
                request["ExclusiveStartKey"] = start;
            }
            let page = self.dynamodb("Scan", &request).await?;
            let items = page["Items"].as_array().cloned().unwrap_or_default();
            rows.extend(items.iter().filter_map(|item| Some(unwrapped(item.as_object()?))));
            start = page["LastEvaluatedKey"].clone();
            if start.is_null() {
                return Ok(rows);
            }
        }
    }

    /// The rows of a kind: `connection`, `tombstone`, `member`, `head`, `entry` or `sent`.
    ///
    /// # Errors
    /// The store refuses.
    pub async fn rows_of_kind(&self, kind: &str) -> TestResult<Vec<Row>> {
        let mut rows = self.rows().await?;
        rows.retain(|row| row.get("kind").is_some_and(|own| own == kind));
        Ok(rows)
    }
}

fn unwrapped(item: &Map<String, Value>) -> Row {
    item.iter()
        .map(|(name, value)| (name.clone(), unwrapped_value(value)))
        .collect()
}

fn unwrapped_value(value: &Value) -> Value {
    let Some((kind, inner)) = value.as_object().and_then(|wrapper| wrapper.iter().next()) else {
        return value.clone();
    };
    match (kind.as_str(), inner) {
        ("N", Value::String(number)) => serde_json::from_str(number).unwrap_or_default(),
        ("M", Value::Object(map)) => Value::Object(unwrapped(map)),
        ("L", Value::Array(items)) => items.iter().map(unwrapped_value).collect(),
        _ => inner.clone(),
    }
}
