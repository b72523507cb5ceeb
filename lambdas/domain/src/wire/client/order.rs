//! What a back end can order, by invoking the push function or by an event on EventBridge: the same fields either way.

use serde_json::value::RawValue;

use super::fields::Fields;
use crate::channel::Channel;
use crate::content::Content;
use crate::identity::{OriginJti, UserId};
use crate::json::Members;
use crate::message_id::MessageId;
use crate::wire::refusal::Refusal;

/// One order of the back end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Publish to a channel, whichever.
    Publish {
        /// Makes a retry harmless.
        id: Option<MessageId>,
        /// Where it goes.
        channel: Channel,
        /// What it says.
        content: Content,
        /// What the sender is called.
        name: Option<String>,
    },
    /// List a user's connections.
    Connections(UserId),
    /// End a user's connections, and let their sign-ins open no more.
    Disconnect {
        /// Whose.
        user: UserId,
        /// This sign-in of theirs and no other.
        origin_jti: Option<OriginJti>,
    },
}

/// Reads what the function was invoked with: an order, or an EventBridge event that carries one in its `detail`.
///
/// # Errors
/// What the back end is to change.
pub fn read_order(json: &str) -> Result<Order, Refusal> {
    let members = Members::read(json).ok_or_else(Refusal::invalid_json)?;
    let is_event = ["detail-type", "source", "detail"]
        .iter()
        .all(|name| members.values.contains_key(*name));
    if !is_event {
        return read(Fields::new("", members), None);
    }
    let text = |name: &str| {
        members
            .values
            .get(name)
            .and_then(|raw: &&RawValue| serde_json::from_str(raw.get()).ok())
    };
    // EventBridge may bring an event twice, always under the same id.
    let event_id = text("id").and_then(|id: String| MessageId::parse(&id));
    let detail = members.values.get("detail").and_then(|raw| Members::read(raw.get()));
    read(
        Fields::new("detail.", detail.ok_or_else(Refusal::invalid_json)?),
        event_id,
    )
}

fn read(mut order: Fields<'_>, event_id: Option<MessageId>) -> Result<Order, Refusal> {
    order.refuse_repetition()?;
    let action = order.text("action")?;
    let read = match action.as_str() {
        "publish" => Order::Publish {
            id: order.message_id("id")?.or(event_id),
            channel: order.channel("channel")?,
            content: order.content()?,
            name: order.optional_text("name")?,
        },
        "connections" => Order::Connections(order.user("user")?),
        "disconnect" => Order::Disconnect {
            user: order.user("user")?,
            origin_jti: order.origin_jti("originJti")?,
        },
        _ => return Err(order.invalid("action", "must be one of: publish, connections, disconnect")),
    };
    order.finish()?;
    Ok(read)
}

impl Fields<'_> {
    fn user(&mut self, name: &str) -> Result<UserId, Refusal> {
        let text = self.text(name)?;
        UserId::parse(&text).ok_or_else(|| self.invalid(name, "must be 1 to 128 characters of [A-Za-z0-9_-]"))
    }

    fn origin_jti(&mut self, name: &str) -> Result<Option<OriginJti>, Refusal> {
        let rule = "must be 1 to 128 characters of [A-Za-z0-9_-], as in the token";
        let jti = self.optional_text(name)?.map(|text| OriginJti::parse(&text).ok_or(()));
        jti.transpose().map_err(|()| self.invalid(name, rule))
    }

    fn message_id(&mut self, name: &str) -> Result<Option<MessageId>, Refusal> {
        let rule = "must be 16 to 64 characters of [A-Za-z0-9_-]";
        let id = self.optional_text(name)?.map(|text| MessageId::parse(&text).ok_or(()));
        id.transpose().map_err(|()| self.invalid(name, rule))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn field(json: &str) -> String {
        read_order(json).unwrap_err().field.unwrap_or_default()
    }

    #[test]
    fn an_order_is_read_alike_from_an_invocation_and_from_an_event() {
        let order = r#"{"action":"publish","channel":"user:alice","content":{"hello":1},"name":"Shop"}"#;
        let event = |detail: &str| {
            format!(
                r#"{{"version":"0","id":"6a7e8feb-b491-4cf7-a9f1-bf3703467718","detail-type":"x","source":"carillon.push","account":"1","detail":{detail}}}"#
            )
        };
        let (direct, evented) = (read_order(order).unwrap(), read_order(&event(order)).unwrap());
        let Order::Publish { id: None, .. } = &direct else {
            panic!("{direct:?}")
        };
        let Order::Publish { id: Some(id), name, .. } = &evented else {
            panic!("{evented:?}")
        };
        assert_eq!(id.as_str(), "6a7e8feb-b491-4cf7-a9f1-bf3703467718");
        assert_eq!(name.as_deref(), Some("Shop"));
        let own = r#"{"action":"publish","channel":"all","content":1,"id":"0123456789abcdef"}"#;
        let Order::Publish { id: Some(id), .. } = read_order(&event(own)).unwrap() else {
            panic!()
        };
        assert_eq!(id.as_str(), "0123456789abcdef");
    }

    #[test]
    fn users_are_listed_and_disconnected() {
        let alice = UserId::parse("alice").unwrap();
        assert_eq!(
            read_order(r#"{"action":"connections","user":"alice"}"#).unwrap(),
            Order::Connections(alice.clone())
        );
        assert_eq!(
            read_order(r#"{"action":"disconnect","user":"alice"}"#).unwrap(),
            Order::Disconnect {
                user: alice.clone(),
                origin_jti: None
            }
        );
        assert_eq!(
            read_order(r#"{"action":"disconnect","user":"alice","originJti":"b1-c2"}"#).unwrap(),
            Order::Disconnect {
                user: alice,
                origin_jti: OriginJti::parse("b1-c2")
            }
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(field("{}"), "action");
        assert_eq!(field(r#"{"action":"shout"}"#), "action");
        assert_eq!(field(r#"{"action":"publish","channel":"x","content":1}"#), "channel");
        assert_eq!(
            field(r#"{"action":"publish","channel":"all","content":null}"#),
            "content"
        );
        assert_eq!(
            field(r#"{"action":"publish","channel":"all","content":1,"id":"short"}"#),
            "id"
        );
        assert_eq!(
            field(r#"{"action":"publish","channel":"all","content":1,"to":"x"}"#),
            "to"
        );
        assert_eq!(field(r#"{"action":"disconnect","user":"a b"}"#), "user");
        for jti in [r#""""#, r#""a b""#, "7"] {
            let order = format!(r#"{{"action":"disconnect","user":"alice","originJti":{jti}}}"#);
            assert_eq!(field(&order), "originJti", "{jti}");
        }
        assert_eq!(
            field(r#"{"action":"connections","user":"alice","originJti":"b1"}"#),
            "originJti"
        );
        assert_eq!(
            field(r#"{"detail-type":"x","source":"y","detail":{"action":1}}"#),
            "detail.action"
        );
        assert!(read_order("[]").is_err() && read_order("").is_err());
    }
}
