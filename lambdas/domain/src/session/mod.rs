//! The session endpoint, as PROTOCOL.md states it: keeps tokens in cookies that no script can read, and decides which
//! request gets which answer. What talks to the user pool is elsewhere.

mod cookie;
mod error_page;
mod form;
mod own_page;
mod pages;
mod query;
mod refusal;
mod request;
mod response;
mod return_path;
mod secret;
mod sign_in;

pub use cookie::{Cookie, TooLarge};
pub use pages::Pages;
pub use query::{Query, Unreadable};
pub use refusal::Refusal;
pub use request::{Request, Route};
pub use response::Response;
pub use return_path::ReturnPath;
pub use secret::Secret;
pub use sign_in::{Randomness, SignIn};
