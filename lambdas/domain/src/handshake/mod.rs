//! What a WebSocket handshake tells before any token is verified: which credential it carries, and from which page.

pub mod cookies;
pub mod credential;
pub mod origin;
pub mod pairs;
pub mod protocols;

pub use credential::{Credential, CredentialRules, find_credential};
pub use origin::Origins;
pub use pairs::Pairs;
