//! Lists of direct channels of which most rows are past their life: a heartbeat reads a few pages of them at most.

use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use domain::channel::Channel;
use domain::content::Content;
use domain::identity::UserId;
use domain::log::{Draft, Head, Sender};
use domain::shards::Shards;
use domain::timestamp::Timestamp;
use service::ports::{Append, Appended, Heads, Log};

use crate::emulator::Emulator;
use crate::meter::{Meter, Units};
use crate::store::{Prepared, new_table};

const NOW: Timestamp = Timestamp::from_seconds(4_000_000_000);
const LIFE: Duration = Duration::from_secs(600);

/// What one `pong` names at most.
const COUNT: usize = 100;

/// The first page, and the six from elsewhere.
const READS_MAX: u64 = 7;

#[tokio::test]
async fn what_is_listed_no_more_costs_a_heartbeat_a_few_pages_and_hides_nothing_for_good() -> Prepared<()> {
    let store = Emulator::start().await?;
    let client = store.client().await;
    let meter = Meter::new(Units::AsOnAws);
    let table = new_table(meter.counting(&client), "lists").await?;
    let alice = UserId::parse("alice").ok_or("no user")?;
    let kept = Channel::parse("dm:alice:bob").ok_or("no channel")?;
    let draft = Draft {
        channel: kept.clone(),
        sender: Sender::back_end(None),
        id: None,
        content: Content::parse("1").map_err(|_| "no content")?,
    };
    let head = Head::after(None, NOW, Shards::ONE).keeping(LIFE).listing(&kept, LIFE);
    let append = Append {
        channel: &kept,
        previous: None,
        head: &head,
        entry: &draft.entry(&head),
        sent: None,
        now: NOW,
    };
    assert_eq!(table.append(&append).await?, Appended::Done);
    let partition = AttributeValue::S("direct#alice".to_owned());
    let query = client.query().table_name("lists").key_condition_expression("pk = :pk");
    let found = query.expression_attribute_values(":pk", partition).send().await?;
    let model = found.items().first().ok_or("no row")?.clone();
    let over = AttributeValue::N((NOW.millis() / 1000).to_string());
    let rows = (0..2_000_u64).map(|number| {
        let mut row = model.clone();
        let place = number * (u64::MAX / 2_000);
        row.insert(
            "sk".to_owned(),
            AttributeValue::S(format!("{place:016x}#dm:alice:u{number}")),
        );
        row.insert("life".to_owned(), over.clone());
        row
    });
    for part in rows.collect::<Vec<_>>().chunks(25) {
        let put = |row: &std::collections::HashMap<_, _>| {
            let request = PutRequest::builder().set_item(Some(row.clone())).build()?;
            Ok(WriteRequest::builder().put_request(request).build())
        };
        let puts: Prepared<Vec<_>> = part.iter().map(put).collect();
        client.batch_write_item().request_items("lists", puts?).send().await?;
    }
    let mut finds = 0;
    for step in 0..8 {
        meter.take();
        let listed = table.directs(&alice, step * (u64::MAX / 8), COUNT, NOW).await?;
        assert!(meter.take().calls <= READS_MAX, "from step {step}");
        finds += u64::from(listed == [kept.clone()]);
    }
    assert!((1..8).contains(&finds), "found from {finds} of 8 places");
    Ok(())
}
