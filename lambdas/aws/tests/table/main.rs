//! The adapter of the table, held to what the ports promise by real stores over their wire protocol: the one that a laptop
//! runs, and AWS's own DynamoDB Local. And what each operation costs there.

mod contract;
mod costs;
mod dynamodb_local;
mod emulator;
mod lists;
mod meter;
mod reading;
mod rows_of_other_releases;
mod store;
