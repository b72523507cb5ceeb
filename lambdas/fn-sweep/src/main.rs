//! Every minute: ends connections past their end, lapsed or replaced, and finishes what others began to clear away.

use std::process::ExitCode;

use aws::clients::Clients;
use aws::clock::SystemClock;
use aws::sockets::GatewaySockets;
use aws::table::Table;
use aws::{invoked, runtime, settings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    runtime::start(function()).await
}

async fn function() -> Result<(), runtime::Error> {
    let variables = settings::variables();
    let (shards, name, endpoint) = (variables.shards_of_all()?, variables.table()?, variables.management()?);
    let clients = Clients::from_variables().await;
    let table = Table::new(clients.table(), name);
    let sockets = GatewaySockets::new(clients.sockets(&endpoint));
    runtime::serve_payloads(async |_: &str| invoked::sweep(&table, &sockets, &SystemClock, shards).await).await
}
