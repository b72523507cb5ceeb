//! Joining and leaving a channel: the connection's row and the member's, both or neither.

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{CancellationReason, ReturnValuesOnConditionCheckFailure, TransactWriteItem};
use domain::channel::Channel;
use domain::connection::{Connection, Standing};
use domain::connection_id::ConnectionId;
use domain::limits::CHANNELS_PER_CONNECTION_MAX;
use domain::membership::{Member, Membership};
use domain::rate::Rate;
use domain::timestamp::Timestamp;
use service::ports::{Memberships, Moved, TableError};

use super::attributes::{Key, millis, number, text};
use super::connection::{self, LASTS, judged_at, standing};
use super::errors::{contended, is_condition};
use super::expression::Terms;
use super::transaction::Written;
use super::{Table, member};

/// Channels on a connection's row at the most: those it chose, `all`, and its user's.
const CHANNELS_MAX: u64 = CHANNELS_PER_CONNECTION_MAX as u64 + 2;

impl Memberships for Table {
    async fn join(
        &self,
        membership: &Membership,
        standing: Option<&Membership>,
        member: &Member,
        joins_full_at: Timestamp,
    ) -> Result<Moved, TableError> {
        let items = self.joining(membership, standing, member, joins_full_at);
        let items = items.map_err(|error| TableError::new("join", error))?;
        let reasons = match self.transact("join", items).await? {
            Written::All => return Ok(Moved::Done),
            Written::None(reasons) => reasons,
        };
        if !is_condition(reasons.first()) {
            return contended("join", &reasons, Moved::Contended);
        }
        Ok(match registered(&reasons) {
            Some(connection) if connection.is_over(member.joined_at) => Moved::Gone,
            Some(connection) if connection.membership(&membership.channel) != standing => Moved::Contended,
            Some(connection) if connection.is_full() => Moved::Full,
            Some(_) => Moved::Contended,
            None => Moved::Gone,
        })
    }

    async fn leave(&self, membership: &Membership, id: &ConnectionId) -> Result<Moved, TableError> {
        let items = self.leaving(membership, id);
        let items = items.map_err(|error| TableError::new("leave", error))?;
        match self.transact("leave", items).await? {
            Written::All => Ok(Moved::Done),
            Written::None(reasons) if is_condition(reasons.first()) => {
                Ok(registered(&reasons).map_or(Moved::Gone, |_| Moved::Contended))
            }
            Written::None(reasons) => contended("leave", &reasons, Moved::Contended),
        }
    }
}

/// The connection whose row stood in the way, unless it is one no more.
fn registered(reasons: &[CancellationReason]) -> Option<Connection> {
    let row = reasons.first()?.item()?;
    match standing(row) {
        Standing::Registered(connection) => Some(connection),
        Standing::Entombed(_) | Standing::Unreadable => None,
    }
}

/// That the connection is a member so, or not at all.
fn stands(standing: Option<&Membership>) -> &'static str {
    match standing {
        None => "attribute_not_exists(#channels.#channel)",
        Some(standing) if standing.watching => {
            "#channels.#channel = :standing AND attribute_exists(#watching.#channel)"
        }
        Some(_) => "#channels.#channel = :standing AND attribute_not_exists(#watching.#channel)",
    }
}

/// What that speaks of.
fn standing_so(terms: Terms, channel: &Channel, standing: Option<&Membership>) -> Terms {
    let terms = terms.and(["channels", "watching"]).name("channel", channel.to_string());
    match standing {
        Some(standing) => terms.value("standing", number(standing.shard.into())),
        None => terms,
    }
}

