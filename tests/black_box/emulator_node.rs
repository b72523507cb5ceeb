//! Functions with a `nodejs*` runtime: handlers of every form, the context, errors as Lambda's Node runtime reports them.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{Probe, TestResult, failure, repository};

fn function(handler: &str, code: Value) -> Value {
    function_of("nodejs20.x", handler, code)
}

fn function_of(runtime: &str, handler: &str, code: Value) -> Value {
    json!({ "Type": "AWS::Lambda::Function", "Properties": {
        "Runtime": runtime, "Handler": handler, "Code": code, "Timeout": 5, "MemorySize": 256,
        "Environment": { "Variables": { "GIVEN": "given" } },
    } })
}

/// Starts the probe's stack with further functions.
async fn with_functions(functions: &[(&str, Value)]) -> TestResult<Probe> {
    let add = |resources: &mut Value| {
        for (id, function) in functions {
            resources[*id] = function.clone();
        }
    };
    Probe::start_changed(add, &[]).await
}

async fn refusal(function: Value) -> TestResult<String> {
    match with_functions(&[("Broken", function)]).await {
        Ok(_) => Err(failure("it started")),
        Err(words) => Ok(words.to_string()),
    }
}

/// Invokes the Node probe; gives its error type, if it failed, and its answer.
async fn ask(probe: &Probe, event: Value) -> TestResult<(Option<String>, Value)> {
    let (status, error, text) = probe
        .invoke_named("Probe-Node", "RequestResponse", event.to_string())
        .await?;
    assert_eq!(status, 200, "{text}");
    Ok((error, serde_json::from_str(&text)?))
}

async fn node_probe() -> TestResult<Probe> {
    let code = json!(repository().join("tests/node"));
    with_functions(&[("Node", function("probe.handler", code))]).await
}

fn write(folder: &Path, name: &str, text: &str) -> TestResult<Value> {
    let file = folder.join(name);
    std::fs::create_dir_all(file.parent().unwrap_or(folder))?;
    std::fs::write(file, text)?;
    Ok(json!(folder))
}

