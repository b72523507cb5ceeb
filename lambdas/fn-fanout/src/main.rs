//! Invoked by functions that publish: tells the members of one shard of a large channel.

use std::process::ExitCode;

use aws::clients::Clients;
use aws::clock::SystemClock;
use aws::sockets::GatewaySockets;
use aws::table::Table;
use aws::{invoked, random, runtime, settings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    runtime::start(function()).await
}

async fn function() -> Result<(), runtime::Error> {
    let variables = settings::variables();
    let (name, endpoint, pace) = (
        variables.table()?,
        variables.management()?,
        variables.posts_per_second()?,
    );
    let clients = Clients::from_variables().await;
    let table = Table::new(clients.table(), name);
    let sockets = GatewaySockets::new(clients.sockets(&endpoint));
    runtime::serve_payloads(async |job: &str| {
        invoked::fan_out(&table, &sockets, &SystemClock, pace, job, random::seed()).await
    })
    .await
}
