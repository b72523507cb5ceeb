//! What handshakes with garbage in the place of a token do to those of users: how long a valid one takes while nobody else
//! knocks, and while many do, in turns within one run.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use crate::{Forge, Handshake, Stack, TestResult, failure};

/// Valid handshakes in one turn.
const TURN: usize = 250;
/// Handshakes that come before anything is measured, so that functions are there.
const WARMING: usize = 20;

/// The figures of one run.
#[derive(Debug, Clone)]
pub struct Figures {
    /// Of valid handshakes while nobody else knocked.
    quiet: Vec<Duration>,
    /// Of valid handshakes while garbage came.
    beside: Vec<Duration>,
    /// Handshakes with garbage, all refused.
    pub refused: usize,
    /// How long they came.
    took: Duration,
}

impl Figures {
    /// How many times longer the 95th of a hundred takes beside garbage.
    pub fn ratio(&self) -> f64 {
        percentile(&self.beside, 95).as_secs_f64() / percentile(&self.quiet, 95).as_secs_f64().max(1e-6)
    }

    /// Handshakes with garbage a second.
    pub fn rate(&self) -> f64 {
        self.refused as f64 / self.took.as_secs_f64().max(0.001)
    }
}

/// Opens `samples` valid connections, one after the other, half of them while `rate` handshakes a second bring garbage.
///
/// # Errors
/// A valid handshake fails, or garbage is not refused with 401, or 500 under a key that may be newer than the key set.
pub async fn run(samples: usize, rate: usize) -> TestResult<Figures> {
    let stack = Stack::start().await?;
    let token = stack.sign_in("alice").await?.id;
    valid(&stack, &token, WARMING).await?;
    let garbage = Arc::new(garbage(&stack, &token)?);
    let mut figures = Figures {
        quiet: Vec::new(),
        beside: Vec::new(),
        refused: 0,
        took: Duration::ZERO,
    };
    while figures.beside.len() * 2 < samples {
        let turn = TURN.min(samples.div_ceil(2) - figures.beside.len());
        figures.quiet.extend(valid(&stack, &token, turn).await?);
        let (flood, began) = (Flood::start(&stack, &garbage, rate), Instant::now());
        figures.beside.extend(valid(&stack, &token, turn).await?);
        figures.took += began.elapsed();
        figures.refused += flood.end().await?;
    }
    figures.quiet.sort_unstable();
    figures.beside.sort_unstable();
    Ok(figures)
}

async fn valid(stack: &Stack, token: &str, count: usize) -> TestResult<Vec<Duration>> {
    let mut took = Vec::with_capacity(count);
    for _ in 0..count {
        let began = Instant::now();
        let socket = Handshake::of_browser(stack, token).open().await?;
        took.push(began.elapsed());
        socket.close().await?;
    }
    Ok(took)
}

/// No token at all, a broken one, and the user's own with a signature that is too short, one of a stranger, and one under a key
/// that nobody knows, for which the key set may be fetched.
fn garbage(stack: &Stack, token: &str) -> TestResult<Vec<String>> {
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, _] = parts[..] else {
        return Err(failure("the pool's token has not three parts"));
    };
    let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(claims)?)?;
    let signed_by = |kid: &str| {
        let header = format!(r#"{{"alg":"RS256","kid":"{kid}"}}"#);
        Forge::stranger(kid)?.sign(header, plain.as_str())
    };
    Ok(vec![
        "garbage".to_owned(),
        "a.b.c".to_owned(),
        format!("{header}.{claims}.AAAA"),
        signed_by(&Forge::of_pool(stack)?.kid)?,
        signed_by("made-up")?,
    ])
}

/// Handshakes that go on until they are ended.
struct Flood {
    task: JoinHandle<()>,
    refused: Arc<AtomicUsize>,
    others: Arc<AtomicUsize>,
}

impl Flood {
    fn start(stack: &Stack, garbage: &Arc<Vec<String>>, rate: usize) -> Self {
        let (refused, others) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let handshakes: Vec<Handshake> = garbage
            .iter()
            .map(|token| Handshake::of_browser(stack, token))
            .collect();
        let counts = (Arc::clone(&refused), Arc::clone(&others));
        let task = tokio::spawn(async move {
            let mut ticks = interval(Duration::from_secs(1) / u32::try_from(rate.max(1)).unwrap_or(u32::MAX));
            ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
            for handshake in handshakes.into_iter().cycle() {
                ticks.tick().await;
                let (refused, others) = counts.clone();
                tokio::spawn(async move {
                    // An unknown key may be newer than the key set, and is then no reason to sign anybody out.
                    let count = match handshake.status().await {
                        Ok(401 | 500) => refused,
                        _ => others,
                    };
                    count.fetch_add(1, Ordering::Relaxed);
                });
            }
        });
        Self { task, refused, others }
    }

    /// How many were refused.
    async fn end(self) -> TestResult<usize> {
        self.task.abort();
        let _ = self.task.await;
        match self.others.load(Ordering::Relaxed) {
            0 => Ok(self.refused.load(Ordering::Relaxed)),
            others => Err(failure(format!("{others} handshakes with garbage were not refused"))),
        }
    }
}

fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let last = sorted.len().saturating_sub(1);
    sorted.get(last * percent / 100).copied().unwrap_or_default()
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let times = |sorted: &[Duration]| {
            let milliseconds = |percent| percentile(sorted, percent).as_secs_f64() * 1_000.0;
            format!("{:.1} ms (p50), {:.1} ms (p95)", milliseconds(50), milliseconds(95))
        };
        writeln!(
            f,
            "{} valid handshakes, one after the other:",
            self.quiet.len() + self.beside.len()
        )?;
        writeln!(f, "  alone: {}", times(&self.quiet))?;
        writeln!(
            f,
            "  beside {:.0} handshakes a second with garbage, {} in all, each refused: {}",
            self.rate(),
            self.refused,
            times(&self.beside)
        )?;
        write!(f, "p95 beside garbage is {:.2} times that alone", self.ratio())
    }
}