#[tokio::test]
async fn handlers_of_every_form_are_found() -> TestResult {
    let folder = TempDir::new()?;
    let cases = [
        (
            "Plain",
            "index.handler",
            "index.js",
            "exports.handler = async () => 'Plain'",
        ),
        (
            "Below",
            "src/app.handler",
            "src/app.js",
            "module.exports = { handler: async () => 'Below' }",
        ),
        (
            "Module",
            "index.handler",
            "index.mjs",
            "export const handler = async () => 'Module'",
        ),
        (
            "Common",
            "index.main",
            "index.cjs",
            "exports.main = async () => 'Common'",
        ),
        (
            "Nested",
            "index.api.get",
            "index.js",
            "exports.api = { get: async () => 'Nested' }",
        ),
        (
            "Awaiting",
            "index.handler",
            "index.mjs",
            "const name = await Promise.resolve('Awaiting'); export const handler = async () => name",
        ),
        (
            "Callback",
            "index.handler",
            "index.js",
            "exports.handler = (event, context, callback) => setTimeout(() => callback(null, 'Callback'), 5)",
        ),
        (
            "Waiting",
            "index.handler",
            "index.js",
            "exports.handler = (event, context, callback) => { const answer = []; callback(null, answer);
          setTimeout(() => answer.push('waited'), 30); }",
        ),
        (
            "Hasty",
            "index.handler",
            "index.js",
            "exports.handler = (event, context, callback) => { context.callbackWaitsForEmptyEventLoop = false;
          const answer = []; callback(null, answer); setTimeout(() => answer.push('waited'), 30); }",
        ),
        (
            "Refusing",
            "index.handler",
            "index.js",
            "exports.handler = (event, context, callback) => callback(new TypeError('no'))",
        ),
        (
            "Silent",
            "index.handler",
            "index.js",
            "exports.handler = () => { setTimeout(() => {}, 5); }",
        ),
        (
            "Old",
            "index.handler",
            "index.js",
            "exports.handler = (event, context) => context.succeed('Old')",
        ),
    ];
    let mut functions = Vec::new();
    for (id, handler, file, text) in cases {
        functions.push((id, function(handler, write(&folder.path().join(id), file, text)?)));
    }
    // What stands above the functions says nothing of them.
    write(folder.path(), "package.json", r#"{ "type": "module" }"#)?;
    let detected = "export const handler = async () => 'Detected'";
    let detected = write(&folder.path().join("Detected"), "index.js", detected)?;
    functions.push(("Detected", function_of("nodejs22.x", "index.handler", detected)));
    let typed = folder.path().join("Typed");
    write(&typed, "package.json", r#"{ "type": "module" }"#)?;
    functions.push((
        "Typed",
        function(
            "index.handler",
            write(&typed, "index.js", "export const handler = async () => 'Typed'")?,
        ),
    ));
    let inline = json!({ "ZipFile": "exports.handler = async () => 'Inline'" });
    functions.push(("Inline", function("index.handler", inline)));
    let probe = with_functions(&functions).await?;
    for (id, _) in functions {
        let (_, error, text) = probe
            .invoke_named(&format!("Probe-{id}"), "RequestResponse", "{}")
            .await?;
        let answer: Value = serde_json::from_str(&text)?;
        let expected = match id {
            "Silent" => json!(null),
            "Waiting" => json!(["waited"]),
            "Hasty" => json!([]),
            "Refusing" => {
                assert_eq!(
                    (error.as_deref(), &answer["errorType"]),
                    (Some("Unhandled"), &json!("TypeError"))
                );
                continue;
            }
            other => json!(other),
        };
        assert_eq!((error, answer), (None, expected), "{id}");
    }
    Ok(())
}

#[tokio::test]
async fn the_context_tells_what_runs() -> TestResult {
    let probe = node_probe().await?;
    let (_, context) = ask(&probe, json!({ "do": "context" })).await?;
    for (name, expected) in [
        ("functionName", json!("Probe-Node")),
        ("functionVersion", json!("$LATEST")),
        ("memoryLimitInMB", json!("256")),
        ("logGroupName", json!("/aws/lambda/Probe-Node")),
        (
            "invokedFunctionArn",
            json!("arn:aws:lambda:us-east-1:000000000000:function:Probe-Node"),
        ),
        ("callbackWaitsForEmptyEventLoop", json!(true)),
    ] {
        assert_eq!(context[name], expected, "{name}");
    }
    let remaining = context["remaining"].as_i64().unwrap_or_default();
    assert!((1..=5000).contains(&remaining), "{remaining}");
    let (_, variables) = ask(&probe, json!({ "do": "variables" })).await?;
    assert_eq!(variables["AWS_EXECUTION_ENV"], "AWS_Lambda_nodejs20.x");
    assert_eq!(
        (&variables["_HANDLER"], &variables["GIVEN"]),
        (&json!("probe.handler"), &json!("given"))
    );
    assert!(
        variables["HOME"].is_null(),
        "nothing of the emulator's environment is inherited"
    );
    let (_, folder) = ask(&probe, json!({ "do": "folder" })).await?;
    assert_eq!(
        (&folder, folder.as_str()),
        (&variables["LAMBDA_TASK_ROOT"], repository().join("tests/node").to_str())
    );
    Ok(())
}

#[tokio::test]
async fn errors_have_the_shape_of_the_node_runtime() -> TestResult {
    let probe = node_probe().await?;
    for (act, kind, message) in [
        ("throw", "OwnError", "because"),
        ("throwText", "string", "because"),
        (
            "circle",
            "Runtime.JSONStringifyError",
            "Unable to stringify response body",
        ),
        (
            "hang",
            "Runtime.NodeJsExit",
            "The event loop is empty, but the handler’s promise was never settled.",
        ),
        ("reject", "Runtime.UnhandledPromiseRejection", "Error: because"),
        ("uncaught", "OwnError", "because"),
    ] {
        let (error, answer) = ask(&probe, json!({ "do": act, "answer": "because" })).await?;
        assert_eq!(error.as_deref(), Some("Unhandled"), "{act}: {answer}");
        assert_eq!(
            (&answer["errorType"], &answer["errorMessage"]),
            (&json!(kind), &json!(message)),
            "{act}"
        );
        let trace = answer["trace"].as_array().map_or(0, Vec::len);
        assert!(trace > 0 || act == "throwText", "{act}: {answer}");
        let again = ask(&probe, json!({ "do": "answer", "answer": act })).await?;
        assert_eq!(again, (None, json!(act)), "the function goes on");
    }
    assert_eq!(ask(&probe, json!({ "do": "nothing" })).await?, (None, json!(null)));
    ask(&probe, json!({ "do": "log", "answer": "4711" })).await?;
    probe.stack.logged("\tWARN\tseen 4711").await?;
    probe
        .stack
        .logged("\tERROR\tInvoke Error \t{\"errorType\":\"OwnError\"")
        .await
}

#[tokio::test]
async fn what_keeps_a_function_from_starting_is_told() -> TestResult {
    let folder = TempDir::new()?;
    let cases = [
        ("index.handler", "exports.other = 1", "Runtime.HandlerNotFound"),
        (
            "other.handler",
            "exports.handler = async () => 1",
            "Runtime.ImportModuleError",
        ),
        (
            "index.handler",
            "require('nobody')",
            "Cannot find module 'nobody'; npm install nobody in the folder of its package.json",
        ),
        ("index.handler", "exports.handler = (", "Runtime.UserCodeSyntaxError"),
        (
            "index",
            "exports.handler = async () => 1",
            "Runtime.MalformedHandlerName",
        ),
        ("index.handler", "throw new RangeError('at once')", "RangeError"),
        (
            "index.handler",
            "require('@aws-sdk/client-nobody')",
            "npm install --save-dev @aws-sdk/client-nobody",
        ),
    ];
    for (number, (handler, text, expected)) in cases.into_iter().enumerate() {
        let code = write(&folder.path().join(number.to_string()), "index.js", text)?;
        let said = refusal(function(handler, code)).await?;
        assert!(
            said.contains("The function Broken stopped while it was starting"),
            "{said}"
        );
        assert!(said.contains(expected), "{expected}: {said}");
        let sentence = said.trim_end().lines().last().unwrap_or_default();
        assert!(sentence.contains(expected) && !said.contains("SIGKILL"), "{said}");
    }
    let typed = write(
        &folder.path().join("typed"),
        "index.ts",
        "export const handler = async () => 1",
    )?;
    let said = refusal(function("index.handler", typed)).await?;
    assert!(said.contains("index.ts is TypeScript, so build it"), "{said}");
    let callback = write(
        &folder.path().join("callback"),
        "index.js",
        "exports.handler = (event, context, callback) => 1",
    )?;
    let said = refusal(function_of("nodejs24.x", "index.handler", callback)).await?;
    assert!(said.contains("Runtime.CallbackHandlerDeprecated"), "{said}");
    let said = refusal(function("index.handler", json!("no/such/folder"))).await?;
    assert!(
        said.contains("The code of the function Broken is not here") && said.contains("--function Broken="),
        "{said}"
    );
    let said = refusal(function(
        "index.handler",
        json!({ "S3Bucket": "b", "S3Key": { "Ref": "Nobody" } }),
    ))
    .await?;
    assert!(said.contains("its code is in S3"), "{said}");
    Ok(())
}

#[tokio::test]
async fn the_sdk_of_the_runtime_is_found_above_the_template() -> TestResult {
    let folder = TempDir::new()?;
    let sdk = folder.path().join("node_modules/@aws-sdk/client-near");
    write(
        &sdk,
        "package.json",
        r#"{ "name": "@aws-sdk/client-near", "main": "index.js" }"#,
    )?;
    write(&sdk, "index.js", "exports.near = 'near'")?;
    let other = folder.path().join("node_modules/other");
    write(&other, "index.js", "exports.near = 'other'")?;
    let far = TempDir::new()?;
    let module = "import { near } from '@aws-sdk/client-near'; export const handler = async () => near";
    let common = "exports.handler = async () => require('@aws-sdk/client-near').near";
    let bundled = "export const handler = async () => import('other').then(() => 'found', (error) => error.code)";
    let template = folder.path().join("stacks");
    std::fs::create_dir(&template)?;
    let functions = [
        (
            "Module",
            function("index.handler", write(&far.path().join("m"), "index.mjs", module)?),
        ),
        (
            "Common",
            function("index.handler", write(&far.path().join("c"), "index.js", common)?),
        ),
        (
            "Bundled",
            function("index.handler", write(&far.path().join("b"), "index.mjs", bundled)?),
        ),
    ];
    let add = |resources: &mut Value| {
        functions
            .iter()
            .for_each(|(id, function)| resources[*id] = function.clone());
    };
    let probe = Probe::start_in(&template, add, &[]).await?;
    for (id, expected) in [
        ("Module", "near"),
        ("Common", "near"),
        ("Bundled", "ERR_MODULE_NOT_FOUND"),
    ] {
        let (_, _, text) = probe
            .invoke_named(&format!("Probe-{id}"), "RequestResponse", "{}")
            .await?;
        assert_eq!(serde_json::from_str::<Value>(&text)?, json!(expected), "{id}");
    }
    Ok(())
}

#[tokio::test]
async fn a_machine_without_node_is_told() -> TestResult {
    let folder = TempDir::new()?;
    let inline = function("index.handler", json!({ "ZipFile": "exports.handler = async () => 1" }));
    let (template, _) = tests::changed_probe_template(folder.path(), |resources| resources["Node"] = inline)?;
    let output = Command::new(tests::binaries().join("emulator"))
        .args(["run", "--port", "0", "--template"])
        .arg(template)
        .arg("--state")
        .arg(folder.path().join("state"))
        .env("PATH", folder.path())
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("there is no `node` in PATH: install Node.js"), "{said}");
    Ok(())
}
