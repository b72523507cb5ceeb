//! The function of the conformance suite's probe stack, for AWS and for the emulator.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| {
        tests::conformance::handle(event.payload)
    }))
    .await
}
