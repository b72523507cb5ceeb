//! `$default`: says what was wrong with a frame that no other route understands.

use std::process::ExitCode;

use aws::clients::Clients;
use aws::clock::SystemClock;
use aws::sockets::GatewaySockets;
use aws::{handle, runtime, settings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    runtime::start(function()).await
}

async fn function() -> Result<(), runtime::Error> {
    let endpoint = settings::variables().management()?;
    let sockets = GatewaySockets::new(Clients::from_variables().await.sockets(&endpoint));
    runtime::serve(async |event| Ok(handle::default(&sockets, &SystemClock, &event).await)).await
}
