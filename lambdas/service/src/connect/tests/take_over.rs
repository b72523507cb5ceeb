//! Taking over: a client moves to its next connection even where it may have no further one.

use domain::identity::UserId;
use domain::limits::REPLACED_GRACE;
use domain::slot::SlotNumber;

use super::*;
use crate::ports::{Place, Standings};

/// A door with one place a user, where alice's first connection stands.
async fn taken() -> (Door, ConnectionId) {
    let door = Door::with_cap(1);
    assert_eq!(door.open("alice", 1).await, Outcome::Open);
    (door, id("alice", 1))
}

#[tokio::test]
async fn at_the_cap_the_next_connection_takes_the_place_of_the_one_it_names() {
    let (door, first) = taken().await;
    assert_eq!(door.replace("alice", 2, &first).await, Outcome::Open);
    let slots = door.slots("alice");
    assert_eq!(
        (slots.len(), slots[0].holder.as_ref(), slots[0].leaving(NOW)),
        (1, Some(&id("alice", 2)), Some(&first))
    );
    assert_eq!(door.row(&id("alice", 2)).unwrap().replaced_until, None);
    assert_eq!(door.open("alice", 3).await, Outcome::Full, "it is still one place");
}

#[tokio::test]
async fn the_old_connection_goes_on_for_a_minute_and_no_longer_than_its_lease() {
    for (lease, over) in [(720, 60), (61, 60), (59, 59)] {
        let (door, first) = taken().await;
        door.change(&first, |row| row.lease = NOW.plus(Duration::from_secs(lease)));
        door.replace("alice", 2, &first).await;
        let row = door.row(&first).unwrap();
        assert_eq!(row.over_at(), NOW.plus(Duration::from_secs(over)), "{lease}");
        assert_eq!(row.memberships.len(), 2, "it is a member all that time");
    }
}

#[tokio::test]
async fn after_a_handshake_that_failed_the_same_old_connection_is_named_again() {
    let (door, first) = taken().await;
    door.table.lose("register");
    assert!(door.connect(replacing("alice", 2, &first), 2).await.is_err());
    door.table.recover();
    door.after(Duration::from_secs(20));
    assert_eq!(door.replace("alice", 3, &first).await, Outcome::Open);
    assert_eq!(door.holders("alice"), [id("alice", 3)]);
    let until = |number, seconds| {
        let row = door.row(&id("alice", number)).unwrap();
        assert_eq!(
            row.replaced_until,
            Some(NOW.plus(Duration::from_secs(seconds))),
            "{number}"
        );
    };
    until(1, REPLACED_GRACE.as_secs());
    until(2, 20);
    assert_eq!(door.replace("alice", 4, &first).await, Outcome::Open, "and again");
    assert_eq!(door.holders("alice"), [id("alice", 4)]);
}

#[tokio::test]
async fn the_same_old_connection_is_named_again_after_the_failed_one_or_itself_is_gone() {
    for gone in [&[2][..], &[1], &[1, 2], &[2, 1]] {
        let (door, first) = taken().await;
        door.replace("alice", 2, &first).await;
        for number in gone {
            door.disconnect(&id("alice", *number)).await;
        }
        assert_eq!(door.replace("alice", 3, &first).await, Outcome::Open, "{gone:?}");
        assert_eq!(door.holders("alice"), [id("alice", 3)], "{gone:?}");
    }
}

/// Which of alice's connections are registered and not over, of so many.
fn lasting(door: &Door, count: u32) -> Vec<u32> {
    let now = door.clock.now();
    let lasts = |number: &u32| door.row(&id("alice", *number)).is_some_and(|row| !row.is_over(now));
    (0..=count).filter(lasts).collect()
}

#[tokio::test]
async fn rat_03_a_chain_of_take_overs_leaves_two_in_one_place() {
    for names_the_first in [false, true] {
        let (door, _) = taken().await;
        for number in 2..10 {
            let before = if names_the_first { 1 } else { number - 1 };
            assert_eq!(door.replace("alice", number, &id("alice", before)).await, Outcome::Open);
            assert_eq!(lasting(&door, number), [before, number], "{names_the_first}");
        }
    }
}

