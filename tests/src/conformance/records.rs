//! The probe's notebook: a table in which its function writes down every event, and from which the runner reads them. It
//! works the same on AWS, where nobody can look into a function.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::http::Place;
use super::signing::Signer;
use crate::{TestResult, failure};

/// How long a row is kept (seconds).
const KEPT_S: u64 = 24 * 60 * 60;

/// Access to the table.
#[derive(Debug, Clone)]
pub(super) struct Notebook {
    signer: Signer,
    place: Place,
    table: String,
}

/// One row: something that a function received, or told.
#[derive(Debug, Clone)]
pub(super) struct Record {
    /// When it was written, and unlike any other.
    pub(super) at: String,
    /// `AUTHORIZER`, `CONNECT`, `MESSAGE`, `DISCONNECT`, or `FINISHED` after a sleep.
    pub(super) kind: String,
    pub(super) event: Value,
}

impl Notebook {
    /// `address` is DynamoDB's own one in the signer's Region if there is none.
    pub(super) fn new(signer: Signer, address: Option<&str>, table: &str) -> TestResult<Self> {
        let place = match address {
            Some(address) => Place::parse(address)?,
            None => Place::parse(&format!("https://dynamodb.{}.amazonaws.com", signer.region()))?,
        };
        Ok(Self {
            signer,
            place,
            table: table.to_owned(),
        })
    }

    /// Writes an event under each of `tags`.
    pub(super) async fn write(&self, tags: &[String], kind: &str, event: &Value) -> TestResult {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
        let at = format!("{:020}-{:016x}", now.as_nanos(), rand::random::<u64>());
        for tag in tags {
            let item = json!({
                "tag": { "S": tag }, "at": { "S": at }, "kind": { "S": kind }, "event": { "S": event.to_string() },
                "expires": { "N": (now.as_secs() + KEPT_S).to_string() },
            });
            self.ask("PutItem", &json!({ "TableName": self.table, "Item": item }))
                .await?;
        }
        Ok(())
    }

    /// What stands under a tag, oldest first.
    pub(super) async fn read(&self, tag: &str) -> TestResult<Vec<Record>> {
        let query = json!({
            "TableName": self.table, "ConsistentRead": true, "KeyConditionExpression": "tag = :tag",
            "ExpressionAttributeValues": { ":tag": { "S": tag } },
        });
        let answer = self.ask("Query", &query).await?;
        let text = |item: &Value, name: &str| item[name]["S"].as_str().unwrap_or_default().to_owned();
        let items = answer["Items"].as_array().into_iter().flatten();
        items
            .map(|item| {
                Ok(Record {
                    at: text(item, "at"),
                    kind: text(item, "kind"),
                    event: serde_json::from_str(&text(item, "event"))?,
                })
            })
            .collect()
    }

    async fn ask(&self, operation: &str, body: &Value) -> TestResult<Value> {
        let answer = self.signer.dynamodb(&self.place, operation, &body.to_string()).await?;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        match answer.status {
            200 => Ok(serde_json::from_str(&text)?),
            status => Err(failure(format!("DynamoDB answered {operation} with {status}: {text}"))),
        }
    }
}
