//! `error`: why a frame was not served.

use serde::Serialize;

use super::Frame;
use crate::request_id::RequestId;
use crate::wire::refusal::Refusal;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorBody<'a> {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    code: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Details<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
}

#[derive(Serialize)]
struct Details<'a> {
    field: &'a str,
}

impl Frame {
    /// The refusal; `gateway_request` is API Gateway's own id of the event, by which a log can be searched.
    pub fn error(refusal: &Refusal, gateway_request: Option<&str>) -> Self {
        let after = refusal
            .retry_after
            .map(|span| u64::try_from(span.as_millis()).unwrap_or(u64::MAX));
        Self::encode(&ErrorBody {
            r#type: "error",
            id: refusal.id.as_ref().map(RequestId::as_str),
            code: refusal.code.as_str(),
            message: &refusal.message,
            details: refusal.field.as_deref().map(|field| Details { field }),
            retry_after_ms: after,
            request_id: gateway_request,
        })
    }
}
