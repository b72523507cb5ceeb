//! User rows: from when on a user must have signed in.

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{ReturnValuesOnConditionCheckFailure, TransactWriteItem};
use domain::connection::Connection;
use domain::identity::UserId;
use domain::revocation::NotBefore;
use domain::timestamp::Timestamp;
use service::ports::{Revocations, TableError};

use super::Table;
use super::attributes::{Key, Row, Unreadable, number, passed, read_life, read_number, text, ttl};
use super::errors::refused;
use super::expression::Terms;

/// Writes of one revocation, each of which met another one of the same user.
const REVOKE_ATTEMPTS_MAX: usize = 5;

fn key(user: &UserId) -> Key {
    Key::new(format!("user#{user}"), "user")
}

/// That the user's sign-in is not revoked; [`Connection::is_revoked_by`] is the rule.
pub(super) fn not_revoked(table: &Table, connection: &Connection) -> Result<TransactWriteItem, BuildError> {
    let terms = Terms::of(["notBefore"]).value("signedIn", passed(connection.signed_in_at));
    let check = table
        .check_part(key(&connection.user), &terms)
        .condition_expression("attribute_not_exists(#notBefore) OR #notBefore <= :signedIn");
    Ok(TransactWriteItem::builder().condition_check(check.build()?).build())
}

/// What a user row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Revocation {
    not_before: NotBefore,
    life: Timestamp,
}

impl Revocation {
    fn read(row: &Row) -> Result<Self, Unreadable> {
        Ok(Self {
            not_before: read_number(row, "notBefore").map(NotBefore::from_seconds)?,
            life: read_life(row)?,
        })
    }

    /// What both of them ask for.
    fn and(self, other: Self) -> Self {
        Self {
            not_before: self.not_before.max(other.not_before),
            life: self.life.max(other.life),
        }
    }
}

impl Revocations for Table {
    /// As registering does, by the row alone: what ends with its life is the row, and not what it says.
    async fn not_before(&self, user: &UserId) -> Result<Option<NotBefore>, TableError> {
        let row = self.get("not_before", key(user)).await?;
        row.map(|row| Revocation::read(&row).map(|revocation| revocation.not_before))
            .transpose()
            .map_err(|error| TableError::new("not_before", error))
    }

    /// One write, unless an earlier revocation reaches further in one way or the other.
    async fn revoke(&self, user: &UserId, not_before: NotBefore, life: Timestamp) -> Result<(), TableError> {
        let wanted = Revocation { not_before, life };
        let mut written = wanted;
        for _ in 0..REVOKE_ATTEMPTS_MAX {
            let Err(error) = self.write_revocation(user, written).send().await else {
                return Ok(());
            };
            let standing = refused("revoke", error)?.and_then(|row| Revocation::read(&row).ok());
            written = standing.map_or(wanted, |standing| wanted.and(standing));
            if standing == Some(written) {
                return Ok(());
            }
        }
        Err(TableError::new(
            "revoke",
            "other revocations of the same user came first, each time",
        ))
    }
}

impl Table {
    fn write_revocation(&self, user: &UserId, Revocation { not_before, life }: Revocation) -> UpdateItemFluentBuilder {
        let terms = Terms::of(["pk", "kind", "user", "notBefore", "life", "ttl"])
            .value("kind", text("user"))
            .value("user", text(user.as_str()))
            .value("notBefore", number(not_before.seconds()))
            .value("life", number(life.seconds_ceil()))
            .value("ttl", number(ttl(life)));
        self.update(key(user), &terms)
            .update_expression("SET #kind = :kind, #user = :user, #notBefore = :notBefore, #life = :life, #ttl = :ttl")
            .condition_expression("attribute_not_exists(#pk) OR (#notBefore <= :notBefore AND #life <= :life)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_revocations_what_reaches_further_holds() {
        let revocation = |second, life| Revocation {
            not_before: NotBefore::from_seconds(second),
            life: Timestamp::from_seconds(life),
        };
        assert_eq!(revocation(5, 10).and(revocation(4, 12)), revocation(5, 12));
        assert_eq!(revocation(4, 12).and(revocation(5, 10)), revocation(5, 12));
    }

    #[test]
    fn a_row_reads_back() {
        let row = Row::from([("notBefore".to_owned(), number(5)), ("life".to_owned(), number(9))]);
        let read = Revocation::read(&row).map(|r| (r.not_before.seconds(), r.life));
        assert_eq!(read, Ok((5, Timestamp::from_seconds(9))));
        assert_eq!(Revocation::read(&Row::new()), Err(Unreadable("notBefore")));
    }
}
