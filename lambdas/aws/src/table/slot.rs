//! Slot rows: the numbered places that a user's connections stand in.

use domain::connection::Connection;
use domain::connection_id::ConnectionId;
use domain::identity::UserId;
use domain::slot::{Replaced, Slot, SlotNumber};

use super::attributes::{Key, Row, Unreadable, Writer, millis, optional, read_millis, read_text, text};
use super::expression::Terms;

pub(super) fn partition(user: &UserId) -> String {
    format!("slot#{user}")
}

/// Four digits hold every number below 1,000, and sort as text as they do as numbers.
pub(super) fn key(user: &UserId, number: SlotNumber) -> Key {
    Key::new(partition(user), format!("{:04}", number.number()))
}

/// Its life is that of who stands in it.
pub(super) fn write(connection: &Connection, replaced: Option<&Replaced>) -> Row {
    Writer::new(key(&connection.user, connection.slot), "slot")
        .text("connectionId", connection.id.as_str())
        .optional("replaced", replaced.map(|replaced| text(replaced.connection.as_str())))
        .optional("replacedUntil", replaced.map(|replaced| millis(replaced.until)))
        .life(connection.hard_end)
        .row()
}

pub(super) fn read(row: &Row) -> Result<Slot, Unreadable> {
    let id = |name| optional(row, name, |row, name| read_text(row, name, ConnectionId::parse));
    // Rows from before slots knew until when remember whom their holder replaced, and leave that one no time here.
    let until = optional(row, "replacedUntil", read_millis)?.unwrap_or_default();
    let slot = Slot {
        number: read_text(row, "sk", |digits| SlotNumber::new(digits.parse().ok()?))?,
        holder: id("connectionId")?,
        replaced: id("replaced")?.map(|connection| Replaced { connection, until }),
    };
    if slot.holder.is_none() && slot.replaced.is_none() {
        return Err(Unreadable("connectionId"));
    }
    Ok(slot)
}

/// That the slot is as it was read, with what that speaks of. A holder stands in a slot once, and so tells all of it.
pub(super) fn is_as_read(slot: Option<&Slot>) -> (&'static str, Terms) {
    let Some(slot) = slot else {
        return ("attribute_not_exists(#pk)", Terms::of(["pk"]));
    };
    if let Some(holder) = &slot.holder {
        let terms = Terms::of(["connectionId"]).value("holder", text(holder.as_str()));
        return ("#connectionId = :holder", terms);
    }
    let remembered = slot
        .replaced
        .as_ref()
        .map_or("", |replaced| replaced.connection.as_str());
    let terms = Terms::of(["connectionId", "replaced"]).value("remembered", text(remembered));
    ("attribute_not_exists(#connectionId) AND #replaced = :remembered", terms)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::table::connection::tests::connection;
    use domain::timestamp::Timestamp;

    #[test]
    fn a_slot_reads_back_as_written() {
        let connection = connection();
        let old = Replaced {
            connection: ConnectionId::parse("old=").unwrap(),
            until: Timestamp::from_millis(1_234),
        };
        for replaced in [None, Some(old)] {
            let row = write(&connection, replaced.as_ref());
            assert_eq!(row["pk"], text("slot#alice"));
            assert_eq!(row["sk"], text("0007"));
            assert_eq!(row["life"], crate::table::attributes::number(1_061));
            let slot = Slot {
                number: connection.slot,
                holder: Some(connection.id.clone()),
                replaced,
            };
            assert_eq!(read(&row), Ok(slot));
        }
    }

    #[test]
    fn a_row_without_a_holder_is_a_slot_as_long_as_it_remembers_somebody() {
        let connection = connection();
        let old = Replaced {
            connection: connection.id.clone(),
            until: Timestamp::default(),
        };
        for (replaced, is_slot) in [(Some(&old), true), (None, false)] {
            let mut row = write(&connection, replaced);
            row.remove("connectionId");
            let slot = read(&row);
            assert_eq!(slot.is_ok(), is_slot, "{slot:?}");
            assert!(slot.is_err() || slot.unwrap().replaced.as_ref() == replaced);
        }
    }

    #[test]
    fn a_row_from_before_slots_knew_until_when_leaves_nobody_time() {
        let connection = connection();
        let old = Replaced {
            connection: connection.id.clone(),
            until: Timestamp::from_seconds(9),
        };
        let mut row = write(&connection, Some(&old));
        row.remove("replacedUntil");
        let slot = read(&row).unwrap();
        assert_eq!(slot.leaving(Timestamp::default()), None);
        assert!(slot.stands_for(&old.connection));
    }
}
