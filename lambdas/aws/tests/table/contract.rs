//! The one suite of promises, against both stores.

use aws::table::Table;
use service::testing::contract;

use crate::dynamodb_local::DynamoDbLocal;
use crate::emulator::Emulator;
use crate::store::{new_table, seed};

/// `SEED=<number>` gives the same names again. What several at once do is up to the store.
async fn keeps_every_promise(table: &Table) {
    let seed = seed();
    contract::run(table, seed).await;
}

#[tokio::test]
async fn the_store_of_a_laptop_keeps_every_promise() -> Result<(), Box<dyn std::error::Error>> {
    let store = Emulator::start().await?;
    keeps_every_promise(&store.table().await).await;
    Ok(())
}

#[tokio::test]
async fn dynamodb_local_keeps_every_promise() -> Result<(), Box<dyn std::error::Error>> {
    if let Some(store) = DynamoDbLocal::start().await? {
        let table = new_table(store.client().await, "channels").await?;
        keeps_every_promise(&table).await;
    }
    Ok(())
}
