//! Connection rows and the tombstones that follow them: what they hold, and how they are read.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::channel::Channel;
use domain::connection::{Connection, Standing};
use domain::connection_id::ConnectionId;
use domain::identity::{DisplayName, OriginJti, UserId};
use domain::membership::Membership;
use domain::slot::SlotNumber;
use domain::timestamp::Timestamp;
use service::ports::{Standings, TableError};

use super::Table;
use super::attributes::{
    Key, Row, Unreadable, Writer, millis, number, one_readable, optional, read_millis, read_number, read_text, text,
    ttl,
};
use super::expression::Terms;

/// That a connection is registered and not over at `:now`.
pub(super) const LASTS: &str = "#kind = :connection AND #lease > :now AND #hardEnd > :now \
     AND (attribute_not_exists(#replacedUntil) OR #replacedUntil > :now)";

/// That what was registered is over at `:now`. A comparison with an attribute that is missing does not hold.
pub(super) const IS_OVER: &str = "(#lease <= :now OR #hardEnd <= :now OR #replacedUntil <= :now)";

/// What both of them speak of.
pub(super) fn judged_at(now: Timestamp) -> Terms {
    Terms::of(["kind", "lease", "hardEnd", "replacedUntil"])
        .value("connection", text("connection"))
        .value("now", millis(now))
}

/// Makes a tombstone of whatever stands there, and keeps the rest of it.
pub(super) const ENTOMB: &str = "SET #kind = :tombstone, #connectionId = :id, #life = :life, #ttl = :ttl";

/// What that speaks of.
pub(super) fn entombing(terms: Terms, id: &ConnectionId, life: Timestamp) -> Terms {
    terms
        .and(["kind", "connectionId", "life", "ttl"])
        .value("tombstone", text("tombstone"))
        .value("id", text(id.as_str()))
        .value("life", number(life.seconds_ceil()))
        .value("ttl", number(ttl(life)))
}

pub(super) fn key(id: &ConnectionId) -> Key {
    Key::new(format!("connection#{id}"), "connection")
}

/// The hard end stands there twice: as the row's life, which that of a tombstone takes the place of, and to stay.
pub(super) fn write(connection: &Connection) -> Row {
    let has_joined = connection.joins_full_at > Timestamp::default();
    Writer::new(key(&connection.id), "connection")
        .text("connectionId", connection.id.as_str())
        .text("user", connection.user.as_str())
        .text("name", connection.name.as_str())
        .number("signedInAt", connection.signed_in_at.millis() / 1000)
        .optional(
            "originJti",
            connection.origin_jti.as_ref().map(|jti| text(jti.as_str())),
        )
        .value("registeredAt", millis(connection.registered_at))
        .value("hardEnd", millis(connection.hard_end))
        .value("lease", millis(connection.lease))
        .optional("replacedUntil", connection.replaced_until.map(millis))
        .optional("sentAway", connection.sent_away.then_some(AttributeValue::Bool(true)))
        .number("slot", connection.slot.number().into())
        .value("channels", map(&connection.memberships, |m| m.shard))
        .value(
            "watching",
            map(connection.memberships.iter().filter(|m| m.watching), |_| 0),
        )
        .optional("joinsFullAt", has_joined.then(|| millis(connection.joins_full_at)))
        .life(connection.hard_end)
        .row()
}

/// A map from the names of channels.
fn map<'a>(
    memberships: impl IntoIterator<Item = &'a Membership>,
    value: impl Fn(&Membership) -> u32,
) -> AttributeValue {
    let memberships = memberships.into_iter();
    AttributeValue::M(
        memberships
            .map(|m| (m.channel.to_string(), number(value(m).into())))
            .collect(),
    )
}

pub(super) fn read(row: &Row) -> Result<Connection, Unreadable> {
    let user = read_text(row, "user", UserId::parse)?;
    let hard_end = read_millis(row, "hardEnd")?;
    let slot = u32::try_from(read_number(row, "slot")?).ok().and_then(SlotNumber::new);
    Ok(Connection {
        id: read_text(row, "connectionId", ConnectionId::parse)?,
        name: read_text(row, "name", |name| Some(DisplayName::new(name, &user)))?,
        signed_in_at: read_number(row, "signedInAt").map(Timestamp::from_seconds)?,
        origin_jti: optional(row, "originJti", |row, name| read_text(row, name, OriginJti::parse))?,
        registered_at: read_millis(row, "registeredAt")?,
        // Renewing does not look at the hard end, so that it is one write.
        lease: read_millis(row, "lease")?.min(hard_end),
        hard_end,
        replaced_until: optional(row, "replacedUntil", read_millis)?,
        sent_away: row.contains_key("sentAway"),
        slot: slot.ok_or(Unreadable("slot"))?,
        memberships: read_memberships(row),
        joins_full_at: optional(row, "joinsFullAt", read_millis)?.unwrap_or_default(),
        user,
    })
}

/// In the order of the channels, `all` first. Those that this code does not understand are left out.
fn read_memberships(row: &Row) -> Vec<Membership> {
    let map = |name| row.get(name).and_then(|value| value.as_m().ok());
    let watching = map("watching");
    let membership = |(name, shard): (&String, &AttributeValue)| {
        Some(Membership {
            channel: Channel::parse(name)?,
            shard: shard.as_n().ok()?.parse().ok()?,
            watching: watching.is_some_and(|watching| watching.contains_key(name)),
        })
    };
    let channels = map("channels").into_iter().flatten();
    let mut memberships: Vec<_> = channels.filter_map(membership).collect();
    memberships.sort_by(|a, b| a.channel.cmp(&b.channel));
    memberships
}

/// What a row says of its connection. One that another release wrote may say nothing that can be used, and is a connection
/// all the same.
pub(super) fn standing(row: &Row) -> Standing {
    let kind = row.get("kind").and_then(|kind| kind.as_s().ok()).map(String::as_str);
    let read = || match kind {
        Some("connection" | "tombstone") => one_readable("connection", read(row)),
        _ => one_readable("connection", Err(Unreadable("kind"))),
    };
    match kind {
        // Nobody's: it came to its end before it was registered.
        Some("tombstone") if !row.contains_key("user") => Standing::Entombed(None),
        Some("tombstone") => Standing::Entombed(read()),
        _ => read().map_or(Standing::Unreadable, Standing::Registered),
    }
}

/// What a row says that its connection is or was.
pub(super) fn was(row: &Row) -> Option<Connection> {
    match standing(row) {
        Standing::Registered(connection) => Some(connection),
        Standing::Entombed(was) => was,
        Standing::Unreadable => None,
    }
}

/// Whose row it is, by its key, which is the same in every release.
fn id(row: &Row) -> Result<ConnectionId, Unreadable> {
    read_text(row, "pk", |pk| ConnectionId::parse(pk.strip_prefix("connection#")?))
}

impl Standings for Table {
    async fn connection(&self, id: &ConnectionId) -> Result<Option<Standing>, TableError> {
        let row = self.get("connection", key(id)).await?;
        Ok(row.as_ref().map(standing))
    }

    async fn connections(&self, ids: &[ConnectionId]) -> Result<Vec<(ConnectionId, Standing)>, TableError> {
        let rows = self.batch("connections", ids.iter().map(key)).await?;
        let named = |row: &Row| Some((one_readable("connection", id(row))?, standing(row)));
        Ok(rows.iter().filter_map(named).collect())
    }
}

#[cfg(test)]
pub(super) mod tests;
