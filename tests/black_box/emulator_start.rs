//! What keeps a stack from starting is told in one sentence that says what to do, and leaves nothing running.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{Stack, StackOptions, TestResult, carillon_template, failure, probe_template};

/// Starts a stack that must not start; gives what it said.
async fn refusal(options: StackOptions) -> TestResult<String> {
    match Stack::start_with(options).await {
        Ok(_) => Err(failure("it started")),
        Err(words) => Ok(words.to_string()),
    }
}

fn with_template(template: &Path) -> StackOptions {
    StackOptions {
        template: Some(template.to_owned()),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_broken_template_is_named() -> TestResult {
    let folder = TempDir::new()?;
    let file = folder.path().join("Broken.template.json");
    assert!(refusal(with_template(&file)).await?.contains("cannot be read"));
    let (good, _) = probe_template(folder.path())?;
    let good: Value = serde_json::from_str(&std::fs::read_to_string(good)?)?;
    let changed = |pointer: &str, value: Value| {
        let mut template = good.clone();
        if let Some(place) = template.pointer_mut(pointer) {
            *place = value;
        }
        template.to_string()
    };
    let cases = [
        ("{".to_owned(), "is not a CloudFormation template"),
        (json!({ "Resources": {} }).to_string(), "no AWS::ApiGatewayV2::Api"),
        (
            changed("/Resources/Stage/Type", json!("AWS::Other")),
            "The WebSocket API Api has no stage",
        ),
        (
            changed("/Resources/OneWay/Properties/Target", json!("integrations/nobody")),
            "The route one-way points at",
        ),
        (
            changed(
                "/Resources/Function/Properties/Environment/Variables/CALLBACK",
                json!({ "Fn::ImportValue": "x" }),
            ),
            "Fn::ImportValue",
        ),
        (
            changed(
                "/Resources/Function/Properties/Environment/Variables/CALLBACK",
                json!({ "Ref": "Nobody" }),
            ),
            "named Nobody",
        ),
        (
            changed(
                "/Resources/Function/Metadata",
                json!({ "carillon:binary": "no-such-binary" }),
            ),
            "has no program",
        ),
        (
            changed(
                "/Resources/HastyIntegration/Properties/IntegrationType",
                json!("HTTP_PROXY"),
            ),
            "IntegrationType HTTP_PROXY",
        ),
    ];
    for (text, expected) in cases {
        std::fs::write(&file, text)?;
        let said = refusal(with_template(&file)).await?;
        assert!(said.contains(expected), "{said}");
        assert!(!said.contains("panicked"), "{said}");
    }
    Ok(())
}

#[tokio::test]
async fn a_port_in_use_is_named() -> TestResult {
    let taken = std::net::TcpListener::bind("127.0.0.1:0")?;
    let port = taken.local_addr()?.port().to_string();
    let output = emulator(&["--port", &port])?;
    assert!(output.contains(&format!("Port {port} is in use")), "{output}");
    assert!(
        output.contains("--port NUMBER") && !output.contains("PORT="),
        "{output}"
    );
    Ok(())
}

#[tokio::test]
async fn one_stack_a_folder_and_two_side_by_side() -> TestResult {
    let first = Stack::start().await?;
    let same = StackOptions {
        state: Some(first.state().to_owned()),
        ..Default::default()
    };
    assert!(refusal(same).await?.contains("Another stack is running"));
    let second = Stack::start().await?;
    assert_ne!(first.endpoint("/websocket"), second.endpoint("/websocket"));
    assert_eq!(first.endpoint("/cognito/issuer"), second.endpoint("/cognito/issuer"));
    Ok(())
}

#[tokio::test]
async fn damaged_state_is_named_and_fresh_mends_it() -> TestResult {
    for file in ["tables.db", "cognito/keys.json", "cognito/ready-made-users.json"] {
        let folder = TempDir::new()?;
        let options = || StackOptions {
            state: Some(folder.path().to_owned()),
            ..Default::default()
        };
        Stack::start_with(options()).await?.stop().await?;
        let path = folder.path().join(file);
        assert!(path.exists(), "{file}");
        std::fs::write(&path, "this is no such file")?;
        let said = refusal(options()).await?;
        assert!(
            said.contains("--fresh") && said.contains(file.rsplit('/').next().unwrap_or(file)),
            "{file}: {said}"
        );
        let fresh = StackOptions {
            arguments: vec!["--fresh".into()],
            ..options()
        };
        Stack::start_with(fresh).await?.stop().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_function_that_cannot_start_is_named_and_leaves_nothing() -> TestResult {
    let folder = TempDir::new()?;
    let (template, _) = probe_template(folder.path())?;
    let text = std::fs::read_to_string(&template)?;
    for (program, expected) in [("/bin/false", "exit status 1"), ("/bin/cat", "without a word")] {
        std::fs::write(&template, &text)?;
        let options = StackOptions {
            arguments: vec!["--function".into(), format!("Function={program}")],
            ..with_template(&template)
        };
        let said = refusal(options).await?;
        assert!(
            said.contains("stopped while it was starting") && said.contains(expected),
            "{said}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn wrong_options_are_told() -> TestResult {
    for (arguments, expected) in [
        (
            vec!["--function", "Nobody=/bin/true"],
            "names no function of the template",
        ),
        (vec!["--function", "Nobody"], "LogicalId=PATH"),
        (vec!["--port", "70000"], "70000"),
        (vec!["--no-such-option"], "--no-such-option"),
        (vec!["--paramter", "A=1"], "Did you mean --parameter?"),
    ] {
        let output = emulator(&arguments)?;
        assert!(output.contains(expected), "{output}");
    }
    Ok(())
}

#[test]
fn who_starts_it_by_hand_is_told_the_addresses_and_scripts_get_their_line() -> TestResult {
    let folder = TempDir::new()?;
    let (template, _) = probe_template(folder.path())?;
    let state = folder.path().join("state");
    let mut process = std::process::Command::new(tests::binaries().join("emulator"))
        .args(["run", "--port", "0", "--tls", "--template"])
        .arg(template)
        .arg("--state")
        .arg(&state)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut ready = String::new();
    let stdout = process.stdout.take().ok_or_else(|| failure("no standard output"))?;
    BufReader::new(stdout).read_line(&mut ready)?;
    let endpoints: Value = serde_json::from_str(&std::fs::read_to_string(state.join("endpoints.json"))?)?;
    process.kill()?;
    let said = String::from_utf8_lossy(&process.wait_with_output()?.stderr).into_owned();
    assert_eq!(
        ready.trim_end(),
        format!("ready {}", endpoints["web"].as_str().unwrap_or_default())
    );
    for pointer in [
        "/websocket",
        "/inspector",
        "/tls/web",
        "/tls/websocket",
        "/tls/certificate",
    ] {
        let address = endpoints.pointer(pointer).and_then(Value::as_str).unwrap_or("absent");
        assert!(said.contains(address), "{pointer}: {said}");
    }
    Ok(())
}

/// Runs the emulator with the CDK app's template until it ends; gives what it printed.
fn emulator(arguments: &[&str]) -> TestResult<String> {
    let folder = TempDir::new()?;
    let output = std::process::Command::new(tests::binaries().join("emulator"))
        .arg("run")
        .arg("--template")
        .arg(carillon_template()?)
        .arg("--state")
        .arg(folder.path())
        .args(arguments)
        .output()?;
    assert!(!output.status.success());
    Ok(String::from_utf8_lossy(&output.stderr).into_owned())
}
