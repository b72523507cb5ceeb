//! Registering a connection: one transaction over its row, what revokes its sign-in, its slot, its members, and whoever stood
//! in the slot before.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{CancellationReason, ReturnValuesOnConditionCheckFailure, TransactWriteItem};
use domain::connection::Connection;
use domain::connection_id::ConnectionId;
use domain::identity::UserId;
use domain::slot::{Slot, SlotNumber};
use domain::timestamp::Timestamp;
use service::ports::{Place, Registered, Registry, TableError};

use super::attributes::{millis, one_readable, read_text, readable, text};
use super::connection::{self, ENTOMB, IS_OVER, entombing, judged_at};
use super::errors::{contended, failed, is_condition};
use super::expression::Terms;
use super::transaction::Written;
use super::{Table, member, revocation, slot};

/// Transactions for one registration that replaces others, which may have ended: each is looked at once more at most.
const LOOKS_MAX: usize = 3;

/// Leaves a connection time, unless that was said before.
const SPARE: &str = "SET #replacedUntil = if_not_exists(#replacedUntil, :until)";

/// Leaves it none, whatever was said before.
const END: &str = "SET #replacedUntil = :until";

/// What an item of the transaction is there for, and so what its refusal means.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// The connection itself.
    Own,
    /// That its sign-in counts.
    NotRevoked,
    /// The slot, or who stood in it and must be over.
    Slot,
    /// A connection that it replaces, or that goes because of it.
    Replaced(ConnectionId),
    /// A member. It stands on no condition.
    Member,
}

/// Why nothing was written.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Refusal {
    For(Registered),
    /// These replaced connections are registered where they were thought not to be, or the reverse.
    Otherwise(BTreeSet<ConnectionId>),
}

impl Registry for Table {
    async fn slots(&self, user: &UserId) -> Result<Vec<Slot>, TableError> {
        let mut slots = Vec::new();
        let mut start = None;
        loop {
            let query = self.query(slot::partition(user)).set_exclusive_start_key(start);
            let page = query.send().await.map_err(failed("slots"))?;
            slots.extend(readable("slot", page.items(), slot::read));
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(slots);
            }
        }
    }

    async fn slot(&self, user: &UserId, number: SlotNumber) -> Result<Option<Slot>, TableError> {
        let row = self.get("slot", slot::key(user, number)).await?;
        Ok(row.and_then(|row| one_readable("slot", slot::read(&row))))
    }

    /// A replaced connection is believed to be registered until its row says otherwise, so that a registration is one
    /// transaction as a rule.
    async fn register(&self, connection: &Connection, place: &Place) -> Result<Registered, TableError> {
        let mut ended = BTreeSet::new();
        for _ in 0..LOOKS_MAX {
            let parts = self.registration(connection, place, &ended);
            let (parts, items): (Vec<_>, Vec<_>) = parts
                .map_err(|error| TableError::new("register", error))?
                .into_iter()
                .unzip();
            let reasons = match self.transact("register", items).await? {
                Written::All => return Ok(Registered::Now),
                Written::None(reasons) => reasons,
            };
            match why_not_registered(&parts, &reasons)? {
                Refusal::For(reason) => return Ok(reason),
                Refusal::Otherwise(ids) => ended = ended.symmetric_difference(&ids).cloned().collect(),
            }
        }
        Ok(Registered::Contended)
    }
}

type Items = Vec<(Part, TransactWriteItem)>;

impl Table {
    fn registration(
        &self,
        connection: &Connection,
        place: &Place,
        ended: &BTreeSet<ConnectionId>,
    ) -> Result<Items, BuildError> {
        let mut items = vec![
            (Part::Own, self.own_row(connection)?),
            (Part::Slot, self.slot_row(connection, place)?),
        ];
        let not_revoked = revocation::not_revoked(self, connection)?;
        items.extend(not_revoked.into_iter().map(|check| (Part::NotRevoked, check)));
        // A transaction takes no two items of one key, and the connection's own is there already.
        let is_other = |id: &ConnectionId| *id != connection.id;
        if let Place::Lapsed {
            slot,
            now,
            tombstone_life,
        } = place
            && let Some(holder) = slot.holder.as_ref().filter(|holder| is_other(holder))
        {
            items.push((Part::Slot, self.entombed_if_over(holder, *tombstone_life, *now)?));
        }
        for (id, mark, until) in marks(place).into_iter().filter(|(id, ..)| is_other(id)) {
            let item = if ended.contains(id) {
                self.not_registered(id)?
            } else {
                self.marked(id, mark, until)?
            };
            items.push((Part::Replaced(id.clone()), item));
        }
        let member = connection.member(connection.registered_at);
        for membership in &connection.memberships {
            for row in member::write_all(membership, &member) {
                items.push((
                    Part::Member,
                    TransactWriteItem::builder().put(self.put_part(row).build()?).build(),
                ));
            }
        }
        Ok(items)
    }

