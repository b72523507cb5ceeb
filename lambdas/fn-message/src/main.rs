//! `message` and `echo`: appends to a channel's log, tells its members, acknowledges; echoes.

use std::process::ExitCode;

use aws::clients::Clients;
use aws::clock::SystemClock;
use aws::sockets::GatewaySockets;
use aws::table::Table;
use aws::{handle, random, runtime, settings};
use service::guesses::Guesses;
use service::publish::Publisher;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    runtime::start(function()).await
}

async fn function() -> Result<(), runtime::Error> {
    let variables = settings::variables();
    let (rules, name, endpoint) = (variables.publish()?, variables.table()?, variables.management()?);
    let clients = Clients::from_variables().await;
    let publisher = Publisher {
        table: Table::new(clients.table(), name),
        sockets: GatewaySockets::new(clients.sockets(&endpoint)),
        clock: SystemClock,
        rules,
        guesses: Guesses::default(),
    };
    runtime::serve(async |event| Ok(handle::message(&publisher, &event, random::seed()).await)).await
}
