//! What is remembered of revoked sign-ins: a row for each user of whom all sign-ins up to some second count no more, and a
//! row for each sign-in that was ended by itself.

use std::iter::once;

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{ReturnValuesOnConditionCheckFailure, TransactWriteItem};
use domain::connection::Connection;
use domain::identity::{Identity, OriginJti, UserId};
use domain::revocation::{NotBefore, Revocation};
use domain::timestamp::Timestamp;
use futures_util::future::try_join;
use service::ports::{Revocations, TableError};

use super::Table;
use super::attributes::{Key, Row, Unreadable, number, passed, read_life, read_number, read_text, text, ttl};
use super::errors::{failed, refused};
use super::expression::Terms;

/// Writes of one revocation, each of which met another one of the same user.
const REVOKE_ATTEMPTS_MAX: usize = 5;

fn key(user: &UserId) -> Key {
    Key::new(format!("user#{user}"), "user")
}

fn sign_in_key(user: &UserId, jti: &OriginJti) -> Key {
    Key::new(format!("user#{user}"), format!("sign-in#{jti}"))
}

/// That the user's sign-in is not revoked; [`Revocation::means`] is the rule. As many items as a sign-in has names.
pub(super) fn not_revoked(table: &Table, connection: &Connection) -> Result<Vec<TransactWriteItem>, BuildError> {
    let terms = Terms::of(["notBefore"]).value("signedIn", passed(connection.signed_in_at));
    let by_time = table
        .check_part(key(&connection.user), &terms)
        .condition_expression("attribute_not_exists(#notBefore) OR #notBefore <= :signedIn");
    let by_name = connection.origin_jti.as_ref().map(|jti| {
        table
            .check_part(sign_in_key(&connection.user, jti), &Terms::of(["pk"]))
            .condition_expression("attribute_not_exists(#pk)")
    });
    once(by_time)
        .chain(by_name)
        .map(|check| Ok(TransactWriteItem::builder().condition_check(check.build()?).build()))
        .collect()
}

/// What a user row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct UserRow {
    not_before: NotBefore,
    life: Timestamp,
}

impl UserRow {
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

/// Which revocation a row is, of either kind.
fn read(row: &Row) -> Result<Revocation, Unreadable> {
    if row.contains_key("originJti") {
        read_text(row, "originJti", OriginJti::parse).map(Revocation::SignIn)
    } else {
        UserRow::read(row).map(|row| Revocation::Before(row.not_before))
    }
}

impl Revocations for Table {
    /// As registering does, by the rows alone: what ends with its life is the row, and not what it says.
    async fn revocation(&self, who: &Identity) -> Result<Option<Revocation>, TableError> {
        let by_time = self.get("revocation", key(&who.user));
        let by_name = async {
            match &who.origin_jti {
                Some(jti) => self.get("revocation", sign_in_key(&who.user, jti)).await,
                None => Ok(None),
            }
        };
        let (by_time, by_name) = try_join(by_time, by_name).await?;
        for row in [by_time, by_name].iter().flatten() {
            let revocation = read(row).map_err(|error| TableError::new("revocation", error))?;
            if revocation.means(who.signed_in_at, who.origin_jti.as_ref()) {
                return Ok(Some(revocation));
            }
        }
        Ok(None)
    }

    async fn revoke(&self, user: &UserId, revocation: &Revocation, life: Timestamp) -> Result<(), TableError> {
        match revocation {
            Revocation::Before(not_before) => {
                let not_before = *not_before;
                self.revoke_all(user, UserRow { not_before, life }).await
            }
            Revocation::SignIn(jti) => self.revoke_one(user, jti, life).await,
        }
    }
}

impl Table {
    /// One write, unless an earlier revocation reaches further in one way or the other.
    async fn revoke_all(&self, user: &UserId, wanted: UserRow) -> Result<(), TableError> {
        let mut written = wanted;
        for _ in 0..REVOKE_ATTEMPTS_MAX {
            let Err(error) = self.write_user_row(user, written).send().await else {
                return Ok(());
            };
            let standing = refused("revoke", error)?.and_then(|row| UserRow::read(&row).ok());
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

    fn write_user_row(&self, user: &UserId, UserRow { not_before, life }: UserRow) -> UpdateItemFluentBuilder {
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

    /// Whoever writes last decides on the life: all of them are as long, and lawful clocks are close together.
    async fn revoke_one(&self, user: &UserId, jti: &OriginJti, life: Timestamp) -> Result<(), TableError> {
        let terms = Terms::of(["kind", "user", "originJti", "life", "ttl"])
            .value("kind", text("sign_in"))
            .value("user", text(user.as_str()))
            .value("originJti", text(jti.as_str()))
            .value("life", number(life.seconds_ceil()))
            .value("ttl", number(ttl(life)));
        let update = self
            .update(sign_in_key(user, jti), &terms)
            .update_expression("SET #kind = :kind, #user = :user, #originJti = :originJti, #life = :life, #ttl = :ttl");
        update.send().await.map(drop).map_err(failed("revoke"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_revocations_what_reaches_further_holds() {
        let row = |second, life| UserRow {
            not_before: NotBefore::from_seconds(second),
            life: Timestamp::from_seconds(life),
        };
        assert_eq!(row(5, 10).and(row(4, 12)), row(5, 12));
        assert_eq!(row(4, 12).and(row(5, 10)), row(5, 12));
    }

    #[test]
    fn rows_read_back() {
        let user = Row::from([("notBefore".to_owned(), number(5)), ("life".to_owned(), number(9))]);
        assert_eq!(read(&user), Ok(Revocation::Before(NotBefore::from_seconds(5))));
        let sign_in = Row::from([("originJti".to_owned(), text("b1-c2"))]);
        assert_eq!(read(&sign_in).ok(), OriginJti::parse("b1-c2").map(Revocation::SignIn));
        assert_eq!(read(&Row::new()), Err(Unreadable("notBefore")));
    }
}
