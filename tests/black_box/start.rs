//! What the authorizer does before its first event, as Lambda would see it: the real program between a Runtime API and a key
//! endpoint of the test's own.

use std::process::Stdio;
use std::time::Duration;

use tests::{TestResult, binaries, failure};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;

/// A failing test ends after this time; a passing one never waits for it.
const PATIENCE: Duration = Duration::from_secs(60);
const KEYS: &str = "/jwks.json";
const NEXT: &str = "/2018-06-01/runtime/invocation/next";

#[tokio::test]
async fn key_08_keys_are_fetched_before_the_first_event_is_asked_for() -> TestResult {
    let mut world = World::start("200 OK").await?;
    assert_eq!(world.asked().await?, KEYS);
    assert_eq!(world.asked().await?, NEXT);
    Ok(())
}

#[tokio::test]
async fn key_08_a_start_without_keys_is_a_start_all_the_same() -> TestResult {
    let mut world = World::start("503 Service Unavailable").await?;
    assert_eq!(world.asked().await?, KEYS);
    assert_eq!(world.asked().await?, NEXT);
    assert!(world.line().await?.contains("keys.not_fetched"));
    Ok(())
}

/// The program, and what it asks in the order in which it does.
struct World {
    process: Child,
    asked: UnboundedReceiver<String>,
}

impl World {
    /// The program, told by the key endpoint that its status is this.
    async fn start(keys: &'static str) -> TestResult<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let authority = listener.local_addr()?.to_string();
        let (told, asked) = unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, keys, told.clone()));
            }
        });
        let process = Command::new(binaries().join("fn-authorizer"))
            .env_clear()
            .envs(variables(&authority))
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        Ok(Self { process, asked })
    }

    /// The path of the next request.
    async fn asked(&mut self) -> TestResult<String> {
        let path = timeout(PATIENCE, async {
            tokio::select! {
                path = self.asked.recv() => path,
                _ = self.process.wait() => None,
            }
        });
        path.await?.ok_or_else(|| failure("the program is gone"))
    }

    /// The first line that it prints.
    async fn line(&mut self) -> TestResult<String> {
        let output = self.process.stdout.take().ok_or_else(|| failure("no output"))?;
        let line = timeout(PATIENCE, BufReader::new(output).lines().next_line()).await??;
        line.ok_or_else(|| failure("nothing is printed"))
    }
}

/// What the template and Lambda tell it.
fn variables(authority: &str) -> [(&'static str, String); 13] {
    [
        ("ISSUER", "https://issuer.example/pool".to_owned()),
        ("JWKS_URL", format!("http://{authority}{KEYS}")),
        ("CLIENT_ID", "client1".to_owned()),
        ("ACCEPTED_COOKIES", "__Host-auth".to_owned()),
        ("QUERY_TOKEN", "off".to_owned()),
        ("ACCESS_TOKENS", "off".to_owned()),
        ("PUBLIC_ORIGIN", "https://chat.example".to_owned()),
        ("ALLOWED_ORIGINS", String::new()),
        ("CONNECTION_LIFETIME_SECONDS", "7200".to_owned()),
        ("AWS_LAMBDA_RUNTIME_API", authority.to_owned()),
        ("AWS_LAMBDA_FUNCTION_NAME", "authorizer".to_owned()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128".to_owned()),
    ]
}

/// Answers for keys with this status, and to whoever asks for an event never.
async fn serve(mut stream: TcpStream, keys: &str, told: UnboundedSender<String>) -> std::io::Result<()> {
    let mut request = vec![0; 16_384];
    let length = stream.read(&mut request).await?;
    let request = String::from_utf8_lossy(&request[..length]);
    let path = request.split(' ').nth(1).unwrap_or_default();
    let for_keys = path == KEYS;
    // Its test may be over.
    let _ = told.send(path.to_owned());
    if for_keys {
        let answer = format!("HTTP/1.1 {keys}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}");
        return stream.write_all(answer.as_bytes()).await;
    }
    std::future::pending().await
}
