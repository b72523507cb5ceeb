//! Which of several refusals decides, and what is tried once more.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::table::attributes::Row;

const NO: &str = "None";
const FAILED: &str = "ConditionalCheckFailed";
const CONFLICT: &str = "TransactionConflict";

fn old() -> ConnectionId {
    ConnectionId::parse("old=").unwrap()
}

fn why(codes: [&str; 5]) -> Result<Refusal, TableError> {
    let parts = [
        Part::Own,
        Part::NotRevoked,
        Part::Slot,
        Part::Replaced(old()),
        Part::Member,
    ];
    let kind = Row::from([("kind".to_owned(), text("tombstone"))]);
    let reasons = codes.map(|code| {
        CancellationReason::builder()
            .code(code)
            .set_item(Some(kind.clone()))
            .build()
    });
    why_not_registered(&parts, &reasons)
}

fn told(codes: [&str; 5]) -> Registered {
    match why(codes).unwrap() {
        Refusal::For(reason) => reason,
        Refusal::Otherwise(ids) => panic!("{ids:?} are looked at again"),
    }
}

#[test]
fn the_own_row_decides_then_the_revocation_then_the_slot() {
    assert_eq!(told([FAILED, FAILED, FAILED, FAILED, NO]), Registered::Forgotten);
    assert_eq!(told([NO, FAILED, FAILED, FAILED, CONFLICT]), Registered::Revoked);
    assert_eq!(told([CONFLICT, NO, FAILED, FAILED, NO]), Registered::SlotTaken);
}

#[test]
fn a_replaced_connection_that_is_not_as_thought_is_looked_at_again() {
    let again = why([NO, NO, NO, FAILED, CONFLICT]).unwrap();
    assert_eq!(again, Refusal::Otherwise(BTreeSet::from([old()])));
}

#[test]
fn contention_is_told_when_nothing_else_is() {
    for codes in [
        [CONFLICT, NO, NO, NO, NO],
        [NO, NO, NO, CONFLICT, NO],
        [NO, NO, NO, NO, "ThrottlingError"],
        [NO, NO, NO, NO, "ProvisionedThroughputExceeded"],
    ] {
        assert_eq!(told(codes), Registered::Contended);
    }
    assert!(why([NO, NO, NO, NO, "ValidationError"]).is_err());
    assert!(why([NO; 5]).is_err());
}

#[test]
fn the_row_in_the_way_says_whether_the_event_came_twice_or_too_late() {
    let own = |kind: &str| {
        let row = Row::from([("kind".to_owned(), text(kind))]);
        already_or_forgotten(&CancellationReason::builder().code(FAILED).set_item(Some(row)).build())
    };
    assert_eq!(own("connection"), Registered::Already);
    assert_eq!(own("tombstone"), Registered::Forgotten);
}
