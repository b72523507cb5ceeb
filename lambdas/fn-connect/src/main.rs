//! `$connect`: records the connection in a slot of its user, and makes it a member of `all` and of its user's channel.

use std::process::ExitCode;

use aws::clients::Clients;
use aws::clock::SystemClock;
use aws::table::Table;
use aws::{handle, random, runtime, settings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    runtime::start(function()).await
}

async fn function() -> Result<(), runtime::Error> {
    let variables = settings::variables();
    let (rules, name) = (variables.connections()?, variables.table()?);
    let table = Table::new(Clients::from_variables().await.table(), name);
    runtime::serve(async |event| Ok(handle::connect(&table, &SystemClock, &rules, &event, random::seed()).await)).await
}