    fn own_row(&self, connection: &Connection) -> Result<TransactWriteItem, BuildError> {
        let put = self
            .put_part(connection::write(connection))
            .condition_expression("attribute_not_exists(#pk)")
            .expression_attribute_names("#pk", "pk")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        Ok(TransactWriteItem::builder().put(put.build()?).build())
    }

    fn slot_row(&self, connection: &Connection, place: &Place) -> Result<TransactWriteItem, BuildError> {
        let (condition, terms) = slot::is_as_read(place.slot());
        let put = self
            .put_part(slot::write(connection, place.remembered()))
            .condition_expression(condition)
            .set_expression_attribute_names(terms.names())
            .set_expression_attribute_values(terms.values());
        Ok(TransactWriteItem::builder().put(put.build()?).build())
    }

    /// A tombstone stays one, and none where there is no row yet.
    fn entombed_if_over(
        &self,
        id: &ConnectionId,
        life: Timestamp,
        now: Timestamp,
    ) -> Result<TransactWriteItem, BuildError> {
        let terms = entombing(judged_at(now), id, life).and(["pk"]);
        let update = self
            .update_part(connection::key(id), &terms)
            .update_expression(ENTOMB)
            .condition_expression(format!(
                "attribute_not_exists(#pk) OR #kind <> :connection OR {IS_OVER}"
            ));
        Ok(TransactWriteItem::builder().update(update.build()?).build())
    }

    fn marked(&self, id: &ConnectionId, mark: &str, until: Timestamp) -> Result<TransactWriteItem, BuildError> {
        let terms = Terms::of(["kind", "replacedUntil"])
            .value("connection", text("connection"))
            .value("until", millis(until));
        let update = self
            .update_part(connection::key(id), &terms)
            .update_expression(mark)
            .condition_expression("#kind = :connection");
        Ok(TransactWriteItem::builder().update(update.build()?).build())
    }

    fn not_registered(&self, id: &ConnectionId) -> Result<TransactWriteItem, BuildError> {
        let terms = Terms::of(["kind"]).value("connection", text("connection"));
        let check = self
            .check_part(connection::key(id), &terms)
            .condition_expression("attribute_not_exists(#kind) OR #kind <> :connection");
        Ok(TransactWriteItem::builder().condition_check(check.build()?).build())
    }
}

/// Whom the registration marks as replaced, how, and until when.
fn marks(place: &Place) -> Vec<(&ConnectionId, &'static str, Timestamp)> {
    let spared = place.spared().map(|spared| (&spared.connection, SPARE, spared.until));
    let surplus = place.surplus().map(|(id, now)| (id, END, now));
    spared.into_iter().chain(surplus).collect()
}

/// What stands in the way first decides: the connection's own row, the revocation, the slot.
fn why_not_registered(parts: &[Part], reasons: &[CancellationReason]) -> Result<Refusal, TableError> {
    let refused = || {
        parts
            .iter()
            .zip(reasons)
            .filter(|(_, reason)| is_condition(Some(reason)))
    };
    let of = |wanted: Part| refused().find(|(part, _)| **part == wanted);
    if let Some((_, own)) = of(Part::Own) {
        return Ok(Refusal::For(already_or_forgotten(own)));
    }
    if of(Part::NotRevoked).is_some() {
        return Ok(Refusal::For(Registered::Revoked));
    }
    if of(Part::Slot).is_some() {
        return Ok(Refusal::For(Registered::SlotTaken));
    }
    let replaced: BTreeSet<_> = refused()
        .filter_map(|(part, _)| match part {
            Part::Replaced(id) => Some(id.clone()),
            Part::Own | Part::NotRevoked | Part::Slot | Part::Member => None,
        })
        .collect();
    if !replaced.is_empty() {
        return Ok(Refusal::Otherwise(replaced));
    }
    contended("register", reasons, Refusal::For(Registered::Contended))
}

fn already_or_forgotten(own: &CancellationReason) -> Registered {
    let kind = own
        .item()
        .and_then(|row| read_text(row, "kind", |kind| Some(kind.to_owned())).ok());
    if kind.as_deref() == Some("connection") {
        Registered::Already
    } else {
        Registered::Forgotten
    }
}

#[cfg(test)]
mod tests;
