//! Hands jobs to another function, asynchronously: it is enough that Lambda has taken them.

use aws_sdk_lambda::Client;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use domain::fan_out_job::FanOutJob;
use service::ports::{Handover, NotHandedOver};

/// One function that does jobs.
#[derive(Debug, Clone)]
pub struct LambdaHandover {
    client: Client,
    function: String,
}

impl LambdaHandover {
    /// The function with this name.
    pub fn new(client: Client, function: String) -> Self {
        Self { client, function }
    }
}

impl Handover for LambdaHandover {
    async fn hand_over(&self, job: &FanOutJob) -> Result<(), NotHandedOver> {
        let call = self
            .client
            .invoke()
            .function_name(&self.function)
            .invocation_type(InvocationType::Event)
            .payload(Blob::new(job.write()));
        call.send()
            .await
            .map(drop)
            .map_err(|error| NotHandedOver(Box::new(error)))
    }
}

#[cfg(test)]
mod tests;
