//! Renewing a connection's lease: one write, and what is needed to know why it was refused comes with the refusal.

use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use domain::connection::Standing;
use domain::connection_id::ConnectionId;
use domain::timestamp::Timestamp;
use service::ports::{Leases, Renewed, TableError};

use super::Table;
use super::attributes::{Row, millis};
use super::connection::{judged_at, key, standing};
use super::errors::refused;

/// As [`super::connection::LASTS`] says, and nobody has taken its place.
const MAY_BE_RENEWED: &str =
    "#kind = :connection AND #lease > :now AND #hardEnd > :now AND attribute_not_exists(#replacedUntil)";

impl Leases for Table {
    async fn renew(&self, id: &ConnectionId, lease: Timestamp, now: Timestamp) -> Result<Renewed, TableError> {
        let update = self.update(key(id), &judged_at(now).value("lease", millis(lease)));
        let update = update
            .update_expression("SET #lease = :lease")
            .condition_expression(MAY_BE_RENEWED)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match update.send().await {
            Ok(_) => Ok(Renewed::Now),
            Err(error) => refused("renew", error).map(|row| why_not_renewed(row.as_ref(), now)),
        }
    }
}

fn why_not_renewed(row: Option<&Row>, now: Timestamp) -> Renewed {
    match row.map(standing) {
        Some(Standing::Registered(connection)) if connection.is_over(now) => Renewed::Over(Some(connection)),
        Some(Standing::Registered(_)) => Renewed::Replaced,
        Some(Standing::Entombed(was)) => Renewed::Over(was),
        Some(Standing::Unreadable) | None => Renewed::Over(None),
    }
}
