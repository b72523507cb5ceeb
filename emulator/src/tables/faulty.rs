//! An operation with the faults that strike at it.

use serde_json::Value;

use super::Tables;
use super::api::{self, Failure};
use crate::faults::Kind;

impl Tables {
    /// Runs one operation, or what a fault makes of it; blocks while the store works.
    pub(super) fn call(&self, operation: &str, body: &str) -> Result<String, Failure> {
        if !self.faults.is_armed() {
            return api::call(&self.database, operation, body);
        }
        if self.strikes(Kind::TableThrottled, operation) {
            return Err(Failure::throttled());
        }
        if Kind::TableUnanswered.concerns(operation) {
            self.write(operation, body)
        } else {
            self.read(operation, body)
        }
    }

    fn write(&self, operation: &str, body: &str) -> Result<String, Failure> {
        if let Some(age) = self.faults.longest_delay(Kind::TableStale) {
            self.past.keep(&self.database, age);
        }
        let answer = api::call(&self.database, operation, body)?;
        // It is committed; the caller does not learn of it.
        if self.strikes(Kind::TableUnanswered, operation) {
            return Err(Failure::internal());
        }
        Ok(answer)
    }

    fn read(&self, operation: &str, body: &str) -> Result<String, Failure> {
        let paged = Kind::TableSmallPages.concerns(operation);
        let page = paged
            .then(|| self.faults.strike(Kind::TableSmallPages, operation))
            .flatten();
        let cut = page.and_then(|page| cut_to(page.items, body));
        let body = cut.as_deref().unwrap_or(body);
        let may_be_stale = Kind::TableStale.concerns(operation) && !is_consistent(body);
        let stale = may_be_stale
            .then(|| self.faults.strike(Kind::TableStale, operation))
            .flatten();
        let past = stale.and_then(|stale| self.past.before(stale.delay));
        api::call(past.as_ref().unwrap_or(&self.database), operation, body)
    }

    fn strikes(&self, kind: Kind, operation: &str) -> bool {
        kind.concerns(operation) && self.faults.strikes(kind, operation)
    }
}

/// The request with a page of at most `items`; none for what is no request.
fn cut_to(items: u64, body: &str) -> Option<String> {
    let mut request: Value = serde_json::from_str(body).ok()?;
    let limit = request.get("Limit").and_then(Value::as_u64);
    request
        .as_object_mut()?
        .insert("Limit".to_owned(), limit.map_or(items, |limit| limit.min(items)).into());
    Some(request.to_string())
}

/// Whether a read asks for the truth, of one table or of any of several.
fn is_consistent(body: &str) -> bool {
    let request: Value = serde_json::from_str(body).unwrap_or_default();
    let asks = |request: &Value| request["ConsistentRead"] == true;
    let tables = request["RequestItems"].as_object().into_iter().flatten();
    asks(&request) || tables.into_iter().any(|(_, request)| asks(request))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_become_smaller_and_never_larger() {
        for (body, expected) in [
            (r#"{"TableName":"t"}"#, Some(2)),
            (r#"{"Limit":9}"#, Some(2)),
            (r#"{"Limit":1}"#, Some(1)),
            ("[]", None),
            ("", None),
        ] {
            let cut = cut_to(2, body).map(|body| serde_json::from_str::<Value>(&body).unwrap_or_default());
            assert_eq!(cut.and_then(|request| request["Limit"].as_u64()), expected, "{body}");
        }
    }

    #[test]
    fn whoever_asks_for_the_truth_gets_it() {
        for (body, expected) in [
            (r#"{"ConsistentRead":true}"#, true),
            (r#"{"ConsistentRead":false}"#, false),
            (r#"{"RequestItems":{"a":{},"b":{"ConsistentRead":true}}}"#, true),
            (r#"{"RequestItems":{"a":{}}}"#, false),
            ("", false),
        ] {
            assert_eq!(is_consistent(body), expected, "{body}");
        }
    }
}
