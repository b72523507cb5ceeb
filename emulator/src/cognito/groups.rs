//! A group of the pool. Who belongs to it stands with the user.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A group, as the file `groups.json` holds it under its name.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Group {
    pub(crate) description: Option<String>,
    pub(crate) precedence: Option<u32>,
    /// Seconds since 1970.
    pub(crate) created: u64,
}

impl Group {
    /// Cognito's `GroupType`.
    pub(crate) fn describe(&self, name: &str, pool_id: &str) -> Value {
        let mut group = json!({
            "GroupName": name,
            "UserPoolId": pool_id,
            "CreationDate": self.created,
            "LastModifiedDate": self.created,
        });
        if let Some(description) = &self.description {
            group["Description"] = json!(description);
        }
        if let Some(precedence) = self.precedence {
            group["Precedence"] = json!(precedence);
        }
        group
    }
}
