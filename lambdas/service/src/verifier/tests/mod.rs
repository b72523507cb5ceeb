//! Verifying, with keys made for the test and tokens signed by hand, so that every part of one can be wrong.

#![allow(clippy::unwrap_used)]

mod fuzz;
mod keys;
mod tokens;