/// Takes one join off the connection's bucket, and that it holds one: as it was read, full or not, since no expression can
/// take the later of two instants.
fn taking(terms: Terms, full_at: Timestamp, now: Timestamp) -> (Terms, &'static str, &'static str) {
    let rate = Rate::JOINS;
    let terms = terms.and(["joinsFullAt"]);
    if rate.is_full(full_at, now) {
        let terms = terms
            .value("then", millis(now.plus(rate.step())))
            .value("anotherClock", millis(rate.emptied_by_another_clock(now)));
        (terms, "#joinsFullAt = :then", IS_FULL)
    } else {
        let terms = terms
            .value("latest", millis(rate.latest(now)))
            .value("step", millis(Timestamp::default().plus(rate.step())));
        (terms, "#joinsFullAt = #joinsFullAt + :step", HOLDS_ONE)
    }
}

const IS_FULL: &str = "(attribute_not_exists(#joinsFullAt) OR #joinsFullAt <= :now OR #joinsFullAt > :anotherClock)";
const HOLDS_ONE: &str = "#joinsFullAt > :now AND #joinsFullAt <= :latest";

impl Table {
    fn joining(
        &self,
        membership: &Membership,
        standing: Option<&Membership>,
        member: &Member,
        joins_full_at: Timestamp,
    ) -> Result<Vec<TransactWriteItem>, BuildError> {
        let id = &member.connection;
        let mut items = vec![self.noted(membership, standing, member, joins_full_at)?];
        for row in member::write_all(membership, member) {
            items.push(TransactWriteItem::builder().put(self.put_part(row).build()?).build());
        }
        if let Some(standing) = standing {
            if standing.shard != membership.shard {
                items.push(self.deleted(member::key(standing, id))?);
            }
            if standing.watching && !membership.watching {
                items.push(self.deleted(member::watcher_key(&standing.channel, id))?);
            }
        }
        Ok(items)
    }

    /// Notes the membership on a connection that lasts, where it is a member as it is thought to be.
    fn noted(
        &self,
        membership: &Membership,
        standing: Option<&Membership>,
        member: &Member,
        joins_full_at: Timestamp,
    ) -> Result<TransactWriteItem, BuildError> {
        let terms = standing_so(judged_at(member.joined_at), &membership.channel, standing)
            .value("shard", number(membership.shard.into()));
        let (terms, has_room) = match standing {
            Some(_) => (terms, ""),
            None => (
                terms.value("room", number(CHANNELS_MAX)),
                " AND size(#channels) < :room",
            ),
        };
        let (terms, taking, has_one) = taking(terms, joins_full_at, member.joined_at);
        let (terms, noting) = if membership.watching {
            (
                terms.value("zero", number(0)),
                "SET #channels.#channel = :shard, #watching.#channel = :zero, ",
            )
        } else {
            (terms, "REMOVE #watching.#channel SET #channels.#channel = :shard, ")
        };
        let update = self
            .update_part(connection::key(&member.connection), &terms)
            .update_expression(format!("{noting}{taking}"))
            .condition_expression(format!("{LASTS} AND {}{has_room} AND {has_one}", stands(standing)))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        Ok(TransactWriteItem::builder().update(update.build()?).build())
    }

    fn leaving(&self, membership: &Membership, id: &ConnectionId) -> Result<Vec<TransactWriteItem>, BuildError> {
        let terms = standing_so(Terms::of(["kind"]), &membership.channel, Some(membership))
            .value("connection", text("connection"));
        // Rows from before there were watchers lack the map, and a path into nothing would be an error.
        let update = self
            .update_part(connection::key(id), &terms)
            .update_expression("REMOVE #channels.#channel, #watching.#channel")
            .condition_expression(format!(
                "#kind = :connection AND attribute_exists(#watching) AND {}",
                stands(Some(membership))
            ))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let mut items = vec![
            TransactWriteItem::builder().update(update.build()?).build(),
            self.deleted(member::key(membership, id))?,
        ];
        if membership.watching {
            items.push(self.deleted(member::watcher_key(&membership.channel, id))?);
        }
        Ok(items)
    }

    fn deleted(&self, key: Key) -> Result<TransactWriteItem, BuildError> {
        Ok(TransactWriteItem::builder()
            .delete(self.delete_part(key).build()?)
            .build())
    }
}
