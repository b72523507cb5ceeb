//! Ending connections piece by piece: the tombstone first, then what stands of them elsewhere.

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use domain::connection::Connection;
use domain::connection_id::ConnectionId;
use domain::identity::UserId;
use domain::membership::Membership;
use domain::slot::SlotNumber;
use domain::timestamp::Timestamp;
use service::ports::{Connections, TableError};

use super::attributes::{Key, millis, one_readable, text};
use super::connection::{ENTOMB, IS_OVER, entombing, judged_at, key, was};
use super::errors::{failed, not_deleted, refused};
use super::expression::Terms;
use super::{Table, member, slot};

impl Connections for Table {
    async fn entomb(&self, id: &ConnectionId, life: Timestamp) -> Result<Option<Connection>, TableError> {
        let terms = entombing(Terms::default(), id, life);
        self.entombed("entomb", id, &terms, ENTOMB).await
    }

    async fn send_away(&self, id: &ConnectionId, life: Timestamp) -> Result<Option<Connection>, TableError> {
        let terms = entombing(Terms::of(["sentAway"]), id, life).value("true", AttributeValue::Bool(true));
        let set = format!("{ENTOMB}, #sentAway = :true");
        self.entombed("send_away", id, &terms, &set).await
    }

    async fn entomb_if_over(
        &self,
        id: &ConnectionId,
        life: Timestamp,
        now: Timestamp,
    ) -> Result<Option<Connection>, TableError> {
        let update = self.update(key(id), &entombing(judged_at(now), id, life));
        let update = update
            .update_expression(ENTOMB)
            .condition_expression(format!("#kind = :connection AND {IS_OVER}"))
            .return_values(ReturnValue::AllOld);
        match update.send().await {
            Ok(old) => Ok(old.attributes().and_then(was)),
            // Perhaps by its own tombstone, if it was repeated: the sweeper finds that when it is this one's turn again.
            Err(error) => refused("entomb_if_over", error).map(|_| None),
        }
    }

    /// The watcher first: it is found again by the membership, which in turn is found by the member of `all`.
    async fn remove_member(&self, membership: &Membership, id: &ConnectionId) -> Result<(), TableError> {
        if membership.watching {
            self.delete("remove_member", member::watcher_key(&membership.channel, id))
                .await?;
        }
        self.delete("remove_member", member::key(membership, id)).await
    }

    /// One write as a rule; only whoever leaves within a minute of replacing another needs a second.
    async fn free_slot(
        &self,
        user: &UserId,
        number: SlotNumber,
        id: &ConnectionId,
        now: Timestamp,
    ) -> Result<(), TableError> {
        let terms = Terms::of(["connectionId", "replaced", "replacedUntil"])
            .value("id", text(id.as_str()))
            .value("now", millis(now));
        let delete = self
            .client
            .delete_item()
            .table_name(&self.name)
            .set_key(Some(slot::key(user, number).into_row()))
            .condition_expression(NOBODY_IS_LEFT)
            .set_expression_attribute_names(terms.names())
            .set_expression_attribute_values(terms.values())
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let row = match delete.send().await {
            Ok(_) => return Ok(()),
            Err(error) => not_deleted("free_slot", error)?,
        };
        match row.and_then(|row| one_readable("slot", slot::read(&row))) {
            Some(slot) if slot.holder.as_ref() == Some(id) => self.vacate(user, number, id).await,
            Some(_) | None => Ok(()),
        }
    }
}

/// Without its holder, the slot is nobody's; or it has been nobody's but for the one that it remembers.
const NOBODY_IS_LEFT: &str = "(#connectionId = :id AND (attribute_not_exists(#replacedUntil) OR #replacedUntil <= :now)) \
     OR (attribute_not_exists(#connectionId) AND #replaced = :id)";

impl Table {
    /// Leaves the slot to the one that it remembers.
    async fn vacate(&self, user: &UserId, number: SlotNumber, id: &ConnectionId) -> Result<(), TableError> {
        let terms = Terms::of(["connectionId"]).value("id", text(id.as_str()));
        let update = self.update(slot::key(user, number), &terms);
        let update = update
            .update_expression("REMOVE #connectionId")
            .condition_expression("#connectionId = :id");
        match update.send().await {
            Ok(_) => Ok(()),
            Err(error) => refused("free_slot", error).map(drop),
        }
    }

    /// What a connection is that becomes a tombstone, in whatever way. A tombstone keeps what it was.
    async fn entombed(
        &self,
        operation: &'static str,
        id: &ConnectionId,
        terms: &Terms,
        set: &str,
    ) -> Result<Option<Connection>, TableError> {
        let update = self.update(key(id), terms).update_expression(set);
        let new = update
            .return_values(ReturnValue::AllNew)
            .send()
            .await
            .map_err(failed(operation))?;
        Ok(new.attributes().and_then(was))
    }

    async fn delete(&self, operation: &'static str, key: Key) -> Result<(), TableError> {
        let delete = self.client.delete_item().table_name(&self.name);
        let deleted = delete.set_key(Some(key.into_row())).send().await;
        deleted.map(drop).map_err(failed(operation))
    }
}
