//! The emulator's switch for faults on demand.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{Stack, TestResult, failure};

impl Stack {
    /// Calls `/_faults`, with a plan or with an empty body; gives status and answer.
    ///
    /// # Errors
    /// There is no answer.
    pub async fn faults(&self, method: &str, plan: impl Into<String>) -> TestResult<(u16, Value)> {
        let address = format!("{}/_faults", self.endpoint("/lambda"));
        let request = reqwest::Client::new().request(method.parse()?, address);
        let response = request.body(plan.into()).send().await?;
        Ok((response.status().as_u16(), response.json().await?))
    }

    /// Puts these faults in force.
    ///
    /// # Errors
    /// They are refused.
    pub async fn strike(&self, seed: u64, faults: &Value) -> TestResult {
        match self
            .faults("PUT", json!({ "seed": seed, "faults": faults }).to_string())
            .await?
        {
            (200, _) => Ok(()),
            (status, answer) => Err(failure(format!("{status} {answer}"))),
        }
    }

    /// How often each kind of fault has struck.
    ///
    /// # Errors
    /// It is not told.
    pub async fn struck(&self) -> TestResult<BTreeMap<String, u64>> {
        let (_, answer) = self.faults("GET", "").await?;
        Ok(serde_json::from_value(answer["struck"].clone())?)
    }
}
