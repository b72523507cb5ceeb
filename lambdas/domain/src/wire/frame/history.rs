//! `history`: a page of a log.

use serde::Serialize;
use serde_json::value::RawValue;

use super::Frame;
use super::entries::fit;
use crate::channel::Channel;
use crate::history::Page;
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
    /// The page, as much of it as fits into a frame.
    pub fn history(id: Option<&RequestId>, channel: &Channel, page: &Page) -> Self {
        fit(page, |entries, more| {
            Self::encode(&HistoryBody {
                r#type: "history",
                id: id.map(RequestId::as_str),
                channel: channel.to_string(),
                entries,
                more,
            })
        })
    }
}
