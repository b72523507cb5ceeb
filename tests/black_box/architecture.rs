//! The rooms and their doors: which crate may depend on which, as ARCHITECTURE.md says.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;
use tests::{TestResult, repository};

/// For each crate, the project's crates that it may depend on.
const DOORS: [(&str, &[&str]); 6] = [
    ("domain", &[]),
    ("service", &["domain"]),
    ("aws", &["domain", "service"]),
    ("fn-*", &["domain", "service", "aws"]),
    ("emulator", &[]),
    ("tests", &[]),
];

/// What the pure core must not reach for: I/O, time, randomness, AWS.
const NOT_IN_DOMAIN: [&str; 8] = [
    "tokio",
    "reqwest",
    "rand",
    "aws",
    "lambda_runtime",
    "hyper",
    "time",
    "tracing",
];

#[test]
fn dependencies_point_one_way() -> TestResult {
    let packages = packages()?;
    let own: BTreeSet<&str> = packages.iter().map(|(name, _)| name.as_str()).collect();
    assert!(own.len() >= 11, "{own:?}");
    for (name, dependencies) in &packages {
        let door = DOORS.iter().find(|(room, _)| matches(room, name));
        let (_, allowed) =
            door.unwrap_or_else(|| panic!("{name} stands in no room: give it one here and in ARCHITECTURE.md"));
        for dependency in dependencies
            .iter()
            .filter(|dependency| own.contains(dependency.as_str()))
        {
            assert!(
                allowed.contains(&dependency.as_str()),
                "{name} must not depend on {dependency}"
            );
        }
    }
    Ok(())
}

#[test]
fn the_core_is_pure_and_only_one_crate_names_the_sdk() -> TestResult {
    for (name, dependencies) in packages()? {
        for dependency in dependencies {
            if name == "domain" {
                assert!(
                    !NOT_IN_DOMAIN.iter().any(|impure| dependency.starts_with(impure)),
                    "domain must not use {dependency}"
                );
            }
            let is_sdk = dependency.starts_with("aws-sdk") || dependency.starts_with("aws-config");
            assert!(
                !is_sdk || name == "aws",
                "{name} must not use {dependency}: only lambdas/aws talks to AWS"
            );
        }
    }
    Ok(())
}

#[test]
fn what_ships_knows_nothing_of_the_laptop() -> TestResult {
    let forbidden = ["#[cfg(feature", "cfg!(", "emulator", "127.0.0.1", "is_local"];
    let folder = repository().join("lambdas");
    for file in rust_files(&folder)? {
        let within = file.strip_prefix(&folder)?.to_string_lossy().into_owned();
        if within.contains("/tests") || within.contains("/testing") {
            continue;
        }
        if ["/tests", "/testing"]
            .iter()
            .any(|part| file.to_string_lossy().contains(part))
        {
            continue;
        }
        let text = std::fs::read_to_string(&file)?;
        // Tests beside the code stand at its end, in a module of that name.
        let shipped = text.split("\nmod tests {").next().unwrap_or_default();
        for word in forbidden {
            assert!(
                !shipped.contains(word),
                "{} has {word:?}: the same program runs everywhere",
                file.display()
            );
        }
    }
    Ok(())
}

#[test]
fn mains_are_composition_roots() -> TestResult {
    for entry in std::fs::read_dir(repository().join("lambdas"))? {
        let main = entry?.path().join("src/main.rs");
        if let Ok(text) = std::fs::read_to_string(&main) {
            assert!(text.lines().count() <= 40, "{} has over 40 lines", main.display());
        }
    }
    Ok(())
}

fn matches(room: &str, name: &str) -> bool {
    room.strip_suffix('*')
        .map_or(room == name, |prefix| name.starts_with(prefix))
}

/// The workspace's packages with the names of their dependencies, those for tests left out.
fn packages() -> TestResult<Vec<(String, Vec<String>)>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(repository())
        .output()?;
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let packages = metadata["packages"].as_array().into_iter().flatten();
    Ok(packages
        .map(|package| {
            let dependencies = package["dependencies"].as_array().into_iter().flatten();
            let names = dependencies
                .filter(|dependency| dependency["kind"].is_null())
                .map(|dependency| text(&dependency["name"]));
            (text(&package["name"]), names.collect())
        })
        .collect())
}

fn rust_files(folder: &std::path::Path) -> TestResult<Vec<std::path::PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(files)
}
