//! DynamoDB on a laptop: the embedded table store `dynoxide`, with the tables of the template.
//!
//! The store is called in this process rather than through its own HTTP server: that server answers every CORS preflight
//! with `*` and would need a port of its own, which any web page could reach past our guard.

mod api;

pub(crate) use api::router;

use std::path::Path;
use std::time::Duration;

use dynoxide::Database;
use serde_json::json;

use crate::problem::{OrProblem, Problem};
use crate::template::TableSpec;

/// How often expired rows are deleted. AWS takes up to some days: no function may count on it.
const SWEEP_INTERVAL: Duration = Duration::from_secs(10);

/// The tables of the stack, in one file.
#[derive(Clone)]
pub(crate) struct Tables {
    database: Database,
}

impl Tables {
    /// Opens the store in `file` and creates the tables that are missing.
    ///
    /// # Errors
    /// A damaged file, or a table whose key schema is not the template's.
    pub(crate) fn open(file: &Path, specs: &[TableSpec]) -> Result<Self, Problem> {
        let damaged = || {
            format!(
                "The table file {} cannot be read: it is damaged or of another version; start with --fresh to begin empty",
                file.display()
            )
        };
        let database = Database::new(&file.to_string_lossy()).or_problem(damaged)?;
        let tables = Self { database };
        for spec in specs {
            tables.create(spec, damaged)?;
        }
        Ok(tables)
    }

    fn create(&self, spec: &TableSpec, damaged: impl Fn() -> String) -> Result<(), Problem> {
        let existing = api::call(
            &self.database,
            "DescribeTable",
            &json!({ "TableName": spec.name }).to_string(),
        );
        if let Ok(description) = existing {
            return same_keys(spec, &description);
        }
        let refused = |error: api::Failure| format!("{} {}", error.0, error.1);
        api::call(&self.database, "CreateTable", &spec.create_request.to_string())
            .map_err(refused)
            .or_problem(&damaged)?;
        if let Some(attribute) = &spec.ttl_attribute {
            let request = json!({
                "TableName": spec.name,
                "TimeToLiveSpecification": { "AttributeName": attribute, "Enabled": true },
            });
            api::call(&self.database, "UpdateTimeToLive", &request.to_string())
                .map_err(refused)
                .or_problem(damaged)?;
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

/// Refuses a table that an earlier template created with other keys.
fn same_keys(spec: &TableSpec, description: &str) -> Result<(), Problem> {
    let description: serde_json::Value = serde_json::from_str(description).unwrap_or_default();
    if description["Table"]["KeySchema"] == spec.create_request["KeySchema"] {
        return Ok(());
    }
    Err(Problem::new(format!(
        "The table {} has other keys than the template gives it: start with --fresh to begin empty.",
        spec.name
    )))
}
