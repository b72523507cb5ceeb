//! The authorizer of `$connect`: finds the token, verifies it, checks the page, answers a policy.

use std::process::ExitCode;

use aws::authorizer::authorize;
use aws::clock::SystemClock;
use aws::keys::HttpKeys;
use aws::{runtime, settings};
use service::admit::Door;
use service::ports::Clock;
use service::verifier::Verifier;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    runtime::start(function()).await
}

async fn function() -> Result<(), runtime::Error> {
    let settings = settings::variables().authorizer()?;
    let verifier = Verifier::new(settings.tokens, HttpKeys::new(settings.jwks_url)?);
    // Here and not with the first token: it counts as initialisation, which Lambda may do before anybody knocks.
    verifier.warm(SystemClock.now()).await;
    let door = Door {
        rules: settings.credentials,
        verifier,
        lifetime: settings.lifetime,
    };
    runtime::serve(async |event| authorize(&door, &event, SystemClock.now()).await).await
}
