//! The session endpoint: signs browsers in and out, and keeps their tokens in cookies.

use std::process::ExitCode;

use aws::clients::Clients;
use aws::clock::SystemClock;
use aws::directory::CognitoDirectory;
use aws::keys::HttpKeys;
use aws::sockets::GatewaySockets;
use aws::table::Table;
use aws::token_endpoint::HttpTokenEndpoint;
use aws::{handle, random, runtime, settings};
use service::session::{Hosted, Sessions};
use service::verifier::Verifier;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    runtime::start(function()).await
}

async fn function() -> Result<(), runtime::Error> {
    let variables = settings::variables();
    let (name, connections, settings) = (variables.table()?, variables.management()?, variables.session()?);
    let clients = Clients::from_variables().await;
    let hosted = settings.pages.map(|pages| {
        let endpoint = HttpTokenEndpoint::new(pages.clone())?;
        Ok::<_, runtime::Error>(Hosted { pages, endpoint })
    });
    // No keys yet: who is signed out or on the way to sign in needs none, and who needs them waits here as long as there.
    let sessions = Sessions {
        origin: settings.origin,
        verifier: Verifier::new(settings.tokens, HttpKeys::new(settings.jwks_url)?),
        hosted: hosted.transpose()?,
        directory: CognitoDirectory::new(clients.directory(), settings.user_pool),
        table: Table::new(clients.table(), name),
        sockets: GatewaySockets::new(clients.sockets(&connections)),
        clock: SystemClock,
    };
    runtime::serve(async |event| Ok(handle::session(&sessions, &event, &random::bytes()).await)).await
}
