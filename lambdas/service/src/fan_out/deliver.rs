//! Tells the members of one shard, for a function that was handed it: page by page, at the pace it was given.

use std::time::Duration;

use domain::fan_out_job::FanOutJob;
use domain::jitter::Jitter;
use domain::limits::{FAN_OUT_CONCURRENCY, SHARD_FAN_OUT_MAX, SHARD_PAGE_ROWS};
use domain::membership::Member;
use futures_util::future::{Either, select};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::posting::Posting;
use crate::members::{Part, pages};
use crate::ports::{Clock, Connections, Members, Sockets, TableError};

/// Posts the job's frame to every live member of its shard. Whom it does not reach finds the message by heartbeat.
///
/// # Errors
/// When the members cannot be read.
pub async fn deliver<T: Members + Connections>(
    table: &T,
    sockets: &impl Sockets,
    clock: &impl Clock,
    job: &FanOutJob,
    jitter: Jitter,
) -> Result<(), TableError> {
    let posting = Posting::new(table, sockets, clock, &job.frame, jitter);
    let work = std::pin::pin!(each_page(table, clock, job, &posting));
    let limit = std::pin::pin!(clock.sleep(SHARD_FAN_OUT_MAX));
    let (outcome, result) = match select(work, limit).await {
        Either::Left((Ok(()), _)) => ("complete", Ok(())),
        Either::Left((Err(error), _)) => ("interrupted", Err(error)),
        Either::Right(_) => ("out_of_time", Ok(())),
    };
    posting.counts.log(&job.channel, outcome);
    result
}

async fn each_page<T: Members + Connections>(
    table: &T,
    clock: &impl Clock,
    job: &FanOutJob,
    posting: &Posting<'_, T, impl Sockets, impl Clock>,
) -> Result<(), TableError> {
    let mut pages = std::pin::pin!(pages(table, &job.channel, job.shard, SHARD_PAGE_ROWS));
    let mut page = pages.try_next().await?;
    while let Some(members) = page {
        let began = clock.now();
        let least = duration_of(members.len(), job.posts_per_second);
        each_member(members, job, posting).await;
        page = pages.try_next().await?;
        let early = least.saturating_sub(clock.now().since(began));
        if page.is_some() && !early.is_zero() {
            clock.sleep(early).await;
        }
    }
    Ok(())
}

async fn each_member<T: Connections>(
    members: Vec<Member>,
    job: &FanOutJob,
    posting: &Posting<'_, T, impl Sockets, impl Clock>,
) {
    let found = Part {
        channel: job.channel.clone(),
        shard: job.shard,
    };
    let found = &found;
    let wanted = members
        .into_iter()
        .filter(|member| job.except.as_ref() != Some(&member.connection));
    stream::iter(wanted)
        .for_each_concurrent(FAN_OUT_CONCURRENCY, |member| async move {
            posting.tell(&member, found).await;
        })
        .await;
}

/// How long that many posts take at the least.
fn duration_of(posts: usize, posts_per_second: u32) -> Duration {
    Duration::from_secs(u64::try_from(posts).unwrap_or(u64::MAX)) / posts_per_second.max(1)
}
