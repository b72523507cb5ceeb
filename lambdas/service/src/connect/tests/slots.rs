//! Slots: the cap holds exactly, whatever happens at once, and whoever is over stands in nobody's way.

use futures_util::future::join_all;

use super::*;

#[tokio::test]
async fn a_user_has_as_many_connections_as_allowed_and_not_one_more() {
    for cap in [1, 2, 5, 120] {
        let door = Door::with_cap(cap);
        for number in 0..cap {
            assert_eq!(door.open("alice", number).await, Outcome::Open, "{number} of {cap}");
        }
        assert_eq!(door.open("alice", cap).await, Outcome::Full);
        assert_eq!(door.table.members().len(), 2 * cap as usize);
        assert_eq!(door.row(&id("alice", cap)), None);
        assert_eq!(door.open("bob", 1).await, Outcome::Open, "each user's own");
        let numbers: Vec<_> = door.slots("alice").iter().map(|slot| slot.number.number()).collect();
        assert_eq!(numbers, (0..cap).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_user_with_few_connections_finds_a_slot_without_a_read() {
    let door = Door::with_cap(50);
    door.open("alice", 7).await;
    assert_eq!(door.table.calls(), ["register"]);
    assert_eq!(door.slots("alice")[0].number.number(), 7, "the seed's");
}

#[tokio::test]
async fn whoever_leaves_makes_room_for_one() {
    let door = Door::with_cap(2);
    door.open("alice", 1).await;
    door.open("alice", 2).await;
    door.disconnect(&id("alice", 1)).await;
    assert_eq!(door.open("alice", 3).await, Outcome::Open);
    assert_eq!(door.open("alice", 4).await, Outcome::Full);
}

#[tokio::test]
async fn rat_03_of_50_handshakes_at_once_exactly_5_get_in_where_5_may() {
    for seed in 0..20_u64 {
        let door = Door::with_cap(5);
        let handshakes = (0..50).map(|number| {
            let start = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (number % 32);
            door.connect(handshake("alice", number), start)
        });
        let outcomes: Vec<_> = join_all(handshakes).await.into_iter().map(Result::unwrap).collect();
        let open = outcomes.iter().filter(|outcome| **outcome == Outcome::Open).count();
        let full = outcomes.iter().filter(|outcome| **outcome == Outcome::Full).count();
        assert_eq!((open, full), (5, 45), "seed {seed}: {outcomes:?}");
        assert_eq!(door.holders("alice").len(), 5);
        assert_eq!(door.table.members().len(), 10);
    }
}

#[tokio::test]
async fn rat_03_the_cap_holds_while_others_take_over_and_leave() {
    for seed in 0..20_u64 {
        let door = Door::with_cap(5);
        for number in 0..5 {
            door.open("alice", number).await;
        }
        let arrivals = join_all((10..40).map(|number| {
            let named = id("alice", number % 7);
            let wanted = if number % 3 == 0 {
                replacing("alice", number, &named)
            } else {
                handshake("alice", number)
            };
            door.connect(wanted, seed + u64::from(number))
        }));
        let departures = join_all((0..2).map(|number| {
            let door = &door;
            async move { door.disconnect(&id("alice", number)).await }
        }));
        let (outcomes, _) = futures_util::future::join(arrivals, departures).await;
        let standing: Vec<_> = (0..40)
            .filter_map(|number| door.row(&id("alice", number)))
            .filter(|row| row.replaced_until.is_none())
            .collect();
        assert!(standing.len() <= 5, "seed {seed}: {} of {outcomes:?}", standing.len());
        let holders = door.holders("alice");
        assert!(standing.iter().all(|row| holders.contains(&row.id)), "seed {seed}");
    }
}

#[tokio::test]
async fn rat_04_the_slot_of_a_connection_that_is_over_is_taken_and_not_an_instant_before() {
    let millis = Duration::from_millis;
    for (what, early, over) in [
        ("lapsed", millis(719_999), millis(720_000)),
        ("ended", millis(99_999), millis(100_000)),
        ("replaced", millis(59_999), millis(60_000)),
    ] {
        let door = Door::with_cap(1);
        let first = id("alice", 1);
        door.open("alice", 1).await;
        match what {
            "ended" => door.change(&first, |row| row.hard_end = NOW.plus(over)),
            "replaced" => door.change(&first, |row| row.replaced_until = Some(NOW.plus(over))),
            _ => {}
        }
        door.after(early);
        assert_eq!(door.open("alice", 2).await, Outcome::Full, "{what}");
        assert_eq!(door.table.tombstone(&first), None);
        door.after(over);
        assert_eq!(door.open("alice", 3).await, Outcome::Open, "{what}");
        assert_eq!(door.holders("alice"), [id("alice", 3)]);
        let life = NOW.plus(over).plus(domain::limits::TOMBSTONE_LIFE);
        assert_eq!(door.table.tombstone(&first), Some(life), "entombed in the same step");
    }
}

#[tokio::test]
async fn rat_04_a_slot_that_a_clean_up_left_behind_is_taken() {
    for what in ["entombed", "deleted"] {
        let door = Door::with_cap(1);
        let first = id("alice", 1);
        door.open("alice", 1).await;
        match what {
            "entombed" => door.table.with_rows(|rows| {
                rows.entomb(&first, END);
            }),
            _ => door.table.drop_connection(&first),
        }
        assert_eq!(door.open("alice", 2).await, Outcome::Open, "{what}");
        assert_eq!(door.open("alice", 3).await, Outcome::Full, "{what}");
        assert_eq!(door.holders("alice"), [id("alice", 2)]);
    }
}

#[tokio::test]
async fn a_slot_is_not_taken_from_one_whose_row_cannot_be_read() {
    let door = Door::with_cap(1);
    let first = id("alice", 1);
    door.open("alice", 1).await;
    door.table
        .with_rows(|rows| rows.connections.insert(first.clone(), (Standing::Unreadable, END)));
    door.after(door.rules.lease());
    assert_eq!(door.open("alice", 2).await, Outcome::Full);
    assert_eq!(door.holders("alice"), [first]);
}

#[tokio::test]
async fn rat_04_whoever_vanished_a_thousand_times_has_every_slot_again_after_a_lease() {
    let door = Door::with_cap(120);
    for number in 0..120 {
        door.open("alice", number).await;
    }
    assert_eq!(door.open("alice", 120).await, Outcome::Full);
    door.after(door.rules.lease());
    for number in 200..320 {
        assert_eq!(door.open("alice", number).await, Outcome::Open, "{number}");
    }
    assert_eq!(door.open("alice", 320).await, Outcome::Full);
}

#[tokio::test]
async fn of_many_who_want_the_slot_of_one_that_lapsed_one_gets_it() {
    for seed in 0..10_u64 {
        let door = Door::with_cap(1);
        door.open("alice", 0).await;
        door.after(door.rules.lease());
        let outcomes = join_all((1..9).map(|number| door.connect(handshake("alice", number), seed))).await;
        let open = outcomes.iter().filter(|outcome| matches!(outcome, Ok(Outcome::Open)));
        assert_eq!(open.count(), 1, "seed {seed}: {outcomes:?}");
        assert_eq!(
            door.table.members().iter().filter(|(c, _)| *c == Channel::All).count(),
            2
        );
    }
}

#[tokio::test]
async fn a_lease_renewed_at_the_last_instant_keeps_its_slot() {
    let door = Door::with_cap(1);
    let first = id("alice", 1);
    door.open("alice", 1).await;
    door.after(door.rules.lease());
    let renewing = async {
        // Between the look at the standing and the transaction.
        while !door.table.calls().contains(&"connections") {
            tokio::task::yield_now().await;
        }
        door.change(&first, |row| row.lease = END);
    };
    let (outcome, ()) = futures_util::future::join(door.open("alice", 2), renewing).await;
    assert_eq!(outcome, Outcome::Full);
    assert!(door.row(&first).is_some());
}

#[tokio::test]
async fn after_the_cap_was_lowered_slots_beyond_it_are_neither_taken_nor_counted() {
    let mut door = Door::with_cap(5);
    for number in 0..5 {
        door.open("alice", number).await;
    }
    door.rules.per_user = 2;
    door.change(&id("alice", 3), |row| row.lease = NOW);
    assert_eq!(door.open("alice", 10).await, Outcome::Full);
    door.disconnect(&id("alice", 4)).await;
    assert_eq!(
        door.open("alice", 11).await,
        Outcome::Full,
        "a place beyond the cap is none"
    );
    door.disconnect(&id("alice", 0)).await;
    assert_eq!(door.open("alice", 12).await, Outcome::Open);
    assert_eq!(door.open("alice", 13).await, Outcome::Full);
}
