//! Users and groups: held in memory, and written before a change counts.
//!
//! A user is one file, so that a change of one user, signing out of everything included, is there or not there whole.

use std::{
    collections::{BTreeMap, HashMap},
    io,
    path::{Path, PathBuf},
};

use super::{
    errors::{CognitoError, ErrorType},
    files,
    groups::Group,
    limits::{MAX_GROUPS, MAX_USERS},
    open_error::{Damage, OpenError},
    passwords,
    user::User,
};
use crate::identifiers;

const USERS_FOLDER: &str = "users";
const GROUPS_FILE: &str = "groups.json";

/// Everybody in the pool.
pub(crate) struct Directory {
    folder: PathBuf,
    by_username: BTreeMap<String, User>,
    usernames: HashMap<String, String>,
    groups: BTreeMap<String, Group>,
}

impl Directory {
    pub(crate) fn open(folder: &Path) -> Result<Self, OpenError> {
        let users = folder.join(USERS_FOLDER);
        files::make_folder(&users)?;
        let mut directory = Self {
            folder: folder.to_owned(),
            by_username: BTreeMap::new(),
            usernames: HashMap::new(),
            groups: files::read_json(&folder.join(GROUPS_FILE))?.unwrap_or_default(),
        };
        for file in files::json_files(&users)? {
            directory.load(&file)?;
        }
        Ok(directory)
    }

    pub(crate) fn user(&self, username: &str) -> Option<&User> {
        self.by_username.get(username)
    }

    pub(crate) fn user_with_sub(&self, sub: &str) -> Option<&User> {
        self.user(self.usernames.get(sub)?)
    }

    /// In the order of their names.
    pub(crate) fn users(&self) -> &BTreeMap<String, User> {
        &self.by_username
    }

    /// In the order of their names.
    pub(crate) fn groups(&self) -> &BTreeMap<String, Group> {
        &self.groups
    }

    /// Adds the user; `taken` is the text for a name that is in use, which differs from operation to operation.
    pub(crate) fn add_user(&mut self, user: User, taken: &str) -> Result<(), CognitoError> {
        if self.by_username.contains_key(&user.username) {
            return Err(CognitoError::new(ErrorType::UsernameExists, taken));
        }
        if self.by_username.len() >= MAX_USERS {
            return Err(CognitoError::new(
                ErrorType::LimitExceeded,
                format!("The local user pool holds at most {MAX_USERS} users."),
            ));
        }
        self.keep(user)
    }

    /// Changes a user. A change that cannot be written has not happened.
    pub(crate) fn update_user(
        &mut self,
        username: &str,
        change: impl FnOnce(&mut User),
    ) -> Result<&User, CognitoError> {
        let mut user = self.user(username).ok_or_else(CognitoError::user_not_found)?.clone();
        change(&mut user);
        self.keep(user)?;
        self.user(username).ok_or_else(CognitoError::user_not_found)
    }

    pub(crate) fn remove_user(&mut self, username: &str) -> Result<(), CognitoError> {
        let sub = self
            .user(username)
            .ok_or_else(CognitoError::user_not_found)?
            .sub
            .clone();
        files::remove(&self.user_file(&sub)).map_err(CognitoError::internal)?;
        self.by_username.remove(username);
        self.usernames.remove(&sub);
        Ok(())
    }

    pub(crate) fn add_group(&mut self, name: &str, group: Group) -> Result<(), CognitoError> {
        if self.groups.contains_key(name) {
            return Err(CognitoError::new(
                ErrorType::GroupExists,
                "A group with the name already exists.",
            ));
        }
        if self.groups.len() >= MAX_GROUPS {
            return Err(CognitoError::new(
                ErrorType::LimitExceeded,
                format!("The local user pool holds at most {MAX_GROUPS} groups."),
            ));
        }
        self.change_groups(|groups| {
            groups.insert(name.to_owned(), group);
        })
    }

    /// Takes the group from its members first, so that a group of the same name made later begins without members.
    pub(crate) fn remove_group(&mut self, name: &str) -> Result<(), CognitoError> {
        for username in self.members(name) {
            self.update_user(&username, |user| {
                user.groups.remove(name);
            })?;
        }
        self.change_groups(|groups| {
            groups.remove(name);
        })
    }

    /// Fills the memory alone: writing so many files would take a test too long.
    #[cfg(test)]
    pub(crate) fn fill_for_test(&mut self, users: impl IntoIterator<Item = User>, groups: BTreeMap<String, Group>) {
        users.into_iter().for_each(|user| self.index(user));
        self.groups = groups;
    }

    fn members(&self, group: &str) -> Vec<String> {
        self.by_username
            .values()
            .filter(|user| user.groups.contains(group))
            .map(|user| user.username.clone())
            .collect()
    }

    fn change_groups(&mut self, change: impl FnOnce(&mut BTreeMap<String, Group>)) -> Result<(), CognitoError> {
        let mut groups = self.groups.clone();
        change(&mut groups);
        files::write_json(&self.folder.join(GROUPS_FILE), &groups).map_err(CognitoError::internal)?;
        self.groups = groups;
        Ok(())
    }

    fn keep(&mut self, user: User) -> Result<(), CognitoError> {
        self.write(&user).map_err(CognitoError::internal)?;
        self.index(user);
        Ok(())
    }

    fn write(&self, user: &User) -> io::Result<()> {
        files::write_json(&self.user_file(&user.sub), user)
    }

    fn index(&mut self, user: User) {
        self.usernames.insert(user.sub.clone(), user.username.clone());
        self.by_username.insert(user.username.clone(), user);
    }

    fn load(&mut self, file: &Path) -> Result<(), OpenError> {
        let Some(user) = files::read_json::<User>(file)? else {
            return Ok(());
        };
        if let Some(reason) = self.fault(file, &user) {
            return Err(files::damaged(file, Damage::Content(reason)));
        }
        self.index(user);
        Ok(())
    }

    fn fault(&self, file: &Path, user: &User) -> Option<&'static str> {
        if !identifiers::is_uuid(&user.sub) || self.user_file(&user.sub) != file {
            Some("its name is not its subject")
        } else if self.by_username.contains_key(&user.username) {
            Some("another file has the same user name")
        } else if !passwords::is_hash(&user.password_hash) {
            Some("its password hash is unusable")
        } else {
            None
        }
    }

    fn user_file(&self, sub: &str) -> PathBuf {
        self.folder.join(USERS_FOLDER).join(format!("{sub}.json"))
    }
}
