//! Environments of functions: frozen between events, limited in time and memory, begun again, and replaced with their program.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{Handshake, Probe, TestResult, binaries, eventually};

/// A Node function that its own file `mode` tells how to begin, that writes each beginning into `beginnings`, and does as
/// its event's `do` says.
const CODE: &str = r#"
const { appendFileSync, existsSync, readFileSync, writeFileSync } = require('node:fs');
const { spawn } = require('node:child_process');
const mode = existsSync(process.env.MODE) ? readFileSync(process.env.MODE, 'utf8') : '';
appendFileSync(process.env.BEGINNINGS, 'x');
if (mode === 'once') writeFileSync(process.env.MODE, '');
if (mode === 'exit' || mode === 'once') process.exit(7);
if (mode === 'throw') throw new RangeError('not today');
if (mode === 'slow') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
const forever = () => new Promise((resolve) => setTimeout(resolve, 60_000));
exports.handler = async (event) => {
  const child = event.child ? spawn('sleep', ['1000']).pid : undefined;
  if (child) appendFileSync(process.env.CHILDREN, `${process.pid} ${child}\n`);
  if (event.do === 'exit') process.exit(3);
  if (event.do === 'hang') await forever();
  if (event.do === 'grow') {
    const held = Buffer.alloc(event.megabytes * 1024 * 1024, 1);
    if (event.megabytes > 128) await forever();
    return held.length;
  }
  return process.pid;
};
"#;

/// A stack with that function, and the folder of its files.
struct Begun {
    probe: Probe,
    folder: TempDir,
}

impl Begun {
    async fn with(timeout: u64) -> TestResult<Self> {
        let folder = TempDir::new()?;
        let file = |name: &str| json!(folder.path().join(name));
        let function = json!({ "Type": "AWS::Lambda::Function", "Properties": {
            "Runtime": "nodejs20.x", "Handler": "index.handler", "Code": { "ZipFile": CODE },
            "Timeout": timeout, "MemorySize": 128, "Environment": { "Variables": {
                "MODE": file("mode"), "BEGINNINGS": file("beginnings"), "CHILDREN": file("children"),
            } },
        } });
        let probe = Probe::start_changed(|resources| resources["Node"] = function, &[]).await?;
        Ok(Self { probe, folder })
    }

    /// Invokes the function; gives its answer, or the type and message of its error.
    async fn ask(&self, event: Value) -> TestResult<Result<Value, (String, String)>> {
        let call = self
            .probe
            .invoke_named("Probe-Node", "RequestResponse", event.to_string());
        let (status, error, text) = call.await?;
        assert_eq!(status, 200, "{text}");
        let answer: Value = serde_json::from_str(&text)?;
        let field = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
        Ok(match error {
            None => Ok(answer),
            Some(_) => Err((field("errorType"), field("errorMessage"))),
        })
    }

    /// Loses the environment, so that the next event begins another as `mode` says.
    async fn begin_anew(&self, mode: &str) -> TestResult {
        let (kind, message) = self.ask(json!({ "do": "exit" })).await?.err().unwrap_or_default();
        assert_eq!(kind, "Runtime.ExitError");
        assert!(
            message.ends_with(" Error: Runtime exited with error: exit status 3"),
            "{message}"
        );
        Ok(std::fs::write(self.folder.path().join("mode"), mode)?)
    }

    fn beginnings(&self) -> usize {
        std::fs::read(self.folder.path().join("beginnings")).map_or(0, |text| text.len())
    }

    /// The process of the function that had a child, and the child.
    async fn family(&self) -> TestResult<Vec<String>> {
        let file = self.folder.path().join("children");
        eventually("a child", async || file.exists()).await?;
        Ok(std::fs::read_to_string(file)?
            .split_whitespace()
            .map(str::to_owned)
            .collect())
    }
}

