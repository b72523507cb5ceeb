//! Judges tokens: their parts, their header, their claims. Signatures are checked by the service, with the issuer's keys.

pub mod claims;
pub mod header;
pub mod parts;
pub mod reason;

pub use claims::{Claims, TokenRules, Verified};
pub use header::{KeyId, read_header};
pub use parts::{Parts, split};
pub use reason::{Answer, Reason};
