//! Member rows: joining, leaving and listing them.

use std::ops::Bound;

use domain::channel::Channel;
use domain::connection_id::ConnectionId;
use domain::membership::{Member, Membership};
use domain::rate::Rate;
use domain::timestamp::Timestamp;

use super::Rows;
use crate::ports::{MemberPage, Moved};

impl Rows {
    /// See [`crate::ports::Memberships::join`].
    pub fn join(
        &mut self,
        membership: &Membership,
        standing: Option<&Membership>,
        member: Member,
        joins_full_at: Timestamp,
    ) -> Moved {
        let now = member.joined_at;
        let Some(connection) = self.registered_mut(&member.connection) else {
            return Moved::Gone;
        };
        if connection.is_over(now) {
            return Moved::Gone;
        }
        if connection.membership(&membership.channel) != standing {
            return Moved::Contended;
        }
        if standing.is_none() && connection.is_full() {
            return Moved::Full;
        }
        let rate = Rate::JOINS;
        let is_as_read = rate.is_full(connection.joins_full_at, now) == rate.is_full(joins_full_at, now);
        match rate.take(connection.joins_full_at, now) {
            Ok(then) if is_as_read => connection.joins_full_at = then,
            Ok(_) | Err(_) => return Moved::Contended,
        }
        connection.memberships.retain(|m| m.channel != membership.channel);
        connection.memberships.push(membership.clone());
        if let Some(standing) = standing {
            self.remove_member(standing, &member.connection);
        }
        self.put_member(membership, member);
        Moved::Done
    }

    /// See [`crate::ports::Memberships::leave`].
    pub fn leave(&mut self, membership: &Membership, id: &ConnectionId) -> Moved {
        let Some(connection) = self.registered_mut(id) else {
            return Moved::Gone;
        };
        if connection.membership(&membership.channel) != Some(membership) {
            return Moved::Contended;
        }
        connection.memberships.retain(|m| m.channel != membership.channel);
        self.remove_member(membership, id);
        Moved::Done
    }

    /// See [`crate::ports::Members::page`].
    pub fn page(&self, channel: &Channel, shard: u32, after: Option<&ConnectionId>, limit: usize) -> MemberPage {
        let Some(members) = self.members.get(&(channel.clone(), shard)) else {
            return MemberPage::default();
        };
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let mut following = members
            .range((start, Bound::Unbounded))
            .map(|(_, member)| member.clone());
        let page: Vec<_> = following.by_ref().take(limit).collect();
        let next = following
            .next()
            .and(page.last().map(|member| member.connection.clone()));
        MemberPage { members: page, next }
    }

    /// See [`crate::ports::Members::member`].
    pub fn member(&self, membership: &Membership, id: &ConnectionId) -> Option<Member> {
        let shard = (membership.channel.clone(), membership.shard);
        self.members.get(&shard)?.get(id).cloned()
    }

    /// See [`crate::ports::Members::watchers`].
    pub fn watchers(&self, channel: &Channel, limit: usize) -> Vec<Member> {
        let watchers = self.watchers.get(channel).into_iter().flat_map(|w| w.values());
        watchers.take(limit).cloned().collect()
    }

    pub(super) fn put_member(&mut self, membership: &Membership, member: Member) {
        if membership.watching {
            let watchers = self.watchers.entry(membership.channel.clone()).or_default();
            watchers.insert(member.connection.clone(), member.clone());
        }
        let key = (membership.channel.clone(), membership.shard);
        let members = self.members.entry(key).or_default();
        members.insert(member.connection.clone(), member);
    }
}
