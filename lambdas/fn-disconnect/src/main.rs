//! `$disconnect`: forgets the connection and its memberships, even if `$connect` finishes later.

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
    let name = settings::variables().table()?;
    let table = Table::new(Clients::from_variables().await.table(), name);
    runtime::serve(async |event| Ok(handle::disconnect(&table, &event, SystemClock.now()).await)).await
}
