//! Joining and leaving a channel: the connection's row and the member's, both or neither.

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{ReturnValuesOnConditionCheckFailure, TransactWriteItem};
use domain::connection::{Connection, Standing};
use domain::connection_id::ConnectionId;
use domain::limits::CHANNELS_PER_CONNECTION_MAX;
use domain::membership::{Member, Membership};
use service::ports::{Memberships, Moved, TableError};

use super::attributes::{Key, Row, number, text};
use super::connection::{self, LASTS, judged_at, standing};
use super::errors::{contended, is_condition};
use super::expression::Terms;
use super::transaction::Written;
use super::{Table, member};

/// Transactions for one joining. Only where the connection is a member already, in another shard or watching, the first
/// does not do.
const JOINS_MAX: usize = 3;

/// Channels on a connection's row at the most: those it chose, `all`, and its user's.
const CHANNELS_MAX: u64 = CHANNELS_PER_CONNECTION_MAX as u64 + 2;

impl Memberships for Table {
    async fn join(&self, membership: &Membership, member: &Member) -> Result<Moved, TableError> {
        let mut standing = None;
        for _ in 0..JOINS_MAX {
            let items = self.joining(membership, member, standing.as_ref());
            let items = items.map_err(|error| TableError::new("join", error))?;
            let reasons = match self.transact("join", items).await? {
                Written::All => return Ok(Moved::Done),
                Written::None(reasons) => reasons,
            };
            let own = reasons.first();
            if !is_condition(own) {
                return contended("join", &reasons, Moved::Contended);
            }
            let row = own.and_then(|reason| reason.item());
            match row.and_then(registered) {
                Some(connection) if !connection.is_over(member.joined_at) => {
                    standing = connection.membership(&membership.channel).cloned();
                    if standing.is_none() && connection.is_full() {
                        return Ok(Moved::Full);
                    }
                }
                Some(_) | None => return Ok(Moved::Gone),
            }
        }
        Ok(Moved::Contended)
    }

    async fn leave(&self, membership: &Membership, id: &ConnectionId) -> Result<Moved, TableError> {
        let items = self.leaving(membership, id);
        let items = items.map_err(|error| TableError::new("leave", error))?;
        match self.transact("leave", items).await? {
            Written::All => Ok(Moved::Done),
            Written::None(reasons) if is_condition(reasons.first()) => Ok(Moved::Gone),
            Written::None(reasons) => contended("leave", &reasons, Moved::Contended),
        }
    }
}

fn registered(row: &Row) -> Option<Connection> {
    match standing(row) {
        Standing::Registered(connection) => Some(connection),
        Standing::Entombed(_) | Standing::Unreadable => None,
    }
}

impl Table {
    /// `standing` is the membership that is to be overwritten, if there is one that leaves other rows than the new one has.
    fn joining(
        &self,
        membership: &Membership,
        member: &Member,
        standing: Option<&Membership>,
    ) -> Result<Vec<TransactWriteItem>, BuildError> {
        let id = &member.connection;
        let mut items = vec![self.noted(membership, member, standing)?];
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
        member: &Member,
        standing: Option<&Membership>,
    ) -> Result<TransactWriteItem, BuildError> {
        let shard = standing.map_or(membership.shard, |standing| standing.shard);
        let may_watch = membership.watching || standing.is_some_and(|standing| standing.watching);
        let as_thought = match (standing, may_watch) {
            (Some(_), true) => "#channels.#channel = :standing",
            (Some(_), false) => "#channels.#channel = :standing AND attribute_not_exists(#watching.#channel)",
            (None, true) => "(attribute_not_exists(#channels.#channel) OR #channels.#channel = :standing)",
            (None, false) => {
                "(attribute_not_exists(#channels.#channel) OR #channels.#channel = :standing) \
                 AND attribute_not_exists(#watching.#channel)"
            }
        };
        let watching = if membership.watching {
            "SET #channels.#channel = :shard, #watching.#channel = :zero"
        } else {
            "SET #channels.#channel = :shard REMOVE #watching.#channel"
        };
        let terms = judged_at(member.joined_at)
            .and(["channels", "watching"])
            .name("channel", membership.channel.to_string())
            .value("shard", number(membership.shard.into()))
            .value("standing", number(shard.into()));
        let terms = match standing {
            Some(_) => terms,
            None => terms.value("room", number(CHANNELS_MAX)),
        };
        let has_room = match standing {
            Some(_) => "",
            None => " AND (attribute_exists(#channels.#channel) OR size(#channels) < :room)",
        };
        let terms = if membership.watching {
            terms.value("zero", number(0))
        } else {
            terms
        };
        let update = self
            .update_part(connection::key(&member.connection), &terms)
            .update_expression(watching)
            .condition_expression(format!("{LASTS} AND {as_thought}{has_room}"))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        Ok(TransactWriteItem::builder().update(update.build()?).build())
    }

    fn leaving(&self, membership: &Membership, id: &ConnectionId) -> Result<Vec<TransactWriteItem>, BuildError> {
        let terms = Terms::of(["kind", "channels", "watching"])
            .name("channel", membership.channel.to_string())
            .value("connection", text("connection"));
        // Rows from before there were watchers lack the map, and a path into nothing would be an error.
        let update = self
            .update_part(connection::key(id), &terms)
            .update_expression("REMOVE #channels.#channel, #watching.#channel")
            .condition_expression("#kind = :connection AND attribute_exists(#watching)");
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
