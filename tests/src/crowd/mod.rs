//! A crowd in one channel: many connections follow it while one publishes, some vanish without a word, some come back, and
//! functions are killed. Everybody who stays must show every message, once and in order.

mod figures;
mod follower;
mod gauge;
mod killer;
mod log;
mod publisher;
mod wire;

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::Value;
use tokio::sync::{Barrier, Semaphore, watch};
use tokio::task::JoinSet;

pub use figures::Figures;

use self::follower::{Fate, Follower};
use self::gauge::Gauge;
use self::publisher::Publisher;
use crate::{Stack, StackOptions, TestResult, failure};

/// Handshakes under way at once; each runs two functions.
const HANDSHAKES: usize = 24;

/// Connections of one user, within what a user may have in `dev`.
const CONNECTIONS_PER_USER: usize = 500;

/// What is to happen.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The channel that everybody follows.
    pub channel: String,
    /// How many follow it.
    pub connections: usize,
    /// How many messages are published, one after the other.
    pub messages: usize,
    /// Of a hundred, how many vanish while messages are published; no `$disconnect` ever tells of it.
    pub vanishing: usize,
    /// Of a hundred, how many lose their connection and come back.
    pub returning: usize,
    /// Time between two killings of a function's process; none are killed without it.
    pub kill_every: Option<Duration>,
    /// What goes wrong on demand once everybody is there; nothing without it.
    pub faults: Option<Value>,
    /// Decides who vanishes, who returns, when, and what is killed.
    pub seed: u64,
}

/// Starts a stack, has all that happen, and tells how it went.
///
/// # Errors
/// Names the first follower that did not show every message, once and in order.
pub async fn run(plan: &Plan) -> TestResult<Figures> {
    let stack = Arc::new(start(plan).await?);
    let tokens = sign_in(&stack, plan).await?;
    let publisher = Publisher::open(&stack, &tokens[0], &plan.channel).await?;
    let began = Instant::now();
    let progress = watch::Sender::new(0_usize);
    let gauge = Arc::new(Gauge::default());
    let telling = gauge.tell();
    let gate = Arc::new(Gate {
        gauge: Arc::clone(&gauge),
        handshakes: Semaphore::new(HANDSHAKES),
        everybody: Barrier::new(plan.connections + 1),
    });
    let mut followers = JoinSet::new();
    for (number, fate) in fates(plan).into_iter().enumerate() {
        let follower = Follower {
            number,
            address: stack.endpoint("/websocket"),
            origin: stack.endpoint("/web"),
            token: tokens[number / CONNECTIONS_PER_USER].clone(),
            channel: plan.channel.clone(),
            messages: plan.messages,
            fate,
        };
        followers.spawn(follower.follow(Arc::clone(&gate), progress.subscribe()));
    }
    all_there(&gate.everybody, &mut followers).await?;
    let connected = began.elapsed();
    if let Some(faults) = &plan.faults {
        stack.strike(plan.seed, faults).await?;
    }
    let killer = killer::start(&stack, plan);
    let published = Instant::now();
    let latencies = publisher.publish_all(plan.messages, &progress, &gauge).await?;
    let publishing = published.elapsed();
    let told = followers.join_all().await;
    let delivering = published.elapsed();
    telling.abort();
    let kills = killer.map_or(0, killer::Killer::stop);
    let told = told.into_iter().collect::<TestResult<Vec<_>>>()?;
    let struck = stack.struck().await?;
    Ok(Figures::new(
        plan,
        &told,
        latencies,
        [connected, publishing, delivering],
        kills,
        struck,
    ))
}

/// Waits until everybody follows. Whoever fails before never comes, and is what all others would wait for.
async fn all_there<T: 'static>(everybody: &Barrier, followers: &mut JoinSet<TestResult<T>>) -> TestResult {
    tokio::select! {
        biased;
        _ = everybody.wait() => Ok(()),
        Some(ended) = followers.join_next() => {
            ended??;
            Err(failure("a follower ended before all others were there"))
        }
    }
}

/// Where followers wait for each other.
struct Gate {
    gauge: Arc<Gauge>,
    handshakes: Semaphore,
    everybody: Barrier,
}

/// A stack whose `$disconnect` function is one for frames, which touches nothing when it gets another event: so no
/// `$disconnect` is ever heard.
async fn start(plan: &Plan) -> TestResult<Stack> {
    let template = crate::carillon_template()?;
    let disconnect = crate::logical_id(&template, "fn-disconnect")?;
    let users = (0..users(plan)).flat_map(|number| ["--user".to_owned(), format!("crowd{number}")]);
    let mut arguments: Vec<String> = users.collect();
    if plan.vanishing > 0 {
        let deaf = crate::binaries().join("fn-default");
        arguments.extend(["--function".to_owned(), format!("{disconnect}={}", deaf.display())]);
    }
    Stack::start_with(StackOptions {
        template: Some(template),
        arguments,
        ..StackOptions::default()
    })
    .await
}

fn users(plan: &Plan) -> usize {
    plan.connections.div_ceil(CONNECTIONS_PER_USER).max(1)
}

async fn sign_in(stack: &Stack, plan: &Plan) -> TestResult<Vec<String>> {
    let tokens = stream::iter(0..users(plan)).then(|number| async move {
        let tokens = stack.sign_in(&format!("crowd{number}")).await?;
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(tokens.id)
    });
    tokens.try_collect().await
}

/// Who stays, who vanishes and who returns, and after which message.
fn fates(plan: &Plan) -> Vec<Fate> {
    let mut random = StdRng::seed_from_u64(plan.seed);
    let of = |percent: usize| plan.connections * percent / 100;
    let mut fates = Vec::with_capacity(plan.connections);
    let mut when = || random.random_range(0..plan.messages.max(1));
    fates.extend((0..of(plan.vanishing)).map(|_| Fate::Vanishes(when())));
    fates.extend((0..of(plan.returning)).map(|_| Fate::Returns(when())));
    fates.resize(plan.connections, Fate::Stays);
    fates.shuffle(&mut random);
    fates
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Longer than anything here takes, so that what waits for ever fails.
    const EVER: Duration = Duration::from_secs(10);

    #[tokio::test]
    async fn a_follower_that_fails_before_all_are_there_ends_the_run_with_its_error() {
        let everybody = Arc::new(Barrier::new(4));
        let mut followers = JoinSet::new();
        for fails in [false, true, false] {
            let everybody = Arc::clone(&everybody);
            followers.spawn(async move {
                if fails {
                    return Err(failure("follower 1: closed before it was subscribed"));
                }
                everybody.wait().await;
                Ok(())
            });
        }
        let waited = tokio::time::timeout(EVER, all_there(&everybody, &mut followers)).await;
        let error = waited.ok().and_then(Result::err).map(|error| error.to_string());
        assert_eq!(error.as_deref(), Some("follower 1: closed before it was subscribed"));
    }

    #[tokio::test]
    async fn when_all_are_there_the_run_goes_on() -> TestResult {
        let everybody = Arc::new(Barrier::new(3));
        let mut followers = JoinSet::new();
        for _ in 0..2 {
            let everybody = Arc::clone(&everybody);
            followers.spawn(async move {
                everybody.wait().await;
                Ok(())
            });
        }
        tokio::time::timeout(EVER, all_there(&everybody, &mut followers)).await?
    }
}
