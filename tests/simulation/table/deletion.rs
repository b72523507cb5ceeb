//! Deletion of rows past their life: late, in any order, and never within the margin.

use domain::connection::Standing;
use domain::timestamp::Timestamp;

use super::Table;
use crate::bugs::Bug;
use crate::random::Random;
use crate::time::{SECOND, seconds, stamp};
use crate::world::{World, tell};

/// Deletes some of what may be deleted, and comes again.
pub(crate) fn round(world: &mut World) {
    let next = world.random.uniform(15.0, 60.0);
    world.after(next, round);
    if world.rules.deletion == 0.0 {
        return;
    }
    let margin = seconds(world.rules.margin);
    let limit = if world.is_planted(Bug::NoMargin) {
        stamp(world.now + SECOND)
    } else {
        stamp(world.now.saturating_sub(margin))
    };
    let now = stamp(world.now);
    let World {
        table, random, rules, ..
    } = world;
    let mut deletion = Deletion {
        random,
        chance: rules.deletion,
        limit,
        now,
        count: 0,
    };
    deletion.of_connections(table);
    deletion.of_messages(table);
    let count = deletion.count;
    if count > 0 {
        tell!(world, "DELETED {count} rows");
    }
}

/// What goes this time.
struct Deletion<'a> {
    random: &'a mut Random,
    chance: f64,
    limit: Timestamp,
    now: Timestamp,
    count: u64,
}

impl Deletion<'_> {
    fn goes(&mut self, life: Timestamp) -> bool {
        self.goes_by(life, self.limit)
    }

    fn goes_by(&mut self, life: Timestamp, limit: Timestamp) -> bool {
        let goes = life <= limit && self.random.chance(self.chance);
        self.count += u64::from(goes);
        goes
    }

    fn of_connections(&mut self, table: &mut Table) {
        let rows = &mut table.rows;
        rows.connections.retain(|_, (standing, life)| match standing {
            Standing::Registered(connection) => !self.goes(connection.hard_end),
            Standing::Entombed(_) | Standing::Unreadable => !self.goes(*life),
        });
        for members in rows.members.values_mut().chain(rows.watchers.values_mut()) {
            members.retain(|_, member| !self.goes(member.hard_end));
        }
        for (user, slots) in &mut rows.slots {
            slots.retain(|number, _| {
                let life = table.slot_lives.get(&(user.clone(), *number));
                !self.goes(life.copied().unwrap_or_default())
            });
        }
        rows.revoked.retain(|_, (_, life)| !self.goes(*life));
        rows.ended_sign_ins.retain(|_, life| !self.goes(*life));
    }

    fn of_messages(&mut self, table: &mut Table) {
        let rows = &mut table.rows;
        for (channel, log) in &mut rows.entries {
            log.retain(
                |number, entry| match table.true_lives.get(&(channel.clone(), *number)) {
                    Some(life) => !self.goes_by(*life, self.now),
                    None => !self.goes(entry.life),
                },
            );
        }
        rows.sent.retain(|_, sent| !self.goes(sent.life));
        for directs in rows.directs.values_mut() {
            directs.retain(|_, life| !self.goes(*life));
        }
    }
}
