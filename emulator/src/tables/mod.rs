//! DynamoDB on a laptop: the embedded table store `dynoxide`, with the tables of the template.
//!
//! The store is called in this process rather than through its own HTTP server: that server answers every CORS preflight
//! with `*` and would need a port of its own, which any web page could reach past our guard.

mod api;
mod faulty;
mod past;

pub(crate) use api::router;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use dynoxide::Database;
use serde_json::{Value, json};

use crate::faults::Faults;
use crate::problem::{OrProblem, Problem};
use crate::template::TableSpec;
use past::Past;

/// How often expired rows are deleted. AWS takes up to some days: no function may count on it.
const SWEEP_INTERVAL: Duration = Duration::from_secs(10);

/// The tables of the stack, in one file.
#[derive(Clone)]
pub(crate) struct Tables {
    database: Database,
    faults: Faults,
    past: Arc<Past>,
}

impl Tables {
    /// Opens the store in `file` and creates the tables that are missing.
    ///
    /// # Errors
    /// A damaged file, or a table whose key schema is not the template's.
    pub(crate) fn open(file: &Path, specs: &[TableSpec], faults: Faults) -> Result<Self, Problem> {
        let damaged = || {
            format!(
                "The table file {} cannot be read: it is damaged or of another version; start with --fresh to begin empty",
                file.display()
            )
        };
        let database = Database::new(&file.to_string_lossy()).or_problem(damaged)?;
        let tables = Self {
            database,
            faults,
            past: Arc::new(Past::beside(file)),
        };
        for spec in specs {
            tables.create(spec, damaged)?;
        }
        Ok(tables)
    }

    /// Makes the table what the template says, whether or not an earlier start has made it.
    fn create(&self, spec: &TableSpec, damaged: impl Fn() -> String) -> Result<(), Problem> {
        let call = |operation: &str, request: Value| api::call(&self.database, operation, &request.to_string());
        match call("DescribeTable", json!({ "TableName": spec.name })) {
            Ok(description) => same_schema(spec, &description)?,
            Err(_) => drop(call("CreateTable", spec.create_request.clone()).or_problem(&damaged)?),
        }
        let description = call("DescribeTimeToLive", json!({ "TableName": spec.name })).or_problem(&damaged)?;
        if let Some(attribute) = spec.ttl_attribute.as_ref().filter(|_| !description.contains("ENABLED")) {
            let ttl = json!({ "AttributeName": attribute, "Enabled": true });
            let request = json!({ "TableName": spec.name, "TimeToLiveSpecification": ttl });
            call("UpdateTimeToLive", request).or_problem(&damaged)?;
        }
        Ok(())
    }

    /// Deletes expired rows from time to time, until the program ends.
    pub(crate) async fn sweep_for_ever(self) {
        loop {
            tokio::time::sleep(SWEEP_INTERVAL).await;
            let database = self.database.clone();
            match tokio::task::spawn_blocking(move || database.sweep_ttl()).await {
                Ok(Ok(0)) => {}
                Ok(Ok(rows)) => tracing::debug!(rows, "expired rows deleted"),
                Ok(Err(error)) => tracing::warn!(%error, "expired rows could not be deleted"),
                Err(error) => tracing::warn!(%error, "the sweep was cut short"),
            }
        }
    }
}

/// Refuses a table that an earlier template created with other keys or indexes.
fn same_schema(spec: &TableSpec, description: &str) -> Result<(), Problem> {
    let description: Value = serde_json::from_str(description).unwrap_or_default();
    let existing = &description["Table"];
    let same_keys = existing["KeySchema"] == spec.create_request["KeySchema"];
    let same_indexes = ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"]
        .iter()
        .all(|kind| index_names(&existing[kind]) == index_names(&spec.create_request[kind]));
    if same_keys && same_indexes {
        return Ok(());
    }
    Err(Problem::new(format!(
        "The table {} has other keys or indexes than the template gives it: start with --fresh to begin empty.",
        spec.name
    )))
}

fn index_names(indexes: &Value) -> BTreeSet<&str> {
    let indexes = indexes.as_array().into_iter().flatten();
    indexes.filter_map(|index| index["IndexName"].as_str()).collect()
}
