//! Reading logs in both directions, and only what is kept.

use std::time::Duration;

use domain::channel::Channel;
use domain::limits::CONTENT_BYTES_MAX;
use domain::log::{Entry, Sequence};
use domain::timestamp::Timestamp;

use super::AllPorts;
use super::world::{NOW, World, around, ok, some};
use crate::ports::Span;

pub(super) async fn check<T: AllPorts>(world: &World<'_, T>) {
    both_directions_end_at_a_count(world).await;
    a_number_itself_is_not_included(world).await;
    an_entry_is_read_until_the_end_of_its_life(world).await;
    what_is_over_hides_nothing_behind_it(world).await;
    large_entries_may_end_a_page_early(world).await;
    logs_are_apart(world).await;
}

fn kept() -> Timestamp {
    NOW.plus(Duration::from_secs(600))
}

async fn log_of<T: AllPorts>(world: &World<'_, T>, lives: &[Timestamp]) -> (Channel, Vec<Entry>) {
    let room = world.room();
    let mut log = Vec::new();
    for life in lives {
        log.push(world.say(&room, "1", *life).await);
    }
    (room, log)
}

async fn read<T: AllPorts>(world: &World<'_, T>, room: &Channel, span: Span, count: usize) -> Vec<Entry> {
    ok(world.table.entries(room, span, count, NOW).await)
}

fn backwards(log: &[Entry]) -> Vec<Entry> {
    log.iter().rev().cloned().collect()
}

async fn both_directions_end_at_a_count<T: AllPorts>(world: &World<'_, T>) {
    let (room, log) = log_of(world, &[kept(); 4]).await;
    for (count, read_count) in [(1, 1), (3, 3), (4, 4), (5, 4)] {
        let up = read(world, &room, Span::Up(Sequence::ZERO), count).await;
        assert_eq!(up, log[..read_count]);
        let down = read(world, &room, Span::Down(None), count).await;
        assert_eq!(down, backwards(&log)[..read_count]);
    }
    assert_eq!(read(world, &world.room(), Span::Down(None), 5).await, []);
}

async fn a_number_itself_is_not_included<T: AllPorts>(world: &World<'_, T>) {
    let (room, log) = log_of(world, &[kept(); 3]).await;
    for (place, entry) in log.iter().enumerate() {
        let up = read(world, &room, Span::Up(entry.sequence), 9).await;
        assert_eq!(up, log[place + 1..]);
        let down = read(world, &room, Span::Down(Some(entry.sequence)), 9).await;
        assert_eq!(down, backwards(&log[..place]));
    }
    let beyond = some(Sequence::new(log[2].sequence.number() + 1));
    assert_eq!(read(world, &room, Span::Down(Some(beyond)), 1).await, log[2..]);
    assert_eq!(read(world, &room, Span::Up(beyond), 1).await, []);
}

async fn an_entry_is_read_until_the_end_of_its_life<T: AllPorts>(world: &World<'_, T>) {
    let (room, log) = log_of(world, &[kept()]).await;
    for (now, ended) in around(log[0].life) {
        for span in [Span::Down(None), Span::Up(Sequence::ZERO)] {
            let read = ok(world.table.entries(&room, span, 9, now).await);
            assert_eq!(read.len(), usize::from(!ended), "{span:?}");
        }
    }
}

async fn what_is_over_hides_nothing_behind_it<T: AllPorts>(world: &World<'_, T>) {
    let mut lives = vec![NOW; 9];
    lives.extend([kept(), NOW, kept(), NOW, kept()]);
    let (room, log) = log_of(world, &lives).await;
    let kept: Vec<_> = log.into_iter().filter(|entry| entry.life > NOW).collect();
    for (count, read_count) in [(1, 1), (2, 2), (3, 3), (4, 3)] {
        let up = read(world, &room, Span::Up(Sequence::ZERO), count).await;
        assert_eq!(up, kept[..read_count], "{count}");
        let down = read(world, &room, Span::Down(None), count).await;
        assert_eq!(down, backwards(&kept)[..read_count], "{count}");
    }
}

async fn large_entries_may_end_a_page_early<T: AllPorts>(world: &World<'_, T>) {
    let room = world.room();
    let content = format!("\"{}\"", "x".repeat(CONTENT_BYTES_MAX - 2));
    let mut log = Vec::new();
    for _ in 0..4 {
        log.push(world.say(&room, &content, kept()).await);
    }
    for (span, expected) in [
        (Span::Up(Sequence::ZERO), log.clone()),
        (Span::Down(None), backwards(&log)),
    ] {
        let read = read(world, &room, span, 4).await;
        assert!((2..=4).contains(&read.len()), "never before there are two");
        assert_eq!(read, expected[..read.len()]);
    }
}

async fn logs_are_apart<T: AllPorts>(world: &World<'_, T>) {
    let (room, log) = log_of(world, &[kept()]).await;
    let (other, others) = log_of(world, &[kept()]).await;
    assert_eq!(world.log(&room).await, log);
    assert_eq!(world.log(&other).await, others);
}
