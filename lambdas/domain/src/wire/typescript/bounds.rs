//! The bounds that a client keeps to, as constants. Each is told with the first sentence of its comment: what follows there
//! are the server's reasons.

use std::time::Duration;

use crate::handshake::protocols::PROTOCOL;
use crate::limits;

const LIMITS: &str = include_str!("../../limits.rs");
const PROTOCOLS: &str = include_str!("../../handshake/protocols.rs");

/// A bound as TypeScript has it.
trait Bound {
    /// What its unit adds to the name.
    const UNIT: &'static str = "";

    fn value(self) -> u64;
}

impl Bound for u64 {
    fn value(self) -> u64 {
        self
    }
}

impl Bound for u32 {
    fn value(self) -> u64 {
        self.into()
    }
}

impl Bound for usize {
    fn value(self) -> u64 {
        self.try_into().unwrap()
    }
}

impl Bound for Duration {
    const UNIT: &'static str = "_MS";

    fn value(self) -> u64 {
        self.as_millis().try_into().unwrap()
    }
}

macro_rules! bounds {
    ($($name:ident),* $(,)?) => { [$(constant(stringify!($name), limits::$name)),*] };
}

/// All of them, in the order of a frame's way.
pub(super) fn constants() -> String {
    let protocol = format!(
        "/** {} */\nexport const PROTOCOL = '{PROTOCOL}';",
        first_sentence(PROTOCOLS, "PROTOCOL")
    );
    let bounds = bounds![
        FRAME_BYTES_MAX,
        CONTENT_BYTES_MAX,
        CONTENT_DEPTH_MAX,
        ID_CHARACTERS_MAX,
        MESSAGE_ID_CHARACTERS_MIN,
        USER_ID_CHARACTERS_MAX,
        NAME_CHARACTERS_MAX,
        ROOM_CHARACTERS_MAX,
        GROUP_CHARACTERS_MAX,
        CHANNELS_PER_CONNECTION_MAX,
        SUBSCRIBE_ENTRIES_MAX,
        HISTORY_LIMIT_DEFAULT,
        HISTORY_LIMIT_MAX,
        PRESENCE_USERS_MAX,
        SEQUENCE_MAX,
        CURSORS_MAX,
        DIRECT_NAMED_MAX,
        HEARTBEAT_MIN,
        HEARTBEAT_MAX,
        LEASE_HEARTBEATS,
        REPLACED_GRACE,
    ];
    format!("{protocol}\n{}\n", bounds.join("\n"))
}

fn constant<B: Bound>(name: &str, bound: B) -> String {
    let comment = first_sentence(LIMITS, name);
    format!(
        "/** {comment} */\nexport const {name}{} = {};",
        B::UNIT,
        grouped(bound.value())
    )
}

/// Of the comment above a constant of this source text.
fn first_sentence(source: &str, name: &str) -> String {
    let lines: Vec<&str> = source.lines().collect();
    let declaration = format!("pub const {name}:");
    let at = lines.iter().position(|line| line.starts_with(&declaration)).unwrap();
    let above = lines[..at].iter().rev().map_while(|line| line.strip_prefix("/// "));
    let comment: Vec<&str> = above.collect::<Vec<_>>().into_iter().rev().collect();
    let comment = comment.join(" ");
    let end = comment.find(". ").map_or(comment.len(), |dot| dot + 1);
    comment[..end].to_owned()
}

/// With `_` between thousands, where there are more than one.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|group| std::str::from_utf8(group).unwrap())
        .collect();
    groups.join("_")
}

#[test]
fn numbers_are_grouped_by_thousands() {
    for (number, text) in [(0, "0"), (999, "999"), (1000, "1_000"), (1_234_567, "1_234_567")] {
        assert_eq!(grouped(number), text);
    }
}
