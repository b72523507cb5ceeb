//! Posts to connections, and ends them, through API Gateway's `@connections`.

use aws_sdk_apigatewaymanagement::Client;
use aws_sdk_apigatewaymanagement::error::SdkError;
use aws_sdk_apigatewaymanagement::operation::delete_connection::DeleteConnectionError;
use aws_sdk_apigatewaymanagement::operation::post_to_connection::PostToConnectionError;
use aws_sdk_apigatewaymanagement::primitives::Blob;
use domain::connection_id::ConnectionId;
use domain::wire::Frame;
use service::describe::describe;
use service::ports::{Closing, Ended, Posted, Sockets};

/// The connections of one stage.
#[derive(Debug, Clone)]
pub struct GatewaySockets {
    client: Client,
}

impl GatewaySockets {
    /// The connections that this client's endpoint knows.
    pub fn new(client: Client) -> Self {
        Self { client }
    }
}

impl Sockets for GatewaySockets {
    async fn post(&self, connection: &ConnectionId, frame: &Frame) -> Posted {
        let data = Blob::new(frame.as_str());
        match self
            .client
            .post_to_connection()
            .connection_id(connection.as_str())
            .data(data)
            .send()
            .await
        {
            Ok(_) => Posted::Accepted,
            Err(error) => outcome(connection, &error),
        }
    }
}

impl Closing for GatewaySockets {
    async fn end(&self, connection: &ConnectionId) -> Ended {
        let call = self.client.delete_connection().connection_id(connection.as_str());
        let Err(error) = call.send().await else {
            return Ended::Now;
        };
        let status = error.raw_response().map(|response| response.status().as_u16());
        match (error.as_service_error(), status) {
            (Some(DeleteConnectionError::GoneException(_)), _) | (_, Some(410)) => Ended::Gone,
            _ => {
                tracing::warn!(connection = %connection, status, error = describe(&error), "end.failed");
                Ended::Failed
            }
        }
    }
}

/// By the typed error and by the status too: an answer without `x-amzn-ErrorType` has only the status.
fn outcome(connection: &ConnectionId, error: &SdkError<PostToConnectionError>) -> Posted {
    let status = error.raw_response().map(|response| response.status().as_u16());
    match (error.as_service_error(), status) {
        (Some(PostToConnectionError::GoneException(_)), _) | (_, Some(410)) => Posted::Gone,
        (Some(PostToConnectionError::LimitExceededException(_)), _) | (_, Some(429)) => Posted::Throttled,
        // A malformed id, a missing right, a frame that is too large.
        (_, Some(400 | 403 | 413)) => {
            tracing::error!(connection = %connection, status, error = describe(error), "post.refused");
            Posted::Refused
        }
        _ => {
            tracing::warn!(connection = %connection, status, error = describe(error), "post.failed");
            Posted::Failed
        }
    }
}

#[cfg(test)]
mod tests;
