//! `history`: a page of a log that fits into one frame, whatever the sizes of its entries.

use serde::Serialize;
use serde_json::value::RawValue;

use super::Frame;
use super::push::EntryBody;
use crate::channel::Channel;
use crate::history::Page;
use crate::limits::FRAME_BYTES_MAX;
use crate::log::Entry;
use crate::request_id::RequestId;

#[derive(Serialize)]
struct HistoryBody<'a> {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    channel: String,
    entries: Vec<&'a RawValue>,
    more: bool,
}

impl Frame {
    /// The page, cut where it would no longer fit into a frame: at the far end in the direction of reading, and then
    /// with `more`, so that asking on from the last entry misses nothing.
    pub fn history(id: Option<&RequestId>, channel: &Channel, page: &Page) -> Self {
        let body = |entries, more| {
            Self::encode(&HistoryBody {
                r#type: "history",
                id: id.map(RequestId::as_str),
                channel: channel.to_string(),
                entries,
                more,
            })
        };
        let mut room = FRAME_BYTES_MAX.saturating_sub(body(Vec::new(), false).as_str().len());
        let texts: Vec<Box<RawValue>> = page.entries.iter().map(entry_text).collect();
        let fitting = texts
            .iter()
            .take_while(|text| take(&mut room, text.get().len() + 1))
            .count();
        let mut entries: Vec<&RawValue> = texts.iter().take(fitting).map(AsRef::as_ref).collect();
        if page.newest_first {
            entries.reverse();
        }
        body(entries, page.more || fitting < texts.len())
    }
}

/// Takes `bytes` of the room there is; false if there is not enough.
fn take(room: &mut usize, bytes: usize) -> bool {
    match room.checked_sub(bytes) {
        Some(rest) => {
            *room = rest;
            true
        }
        None => false,
    }
}

fn entry_text(entry: &Entry) -> Box<RawValue> {
    match serde_json::value::to_raw_value(&EntryBody::from(entry)) {
        Ok(text) => text,
        Err(error) => unreachable!("an entry that cannot be written: {error}"),
    }
}
