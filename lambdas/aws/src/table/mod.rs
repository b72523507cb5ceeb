//! The table: one file per kind of row, each with the port it serves and the only code that knows its attributes.
//!
//! | row | `pk` | `sk` |
//! | --- | --- | --- |
//! | connection, tombstone | `connection#<connection>` | `connection` |
//! | member | `member#<channel>#<shard>` | `<connection>` |
//! | head | `head#<channel>` | `head` |
//! | entry | `entry#<channel>` | number, 16 digits |
//! | sent | `sent#<user>` | `<message id>` |
//!
//! Neither channels nor users, connections or ids can hold a `#`, so that no key can be taken for another.

mod attributes;
mod connection;
mod entry;
mod errors;
mod head;
mod log;
mod member;
mod sent;

use aws_sdk_dynamodb::Client;

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
}
