//! A running stack: the emulator's process, its output, and its addresses.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::process::{Command as Program, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::watch;

use crate::{TestResult, failure, secrets};

/// A failing test ends after this time; a passing one never waits for it.
const PATIENCE: Duration = Duration::from_secs(60);

/// What to start.
#[derive(Debug, Clone, Default)]
pub struct StackOptions {
    /// The CDK app's own template if none is given.
    pub template: Option<PathBuf>,
    /// An existing state folder instead of a new one.
    pub state: Option<PathBuf>,
    /// Another emulator's program than cargo's.
    pub emulator: Option<PathBuf>,
    /// Variables of its environment beside the inherited ones.
    pub environment: Vec<(String, String)>,
    /// Further arguments of `emulator run`.
    pub arguments: Vec<String>,
}

/// A stack that is ready; dropping it ends it.
#[derive(Debug)]
pub struct Stack {
    /// The content of `endpoints.json`.
    pub endpoints: Value,
    /// Everything the emulator and its functions have printed so far.
    log: Arc<Mutex<String>>,
    process: Child,
    /// Closing it stops the emulator; tokio's `wait` would close it if the child still had it.
    stdin: Option<ChildStdin>,
    state: PathBuf,
    /// Whether it is Carillon's own, whose logs hold no secrets.
    is_own: bool,
    _folder: Option<TempDir>,
}

impl Stack {
    /// Starts the CDK app's own stack with the users alice and bob.
    ///
    /// # Errors
    /// What the emulator printed, if it ended instead.
    pub async fn start() -> TestResult<Self> {
        Self::start_with(StackOptions::default()).await
    }

    /// Starts a stack and waits for its `ready` line.
    ///
    /// # Errors
    /// What the emulator printed, if it ended instead.
    pub async fn start_with(options: StackOptions) -> TestResult<Self> {
        let template = match options.template {
            Some(template) => template,
            None => carillon_template()?,
        };
        // Some tests name what is no template, or no file.
        let text = std::fs::read(&template).unwrap_or_default();
        let is_own = String::from_utf8_lossy(&text).contains("fn-authorizer");
        let folder = match options.state {
            Some(_) => None,
            None => Some(TempDir::new()?),
        };
        let state = match (&options.state, &folder) {
            (Some(state), _) => state.clone(),
            (None, Some(folder)) => folder.path().to_owned(),
            (None, None) => return Err(failure("no state folder")),
        };
        let program = options.emulator.unwrap_or_else(|| binaries().join("emulator"));
        let mut process = Command::new(program)
            .args([
                "run",
                "--port",
                "0",
                "--user",
                "alice",
                "--user",
                "bob",
                "--stop-with-parent",
            ])
            .arg("--template")
            .arg(template)
            .arg("--state")
            .arg(&state)
            .args(&options.arguments)
            .envs(options.environment)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let stdin = process.stdin.take();
        let log = Arc::new(Mutex::new(String::new()));
        let ready = watch::Sender::new(false);
        let mut is_ready = ready.subscribe();
        collect(process.stdout.take(), Arc::clone(&log), Some(ready));
        collect(process.stderr.take(), Arc::clone(&log), None);
        let waited = tokio::time::timeout(PATIENCE, async {
            tokio::select! {
                ready = is_ready.wait_for(|ready| *ready) => ready.is_ok(),
                _ = process.wait() => false,
            }
        });
        if !waited.await? {
            // The last lines may still be on their way.
            let status = process.wait().await?;
            tokio::time::sleep(Duration::from_millis(50)).await;
            let printed = log.lock().unwrap_or_else(PoisonError::into_inner).clone();
            return Err(failure(format!("the emulator ended with {status}: {printed}")));
        }
        let endpoints = serde_json::from_str(&std::fs::read_to_string(state.join("endpoints.json"))?)?;
        Ok(Self {
            endpoints,
            log,
            process,
            stdin,
            state,
            is_own,
            _folder: folder,
        })
    }

    /// An address or name of `endpoints.json`, such as `/cognito/endpoint`.
    pub fn endpoint(&self, pointer: &str) -> String {
        let value = self.endpoints.pointer(pointer).and_then(Value::as_str);
        value.unwrap_or_default().to_owned()
    }

    /// The folder that the stack keeps its state in.
    pub fn state(&self) -> &Path {
        &self.state
    }

    /// Everything printed so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until the log holds `text`.
    ///
    /// # Errors
    /// It did not come in time.
    pub async fn logged(&self, text: &str) -> TestResult {
        eventually(&format!("the log to hold {text:?}"), async || self.log().contains(text)).await
    }

    /// The emulator's process id.
    pub fn process_id(&self) -> u32 {
        self.process.id().unwrap_or_default()
    }

    /// The process ids of the function processes that run now, by the path of their program.
    pub fn function_processes(&self, binary: &str) -> Vec<i32> {
        let group = descendants(self.process_id());
        group
            .into_iter()
            .filter(|process| process.command.ends_with(binary))
            .map(|process| process.id)
            .collect()
    }

    /// Every process that the emulator has started and that still runs.
    pub fn child_processes(&self) -> Vec<i32> {
        descendants_of(self.process_id())
    }

    /// Asks the stack to stop by closing its standard input, and waits until it has.
    ///
    /// # Errors
    /// It did not end, or not with success.
    pub async fn stop(mut self) -> TestResult {
        drop(self.stdin.take());
        let status = tokio::time::timeout(PATIENCE, self.process.wait()).await??;
        if status.success() {
            Ok(())
        } else {
            Err(failure(format!("the emulator ended with {status}: {}", self.log())))
        }
    }

