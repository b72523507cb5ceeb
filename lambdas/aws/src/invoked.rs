//! Functions that no client invokes: a payload in, a use-case called, and a function error where Lambda shall know of it.

use domain::fan_out_job::FanOutJob;
use domain::jitter::Jitter;
use domain::shards::ShardRules;
use lambda_runtime::Diagnostic;
use serde_json::Value;
use service::describe::describe;
use service::fan_out;
use service::messaging::{Messaging, Publishable};
use service::ports::{Clock, Closing, Connections, Handover, Heads, Members, Revocations, Sockets};
use service::push::serve_push;

/// Tells the members of one shard, at no more posts a second than the deployment allows for one message.
///
/// # Errors
/// When the payload is no job, or the members cannot be read.
pub async fn fan_out<T: Members + Connections>(
    table: &T,
    sockets: &impl Sockets,
    clock: &impl Clock,
    posts_per_second: u32,
    payload: &str,
    seed: u64,
) -> Result<(), Diagnostic> {
    let job = FanOutJob::read(payload).map_err(|error| failed("job.not_read", "NoJob", &error))?;
    let job = FanOutJob {
        posts_per_second: job.posts_per_second.min(posts_per_second),
        ..job
    };
    let done = fan_out::deliver(table, sockets, clock, &job, Jitter::seeded(seed)).await;
    done.map_err(|error| failed("job.not_done", "Unavailable", &error))
}

/// One round of sweeping.
///
/// # Errors
/// When the table does not answer; the next round does what is left.
pub async fn sweep<T: Members + Connections + Heads>(
    table: &T,
    sockets: &(impl Sockets + Closing),
    clock: &impl Clock,
    shards: ShardRules,
) -> Result<(), Diagnostic> {
    let swept = service::sweep::sweep(table, sockets, clock, shards).await;
    swept.map_err(|error| failed("sweep.not_done", "Unavailable", &error))
}

/// What a back end orders. A refusal is an answer like any other, since EventBridge must not send the same again.
///
/// # Errors
/// When sending the same again may help.
pub async fn push<T, S, H, C>(messaging: &Messaging<T, S, H, C>, payload: &str, seed: u64) -> Result<Value, Diagnostic>
where
    T: Publishable + Revocations,
    S: Sockets + Closing,
    H: Handover,
    C: Clock,
{
    let answer = serve_push(messaging, payload, Jitter::seeded(seed)).await;
    answer.map_err(|error| failed("push.not_done", "Unavailable", &error))
}

/// The causes go to the log alone: whoever invokes a function sees its error.
fn failed(event: &'static str, error_type: &str, error: &(dyn std::error::Error + 'static)) -> Diagnostic {
    tracing::error!(error = describe(error), "{event}");
    Diagnostic {
        error_type: error_type.to_owned(),
        error_message: error.to_string(),
    }
}

#[cfg(test)]
mod tests;
