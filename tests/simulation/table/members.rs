//! Members of channels: joining, leaving, and listing them a few at a time.

use domain::channel::Channel;
use domain::connection_id::ConnectionId;
use domain::membership::{Member, Membership};
use domain::timestamp::Timestamp;
use service::ports::{MemberPage, Members, Memberships, Moved, TableError};

use super::{Key, SimTable};
use crate::bugs::Bug;
use crate::functions::Function;
use crate::world::World;

impl Memberships for SimTable {
    async fn join(
        &self,
        membership: &Membership,
        standing: Option<&Membership>,
        member: &Member,
        joins_full_at: Timestamp,
    ) -> Result<Moved, TableError> {
        let (membership, standing, member) = (membership.clone(), standing.cloned(), member.clone());
        let keys = keys(&membership, &member.connection);
        let effect = move |world: &mut World| world.join(&membership, standing.as_ref(), &member, joins_full_at);
        self.transact("join", keys, Moved::Contended, effect).await
    }

    async fn leave(&self, membership: &Membership, connection: &ConnectionId) -> Result<Moved, TableError> {
        let (membership, connection) = (membership.clone(), connection.clone());
        let keys = keys(&membership, &connection);
        let effect = move |world: &mut World| world.leave(&membership, &connection);
        self.transact("leave", keys, Moved::Contended, effect).await
    }
}

impl Members for SimTable {
    async fn page(
        &self,
        channel: &Channel,
        shard: u32,
        after: Option<&ConnectionId>,
        limit: usize,
    ) -> Result<MemberPage, TableError> {
        let (channel, after, function) = (channel.clone(), after.cloned(), self.0.process.function);
        let effect = move |world: &mut World| {
            let limit = limit.min(world.rules.page);
            let page = world.table.rows.page(&channel, shard, after.as_ref(), limit);
            world.shown_page(page, &channel, shard, function)
        };
        self.ask("page", effect).await
    }

    async fn member(&self, membership: &Membership, id: &ConnectionId) -> Result<Option<Member>, TableError> {
        let (membership, id) = (membership.clone(), id.clone());
        self.ask("member", move |world| world.table.rows.member(&membership, &id))
            .await
    }

    async fn watchers(&self, channel: &Channel, limit: usize) -> Result<Vec<Member>, TableError> {
        let channel = channel.clone();
        let effect = move |world: &mut World| {
            if world.is_planted(Bug::NoWatchers) {
                return Vec::new();
            }
            world.table.rows.watchers(&channel, limit)
        };
        self.ask("watchers", effect).await
    }
}

fn keys(membership: &Membership, id: &ConnectionId) -> Vec<Key> {
    vec![
        Key::Connection(id.clone()),
        Key::Member(membership.channel.clone(), id.clone()),
    ]
}

impl World {
    fn join(
        &mut self,
        membership: &Membership,
        standing: Option<&Membership>,
        member: &Member,
        joins_full_at: Timestamp,
    ) -> Moved {
        if self.is_planted(Bug::ReadFirst) {
            let (membership, standing, member) = (membership.clone(), standing.cloned(), member.clone());
            let when = self.random.uniform(1.0, 4.0);
            self.after(when, move |world| {
                let rows = &mut world.table.rows;
                rows.join(&membership, standing.as_ref(), member, joins_full_at);
            });
            return Moved::Done;
        }
        let rows = &mut self.table.rows;
        rows.join(membership, standing, member.clone(), joins_full_at)
    }

    fn leave(&mut self, membership: &Membership, id: &ConnectionId) -> Moved {
        let key = (membership.channel.clone(), membership.shard);
        let member = self.table.rows.members.get(&key).and_then(|m| m.get(id)).cloned();
        let watchers = self.table.rows.watchers.get(&membership.channel).cloned();
        let moved = self.table.rows.leave(membership, id);
        if let Some(watchers) = watchers.filter(|_| self.is_planted(Bug::WatcherStays)) {
            self.table.rows.watchers.insert(membership.channel.clone(), watchers);
        }
        if let Some(member) = member.filter(|_| self.is_planted(Bug::MemberStays)) {
            self.table
                .rows
                .members
                .entry(key)
                .or_default()
                .insert(id.clone(), member);
        }
        moved
    }

    fn shown_page(&self, mut page: MemberPage, channel: &Channel, shard: u32, function: Function) -> MemberPage {
        if self.is_planted(Bug::MemberMissing) && page.next.is_none() && page.members.len() > 1 {
            page.members.pop();
        }
        if self.is_planted(Bug::OneShard) && shard > 0 {
            page.members.clear();
        }
        if self.is_planted(Bug::PastTheEnd) {
            for member in &mut page.members {
                member.hard_end = Timestamp::from_seconds(u64::from(u32::MAX));
            }
        }
        let revokes = matches!(function, Function::Session | Function::Push);
        if let (true, Channel::User(user)) = (revokes && self.is_planted(Bug::RevokedBySlot), channel) {
            let slots = self.table.rows.slots(user);
            page.members.retain(|member| {
                slots
                    .iter()
                    .any(|slot| slot.holder.as_ref() == Some(&member.connection))
            });
        }
        page
    }
}