    /// Kills the emulator as `kill -9` does.
    ///
    /// # Errors
    /// It could not be killed.
    pub async fn kill(mut self) -> TestResult {
        self.process.kill().await?;
        Ok(())
    }
}

/// Every test looks for the secrets of all tests in its stack's log (LOG-02).
impl Drop for Stack {
    fn drop(&mut self) {
        if !self.is_own || std::thread::panicking() {
            return;
        }
        if let Some(secret) = secrets::found_in(&self.log()) {
            panic!("log_02: the log holds {secret:?}");
        }
    }
}

fn collect(
    output: Option<impl AsyncRead + Unpin + Send + 'static>,
    log: Arc<Mutex<String>>,
    ready: Option<watch::Sender<bool>>,
) {
    let Some(output) = output else { return };
    tokio::spawn(async move {
        let mut output = BufReader::new(output);
        let mut bytes = Vec::new();
        while let Ok(1..) = output.read_until(b'\n', &mut bytes).await {
            let line = String::from_utf8_lossy(&bytes).trim_end().to_owned();
            bytes.clear();
            if let (Some(ready), true) = (&ready, line.starts_with("ready ")) {
                ready.send_replace(true);
            }
            let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
            log.push_str(&line);
            log.push('\n');
        }
    });
}

struct Process {
    id: i32,
    parent: i32,
    command: String,
}

/// The processes below `root`, read with `ps`, which Linux and macOS both have.
fn descendants(root: u32) -> Vec<Process> {
    let output = Program::new("ps").args(["-A", "-o", "pid=,ppid=,comm="]).output();
    // Without `ps` every test of processes would pass for the wrong reason.
    let output = output.unwrap_or_else(|error| panic!("ps is needed to look at processes: {error}"));
    let table = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut processes: Vec<Process> = table.lines().filter_map(parse_process).collect();
    let mut parents = vec![root.cast_signed()];
    let mut found = Vec::new();
    while let Some(parent) = parents.pop() {
        let (children, others) = processes
            .into_iter()
            .partition(|process: &Process| process.parent == parent);
        processes = others;
        let children: Vec<Process> = children;
        parents.extend(children.iter().map(|child| child.id));
        found.extend(children);
    }
    found
}

/// The ids of the processes below `root`.
pub fn descendants_of(root: u32) -> Vec<i32> {
    descendants(root).into_iter().map(|process| process.id).collect()
}

fn parse_process(line: &str) -> Option<Process> {
    let mut words = line.split_whitespace();
    Some(Process {
        id: words.next()?.parse().ok()?,
        parent: words.next()?.parse().ok()?,
        command: words.collect::<Vec<_>>().join(" "),
    })
}

/// The root of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."))
        .to_owned()
}

/// The folder of cargo's binaries: two above the test's own, `target/debug/deps/black_box-…`.
pub fn binaries() -> PathBuf {
    let own = std::env::current_exe().unwrap_or_default();
    let folder = own.parent().unwrap_or(Path::new("."));
    match folder.file_name() {
        Some(name) if name == "deps" => folder.parent().unwrap_or(folder).to_owned(),
        _ => folder.to_owned(),
    }
}

/// The template of the CDK app; the one that the variable `TEMPLATE` names, if it is set, so that the same tests tell of
/// packaged functions.
///
/// # Errors
/// The app does not synthesise.
pub fn carillon_template() -> TestResult<PathBuf> {
    match std::env::var_os("TEMPLATE") {
        Some(template) => Ok(repository().join(template)),
        None => carillon_template_with(&[]),
    }
}

/// The template of the CDK app with context values `key=value`. Synthesised once; later calls find it in the cache, and
/// those of this process need not ask Node for it.
///
/// # Errors
/// The app does not synthesise.
pub fn carillon_template_with(context: &[&str]) -> TestResult<PathBuf> {
    static SYNTHESISED: Mutex<BTreeMap<String, PathBuf>> = Mutex::new(BTreeMap::new());
    let mut synthesised = SYNTHESISED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(template) = synthesised.get(&context.join(" ")) {
        return Ok(template.clone());
    }
    let template = synthesise(context)?;
    synthesised.insert(context.join(" "), template.clone());
    Ok(template)
}

fn synthesise(context: &[&str]) -> TestResult<PathBuf> {
    let output = Program::new("node")
        .arg("scripts/synthesise.mjs")
        .args(context)
        .current_dir(repository())
        .output()?;
    if !output.status.success() {
        return Err(failure(String::from_utf8_lossy(&output.stderr)));
    }
    Ok(repository().join(String::from_utf8_lossy(&output.stdout).trim()))
}

/// The logical id of the function that a template names this cargo binary for.
///
/// # Errors
/// There is none.
pub fn logical_id(template: &Path, binary: &str) -> TestResult<String> {
    let template: Value = serde_json::from_str(&std::fs::read_to_string(template)?)?;
    let resources = template["Resources"].as_object().into_iter().flatten();
    let found = resources
        .into_iter()
        .find(|(_, resource)| resource["Metadata"]["carillon:binary"] == binary);
    found
        .map(|(id, _)| id.clone())
        .ok_or_else(|| failure(format!("no function is built from {binary}")))
}

/// Waits until `condition` holds, looking often.
///
/// # Errors
/// It did not come to hold in time; `what` says what was awaited.
pub async fn eventually<F: Future<Output = bool>>(what: &str, mut condition: impl FnMut() -> F) -> TestResult {
    let start = Instant::now();
    while !condition().await {
        if start.elapsed() > PATIENCE {
            return Err(failure(format!("waited in vain for {what}")));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}
