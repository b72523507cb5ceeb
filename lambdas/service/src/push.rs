//! The back end's door: publishes to any channel by the same path as clients, lists a user's connections, and ends them.

use std::collections::BTreeMap;

use domain::channel::Channel;
use domain::connection::Standing;
use domain::identity::UserId;
use domain::jitter::Jitter;
use domain::limits::{REVOKE_MAX, STANDINGS_MAX};
use domain::log::{Draft, Sender};
use domain::membership::Member;
use domain::revocation::Revocation;
use domain::wire::refusal::ErrorCode;
use domain::wire::{Order, Receipt, Refusal, read_order};
use futures_util::TryStreamExt as _;
use serde_json::{Value, json};

use crate::members::members;
use crate::messaging::{Messaging, Publishable};
use crate::ports::{Clock, Closing, Handover, Revocations, Sockets, TableError};
use crate::revoke::{RevokeError, revoke};

/// It did not work, and may work another time: nobody knows how much of it was done, and doing it again is harmless, if a
/// message has an id.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// The message may not be in the log, or not everybody may be told of it.
    #[error("the message may not be published, or not everybody told: send the same again if it has an id")]
    Unavailable,
    /// The table does not answer.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Some connection may be left.
    #[error(transparent)]
    Revoke(#[from] RevokeError),
}

/// Does what the back end orders, and gives the answer as JSON. What is wrong with the order is an answer too, since trying
/// again would not help.
///
/// # Errors
/// When trying again may help.
pub async fn serve_push<T, S, H, C>(
    messaging: &Messaging<T, S, H, C>,
    payload: &str,
    jitter: Jitter,
) -> Result<Value, PushError>
where
    T: Publishable + Revocations,
    S: Sockets + Closing,
    H: Handover,
    C: Clock,
{
    let order = match read_order(payload) {
        Ok(order) => order,
        Err(refusal) => return Ok(refused(&refusal)),
    };
    match order {
        Order::Publish {
            id,
            channel,
            content,
            name,
        } => {
            let draft = Draft {
                channel,
                sender: Sender::back_end(name.as_deref()),
                id,
                content,
            };
            publish(messaging, &draft, jitter).await
        }
        Order::Connections(user) => connections(messaging, &user).await,
        Order::Disconnect { user, origin_jti } => {
            let Messaging {
                table, sockets, clock, ..
            } = messaging;
            let revocation = origin_jti.map_or_else(|| Revocation::of_all(clock.now()), Revocation::SignIn);
            let revoked = revoke(table, sockets, clock, &user, &revocation, REVOKE_MAX).await?;
            Ok(json!({"closed": revoked.closed}))
        }
    }
}

async fn publish<T, S, H, C>(
    messaging: &Messaging<T, S, H, C>,
    draft: &Draft,
    jitter: Jitter,
) -> Result<Value, PushError>
where
    T: Publishable,
    S: Sockets,
    H: Handover,
    C: Clock,
{
    let now = messaging.clock.now();
    match messaging.append_and_tell(draft, now, jitter).await {
        Ok(Receipt {
            channel,
            sequence,
            at,
            duplicate,
        }) => Ok(json!({
            "channel": channel.to_string(), "seq": sequence.number(), "at": at.millis(), "duplicate": duplicate
        })),
        Err(refusal) if refusal.code == ErrorCode::Unavailable => Err(PushError::Unavailable),
        Err(refusal) => Ok(refused(&refusal)),
    }
}

async fn connections<T: Publishable, S, H, C: Clock>(
    messaging: &Messaging<T, S, H, C>,
    user: &UserId,
) -> Result<Value, PushError> {
    let own = Channel::User(user.clone());
    let now = messaging.clock.now();
    let mut members: Vec<_> = members(&messaging.table, &own, 0).try_collect().await?;
    members.retain(|member| member.is_live(now));
    let mut listed = Vec::new();
    for some in members.chunks(STANDINGS_MAX) {
        let ids: Vec<_> = some.iter().map(|member| member.connection.clone()).collect();
        let standings: BTreeMap<_, _> = messaging.table.connections(&ids).await?.into_iter().collect();
        listed.extend(
            some.iter()
                .filter_map(|member| listing(member, standings.get(&member.connection)?)),
        );
    }
    Ok(json!({"connections": listed}))
}

/// What is told of a connection; nothing of one that was ended.
fn listing(member: &Member, standing: &Standing) -> Option<Value> {
    let mut listing = json!({
        "connection": member.connection.as_str(),
        "registeredAt": member.joined_at.millis(),
        "expiresAt": member.hard_end.millis(),
    });
    match standing {
        Standing::Entombed(_) => return None,
        Standing::Unreadable => {}
        Standing::Registered(connection) => {
            if let Some(jti) = &connection.origin_jti {
                listing["originJti"] = json!(jti.as_str());
            }
        }
    }
    Some(listing)
}

fn refused(refusal: &Refusal) -> Value {
    let mut error = json!({"code": refusal.code.as_str(), "message": refusal.message});
    if let Some(field) = &refusal.field {
        error["field"] = json!(field);
    }
    json!({"error": error})
}

#[cfg(test)]
mod tests;
