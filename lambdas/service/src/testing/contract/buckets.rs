//! Buckets: no more is taken than they hold, by however many at once, and what is refused is counted until they are full.

use std::time::Duration;

use domain::limits::{RATE_BURST, RATE_LATENESS_MAX};
use domain::rate::Rate;
use domain::timestamp::Timestamp;
use futures_util::future::join_all;

use super::AllPorts;
use super::world::{NOW, World, ok};
use crate::ports::{Bucket, Taken};

/// Five seconds of it are ten messages.
const PER_SECOND: u32 = 2;
const HELD: usize = 10;
const STEP: Duration = Duration::from_millis(500);

pub(super) async fn check<T: AllPorts>(world: &World<'_, T>) {
    a_bucket_gives_what_it_holds_and_then_as_fast_as_it_fills(world).await;
    those_at_once_take_no_more_together(world).await;
    a_user_and_each_of_their_connections_have_their_own(world).await;
    refusals_are_counted_until_it_is_full(world).await;
    what_a_clock_far_ahead_emptied_is_full(world).await;
}

fn rate() -> Rate {
    Rate::new(PER_SECOND).unwrap_or(Rate::MAX)
}

fn of_user<T: AllPorts>(world: &World<'_, T>) -> Bucket {
    Bucket {
        user: world.user(),
        connection: None,
    }
}

async fn take<T: AllPorts>(world: &World<'_, T>, bucket: &Bucket, now: Timestamp) -> Taken {
    ok(world.table.take(bucket, rate(), now).await)
}

async fn drain<T: AllPorts>(world: &World<'_, T>, bucket: &Bucket, now: Timestamp) -> usize {
    let mut taken = 0;
    while take(world, bucket, now).await == Taken::Yes {
        taken += 1;
    }
    taken
}

async fn a_bucket_gives_what_it_holds_and_then_as_fast_as_it_fills<T: AllPorts>(world: &World<'_, T>) {
    let bucket = of_user(world);
    assert_eq!(drain(world, &bucket, NOW).await, HELD);
    assert_eq!(take(world, &bucket, NOW).await, Taken::NotFor(STEP));
    let almost = NOW.plus(STEP - Duration::from_millis(1));
    assert_eq!(
        take(world, &bucket, almost).await,
        Taken::NotFor(Duration::from_millis(1))
    );
    assert_eq!(drain(world, &bucket, NOW.plus(STEP * 3)).await, 3);
    assert_eq!(drain(world, &bucket, NOW.plus(RATE_BURST * 4)).await, HELD);
}

async fn those_at_once_take_no_more_together<T: AllPorts>(world: &World<'_, T>) {
    for others in [0, 1] {
        let bucket = of_user(world);
        for _ in 0..others {
            take(world, &bucket, NOW).await;
        }
        let at_once = join_all((0..HELD * 2).map(|_| take(world, &bucket, NOW))).await;
        let taken = at_once.iter().filter(|taken| **taken == Taken::Yes).count();
        assert_eq!(taken + others, HELD);
    }
}

async fn a_user_and_each_of_their_connections_have_their_own<T: AllPorts>(world: &World<'_, T>) {
    let user = world.user();
    for connection in [Some(world.id()), Some(world.id()), None] {
        let bucket = Bucket {
            user: user.clone(),
            connection,
        };
        assert_eq!(drain(world, &bucket, NOW).await, HELD, "{bucket:?}");
    }
}

async fn what_a_clock_far_ahead_emptied_is_full<T: AllPorts>(world: &World<'_, T>) {
    let bucket = of_user(world);
    let ahead = NOW.plus(RATE_LATENESS_MAX + Duration::from_millis(1));
    assert_eq!(drain(world, &bucket, ahead).await, HELD);
    assert_eq!(drain(world, &bucket, NOW).await, HELD);
    let late = NOW.plus(RATE_LATENESS_MAX);
    assert!(
        matches!(take(world, &bucket, late).await, Taken::Yes),
        "and fills again from there"
    );
}

async fn refusals_are_counted_until_it_is_full<T: AllPorts>(world: &World<'_, T>) {
    let bucket = of_user(world);
    let count = async |now| ok(world.table.count_refusal(&bucket, now).await);
    drain(world, &bucket, NOW).await;
    for _ in 1..HELD {
        assert_eq!(count(NOW).await, 0, "as many were taken");
    }
    assert_eq!([count(NOW).await, count(NOW).await], [1, 2]);
    let later = NOW.plus(RATE_BURST / 2);
    assert_eq!(take(world, &bucket, later).await, Taken::Yes);
    assert_eq!(count(later).await, 2, "it was not full, and one more was taken");
    let full = NOW.plus(RATE_BURST * 2);
    assert_eq!(take(world, &bucket, full).await, Taken::Yes);
    assert_eq!(count(full).await, 1, "it was");
}
