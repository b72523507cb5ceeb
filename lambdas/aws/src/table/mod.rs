//! The table: one file per kind of row, each with the port it serves and the only code that knows its attributes.
//!
//! | row | `pk` | `sk` |
//! | --- | --- | --- |
//! | connection, tombstone | `connection#<connection>` | `connection` |
//! | slot | `slot#<user>` | number, 4 digits |
//! | user | `user#<user>` | `user` |
//! | member | `member#<channel>#<shard>` | `<connection>` |
//! | watcher | `watcher#<channel>` | `<connection>` |
//! | head | `head#<channel>` | `head` |
//! | entry | `entry#<channel>` | number, 16 digits |
//! | sent | `sent#<user>` | `<message id>` |
//! | direct | `direct#<user>` | `<channel>` |
//! | bucket | `bucket#<user>` | `user`, or `connection#<connection>` |
//!
//! Neither channels nor users, connections or ids can hold a `#`, so that no key can be taken for another. What several
//! kinds of rows are written by together stands in files of its own: registering, joining, appending.

mod attributes;
mod batch;
mod bucket;
mod connection;
mod direct;
mod ending;
mod entry;
mod errors;
mod expression;
mod head;
mod join;
mod lease;
mod log;
mod member;
mod reading;
mod register;
mod revocation;
mod sent;
mod slot;
mod transaction;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::builders::{ConditionCheckBuilder, DeleteBuilder, PutBuilder, UpdateBuilder};
use aws_sdk_dynamodb::types::{ConditionCheck, Delete, Put, Update};
use service::ports::TableError;

use attributes::{Key, Row, text};
use errors::failed;
use expression::Terms;

/// The table of one deployment.
#[derive(Debug, Clone)]
pub struct Table {
    client: Client,
    name: String,
}

impl Table {
    /// The table with this name.
    pub fn new(client: Client, name: String) -> Self {
        Self { client, name }
    }

    /// One row. Strongly consistent.
    async fn get(&self, operation: &'static str, key: Key) -> Result<Option<Row>, TableError> {
        let get = self.client.get_item().table_name(&self.name).consistent_read(true);
        let got = get
            .set_key(Some(key.into_row()))
            .send()
            .await
            .map_err(failed(operation))?;
        Ok(got.item)
    }

    /// Rows of one key in their order. Strongly consistent.
    fn query(&self, partition: String) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(&self.name)
            .consistent_read(true)
            .key_condition_expression("#pk = :pk")
            .expression_attribute_names("#pk", "pk")
            .expression_attribute_values(":pk", text(partition))
    }

    /// A single write.
    fn update(&self, key: Key, terms: &Terms) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(key.into_row()))
            .set_expression_attribute_names(terms.names())
            .set_expression_attribute_values(terms.values())
    }

    /// A part of a transaction.
    fn update_part(&self, key: Key, terms: &Terms) -> UpdateBuilder {
        Update::builder()
            .table_name(&self.name)
            .set_key(Some(key.into_row()))
            .set_expression_attribute_names(terms.names())
            .set_expression_attribute_values(terms.values())
    }

    /// A part of a transaction that writes nothing.
    fn check_part(&self, key: Key, terms: &Terms) -> ConditionCheckBuilder {
        ConditionCheck::builder()
            .table_name(&self.name)
            .set_key(Some(key.into_row()))
            .set_expression_attribute_names(terms.names())
            .set_expression_attribute_values(terms.values())
    }

    /// A part of a transaction.
    fn put_part(&self, row: Row) -> PutBuilder {
        Put::builder().table_name(&self.name).set_item(Some(row))
    }

    /// A part of a transaction.
    fn delete_part(&self, key: Key) -> DeleteBuilder {
        Delete::builder().table_name(&self.name).set_key(Some(key.into_row()))
    }
}

/// How many rows a query may look at: DynamoDB refuses none at all.
fn limit(rows: usize) -> i32 {
    i32::try_from(rows.max(1)).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests;