#[tokio::test]
async fn rat_03_nor_does_a_place_that_is_free_again_hold_more() {
    let (door, first) = taken().await;
    door.replace("alice", 2, &first).await;
    door.disconnect(&id("alice", 2)).await;
    assert_eq!(lasting(&door, 2), [1], "it has its minute");
    assert_eq!(door.open("alice", 3).await, Outcome::Open);
    assert_eq!(lasting(&door, 3), [3]);
    assert_eq!(door.replace("alice", 4, &id("alice", 3)).await, Outcome::Open);
    assert_eq!(lasting(&door, 4), [3, 4]);
    door.change(&id("alice", 4), |row| row.lease = NOW);
    assert_eq!(
        door.open("alice", 5).await,
        Outcome::Open,
        "the place of one that lapsed"
    );
    assert_eq!(lasting(&door, 5), [5]);
}

#[tokio::test]
async fn a_place_is_free_without_a_trace_once_nobody_is_left_of_it() {
    for order in [[1, 2], [2, 1]] {
        let (door, first) = taken().await;
        door.replace("alice", 2, &first).await;
        for number in order {
            door.after(REPLACED_GRACE * number / 2);
            door.disconnect(&id("alice", number)).await;
        }
        assert_eq!(door.slots("alice"), [], "{order:?}");
    }
}

#[tokio::test]
async fn at_the_cap_the_same_old_connection_is_named_as_often_as_successors_fail() {
    for gone in [&[1][..], &[], &[2], &[1, 2], &[2, 3], &[1, 2, 3]] {
        let (door, first) = taken().await;
        for number in 2..6 {
            if gone.contains(&(number - 1)) {
                door.disconnect(&id("alice", number - 1)).await;
            }
            assert_eq!(
                door.replace("alice", number, &first).await,
                Outcome::Open,
                "{gone:?} {number}"
            );
        }
        assert_eq!(
            door.open("alice", 6).await,
            Outcome::Full,
            "{gone:?}: one place as ever"
        );
    }
}

#[tokio::test]
async fn after_the_cap_was_lowered_a_place_beyond_it_is_not_taken_over() {
    let mut door = Door::with_cap(3);
    for number in 0..3 {
        door.open("alice", number).await;
    }
    door.rules.per_user = 2;
    let beyond = id("alice", 2);
    assert_eq!(door.replace("alice", 10, &beyond).await, Outcome::Full);
    assert_eq!(door.row(&beyond).unwrap().replaced_until, None);
    door.disconnect(&id("alice", 0)).await;
    assert_eq!(
        door.replace("alice", 11, &beyond).await,
        Outcome::Open,
        "a place within it"
    );
    assert!(
        door.slots("alice")
            .iter()
            .all(|slot| slot.number.number() < 2 || slot.stands_for(&beyond))
    );
}

#[tokio::test]
async fn aut_02_another_user_s_connection_is_not_replaced_and_gives_no_place() {
    let (door, first) = taken().await;
    assert_eq!(
        door.replace("bob", 1, &first).await,
        Outcome::Open,
        "as if it named none"
    );
    assert_eq!(door.replace("bob", 2, &first).await, Outcome::Full);
    assert_eq!(door.row(&first).unwrap().replaced_until, None);
    assert_eq!(door.holders("alice"), [first]);
}

#[tokio::test]
async fn a_connection_that_nobody_knows_is_as_good_as_none() {
    for named in ["never", "before"] {
        let (door, _) = taken().await;
        let named = ConnectionId::parse(named).unwrap();
        if named.as_str() == "before" {
            door.disconnect(&named).await;
        }
        assert_eq!(door.replace("alice", 2, &named).await, Outcome::Full);
        assert_eq!(door.replace("bob", 1, &named).await, Outcome::Open);
    }
}

#[tokio::test]
async fn a_connection_whose_place_another_one_got_gives_none() {
    let (door, first) = taken().await;
    door.after(door.rules.lease());
    assert_eq!(door.open("alice", 2).await, Outcome::Open, "the lapsed one's place");
    assert_eq!(door.replace("alice", 3, &first).await, Outcome::Full);
    assert_eq!(door.row(&id("alice", 2)).unwrap().replaced_until, None);
}

