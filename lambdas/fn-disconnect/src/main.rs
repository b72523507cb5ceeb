//! `$disconnect`: forgets the connection and its memberships, even if `$connect` finishes later, and tells who wants to know.

use std::process::ExitCode;

use aws::clients::Clients;
use aws::clock::SystemClock;
use aws::sockets::GatewaySockets;
use aws::table::Table;
use aws::{handle, runtime, settings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    runtime::start(function()).await
}

async fn function() -> Result<(), runtime::Error> {
    let variables = settings::variables();
    let (name, endpoint) = (variables.table()?, variables.management()?);
    let clients = Clients::from_variables().await;
    let table = Table::new(clients.table(), name);
    let sockets = GatewaySockets::new(clients.sockets(&endpoint));
    runtime::serve(async |event| Ok(handle::disconnect(&table, &sockets, &SystemClock, &event).await)).await
}
