//! One call of a port: under way for a while, with an effect at one instant, and every way there is to go wrong.

use std::fmt::Debug;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use crate::process::State;
use crate::time::{Micros, SECOND};
use crate::world::{Shared, World, tell};

/// How a process reaches the world.
#[derive(Clone)]
pub(crate) struct Port {
    pub(crate) shared: Arc<Shared>,
    pub(crate) process: Arc<State>,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Refused, without effect.
    Throttled,
    /// Nobody knows what happened.
    Lost,
}

/// What the second attempt of a client library does, after the answer to the first was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repetition {
    /// The same once more.
    Again,
    /// Nothing: the request carries a token, and is answered as the first time.
    Remembered,
    /// There is none.
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Luck {
    Good,
    CrashBefore,
    CrashAfter,
    Throttled,
    Lost,
    Repeated,
}

/// What the caller waits at.
struct Cell<R> {
    answer: Option<Result<R, Fault>>,
    waker: Option<Waker>,
    /// Since when nobody waits any more.
    abandoned: Option<Micros>,
}

type Shelf<R> = Arc<Mutex<Cell<R>>>;

fn lock<R>(shelf: &Shelf<R>) -> MutexGuard<'_, Cell<R>> {
    shelf.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Port {
    /// Calls.
    pub(crate) async fn call<R, F>(&self, name: &'static str, repetition: Repetition, effect: F) -> Result<R, Fault>
    where
        R: Clone + Debug + Send + 'static,
        F: FnMut(&mut World) -> R + Send + 'static,
    {
        let shelf = empty();
        self.send(name, repetition, effect, &shelf);
        self.wait(shelf).await
    }

    /// Ends after `span` seconds.
    pub(crate) async fn sleep(&self, span: f64) {
        let shelf: Shelf<()> = empty();
        let there = Arc::clone(&shelf);
        self.shared.world().after(span, move |_| answer(&there, Ok(())));
        let _ = self.wait(shelf).await;
    }

    fn wait<R>(&self, shelf: Shelf<R>) -> Waiting<R> {
        Waiting {
            shelf,
            shared: Arc::clone(&self.shared),
        }
    }

    fn send<R, F>(&self, name: &'static str, repetition: Repetition, effect: F, shelf: &Shelf<R>)
    where
        R: Clone + Debug + Send + 'static,
        F: FnMut(&mut World) -> R + Send + 'static,
    {
        let world = &mut *self.shared.world();
        world.calls += 1;
        let luck = draw(world);
        let delay = world.delay();
        // The last part of the way is that of the request itself, which arrives even if its sender is no more.
        let travel = (world.random.uniform(0.0, 0.5).min(delay) * SECOND as f64) as Micros;
        let request = Request {
            name,
            repetition,
            effect,
            shelf: Arc::clone(shelf),
            process: Arc::clone(&self.process),
            task: self.process.task(),
            travel,
        };
        world.after(delay, move |world| request.arrive(world, luck));
    }
}

fn draw(world: &mut World) -> Luck {
    if world.quiet {
        return Luck::Good;
    }
    let (crash, lost, throttled) = (world.rules.crash, world.rules.lost, world.rules.throttled);
    let r = &mut world.random;
    if r.chance(crash) {
        r.pick(&[Luck::CrashBefore, Luck::CrashAfter])
    } else if r.chance(lost) {
        r.pick(&[Luck::Lost, Luck::Repeated])
    } else if r.chance(throttled) {
        Luck::Throttled
    } else {
        Luck::Good
    }
}

struct Request<R, F> {
    name: &'static str,
    repetition: Repetition,
    effect: F,
    shelf: Shelf<R>,
    process: Arc<State>,
    task: u64,
    travel: Micros,
}

impl<R, F> Request<R, F>
where
    R: Clone + Debug + Send + 'static,
    F: FnMut(&mut World) -> R + Send + 'static,
{
    fn arrive(mut self, world: &mut World, luck: Luck) {
        let abandoned = lock(&self.shelf).abandoned;
        if abandoned.is_some_and(|since| since + self.travel < world.now) {
            return;
        }
        match luck {
            Luck::CrashBefore => {
                tell!(world, "{} crashes before {}", self.process, self.name);
                return world.functions.kill(self.task);
            }
            Luck::Throttled => {
                tell!(world, "{} {} is throttled", self.process, self.name);
                return answer(&self.shelf, Err(Fault::Throttled));
            }
            Luck::Good | Luck::CrashAfter | Luck::Lost | Luck::Repeated => {}
        }
        let result = (self.effect)(world);
        tell!(world, "{} {} -> {result:?} {luck:?}", self.process, self.name);
        match luck {
            Luck::CrashAfter => world.functions.kill(self.task),
            Luck::Repeated if self.repetition == Repetition::Never => answer(&self.shelf, Err(Fault::Lost)),
            Luck::Lost => answer(&self.shelf, Err(Fault::Lost)),
            Luck::Repeated => {
                let pause = world.random.uniform(0.1, 3.0);
                world.after(pause, move |world| self.repeat(world, result));
            }
            Luck::Good | Luck::CrashBefore | Luck::Throttled => answer(&self.shelf, Ok(result)),
        }
    }

    /// The attempt after the one whose answer was lost.
    fn repeat(mut self, world: &mut World, first: R) {
        if lock(&self.shelf).abandoned.is_some() {
            return;
        }
        let result = match self.repetition {
            Repetition::Again => (self.effect)(world),
            Repetition::Remembered | Repetition::Never => first,
        };
        tell!(world, "{} {} again -> {result:?}", self.process, self.name);
        answer(&self.shelf, Ok(result));
    }
}

fn empty<R>() -> Shelf<R> {
    Arc::new(Mutex::new(Cell {
        answer: None,
        waker: None,
        abandoned: None,
    }))
}

fn answer<R>(shelf: &Shelf<R>, result: Result<R, Fault>) {
    let waker = {
        let mut cell = lock(shelf);
        cell.answer = Some(result);
        cell.waker.take()
    };
    if let Some(waker) = waker {
        waker.wake();
    }
}

/// The caller's side. Dropping it does not call the request back.
struct Waiting<R> {
    shelf: Shelf<R>,
    shared: Arc<Shared>,
}

impl<R> Future for Waiting<R> {
    type Output = Result<R, Fault>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut cell = lock(&self.shelf);
        match cell.answer.take() {
            Some(answer) => Poll::Ready(answer),
            None => {
                cell.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl<R> Drop for Waiting<R> {
    fn drop(&mut self) {
        lock(&self.shelf).abandoned = Some(self.shared.now());
    }
}
