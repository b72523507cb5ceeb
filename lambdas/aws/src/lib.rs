//! Talks to AWS: the adapters of the service's ports, the events and answers of API Gateway, the Lambda runtime.
//!
//! The only crate that names the SDK. It decides nothing: what an event means is in `domain`, what follows in `service`.

pub mod authorizer;
pub mod clients;
pub mod clock;
pub mod directory;
pub mod event;
pub mod handle;
pub mod handover;
mod http_body;
pub mod invoked;
pub mod keys;
pub mod logging;
pub mod random;
pub mod response;
pub mod runtime;
pub mod settings;
pub mod sockets;
pub mod table;
pub mod token_endpoint;

#[cfg(test)]
mod testing;