/// The state of a process in a letter, `T` if it is stopped; nothing if it is gone.
fn state(process: &str) -> String {
    let output = Command::new("ps").args(["-o", "stat=", "-p", process]).output();
    let state = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    state
        .unwrap_or_default()
        .chars()
        .take(1)
        .filter(|state| *state != 'Z')
        .collect()
}

#[tokio::test]
async fn between_events_a_process_is_frozen_with_what_it_started() -> TestResult {
    let begun = Begun::with(5).await?;
    let first = begun.ask(json!({ "child": true })).await?;
    let family = begun.family().await?;
    assert_eq!(first.as_ref().ok().map(Value::to_string).as_ref(), family.first());
    eventually("both to be frozen", async || {
        family.iter().all(|process| state(process) == "T")
    })
    .await?;
    let hanging = tokio::spawn({
        let lambda = begun.probe.stack.endpoint("/lambda");
        let address = format!("{lambda}/2015-03-31/functions/Probe-Node/invocations");
        reqwest::Client::new().post(address).body(r#"{"do":"hang"}"#).send()
    });
    eventually("both to go on", async || {
        family.iter().all(|process| state(process) == "S")
    })
    .await?;
    hanging.abort();
    // However it is when the stack ends.
    begun.probe.stack.stop().await?;
    eventually("both to be gone", async || {
        family.iter().all(|process| state(process).is_empty())
    })
    .await
}

#[tokio::test]
async fn a_killed_emulator_leaves_no_frozen_process() -> TestResult {
    let begun = Begun::with(5).await?;
    let answer = begun.ask(json!({ "child": true })).await?;
    assert!(answer.is_ok(), "{answer:?}");
    let family = begun.family().await?;
    eventually("both to be frozen", async || {
        family.iter().all(|process| state(process) == "T")
    })
    .await?;
    begun.probe.stack.kill().await?;
    eventually("both to be gone", async || {
        family.iter().all(|process| state(process).is_empty())
    })
    .await
}

#[tokio::test]
async fn a_time_out_ends_the_process_with_what_it_started() -> TestResult {
    let begun = Begun::with(1).await?;
    let (kind, message) = begun
        .ask(json!({ "do": "hang", "child": true }))
        .await?
        .err()
        .unwrap_or_default();
    assert_eq!(kind, "Sandbox.Timedout");
    assert!(
        message.starts_with("RequestId: ") && message.ends_with(" Error: Task timed out after 1.00 seconds"),
        "{message}"
    );
    let family = begun.family().await?;
    eventually("both to be gone", async || {
        family.iter().all(|process| state(process).is_empty())
    })
    .await?;
    assert!(begun.ask(json!({})).await?.is_ok(), "and the next event has a new one");
    Ok(())
}

#[tokio::test]
async fn a_failed_initialisation_is_tried_twice_and_told() -> TestResult {
    let begun = Begun::with(5).await?;
    assert_eq!(begun.beginnings(), 1, "begun before the first event");
    begun.begin_anew("exit").await?;
    let (kind, message) = begun.ask(json!({})).await?.err().unwrap_or_default();
    assert_eq!(kind, "Runtime.ExitError");
    assert!(
        message.starts_with("RequestId: ") && message.ends_with(" Error: Runtime exited with error: exit status 7"),
        "{message}"
    );
    assert_eq!(begun.beginnings(), 3);
    std::fs::write(begun.folder.path().join("mode"), "throw")?;
    let told = begun.ask(json!({})).await?;
    assert_eq!(told, Err(("RangeError".to_owned(), "not today".to_owned())));
    assert_eq!(begun.beginnings(), 5);
    std::fs::write(begun.folder.path().join("mode"), "once")?;
    assert!(begun.ask(json!({})).await?.is_ok(), "the second time is a charm");
    assert_eq!(begun.beginnings(), 7);
    Ok(())
}

#[tokio::test]
async fn a_slow_initialisation_is_begun_again_in_the_functions_own_time() -> TestResult {
    let begun = Begun::with(1).await?;
    begun.begin_anew("slow").await?;
    let start = Instant::now();
    let (kind, message) = begun.ask(json!({})).await?.err().unwrap_or_default();
    assert_eq!(kind, "Sandbox.Timedout");
    assert!(message.ends_with("Task timed out after 1.00 seconds"), "{message}");
    assert!(start.elapsed().as_secs() >= 11, "10 s, and the function's own second");
    assert_eq!(begun.beginnings(), 3);
    begun
        .probe
        .stack
        .logged("not ready after 10 s: started once more")
        .await
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn a_function_that_needs_more_memory_than_it_has_is_killed() -> TestResult {
    let begun = Begun::with(20).await?;
    assert!(begun.ask(json!({ "do": "grow", "megabytes": 30 })).await?.is_ok());
    let (kind, message) = begun
        .ask(json!({ "do": "grow", "megabytes": 200 }))
        .await?
        .err()
        .unwrap_or_default();
    assert_eq!(kind, "Runtime.ExitError");
    assert!(
        message.ends_with(" Error: Runtime exited with error: signal: killed"),
        "{message}"
    );
    begun.probe.stack.logged("out of memory").await?;
    assert!(begun.ask(json!({})).await?.is_ok());
    Ok(())
}

/// Puts `program` in the place of another as cargo does: the file is a new one.
fn replace(program: &Path, by: &Path) -> TestResult<PathBuf> {
    let new = program.with_extension("new");
    std::fs::copy(by, &new)?;
    std::fs::rename(&new, program)?;
    Ok(program.to_owned())
}

#[tokio::test]
async fn a_rebuilt_program_is_run_from_the_next_event_on() -> TestResult {
    let folder = TempDir::new()?;
    let built = binaries().join("probe");
    let program = replace(&folder.path().join("bootstrap"), &built)?;
    let argument = format!("Function={}", program.display());
    let probe = Probe::start_with(&["--function", &argument]).await?;
    let mut socket = Handshake::with(&probe.stack).open().await?;
    let mut process = async || -> TestResult<Value> {
        socket.send(r#"{"do":"environment"}"#).await?;
        Ok(socket.next().await?["process"].clone())
    };
    let first = process().await?;
    assert_eq!(process().await?, first);
    let under_way = probe.invoke("RequestResponse", r#"{"do":"slow","marker":"under way"}"#);
    let replaced = async {
        eventually("an event under way", async || {
            !probe.records.marked("under way").is_empty()
        })
        .await?;
        replace(&program, &built)
    };
    let (answer, replaced) = tokio::join!(under_way, replaced);
    replaced?;
    assert_eq!(answer?.1, None, "what runs is finished");
    let second = process().await?;
    assert_ne!(second, first, "on the same connection");
    assert_eq!(process().await?, second);
    eventually("the old one to be gone", async || state(&first.to_string()).is_empty()).await?;
    // Not there for a moment, as while it is linked: what runs goes on.
    std::fs::rename(&program, folder.path().join("away"))?;
    assert_eq!(process().await?, second);
    Ok(())
}

#[tokio::test]
async fn changed_code_is_run_from_the_next_event_on() -> TestResult {
    let folder = TempDir::new()?;
    let file = folder.path().join("index.js");
    std::fs::write(&file, "exports.handler = async () => 'old'")?;
    let function = json!({ "Type": "AWS::Lambda::Function", "Properties": {
        "Runtime": "nodejs20.x", "Handler": "index.handler", "Code": folder.path(),
    } });
    let probe = Probe::start_changed(|resources| resources["Node"] = function, &[]).await?;
    for word in ["old", "new"] {
        std::fs::write(&file, format!("exports.handler = async () => '{word}'"))?;
        let (_, _, answer) = probe.invoke_named("Probe-Node", "RequestResponse", "{}").await?;
        assert_eq!(answer, format!("\"{word}\""));
    }
    Ok(())
}
