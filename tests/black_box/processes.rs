//! However a stack ends, it leaves no process behind.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use tempfile::TempDir;
use tests::{Stack, TestResult, eventually, failure, repository};

fn is_running(process: i32) -> bool {
    // A killed process stays in the table until its parent has taken note; in a container that may be never.
    let output = Command::new("ps")
        .args(["-o", "stat=", "-p", &process.to_string()])
        .output();
    output.is_ok_and(|output| !output.stdout.is_empty() && !output.stdout.starts_with(b"Z"))
}

async fn all_gone(processes: &[i32]) -> TestResult {
    eventually(&format!("{processes:?} to end"), async || {
        !processes.iter().any(|process| is_running(*process))
    })
    .await
}

#[tokio::test]
async fn a_killed_emulator_takes_its_functions_along() -> TestResult {
    let stack = Stack::start().await?;
    let children = stack.child_processes();
    assert!(children.len() >= 7, "six functions and the reaper: {children:?}");
    stack.kill().await?;
    all_gone(&children).await
}

#[tokio::test]
async fn a_stopped_emulator_takes_its_functions_along() -> TestResult {
    let stack = Stack::start().await?;
    let children = stack.child_processes();
    let endpoints = stack.state().join("endpoints.json");
    assert!(endpoints.exists());
    stack.stop().await?;
    assert!(!endpoints.exists(), "addresses that nobody answers at are no help");
    all_gone(&children).await
}

/// Where `npm start` writes what it says, in its state folder.
const NPM_LOG: &str = "npm.log";

/// `npm start` as a person types it, in a process group of its own as in a terminal.
struct NpmStart {
    npm: Child,
    state: TempDir,
}

impl NpmStart {
    async fn ready() -> TestResult<Self> {
        let state = TempDir::new()?;
        let npm = Command::new("npm")
            .args(["start", "--silent", "--", "--no-web", "--state"])
            .arg(state.path())
            .current_dir(repository())
            .env("PORT", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(state.path().join(NPM_LOG))?)
            .process_group(0)
            .spawn()?;
        let start = Self { npm, state };
        eventually("npm start to be ready", async || {
            start.state.path().join("endpoints.json").exists()
        })
        .await?;
        Ok(start)
    }

    fn id(&self) -> Pid {
        Pid::from_raw(self.npm.id().cast_signed())
    }

    /// Every process that descends from npm.
    fn processes(&self) -> Vec<i32> {
        tests::descendants_of(self.npm.id())
    }
}

#[tokio::test]
async fn npm_start_leaves_nothing_after_ctrl_c_sigterm_and_sigkill() -> TestResult {
    type End = fn(Pid) -> nix::Result<()>;
    let endings: [(&str, End); 4] = [
        ("Ctrl-C", |npm| killpg(npm, Signal::SIGINT)),
        ("SIGTERM to npm", |npm| kill(npm, Signal::SIGTERM)),
        ("SIGKILL of npm", |npm| kill(npm, Signal::SIGKILL)),
        ("SIGKILL of the launcher", |npm| {
            let launcher = tests::descendants_of(npm.as_raw().cast_unsigned())[0];
            kill(Pid::from_raw(launcher), Signal::SIGKILL)
        }),
    ];
    for (name, end) in endings {
        let mut start = NpmStart::ready().await?;
        let processes = start.processes();
        assert!(
            processes.len() >= 9,
            "{name}: launcher, emulator, reaper and six functions: {processes:?}"
        );
        end(start.id())?;
        start.npm.wait()?;
        all_gone(&processes)
            .await
            .map_err(|error| failure(format!("{name}: {error}")))?;
    }
    Ok(())
}

#[tokio::test]
async fn a_second_start_builds_and_synthesises_nothing() -> TestResult {
    ready_and_stopped().await?;
    let synthesised = || -> TestResult<_> { Ok(std::fs::metadata(tests::carillon_template()?)?.modified()?) };
    let before = synthesised()?;
    let start = Instant::now();
    let said = ready_and_stopped().await?;
    println!(
        "npm start with nothing changed: ready and stopped after {:?}",
        start.elapsed()
    );
    assert!(said.contains("Finished") && !said.contains("Compiling"), "{said}");
    assert_eq!(synthesised()?, before);
    Ok(())
}

/// What a start says on standard error until it is ready and stopped again.
async fn ready_and_stopped() -> TestResult<String> {
    let mut start = NpmStart::ready().await?;
    let processes = start.processes();
    kill(start.id(), Signal::SIGTERM)?;
    start.npm.wait()?;
    all_gone(&processes).await?;
    Ok(std::fs::read_to_string(start.state.path().join(NPM_LOG))?)
}

#[tokio::test]
async fn a_wrong_option_or_port_is_told_in_a_sentence() -> TestResult {
    for (port, argument, expected) in [
        ("0", "--wrong", "--wrong"),
        ("eighty", "--no-web", "PORT=eighty"),
        ("70000", "--no-web", "PORT=70000"),
    ] {
        let output = Command::new("npm")
            .args(["start", "--silent", "--", argument])
            .current_dir(repository())
            .env("PORT", port)
            .output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains(expected), "{said}");
    }
    Ok(())
}

#[test]
fn an_option_that_npm_took_for_itself_is_told() -> TestResult {
    for option in ["--fresh", "--no-web", "--state=x"] {
        let output = Command::new("npm")
            .args(["start", "--silent", option])
            .current_dir(repository())
            .env("PORT", "0")
            .output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            !output.status.success() && said.contains("npm start -- --fresh"),
            "{option}: {said}"
        );
    }
    Ok(())
}

#[test]
fn an_old_or_missing_toolchain_is_told_in_a_sentence() -> TestResult {
    let node = which("node")?;
    for (rustc, expected) in [
        (None, "Rust is missing"),
        (Some("rustc 1.60.0 (x)"), "Rust 1.60.0 is too old"),
    ] {
        let folder = TempDir::new()?;
        if let Some(version) = rustc {
            for program in ["rustc", "cargo"] {
                fake_program(&folder.path().join(program), version)?;
            }
        }
        let output = Command::new(&node)
            .arg("scripts/install.mjs")
            .current_dir(repository())
            .env("PATH", folder.path())
            .output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            !output.status.success() && said.contains(expected) && said.contains("rustup"),
            "{said}"
        );
    }
    Ok(())
}

fn fake_program(path: &Path, version: &str) -> TestResult {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(path, format!("#!/bin/sh\necho '{version}'\n"))?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))?;
    Ok(())
}

fn which(program: &str) -> TestResult<String> {
    let output = Command::new("sh")
        .args(["-c", &format!("command -v {program}")])
        .output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
