//! Entries past their life that are not deleted yet: however many there are, a read takes about the same, and finds the same.

use std::collections::HashMap;
use std::time::Duration;

use aws::table::Table;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use domain::channel::Channel;
use domain::content::Content;
use domain::log::{Draft, Head, Sender, Sequence};
use domain::shards::Shards;
use domain::timestamp::Timestamp;
use service::ports::{Append, Appended, Log, LogReader, Span};

use crate::dynamodb_local::DynamoDbLocal;
use crate::emulator::Emulator;
use crate::meter::{Counts, Meter, Units};
use crate::store::{Prepared, new_table};

const NOW: Timestamp = Timestamp::from_seconds(4_000_000_000);

/// What a page of a catch-up asks for.
const COUNT: usize = 101;

/// Expired entries of a small log, more than two pages that follow each other hold, and how many times as many of a large one.
const FEW: u64 = 700;
const TIMES: u64 = 8;

/// Reads that this adds: behind the pages that both begin with, 21 times as many numbers are halved.
const MORE: u64 = 5;

type Row = HashMap<String, AttributeValue>;

/// A log of which the oldest entries are past their life, the next ones are deleted, and the newest are kept.
struct Past {
    channel: Channel,
    expired: u64,
    kept: u64,
}

impl Past {
    fn of(name: &str, expired: u64, kept: u64) -> Prepared<Self> {
        let channel = Channel::parse(&format!("room:{name}")).ok_or("no room")?;
        Ok(Self { channel, expired, kept })
    }

    fn sequence(number: u64) -> Sequence {
        Sequence::new(NOW.millis() * 1000 + number).unwrap_or(Sequence::ZERO)
    }

    /// The number of the first entry that is kept.
    fn first_kept(&self) -> u64 {
        self.expired + self.expired / 3
    }

    /// As the table writes an entry, under other numbers and lives.
    async fn write(&self, client: &Client, table: &Table, name: &str) -> Prepared<()> {
        let model = self.model(client, table, name).await?;
        let over = (1..=self.expired).map(|number| (number, NOW));
        let kept = (self.first_kept()..self.first_kept() + self.kept).map(|number| (number, NOW.plus(LIFE)));
        let rows: Vec<_> = over
            .chain(kept)
            .map(|(number, life)| row(&model, number, life))
            .collect();
        for part in rows.chunks(25) {
            let put = |row: &Row| Ok(WriteRequest::builder().put_request(put_request(row)?).build());
            let puts: Prepared<Vec<_>> = part.iter().map(put).collect();
            let done = client.batch_write_item().request_items(name, puts?).send().await?;
            assert!(done.unprocessed_items().is_none_or(HashMap::is_empty));
        }
        Ok(())
    }

    async fn model(&self, client: &Client, table: &Table, name: &str) -> Prepared<Row> {
        let draft = Draft {
            channel: self.channel.clone(),
            sender: Sender::back_end(None),
            id: None,
            content: Content::parse("1").map_err(|_| "no content")?,
        };
        let head = Head::after(None, NOW, Shards::ONE).keeping(LIFE);
        let entry = draft.entry(&head);
        let append = Append {
            channel: &self.channel,
            previous: None,
            head: &head,
            entry: &entry,
            sent: None,
            now: NOW,
        };
        assert_eq!(table.append(&append).await?, Appended::Done);
        let partition = AttributeValue::S(format!("entry#{}", self.channel));
        let query = client.query().table_name(name).key_condition_expression("pk = :pk");
        let found = query.expression_attribute_values(":pk", partition).send().await?;
        let row = found.items().first().cloned().ok_or("no row")?;
        Ok(row)
    }
}

const LIFE: Duration = Duration::from_secs(600);

fn put_request(row: &Row) -> Prepared<PutRequest> {
    Ok(PutRequest::builder().set_item(Some(row.clone())).build()?)
}

fn row(model: &Row, number: u64, life: Timestamp) -> Row {
    let (sequence, seconds) = (Past::sequence(number).number(), life.millis() / 1000);
    let mut row = model.clone();
    row.insert("sk".to_owned(), AttributeValue::S(format!("{sequence:016}")));
    row.insert("seq".to_owned(), AttributeValue::N(sequence.to_string()));
    row.insert("life".to_owned(), AttributeValue::N(seconds.to_string()));
    row
}

/// The numbers that a read finds, and what it takes.
async fn read(table: &Table, meter: &Meter, past: &Past, span: Span) -> Prepared<(Vec<u64>, Counts)> {
    meter.take();
    let entries = table.entries(&past.channel, span, COUNT, NOW).await?;
    let base = Past::sequence(0).number();
    let numbers = entries.iter().map(|entry| entry.sequence.number() - base).collect();
    Ok((numbers, meter.take()))
}

async fn takes_the_same_however_many_are_over(client: &Client, units: Units) -> Prepared<()> {
    let meter = Meter::new(units);
    let name = "past";
    let table = new_table(meter.counting(client), name).await?;
    for kept in [0, 3, 150] {
        let mut before: Option<Vec<Counts>> = None;
        for expired in [FEW, FEW * TIMES] {
            let past = Past::of(&format!("{kept}of{expired}"), expired, kept)?;
            past.write(client, &table, name).await?;
            let first = past.first_kept();
            let up: Vec<_> = (first..first + kept).take(COUNT).collect();
            let down: Vec<_> = (first..first + kept).rev().take(COUNT).collect();
            let mut took = Vec::new();
            for (span, expected) in [
                (Span::Up(Sequence::ZERO), &up),
                (Span::Up(Past::sequence(1)), &up),
                (Span::Up(Past::sequence(expired - 1)), &up),
                (Span::Down(None), &down),
                (Span::Down(Some(Past::sequence(first))), &Vec::new()),
            ] {
                let (numbers, counts) = read(&table, &meter, &past, span).await?;
                assert_eq!(numbers, *expected, "{kept} after {expired}, {span:?}");
                took.push(counts);
            }
            for (small, large) in before.iter().flatten().zip(&took) {
                assert!(large.calls <= small.calls + MORE, "{kept}: {small:?} {large:?}");
                assert!(
                    large.read_units <= small.read_units + MORE as f64,
                    "{kept}: {small:?} {large:?}"
                );
            }
            before = Some(took);
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_read_takes_the_same_however_many_are_past_their_life() -> Prepared<()> {
    let store = Emulator::start().await?;
    takes_the_same_however_many_are_over(&store.client().await, Units::AsOnAws).await
}

#[tokio::test]
async fn dynamodb_local_reads_the_same() -> Prepared<()> {
    match DynamoDbLocal::start().await? {
        Some(store) => takes_the_same_however_many_are_over(&store.client().await, Units::Local).await,
        None => Ok(()),
    }
}
