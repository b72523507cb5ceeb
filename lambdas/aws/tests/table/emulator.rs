//! The store of a laptop: that of the emulator, with the table of the CDK app's own template.

use std::process::Stdio;

use aws::table::Table;
use aws_sdk_dynamodb::Client;
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::store::{Prepared, client, template};

/// A stack that is ready. Dropping it closes its standard input, and then it stops.
pub(crate) struct Emulator {
    _process: Child,
    _state: TempDir,
    address: String,
    table: String,
}

impl Emulator {
    /// Starts it on free ports. It must have been built: `cargo build --workspace`.
    pub(crate) async fn start() -> Prepared<Self> {
        let state = TempDir::new()?;
        let mut process = Command::new(program()?)
            .args(["run", "--port", "0", "--stop-with-parent"])
            // Nothing of the stack's own doings comes between: its minute lasts half a day.
            .args(["--clock", "0.001"])
            .arg("--template")
            .arg(template()?)
            .arg("--state")
            .arg(state.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        ready(&mut process).await?;
        let endpoints: Value = serde_json::from_slice(&std::fs::read(state.path().join("endpoints.json"))?)?;
        let text = |name: &str| {
            endpoints[name]
                .as_str()
                .map(str::to_owned)
                .ok_or("endpoints.json lacks it")
        };
        Ok(Self {
            _process: process,
            _state: state,
            address: text("dynamodb")?,
            table: text("table")?,
        })
    }

    /// The SDK's client, as the functions have it.
    pub(crate) async fn client(&self) -> Client {
        client(&self.address).await
    }

    /// The adapter, as the functions have it.
    pub(crate) async fn table(&self) -> Table {
        Table::new(self.client().await, self.table.clone())
    }
}

/// Two folders above the test's own program, `target/debug/deps/table-…`.
fn program() -> Prepared<std::path::PathBuf> {
    let own = std::env::current_exe()?;
    let program = own.ancestors().nth(2).ok_or("no folder of programs")?.join("emulator");
    if program.exists() {
        Ok(program)
    } else {
        Err(format!("{} is not there: cargo build --workspace", program.display()).into())
    }
}

/// Waits for the line that says so, and goes on reading what follows.
async fn ready(process: &mut Child) -> Prepared<()> {
    let output = process.stdout.take().ok_or("no output")?;
    let mut lines = BufReader::new(output).lines();
    while let Some(line) = lines.next_line().await? {
        if line.starts_with("ready ") {
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Ok(());
        }
    }
    let mut errors = String::new();
    if let Some(mut output) = process.stderr.take() {
        output.read_to_string(&mut errors).await?;
    }
    Err(format!("the emulator has ended: {errors}").into())
}