#[tokio::test]
async fn an_old_connection_that_is_over_is_replaced_all_the_same() {
    let (door, first) = taken().await;
    door.after(door.rules.lease() * 2);
    assert_eq!(door.replace("alice", 2, &first).await, Outcome::Open);
    assert_eq!(door.holders("alice"), [id("alice", 2)]);
}

#[tokio::test]
async fn lif_04_the_same_take_over_twice_is_one() {
    let (door, first) = taken().await;
    for _ in 0..2 {
        assert_eq!(door.replace("alice", 2, &first).await, Outcome::Open);
    }
    assert_eq!(door.holders("alice"), [id("alice", 2)]);
    assert_eq!(door.row(&id("alice", 2)).unwrap().replaced_until, None);
    door.replace("alice", 3, &first).await;
    assert_eq!(door.replace("alice", 2, &first).await, Outcome::Open, "late");
    assert_eq!(door.holders("alice"), [id("alice", 3)]);
}

/// A table that refuses what DynamoDB does: a transaction that writes one row twice.
struct OneWriteARow<'a>(&'a MemoryTable);

impl Standings for OneWriteARow<'_> {
    async fn connection(&self, id: &ConnectionId) -> Result<Option<Standing>, TableError> {
        self.0.connection(id).await
    }

    async fn connections(&self, ids: &[ConnectionId]) -> Result<Vec<(ConnectionId, Standing)>, TableError> {
        self.0.connections(ids).await
    }
}

impl Registry for OneWriteARow<'_> {
    async fn slots(&self, user: &UserId) -> Result<Vec<Slot>, TableError> {
        self.0.slots(user).await
    }

    async fn slot(&self, user: &UserId, number: SlotNumber) -> Result<Option<Slot>, TableError> {
        self.0.slot(user, number).await
    }

    async fn register(&self, connection: &Connection, place: &Place) -> Result<Registered, TableError> {
        let holder = place.slot().and_then(|slot| slot.holder.as_ref());
        let others = [
            holder,
            place.spared().map(|spared| &spared.connection),
            place.surplus().map(|(id, _)| id),
        ];
        if others.contains(&Some(&connection.id)) {
            return Err(TableError::new("register", "one row twice"));
        }
        self.0.register(connection, place).await
    }
}

#[tokio::test]
async fn lif_04_a_doubled_take_over_writes_no_row_twice() {
    let (door, first) = taken().await;
    let table = OneWriteARow(&door.table);
    for named in [first, id("alice", 2)] {
        let handshake = replacing("alice", 2, &named);
        let outcome = connect(&table, &door.clock, &door.rules, handshake, 1).await;
        assert!(matches!(outcome, Ok(Outcome::Open)), "{outcome:?}");
        let again = replacing("alice", 2, &named);
        let outcome = connect(&table, &door.clock, &door.rules, again, 1).await;
        assert!(matches!(outcome, Ok(Outcome::Open)), "{outcome:?}");
    }
}

#[tokio::test]
async fn of_two_that_replace_the_same_connection_the_second_replaces_the_first() {
    for seed in 0..10 {
        let (door, first) = taken().await;
        let both = [2, 3].map(|number| door.connect(replacing("alice", number, &first), seed));
        let outcomes = futures_util::future::join_all(both).await;
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(Outcome::Open))));
        let standing: Vec<_> = [2, 3]
            .into_iter()
            .filter(|number| door.row(&id("alice", *number)).unwrap().replaced_until.is_none())
            .map(|number| id("alice", number))
            .collect();
        assert_eq!(standing, door.holders("alice"), "seed {seed}");
    }
}

#[tokio::test]
async fn aut_08_who_was_sent_away_replaces_nothing() {
    let (door, first) = taken().await;
    let alice = identity("alice").user;
    door.table
        .with_rows(|rows| rows.revoke(&alice, &Revocation::of_all(NOW), END));
    assert_eq!(door.replace("alice", 2, &first).await, Outcome::Revoked);
    assert_eq!(door.holders("alice"), std::slice::from_ref(&first));
    assert_eq!(door.row(&first).unwrap().replaced_until, None);
}
