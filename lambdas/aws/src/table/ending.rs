//! Ending connections piece by piece: the tombstone first, then what stands of them elsewhere.

use aws_sdk_dynamodb::types::ReturnValue;
use domain::connection::Connection;
use domain::connection_id::ConnectionId;
use domain::identity::UserId;
use domain::membership::Membership;
use domain::slot::SlotNumber;
use domain::timestamp::Timestamp;
use service::ports::{Connections, TableError};

use super::attributes::{Key, text};
use super::connection::{ENTOMB, IS_OVER, entombing, judged_at, key, was};
use super::errors::{failed, not_deleted, refused};
use super::expression::Terms;
use super::{Table, member, slot};

impl Connections for Table {
    async fn entomb(&self, id: &ConnectionId, life: Timestamp) -> Result<Option<Connection>, TableError> {
        let update = self.update(key(id), &entombing(Terms::default(), id, life));
        let old = update
            .update_expression(ENTOMB)
            .return_values(ReturnValue::AllOld)
            .send()
            .await
            .map_err(failed("entomb"))?;
        Ok(old.attributes().and_then(was))
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

    async fn free_slot(&self, user: &UserId, number: SlotNumber, id: &ConnectionId) -> Result<(), TableError> {
        let terms = Terms::of(["connectionId"]).value("id", text(id.as_str()));
        let delete = self
            .client
            .delete_item()
            .table_name(&self.name)
            .set_key(Some(slot::key(user, number).into_row()))
            .condition_expression("#connectionId = :id")
            .set_expression_attribute_names(terms.names())
            .set_expression_attribute_values(terms.values());
        match delete.send().await {
            Ok(_) => Ok(()),
            Err(error) => not_deleted("free_slot", error),
        }
    }
}

impl Table {
    async fn delete(&self, operation: &'static str, key: Key) -> Result<(), TableError> {
        let delete = self.client.delete_item().table_name(&self.name);
        let deleted = delete.set_key(Some(key.into_row())).send().await;
        deleted.map(drop).map_err(failed(operation))
    }
}
