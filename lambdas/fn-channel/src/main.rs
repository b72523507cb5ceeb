//! `subscribe`, `unsubscribe`, `history`, `presence`, `ping`, `signal`: everything about a channel but publishing to it.

use std::process::ExitCode;

use aws::clients::Clients;
use aws::clock::SystemClock;
use aws::handover::LambdaHandover;
use aws::sockets::GatewaySockets;
use aws::table::Table;
use aws::{handle, random, runtime, settings};
use service::guesses::Guesses;
use service::messaging::Messaging;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    runtime::start(function()).await
}

async fn function() -> Result<(), runtime::Error> {
    let variables = settings::variables();
    let (rules, name, endpoint) = (variables.messaging()?, variables.table()?, variables.management()?);
    let (fan_out, heartbeat) = (variables.fan_out_function()?, variables.heartbeat()?);
    let clients = Clients::from_variables().await;
    let messaging = Messaging {
        table: Table::new(clients.table(), name),
        sockets: GatewaySockets::new(clients.sockets(&endpoint)),
        handover: LambdaHandover::new(clients.functions(), fan_out),
        clock: SystemClock,
        rules,
        guesses: Guesses::default(),
    };
    runtime::serve(async |event| Ok(handle::channel(&messaging, heartbeat, &event, random::seed()).await)).await
}
