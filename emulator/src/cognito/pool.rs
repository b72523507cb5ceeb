//! The user pool put together: its settings, keys, people and clock.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Semaphore;

use super::{
    access_token::AccessToken,
    browser_session::BrowserSession,
    challenge::Challenge,
    clock::Clock,
    codes::Codes,
    directory::Directory,
    errors::{CognitoError, ErrorType},
    files,
    keys::Keys,
    limits::{BROWSER_SESSION_SECONDS, CHALLENGE_SECONDS, MAX_BROWSER_SESSIONS, MAX_CALLS_AT_ONCE, MAX_CHALLENGES},
    open_error::OpenError,
    passwords,
    settings::{ClientSettings, PoolSettings},
    short_lived::ShortLived,
    user::User,
};

/// One user pool. Its methods block (hashing, files): call them outside the asynchronous threads.
pub(crate) struct UserPool {
    folder: PathBuf,
    settings: PoolSettings,
    keys: Keys,
    directory: Mutex<Directory>,
    challenges: Mutex<ShortLived<Challenge>>,
    codes: Mutex<Codes>,
    browser_sessions: Mutex<ShortLived<BrowserSession>>,
    hash_of_nobody: String,
    clock: Clock,
    permits: Arc<Semaphore>,
}

impl UserPool {
    /// Opens the pool whose keys and users are in the folder; an empty or missing folder is a new pool.
    pub(crate) fn open(folder: &Path, settings: PoolSettings, clock: Clock) -> Result<Self, OpenError> {
        files::make_folder(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
            settings,
            keys: Keys::open(folder)?,
            directory: Mutex::new(Directory::open(folder)?),
            challenges: Mutex::new(ShortLived::new(CHALLENGE_SECONDS, MAX_CHALLENGES)),
            codes: Mutex::new(Codes::new()),
            browser_sessions: Mutex::new(ShortLived::new(BROWSER_SESSION_SECONDS, MAX_BROWSER_SESSIONS)),
            hash_of_nobody: passwords::hash(&passwords::unknowable())
                .map_err(|source| OpenError::Hashing { source })?,
            clock,
            permits: Arc::new(Semaphore::new(MAX_CALLS_AT_ONCE)),
        })
    }

    /// The `iss` of every token: the name AWS would give the pool, not an address here, so that it is the same on every
    /// port and at every start.
    pub(crate) fn issuer(&self) -> String {
        format!(
            "https://cognito-idp.{}.amazonaws.com/{}",
            self.settings.region, self.settings.id
        )
    }

    /// Where the router answers with the public keys.
    pub(crate) fn jwks_path(&self) -> String {
        format!("/{}/.well-known/jwks.json", self.settings.id)
    }

    pub(crate) fn settings(&self) -> &PoolSettings {
        &self.settings
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Runs what blocks (hashing, files) where it may, a bounded number at a time.
    pub(crate) async fn work<T: Send + 'static>(
        self: Arc<Self>,
        work: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> Result<T, CognitoError> {
        let permits = Arc::clone(&self.permits);
        let permit = permits.acquire_owned().await.map_err(CognitoError::internal)?;
        let working = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work(&self)
        });
        working.await.map_err(CognitoError::internal)
    }

    /// A password hash that no password has, to spend time on for users who do not exist.
    pub(crate) fn hash_of_nobody(&self) -> &String {
        &self.hash_of_nobody
    }

    /// Seconds since 1970.
    pub(crate) fn now(&self) -> u64 {
        (self.clock)()
    }

    /// Every change of the directory is whole, so that a panic elsewhere leaves it usable.
    pub(crate) fn directory(&self) -> MutexGuard<'_, Directory> {
        self.directory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn challenges(&self) -> MutexGuard<'_, ShortLived<Challenge>> {
        self.challenges.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn codes(&self) -> MutexGuard<'_, Codes> {
        self.codes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn browser_sessions(&self) -> MutexGuard<'_, ShortLived<BrowserSession>> {
        self.browser_sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn client(&self, id: &str) -> Result<&ClientSettings, CognitoError> {
        self.settings
            .clients
            .iter()
            .find(|client| client.id == id)
            .ok_or_else(|| {
                CognitoError::new(
                    ErrorType::ResourceNotFound,
                    format!("User pool client {id} does not exist."),
                )
            })
    }

    /// Refuses a call that names another pool.
    pub(crate) fn check_id(&self, id: &str) -> Result<(), CognitoError> {
        if id == self.settings.id {
            return Ok(());
        }
        Err(CognitoError::new(
            ErrorType::ResourceNotFound,
            format!("User pool {id} does not exist."),
        ))
    }

    /// The user an access token speaks for, if it is good.
    pub(crate) fn user_of(&self, access_token: &str) -> Result<User, CognitoError> {
        let token = AccessToken::verify(access_token, &self.keys.access, &self.issuer(), self.now())?;
        let user = self
            .directory()
            .user_with_sub(&token.sub)
            .cloned()
            .ok_or_else(CognitoError::user_not_found)?;
        token.check_not_revoked(&user)?;
        Ok(user)
    }
}
