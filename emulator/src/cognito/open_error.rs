//! Why a user pool cannot be opened: one sentence each that says what to do.

use std::{io, path::PathBuf};

use super::errors::CognitoError;

/// The pool cannot start. The sentence is for the person at the keyboard, the source for the log.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    #[error(
        "The user pool's file {} is damaged; put it right, or start once with --fresh to begin with an empty state.",
        file.display()
    )]
    Damaged { file: PathBuf, source: Damage },

    #[error(
        "The user pool cannot read {}; make it readable for you, or choose another folder with --state.",
        file.display()
    )]
    Unreadable { file: PathBuf, source: io::Error },

    #[error(
        "The user pool cannot write {}; make room and make the folder writable for you, or choose another one with --state.",
        file.display()
    )]
    Unwritable { file: PathBuf, source: io::Error },

    #[error("The user pool could not make its signing keys; start again.")]
    Keys { source: aws_lc_rs::error::Unspecified },

    #[error("The user pool could not hash a password; start again.")]
    Hashing { source: argon2::password_hash::Error },

    #[error(
        "The user pool refuses the ready-made user {username} ({source}); change the user's name or the password policy."
    )]
    ReadyMade { username: String, source: CognitoError },
}

/// What is wrong with a file. It never quotes the file, which may hold secrets.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Damage {
    #[error("not the expected JSON at line {line}, column {column}")]
    Json { line: usize, column: usize },

    #[error("{0}")]
    Content(&'static str),
}
