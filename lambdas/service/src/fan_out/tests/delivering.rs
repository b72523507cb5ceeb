//! Posting to many: one more try within a budget, at a pace, for as long as there is time, and nobody waits for another.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use domain::limits::SHARD_FAN_OUT_MAX;
use domain::membership::Member;

use super::*;
use crate::ports::Sockets;

/// A world whose clock goes, with so many members of `all` that nobody connected.
fn crowded(count: usize) -> World {
    let mut world = world(1);
    world.clock = TestClock::going_from(NOW);
    let alice = testing::caller("alice", 1, END).unwrap().identity.unwrap();
    world.table.with_rows(|rows| {
        let all = rows.members.entry((Channel::All, 0)).or_default();
        for number in 0..count {
            let connection = ConnectionId::parse(&format!("c{number:06}")).unwrap();
            let member = Member {
                connection: connection.clone(),
                user: alice.user.clone(),
                name: alice.name.clone(),
                joined_at: NOW,
                hard_end: END,
            };
            all.insert(connection, member);
        }
    });
    world
}

#[tokio::test]
async fn what_may_pass_is_tried_once_more_and_no_more() {
    use Posted::{Accepted, Failed, Gone, Refused, Throttled};
    for (outcomes, tries, told) in [
        (&[Accepted, Accepted][..], 1, 1),
        (&[Throttled, Accepted], 2, 1),
        (&[Failed, Accepted], 2, 1),
        (&[Failed, Failed, Accepted], 2, 0),
        (&[Throttled, Gone, Accepted], 2, 0),
        (&[Gone, Accepted], 1, 0),
        (&[Refused, Accepted], 1, 0),
    ] {
        let world = world(1);
        let alice = connected(&world, "alice", 1).await;
        world.sockets.answer_next(&alice.connection, outcomes);
        tell(&world, None).await.unwrap();
        assert_eq!(
            (world.sockets.attempts().len(), frames(&world, &alice)),
            (tries, told),
            "{outcomes:?}"
        );
    }
}

#[tokio::test]
async fn a_second_try_that_comes_after_the_end_is_not_made() {
    for (left, tries) in [(1, 1), (1000, 2)] {
        let mut world = world(1);
        let alice = connected(&world, "alice", 1).await;
        world.clock = TestClock::going_from(Timestamp::from_millis(END.millis() - left));
        world.sockets.answer_next(&alice.connection, &[Posted::Throttled]);
        // With this seed the pause is longer than a millisecond, and it is never as long as a second.
        tell(&world, None).await.unwrap();
        assert_eq!(world.sockets.attempts().len(), tries, "{left}");
    }
}

#[tokio::test]
async fn psh_02_ten_tries_are_free_and_a_tenth_of_the_posts_beyond() {
    for (count, retries) in [(9, 9), (10, 10), (11, 10), (64, 10), (100, 10), (1000, 100)] {
        let world = crowded(count);
        for number in 0..count {
            let id = ConnectionId::parse(&format!("c{number:06}")).unwrap();
            world.sockets.answer(&id, Posted::Failed);
        }
        delivered(&world, &job(5000)).await.unwrap();
        let made = world.sockets.attempts().len() - count;
        // Posts under way count before their outcome is known, so that the last tenth may come up to a few short.
        assert!(
            (retries.min(10).max(retries * 9 / 10)..=retries).contains(&made),
            "{count}: {made}"
        );
    }
}

#[tokio::test]
async fn pages_are_posted_at_the_pace_given_and_nobody_waits_after_the_last() {
    for (count, pace, millis) in [
        (SHARD_PAGE_ROWS, 250, 0),
        (SHARD_PAGE_ROWS + 1, 250, 1000),
        (SHARD_PAGE_ROWS * 4, 250, 3000),
        (SHARD_PAGE_ROWS * 4, 125, 6000),
        (SHARD_PAGE_ROWS * 4, 1000, 750),
    ] {
        let world = crowded(count);
        delivered(&world, &job(pace)).await.unwrap();
        assert_eq!(world.sockets.all().len(), count);
        let took = world.clock.now().since(NOW);
        assert_eq!(took, Duration::from_millis(millis), "{count} {pace}");
    }
}

