//! `$connect`: records the connection and makes it a member of `all` and of its user's channel.

use std::process::ExitCode;

use aws::clients::Clients;
use aws::clock::SystemClock;
use aws::table::Table;
use aws::{handle, runtime, settings};
use service::ports::Clock;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    runtime::start(function()).await
}

async fn function() -> Result<(), runtime::Error> {
    let variables = settings::variables();
    let (all_shards, name) = (variables.all_shards()?, variables.table()?);
    let table = Table::new(Clients::from_variables().await.table(), name);
    runtime::serve(async |event| Ok(handle::connect(&table, all_shards, &event, SystemClock.now()).await)).await
}
