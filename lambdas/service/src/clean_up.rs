//! Takes away what stands of a connection that is entombed: its slot, its members, and its user's presence.

use domain::channel::Channel;
use domain::connection::Connection;
use domain::membership::{Member, Membership, in_order_of_removal};
use futures_util::future::try_join_all;

use crate::describe::describe;
use crate::members::Part;
use crate::movements::Movements;
use crate::ports::{Clock, Connections, Members, Sockets, TableError};

/// Frees the slot and deletes the members, that of `all` last. Safe to do twice, late, early, and after having been broken
/// off anywhere. Afterwards whoever watches is told that the user left, unless another connection of theirs is there.
///
/// # Errors
/// When the table does not answer; what is left over is found by the sweeper, as long as the member of `all` is there.
pub(crate) async fn clean_up<T: Connections + Members>(
    table: &T,
    sockets: &impl Sockets,
    clock: &impl Clock,
    connection: &Connection,
) -> Result<(), TableError> {
    table
        .free_slot(&connection.user, connection.slot, &connection.id, clock.now())
        .await?;
    let mut memberships = in_order_of_removal(connection.memberships.clone());
    let index = memberships.pop_if(|membership| membership.channel == Channel::All);
    try_join_all(memberships.iter().map(|m| table.remove_member(m, &connection.id))).await?;
    if let Some(all) = &index {
        table.remove_member(all, &connection.id).await?;
    }
    tracing::info!(connection = %connection.id, channels = connection.memberships.len(), "connection.forgotten");
    let all = memberships.iter().chain(&index);
    let left: Vec<&Channel> = all.map(|membership| &membership.channel).collect();
    Movements { table, sockets, clock }.left(connection, &left).await;
    Ok(())
}

/// What can be done at once about a member whose connection the gateway does not know any more. The member of `all` stays,
/// so that the sweeper finds the rest.
pub(crate) async fn entomb_gone(
    table: &impl Connections,
    member: &Member,
    found: &Part,
    tombstone_life: domain::timestamp::Timestamp,
) {
    let done = async {
        let was = table.entomb(&member.connection, tombstone_life).await?;
        if found.channel == Channel::All {
            return Ok(());
        }
        let noted = was
            .as_ref()
            .and_then(|connection| connection.membership(&found.channel));
        // Where it was found it must go, whatever is noted; only whether it watches is known from the note alone.
        let here = Membership {
            channel: found.channel.clone(),
            shard: found.shard,
            watching: noted.is_some_and(|noted| noted.watching),
        };
        table.remove_member(&here, &member.connection).await
    };
    if let Err::<_, TableError>(error) = done.await {
        tracing::warn!(connection = %member.connection, error = describe(&error), "connection.not_forgotten");
    }
}
