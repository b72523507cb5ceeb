//! Bucket rows: when the bucket of a user or of a connection will be full, and what was refused since it last was.
//!
//! A write that the SDK repeats because its answer was lost counts once more. No more is accepted for that, and a step later
//! the bucket has made up for it; of a hundred refusals that a connection survives it is one. Not to repeat it would refuse a
//! message for every lost answer, and a process that was frozen for long loses some.

use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};
use domain::limits::RATE_BURST;
use domain::rate::Rate;
use domain::timestamp::Timestamp;
use service::ports::{Bucket, Buckets, TableError, Taken};

use super::Table;
use super::attributes::{Key, Row, millis, number, optional, read_millis, text, ttl};
use super::errors::{failed, refused};
use super::expression::Terms;

/// Takes from a bucket that is full, and begins to count refusals anew.
const FROM_FULL: &str = "SET #kind = :kind, #fullAt = :then, #refused = :none, #life = :life, #ttl = :ttl";
const IS_FULL: &str = "attribute_not_exists(#fullAt) OR #fullAt <= :now OR #fullAt > :anotherClock";
/// Takes from one that is not, whoever does so beside. Each message taken makes up for a refusal.
const FROM_PARTLY_FULL: &str = "SET #fullAt = #fullAt + :step, #refused = #refused - :one, #life = :life, #ttl = :ttl";
const HOLDS_ONE: &str = "#fullAt > :now AND #fullAt <= :latest";

/// Rounds of looking and taking. Between two of them a bucket has become full, which takes seconds.
const ROUNDS: usize = 3;

fn key(bucket: &Bucket) -> Key {
    let whose = match &bucket.connection {
        Some(connection) => format!("connection#{connection}"),
        None => "user".to_owned(),
    };
    Key::new(format!("bucket#{}", bucket.user), whose)
}

/// A row says nothing any more once its bucket is full.
fn lasting(now: Timestamp) -> Terms {
    let life = now.plus(RATE_BURST);
    Terms::of(["life", "ttl"])
        .value("life", number(life.seconds_ceil()))
        .value("ttl", number(ttl(life)))
}

impl Buckets for Table {
    async fn take(&self, bucket: &Bucket, rate: Rate, now: Timestamp) -> Result<Taken, TableError> {
        for _ in 0..ROUNDS {
            let Some(row) = self.take_from_full(bucket, rate, now).await? else {
                return Ok(Taken::Yes);
            };
            if let Err(wait) = rate.take(full_at(&row)?, now) {
                return Ok(Taken::NotFor(wait));
            }
            let Some(row) = self.take_from_partly_full(bucket, rate, now).await? else {
                return Ok(Taken::Yes);
            };
            if let Err(wait) = rate.take(full_at(&row)?, now) {
                return Ok(Taken::NotFor(wait));
            }
        }
        Ok(Taken::NotFor(rate.step()))
    }

    async fn count_refusal(&self, bucket: &Bucket, now: Timestamp) -> Result<u32, TableError> {
        let terms = lasting(now).and(["refused"]).value("one", number(1));
        let counted = self
            .update(key(bucket), &terms)
            .update_expression("SET #life = :life, #ttl = :ttl ADD #refused :one")
            .return_values(ReturnValue::UpdatedNew)
            .send()
            .await
            .map_err(failed("count_refusal"))?;
        let row = counted.attributes.unwrap_or_default();
        // Below none where more was taken than refused.
        let refused = row
            .get("refused")
            .and_then(|value| value.as_n().ok())
            .and_then(|text| text.parse::<i64>().ok());
        Ok(refused.and_then(|refused| u32::try_from(refused).ok()).unwrap_or(0))
    }
}

impl Table {
    /// Nothing once it is done, or the row as it stands.
    async fn take_from_full(&self, bucket: &Bucket, rate: Rate, now: Timestamp) -> Result<Option<Row>, TableError> {
        let terms = lasting(now)
            .and(["kind", "fullAt", "refused"])
            .value("kind", text("bucket"))
            .value("now", millis(now))
            .value("anotherClock", millis(rate.emptied_by_another_clock(now)))
            .value("then", millis(now.plus(rate.step())))
            .value("none", number(0));
        self.take_if(bucket, &terms, FROM_FULL, IS_FULL).await
    }

    /// Nothing once it is done, or the row as it stands.
    async fn take_from_partly_full(
        &self,
        bucket: &Bucket,
        rate: Rate,
        now: Timestamp,
    ) -> Result<Option<Row>, TableError> {
        let terms = lasting(now)
            .and(["fullAt", "refused"])
            .value("one", number(1))
            .value("now", millis(now))
            .value("latest", millis(rate.latest(now)))
            .value("step", millis(Timestamp::default().plus(rate.step())));
        self.take_if(bucket, &terms, FROM_PARTLY_FULL, HOLDS_ONE).await
    }

    async fn take_if(
        &self,
        bucket: &Bucket,
        terms: &Terms,
        update: &str,
        condition: &str,
    ) -> Result<Option<Row>, TableError> {
        let taken = self
            .update(key(bucket), terms)
            .update_expression(update)
            .condition_expression(condition)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match taken {
            Ok(_) => Ok(None),
            Err(error) => refused("take", error).map(|row| Some(row.unwrap_or_default())),
        }
    }
}

/// A row that says nothing is that of a full bucket.
fn full_at(row: &Row) -> Result<Timestamp, TableError> {
    let full_at = optional(row, "fullAt", read_millis).map_err(|error| TableError::new("take", error))?;
    Ok(full_at.unwrap_or_default())
}
