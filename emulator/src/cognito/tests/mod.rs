//! The user pool through its router, as a client sees it.

mod administration;
mod bounds;
mod claims;
mod groups;
mod log;
mod new_password;
mod pages;
mod persistence;
mod ready_made;
mod revocation;
mod sign_in;
mod sign_up;
mod wire;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{
    body::Body,
    http::{Request, Response},
};
use http_body_util::BodyExt;
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation,
    jwk::{AlgorithmParameters, JwkSet},
};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{ClientSettings, PasswordPolicy, PoolSettings, UserPool, open_error::OpenError};
use crate::identifiers;

const POOL: &str = "us-east-1_AbCdEfGhI";
const ISSUER: &str = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI";
/// A client that may use passwords.
const DEV: &str = "devclient";
/// A client that may not.
const PROD: &str = "prodclient";
const PASSWORD: &str = "Correct-horse-1";
/// The time every test starts at, in seconds since 1970.
const START: u64 = 1_800_000_000;

/// What a refused call says: the error's type and its message.
type Refused = (String, String);

/// A folder of one test, gone with it.
struct Folder(PathBuf);

impl Folder {
    fn empty() -> Self {
        let folder = std::env::temp_dir().join(format!("user-pool-{}", identifiers::uuid()));
        fs::create_dir(&folder).unwrap();
        Self(folder)
    }

