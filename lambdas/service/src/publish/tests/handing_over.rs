//! More members than one function tells: each shard becomes a job, and the answer waits until all of them are taken.

use std::time::Duration;

use domain::fan_out_job::FanOutJob;
use domain::limits::LARGE_GUESS_LIFE;
use futures_util::future::join_all;

use super::*;
use crate::caller::Caller;

/// A room of three shards with twelve members, where a function tells as many as three.
async fn crowd() -> (World, Vec<Caller>) {
    let mut world = sharded(1, 3);
    world.rules.inline_members = 3;
    let mut members = Vec::new();
    for number in 0..12 {
        members.push(subscribed(&world, "alice", number, "room:a").await);
    }
    (world, members)
}

fn jobs(world: &World) -> Vec<FanOutJob> {
    let mut jobs = world.handover.take();
    jobs.sort_by_key(|job| (job.channel.to_string(), job.shard));
    jobs
}

#[tokio::test]
async fn each_shard_is_one_job_with_its_share_of_the_pace_and_the_very_frame() {
    for (posts_per_second, share) in [(5000, 1666), (100, 33), (3, 1), (2, 1)] {
        let (mut world, members) = crowd().await;
        world.rules.posts_per_second = posts_per_second;
        let ack = send(&world, &members[0], "room:a", &json!("hi"), Some(ID)).await;
        assert_eq!(ack["type"], "ack");
        assert!(members.iter().all(|member| told(&world, member, "message").is_empty()));
        let entry = world.table.log(&channel("room:a")).remove(0);
        let expected: Vec<_> = (0..3)
            .map(|shard| FanOutJob {
                channel: channel("room:a"),
                shard,
                posts_per_second: share,
                except: None,
                frame: Frame::message(&channel("room:a"), &entry),
            })
            .collect();
        assert_eq!(jobs(&world), expected);
    }
}

#[tokio::test]
async fn psh_06_the_jobs_together_tell_everybody_once() {
    let (world, members) = crowd().await;
    send(&world, &members[0], "room:a", &json!("hi"), None).await;
    for job in jobs(&world) {
        let (table, sockets, clock) = (&world.table, &world.sockets, &world.clock);
        crate::fan_out::deliver(table, sockets, clock, &job, Jitter::seeded(1))
            .await
            .unwrap();
    }
    for member in members {
        assert_eq!(told(&world, &member, "message").len(), 1, "{}", member.connection);
    }
}

#[tokio::test]
async fn of_a_direct_channel_each_user_s_devices_are_one_job() {
    let mut world = world();
    world.rules.inline_members = 4;
    for number in 0..3 {
        connected(&world, "alice", number).await;
    }
    let bob = connected(&world, "bob", 1).await;
    send(&world, &bob, "dm:alice:bob", &json!(1), None).await;
    let jobs = jobs(&world);
    let parts: Vec<_> = jobs
        .iter()
        .map(|job| (job.channel.to_string(), job.shard, job.posts_per_second))
        .collect();
    assert_eq!(
        parts,
        [("user:alice".to_owned(), 0, 2500), ("user:bob".to_owned(), 0, 2500)]
    );
}

#[tokio::test]
async fn without_every_shard_handed_over_there_is_no_acknowledgement_and_the_retry_hands_over_again() {
    let (mut world, members) = crowd().await;
    world.handover.refuse();
    let answer = send(&world, &members[0], "room:a", &json!(1), Some(ID)).await;
    assert_eq!(
        (&answer["code"], &answer["retryAfterMs"]),
        (&json!("unavailable"), &json!(1000))
    );
    assert_eq!(log(&world, "room:a").len(), 1);
    world.handover = crate::testing::MemoryHandover::default();
    let again = send(&world, &members[0], "room:a", &json!(1), Some(ID)).await;
    assert_eq!(again["duplicate"], true);
    assert_eq!(jobs(&world).len(), 3);
    send(&world, &members[0], "room:a", &json!(1), Some(ID)).await;
    assert!(jobs(&world).is_empty(), "once is enough");
}

#[tokio::test]
async fn msg_10_a_retry_from_another_process_tells_under_as_many_shards_as_there_are() {
    let (mut world, members) = crowd().await;
    world.handover.refuse();
    send(&world, &members[0], "room:a", &json!(1), Some(ID)).await;
    world.handover = crate::testing::MemoryHandover::default();
    world.guesses = crate::guesses::Guesses::default();
    world.rules.shards.rooms = domain::shards::Shards::ONE;
    send(&world, &members[0], "room:a", &json!(1), Some(ID)).await;
    assert_eq!(jobs(&world).iter().map(|job| job.shard).collect::<Vec<_>>(), [0, 1, 2]);
}

#[tokio::test]
async fn a_channel_just_seen_to_be_large_is_not_counted_again_for_a_minute() {
    let (world, members) = crowd().await;
    let millis = u64::try_from(LARGE_GUESS_LIFE.as_millis()).unwrap();
    let reads = |world: &World| world.table.calls().iter().filter(|call| **call == "members").count();
    for (after, looks) in [(0, true), (millis - 1, false), (millis, true)] {
        at(&world, after);
        let before = reads(&world);
        send(&world, &members[0], "room:a", &json!(after), None).await;
        assert_eq!(reads(&world) > before, looks, "{after}");
        assert_eq!(jobs(&world).len(), 3, "{after}");
    }
}

#[tokio::test]
async fn a_channel_that_became_small_is_told_here_after_a_minute() {
    let (world, members) = crowd().await;
    send(&world, &members[0], "room:a", &json!(1), None).await;
    jobs(&world);
    let leaving = members[1..]
        .iter()
        .map(|member| crate::serve::tests::world::ask(&world, member, "unsubscribe", json!({"channel": "room:a"})));
    join_all(leaving).await;
    world.clock.set(NOW.plus(LARGE_GUESS_LIFE + Duration::from_millis(1)));
    send(&world, &members[0], "room:a", &json!(2), None).await;
    assert_eq!((jobs(&world).len(), told(&world, &members[0], "message").len()), (0, 1));
}
