//! What a stage of a WebSocket API sets for its routes and for its access log.

use std::collections::BTreeMap;

use super::Properties;
use crate::problem::Problem;

/// The longest format of an access log (bytes; <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html>).
const MAX_FORMAT_BYTES: usize = 3 * 1024;

/// What of the settings writes execution logs or metrics, which there are none of here.
const WITHOUT_EFFECT: [&str; 3] = ["DataTraceEnabled", "DetailedMetricsEnabled", "LoggingLevel"];

/// How many requests may come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Limits {
    /// For ever (requests a second).
    pub(crate) rate_per_second: f64,
    /// At once (requests).
    pub(crate) burst: f64,
}

/// `DefaultRouteSettings` and `RouteSettings` of a stage, as far as they throttle.
#[derive(Debug, Clone, Default)]
pub(crate) struct Throttling {
    default: RouteSettings,
    by_route_key: BTreeMap<String, RouteSettings>,
}

#[derive(Debug, Clone, Copy, Default)]
struct RouteSettings {
    rate_per_second: Option<f64>,
    burst: Option<f64>,
}

impl Throttling {
    /// The limits of a route, if it has any beside the account's; what they leave open is the account's.
    pub(crate) fn of(&self, route_key: &str, account: Limits) -> Option<Limits> {
        let own = self.by_route_key.get(route_key).copied().unwrap_or_default();
        let rate_per_second = own.rate_per_second.or(self.default.rate_per_second);
        let burst = own.burst.or(self.default.burst);
        (rate_per_second.is_some() || burst.is_some()).then(|| Limits {
            rate_per_second: rate_per_second.unwrap_or(account.rate_per_second),
            burst: burst.unwrap_or(account.burst),
        })
    }
}

/// # Errors
/// A limit that is no number, or settings of a route that the API does not have, which AWS refuses too.
pub(super) fn throttling(stage: &Properties<'_>, has_route: impl Fn(&str) -> bool) -> Result<Throttling, Problem> {
    let default = match stage.part("DefaultRouteSettings") {
        Some(settings) => route_settings(&settings, "DefaultRouteSettings")?,
        None => RouteSettings::default(),
    };
    let mut by_route_key = BTreeMap::new();
    let by_route = stage.part("RouteSettings");
    let keys = by_route.iter().filter_map(|settings| settings.properties.as_object());
    for key in keys.flat_map(|keys| keys.keys()) {
        if !has_route(key) {
            return Err(Problem::new(format!(
                "{} has RouteSettings of the route {key}, which its API does not have: remove them, or add the route.",
                stage.logical_id
            )));
        }
        if let Some(settings) = by_route.as_ref().and_then(|by_route| by_route.part(key)) {
            by_route_key.insert(key.clone(), route_settings(&settings, "RouteSettings")?);
        }
    }
    Ok(Throttling { default, by_route_key })
}

fn route_settings(settings: &Properties<'_>, name: &str) -> Result<RouteSettings, Problem> {
    let idle: Vec<_> = WITHOUT_EFFECT.into_iter().filter(|name| settings.has(name)).collect();
    if !idle.is_empty() {
        let idle = idle.join(" and ");
        tracing::warn!(
            "{}: {idle} in {name} have no effect here, where there are neither execution logs nor metrics",
            settings.logical_id
        );
    }
    let limits = RouteSettings {
        rate_per_second: settings.decimal("ThrottlingRateLimit")?,
        burst: settings.number("ThrottlingBurstLimit")?.map(|burst| burst as f64),
    };
    if limits.rate_per_second.is_none() || limits.burst.is_none() {
        tracing::warn!(
            "{}: {name} without both ThrottlingRateLimit and ThrottlingBurstLimit have been seen to throttle everything on AWS; \
             here the account's quota takes their place",
            settings.logical_id
        );
    }
    Ok(limits)
}

/// The format of the access log, if the stage writes one.
///
/// # Errors
/// A format that API Gateway would not take.
pub(super) fn access_log_format(stage: &Properties<'_>) -> Result<Option<String>, Problem> {
    let Some(settings) = stage.part("AccessLogSettings") else {
        return Ok(None);
    };
    let Some(format) = settings.text("Format")? else {
        return Ok(None);
    };
    let refusal = if format.len() > MAX_FORMAT_BYTES {
        "is longer than 3 KB: shorten it"
    } else if format.contains(['\n', '\r']) {
        "has several lines, but every event is one: write it in one line"
    } else if !["$context.requestId", "$context.extendedRequestId"]
        .iter()
        .any(|id| format.contains(id))
    {
        "has neither $context.requestId nor $context.extendedRequestId, of which API Gateway wants one: add it"
    } else {
        return Ok(Some(format));
    };
    Err(Problem::new(format!(
        "The Format in AccessLogSettings of {} {refusal}.",
        stage.logical_id
    )))
}
