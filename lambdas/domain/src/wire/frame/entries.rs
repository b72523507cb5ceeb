//! Entries in an answer: as many as fit into one frame, whatever their sizes.

use serde::Serialize;
use serde_json::value::RawValue;

use super::Frame;
use super::push::EntryBody;
use crate::history::Page;
use crate::limits::FRAME_BYTES_MAX;

/// The frame that `write` makes of the page's entries, the smallest number first, and of whether there are more. The
/// page is cut where it would no longer fit: at the far end in the direction of reading, and then with `more`, so that
/// asking on from the last entry misses nothing.
pub(super) fn fit(page: &Page, write: impl Fn(Vec<&RawValue>, bool) -> Frame) -> Frame {
    let mut room = FRAME_BYTES_MAX.saturating_sub(write(Vec::new(), false).as_str().len());
    let texts: Vec<Box<RawValue>> = page
        .entries
        .iter()
        .map(|entry| text_of(&EntryBody::from(entry)))
        .collect();
    let fitting = texts
        .iter()
        .take_while(|text| take(&mut room, text.get().len() + 1))
        .count();
    let mut entries: Vec<&RawValue> = texts.iter().take(fitting).map(AsRef::as_ref).collect();
    if page.newest_first {
        entries.reverse();
    }
    write(entries, page.more || fitting < texts.len())
}

/// Takes `bytes` of the room there is; false if there is not enough.
pub(super) fn take(room: &mut usize, bytes: usize) -> bool {
    match room.checked_sub(bytes) {
        Some(rest) => {
            *room = rest;
            true
        }
        None => false,
    }
}

/// A part of a frame as it will stand there.
pub(super) fn text_of(part: &impl Serialize) -> Box<RawValue> {
    match serde_json::value::to_raw_value(part) {
        Ok(text) => text,
        Err(error) => unreachable!("a part that cannot be written: {error}"),
    }
}