    /// A folder with keys in it, since making keys takes longer than most tests.
    fn with_keys() -> Self {
        static KEYS: OnceLock<Vec<u8>> = OnceLock::new();
        let folder = Self::empty();
        let keys = KEYS.get_or_init(|| {
            let first = Self::empty();
            open(&first, settings()).unwrap();
            fs::read(first.0.join("keys.json")).unwrap()
        });
        fs::write(folder.0.join("keys.json"), keys).unwrap();
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The only file below `users`.
    fn user_file(&self) -> PathBuf {
        let mut files = fs::read_dir(self.path("users")).unwrap();
        files.next().unwrap().unwrap().path()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A pool with a clock that stands still until it is moved.
struct Harness {
    folder: Folder,
    now: Arc<AtomicU64>,
    pool: Arc<UserPool>,
}

impl Harness {
    fn new() -> Self {
        Self::with(settings())
    }

    fn with(settings: PoolSettings) -> Self {
        let folder = Folder::with_keys();
        let now = Arc::new(AtomicU64::new(START));
        let pool = open_at(&folder.0, settings, &now).unwrap();
        Self { folder, now, pool }
    }

    /// Starts again from what is on disk.
    fn restart(mut self) -> Self {
        self.pool = open_at(&self.folder.0, settings(), &self.now).unwrap();
        self
    }

    fn pass_seconds(&self, seconds: u64) {
        self.now.fetch_add(seconds, Ordering::Relaxed);
    }

    async fn send(&self, request: Request<Body>) -> Response<Body> {
        Arc::clone(&self.pool).router().oneshot(request).await.unwrap()
    }

    async fn call(&self, operation: &str, body: Value) -> Result<Value, Refused> {
        let response = self.send(request(operation, body.to_string())).await;
        answer(response).await
    }

    async fn get(&self, path: &str) -> Value {
        let request = Request::get(path)
            .header("host", "127.0.0.1:9229")
            .body(Body::empty())
            .unwrap();
        json_body(self.send(request).await).await
    }

    /// Makes a confirmed user and gives the subject.
    async fn sign_up(&self, username: &str) -> String {
        let body = json!({ "ClientId": DEV, "Username": username, "Password": PASSWORD });
        let answer = self.call("SignUp", body).await.unwrap();
        text(&answer["UserSub"])
    }

    async fn sign_in(&self, username: &str, password: &str) -> Result<Value, Refused> {
        let parameters = json!({ "USERNAME": username, "PASSWORD": password });
        self.initiate("USER_PASSWORD_AUTH", DEV, parameters).await
    }

    async fn refresh(&self, client: &str, token: &str) -> Result<Value, Refused> {
        let parameters = json!({ "REFRESH_TOKEN": token });
        self.initiate("REFRESH_TOKEN_AUTH", client, parameters).await
    }

    async fn initiate(&self, flow: &str, client: &str, parameters: Value) -> Result<Value, Refused> {
        let body = json!({ "AuthFlow": flow, "ClientId": client, "AuthParameters": parameters });
        self.call("InitiateAuth", body).await
    }

    /// Signs in a user with [`PASSWORD`] and gives the tokens.
    async fn tokens(&self, username: &str) -> Tokens {
        Tokens::of(&self.sign_in(username, PASSWORD).await.unwrap())
    }

    async fn get_user(&self, access_token: &str) -> Result<Value, Refused> {
        self.call("GetUser", json!({ "AccessToken": access_token })).await
    }

    async fn revoke(&self, client: &str, token: &str) -> Result<Value, Refused> {
        let body = json!({ "ClientId": client, "Token": token });
        self.call("RevokeToken", body).await
    }

    /// An operation on a user of the pool.
    async fn admin(&self, operation: &str, username: &str, more: Value) -> Result<Value, Refused> {
        let mut body = json!({ "UserPoolId": POOL, "Username": username });
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        self.call(operation, body).await
    }

    /// A token's claims, if a verifier that knows only the published keys and the issuer accepts it.
    async fn verified(&self, token: &str) -> Value {
        let keys: JwkSet = serde_json::from_value(self.get(&self.pool.jwks_path()).await).unwrap();
        let kid = jsonwebtoken::decode_header(token).unwrap().kid.unwrap();
        let AlgorithmParameters::RSA(key) = &keys.find(&kid).unwrap().algorithm else {
            panic!("not an RSA key");
        };
        let key = DecodingKey::from_rsa_components(&key.n, &key.e).unwrap();
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_issuer(&[ISSUER]);
        validation.validate_aud = false;
        validation.validate_exp = false;
        jsonwebtoken::decode::<Value>(token, &key, &validation).unwrap().claims
    }
}

/// The tokens of an answer.
struct Tokens {
    id: String,
    access: String,
    refresh: String,
}

impl Tokens {
    fn of(answer: &Value) -> Self {
        let result = &answer["AuthenticationResult"];
        Self {
            id: text(&result["IdToken"]),
            access: text(&result["AccessToken"]),
            refresh: result["RefreshToken"].as_str().unwrap_or_default().to_owned(),
        }
    }
}

fn settings() -> PoolSettings {
    PoolSettings {
        id: POOL.to_owned(),
        name: "people".to_owned(),
        region: "us-east-1".to_owned(),
        clients: vec![
            ClientSettings::new(DEV, "dev", &["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]),
            ClientSettings::new(PROD, "prod", &["ALLOW_REFRESH_TOKEN_AUTH"]),
        ],
        password_policy: PasswordPolicy::default(),
        admin_create_user_only: false,
        sign_in_base: None,
    }
}

fn open(folder: &Folder, settings: PoolSettings) -> Result<UserPool, OpenError> {
    UserPool::open(&folder.0, settings, Box::new(|| 0))
}

fn open_at(folder: &Path, settings: PoolSettings, now: &Arc<AtomicU64>) -> Result<Arc<UserPool>, OpenError> {
    let now = Arc::clone(now);
    UserPool::open(folder, settings, Box::new(move || now.load(Ordering::Relaxed))).map(Arc::new)
}

fn request(operation: &str, body: String) -> Request<Body> {
    Request::post("/")
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", format!("AWSCognitoIdentityProviderService.{operation}"))
        .body(Body::from(body))
        .unwrap()
}

/// The answer, or the error with its type, which must stand in the body and the header alike.
async fn answer(response: Response<Body>) -> Result<Value, Refused> {
    assert!(response.headers().contains_key("x-amzn-requestid"));
    assert_eq!(response.headers()["content-type"], "application/x-amz-json-1.1");
    let ok = response.status() == 200;
    let header = response
        .headers()
        .get("x-amzn-errortype")
        .map(|value| value.to_str().unwrap().to_owned());
    let body = json_body(response).await;
    if ok {
        return Ok(body);
    }
    let error_type = text(&body["__type"]);
    assert_eq!(header, Some(format!("{error_type}:")));
    Err((error_type, text(&body["message"])))
}

async fn json_body(response: Response<Body>) -> Value {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    serde_json::from_slice(&bytes).unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn refused<T>(error_type: &str, message: &str) -> Result<T, Refused> {
    Err((error_type.to_owned(), message.to_owned()))
}

/// The names of an object's members, sorted.
fn members(value: &Value) -> Vec<&str> {
    let mut names: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}
