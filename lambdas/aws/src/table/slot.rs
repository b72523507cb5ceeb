//! Slot rows: the numbered places that a user's connections stand in.

use domain::connection::Connection;
use domain::connection_id::ConnectionId;
use domain::identity::UserId;
use domain::slot::{Slot, SlotNumber};

use super::attributes::{Key, Row, Unreadable, Writer, optional, read_text, text};

pub(super) fn partition(user: &UserId) -> String {
    format!("slot#{user}")
}

/// Four digits hold every number below 1,000, and sort as text as they do as numbers.
pub(super) fn key(user: &UserId, number: SlotNumber) -> Key {
    Key::new(partition(user), format!("{:04}", number.number()))
}

/// Its life is that of who stands in it.
pub(super) fn write(connection: &Connection, replaced: Option<&ConnectionId>) -> Row {
    Writer::new(key(&connection.user, connection.slot), "slot")
        .text("connectionId", connection.id.as_str())
        .optional("replaced", replaced.map(|id| text(id.as_str())))
        .life(connection.hard_end)
        .row()
}

pub(super) fn read(row: &Row) -> Result<Slot, Unreadable> {
    let number = read_text(row, "sk", |digits| SlotNumber::new(digits.parse().ok()?))?;
    Ok(Slot {
        number,
        holder: read_text(row, "connectionId", ConnectionId::parse)?,
        replaced: optional(row, "replaced", |row, name| read_text(row, name, ConnectionId::parse))?,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::table::connection::tests::connection;

    #[test]
    fn a_slot_reads_back_as_written() {
        let connection = connection();
        let old = ConnectionId::parse("old=").unwrap();
        for replaced in [None, Some(old)] {
            let row = write(&connection, replaced.as_ref());
            assert_eq!(row["pk"], text("slot#alice"));
            assert_eq!(row["sk"], text("0007"));
            assert_eq!(row["life"], crate::table::attributes::number(1_061));
            let slot = Slot {
                number: connection.slot,
                holder: connection.id.clone(),
                replaced,
            };
            assert_eq!(read(&row), Ok(slot));
        }
    }

    #[test]
    fn a_row_without_a_holder_is_no_slot() {
        let mut row = write(&connection(), None);
        row.remove("connectionId");
        assert_eq!(read(&row), Err(Unreadable("connectionId")));
    }
}
