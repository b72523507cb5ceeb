//! Ready-made users, who are there at every start with a password that can be read again.

use std::{collections::BTreeMap, io, path::PathBuf};

use super::{
    directory::Directory,
    errors::{CognitoError, ErrorType},
    files,
    open_error::OpenError,
    operations::check_username,
    passwords,
    pool::UserPool,
    user::{NewUser, User, UserStatus},
};
use crate::identifiers;

/// User names and their passwords, in plain text: they are for this machine alone, and are shown anyway.
type Passwords = BTreeMap<String, String>;

/// 60 random bits in a form that satisfies Cognito's password policies, such as `zwyf-262x-rkgs-aL7`.
pub(crate) fn readable_password() -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789A";
    let letters: Vec<char> = rand::random::<[u8; 12]>()
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
        .collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    format!("{}-aL7", groups.join("-"))
}

impl UserPool {
    /// Sees to it that the user exists, is confirmed, and has the password that is returned: the one of earlier starts,
    /// also if the user was deleted or got another password since, else a new one from `make_password`.
    pub(crate) fn ensure_user(
        &self,
        username: &str,
        make_password: impl FnOnce() -> String,
    ) -> Result<String, OpenError> {
        check_username(username).map_err(|error| self.refused(username, error))?;
        let mut directory = self.directory();
        let password = self.password_of(username, make_password)?;
        self.apply_password(&mut directory, username, &password)?;
        Ok(password)
    }

    /// The id of the user with this name: the claim `sub` of its tokens.
    pub(crate) fn sub_of(&self, username: &str) -> Option<String> {
        self.directory().user(username).map(|user| user.sub.clone())
    }

    /// The password is kept before the user is made: a crash in between leaves one too many, never one unknown.
    fn password_of(&self, username: &str, make_password: impl FnOnce() -> String) -> Result<String, OpenError> {
        let file = self.passwords_file();
        let mut passwords: Passwords = files::read_json(&file)?.unwrap_or_default();
        if let Some(password) = passwords.get(username) {
            return Ok(password.clone());
        }
        let password = make_password();
        passwords::check_policy(&self.settings().password_policy, &password)
            .map_err(|error| self.refused(username, error))?;
        passwords.insert(username.to_owned(), password.clone());
        files::write_json(&file, &passwords).map_err(|source| OpenError::Unwritable { file, source })?;
        Ok(password)
    }

    fn apply_password(&self, directory: &mut Directory, username: &str, password: &str) -> Result<(), OpenError> {
        if directory.user(username).is_some_and(|user| is_ready(user, password)) {
            return Ok(());
        }
        let password_hash = passwords::hash(password).map_err(|source| OpenError::Hashing { source })?;
        let done = if directory.user(username).is_some() {
            directory
                .update_user(username, |user| {
                    user.set_password(password_hash, UserStatus::Confirmed, self.now());
                })
                .map(|_| ())
        } else {
            directory.add_user(self.ready_made(username, password_hash), "User already exists")
        };
        done.map_err(|error| self.refused(username, error))
    }

    fn ready_made(&self, username: &str, password_hash: String) -> User {
        let new = NewUser {
            username: username.to_owned(),
            password_hash,
            status: UserStatus::Confirmed,
            attributes: BTreeMap::new(),
        };
        User::new(new, identifiers::uuid(), self.now())
    }

    /// What goes wrong inside while a user is kept is a file that cannot be written.
    fn refused(&self, username: &str, error: CognitoError) -> OpenError {
        match error.error_type {
            ErrorType::InternalError => OpenError::Unwritable {
                file: self.folder().to_owned(),
                source: io::Error::other(error),
            },
            _ => OpenError::ReadyMade {
                username: username.to_owned(),
                source: error,
            },
        }
    }

    fn passwords_file(&self) -> PathBuf {
        self.folder().join("ready-made-users.json")
    }
}

fn is_ready(user: &User, password: &str) -> bool {
    user.status == UserStatus::Confirmed && passwords::verify(password, &user.password_hash)
}
