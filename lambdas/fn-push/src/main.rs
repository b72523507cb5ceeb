//! Invoked by a back end or by EventBridge: publishes to any channel, lists a user's connections, ends them.

use std::process::ExitCode;

use aws::clients::Clients;
use aws::clock::SystemClock;
use aws::handover::LambdaHandover;
use aws::sockets::GatewaySockets;
use aws::table::Table;
use aws::{invoked, random, runtime, settings};
use service::guesses::Guesses;
use service::messaging::Messaging;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    runtime::start(function()).await
}

async fn function() -> Result<(), runtime::Error> {
    let variables = settings::variables();
    let (rules, name, endpoint) = (variables.back_end()?, variables.table()?, variables.management()?);
    let (fan_out, clients) = (variables.fan_out_function()?, Clients::from_variables().await);
    let messaging = Messaging {
        table: Table::new(clients.table(), name),
        sockets: GatewaySockets::new(clients.sockets(&endpoint)),
        handover: LambdaHandover::new(clients.functions(), fan_out),
        clock: SystemClock,
        rules,
        guesses: Guesses::default(),
    };
    runtime::serve_payloads(async |order: &str| invoked::push(&messaging, order, random::seed()).await).await
}
