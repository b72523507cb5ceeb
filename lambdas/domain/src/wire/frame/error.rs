//! `error`: why a frame was not served.

use serde::Serialize;

use super::{Frame, ServerFrame};
use crate::request_id::RequestId;
use crate::wire::refusal::{ErrorCode, Refusal};

/// A frame was not served. The connection stays.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
#[serde(rename_all = "camelCase")]
pub(in crate::wire) struct ErrorBody<'a> {
    /// The frame's `id`, if it could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    /// A program decides by it alone.
    code: ErrorCode,
    /// For developers; may change at any time.
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Details<'a>>,
    /// For `unavailable`: how long to wait before sending the same again.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
    /// API Gateway's id of the frame, by which the logs can be searched.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
struct Details<'a> {
    /// Such as `data.content`: for `invalid_field`, and for `too_large` content.
    field: &'a str,
}

impl Frame {
    /// The refusal; `gateway_request` is API Gateway's own id of the event, by which a log can be searched.
    pub fn error(refusal: &Refusal, gateway_request: Option<&str>) -> Self {
        let after = refusal
            .retry_after
            .map(|span| u64::try_from(span.as_millis()).unwrap_or(u64::MAX));
        Self::encode(&ServerFrame::Error(ErrorBody {
            id: refusal.id.as_ref().map(RequestId::as_str),
            code: refusal.code,
            message: &refusal.message,
            details: refusal.field.as_deref().map(|field| Details { field }),
            retry_after_ms: after,
            request_id: gateway_request,
        }))
    }
}