#[tokio::test]
async fn psh_05_when_its_time_is_over_it_ends_wherever_it_is() {
    let seconds = usize::try_from(SHARD_FAN_OUT_MAX.as_secs()).unwrap();
    let in_time = seconds * 125;
    for (count, all) in [(in_time, true), (in_time * 2, false)] {
        let world = crowded(count);
        delivered(&world, &job(125)).await.unwrap();
        let posted = world.sockets.all().len();
        assert_eq!(posted == count, all, "{posted} of {count}");
        assert!(posted >= in_time && posted <= in_time + SHARD_PAGE_ROWS, "{posted}");
        assert!(world.clock.now().since(NOW) <= SHARD_FAN_OUT_MAX);
    }
}

#[tokio::test]
async fn sto_01_a_page_that_cannot_be_read_is_an_error_after_those_that_could() {
    let world = crowded(SHARD_PAGE_ROWS * 3);
    let breaking = async {
        while world.sockets.all().len() < SHARD_PAGE_ROWS {
            tokio::task::yield_now().await;
        }
        world.table.fail("members");
    };
    let job = job(5000);
    let (result, ()) = futures_util::future::join(delivered(&world, &job), breaking).await;
    assert!(result.is_err());
    assert!((SHARD_PAGE_ROWS..SHARD_PAGE_ROWS * 3).contains(&world.sockets.all().len()));
}

#[tokio::test]
async fn whom_the_job_leaves_out_and_whoever_is_past_the_end_gets_nothing() {
    let world = crowded(5);
    let id = |number: u32| ConnectionId::parse(&format!("c{number:06}")).unwrap();
    world.table.with_rows(|rows| {
        let all = rows.members.get_mut(&(Channel::All, 0)).unwrap();
        all.get_mut(&id(3)).unwrap().hard_end = NOW;
    });
    let job = FanOutJob {
        except: Some(id(1)),
        ..job(5000)
    };
    delivered(&world, &job).await.unwrap();
    let told: Vec<_> = world.sockets.all().into_iter().map(|(to, _)| to).collect();
    assert_eq!(told, [id(0), id(2), id(4)]);
}

#[tokio::test]
async fn a_job_for_a_shard_that_nobody_is_in_does_nothing() {
    let world = crowded(5);
    let job = FanOutJob { shard: 9, ..job(5000) };
    delivered(&world, &job).await.unwrap();
    assert!(world.sockets.attempts().is_empty());
}

/// Sockets of which one takes until it is let go, and which count how many posts are under way.
#[derive(Default)]
struct OneStuck {
    let_go: AtomicBool,
    under_way: AtomicUsize,
    most: AtomicUsize,
    done: AtomicUsize,
}

impl Sockets for OneStuck {
    async fn post(&self, connection: &ConnectionId, _: &Frame) -> Posted {
        let now = self.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        tokio::task::yield_now().await;
        while connection.as_str() == "c000000" && !self.let_go.load(Ordering::SeqCst) {
            tokio::task::yield_now().await;
        }
        self.under_way.fetch_sub(1, Ordering::SeqCst);
        self.done.fetch_add(1, Ordering::SeqCst);
        Posted::Accepted
    }
}

#[tokio::test]
async fn rat_07_one_that_takes_long_holds_up_nobody_and_no_more_are_under_way_than_the_bound() {
    let world = crowded(SHARD_PAGE_ROWS);
    let sockets = OneStuck::default();
    let letting_go = async {
        while sockets.done.load(Ordering::SeqCst) < SHARD_PAGE_ROWS - 1 {
            tokio::task::yield_now().await;
        }
        sockets.let_go.store(true, Ordering::SeqCst);
    };
    let job = job(5000);
    let delivering = deliver(&world.table, &sockets, &world.clock, &job, Jitter::seeded(1));
    let (result, ()) = futures_util::future::join(delivering, letting_go).await;
    result.unwrap();
    assert_eq!(sockets.done.load(Ordering::SeqCst), SHARD_PAGE_ROWS);
    assert_eq!(sockets.most.load(Ordering::SeqCst), FAN_OUT_CONCURRENCY);
}
