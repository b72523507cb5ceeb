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
    // For the simulation and the judge of tokens alone, which run the service's own code: see below.
    ("tests", &["domain", "service"]),
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
fn only_the_simulation_and_the_judge_link_what_they_test() -> TestResult {
    let folder = repository().join("tests");
    let linking = ["simulation", "differential"].map(|name| folder.join(name));
    for file in files_of(&folder, &["rs"])? {
        let words = ["use domain::", "use service::"];
        let text = std::fs::read_to_string(&file)?;
        let links = text.lines().any(|line| words.iter().any(|word| line.starts_with(word)));
        assert!(
            !links || linking.iter().any(|folder| file.starts_with(folder)),
            "{} must speak public protocols",
            file.display()
        );
    }
    Ok(())
}

#[test]
fn what_ships_knows_nothing_of_the_laptop() -> TestResult {
    let forbidden = ["#[cfg(feature", "cfg!(", "emulator", "127.0.0.1", "is_local"];
    let folder = repository().join("lambdas");
    for file in files_of(&folder, &["rs"])? {
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

/// For each folder of TypeScript, the packages it may import beside its own files; a name stands for its sub-paths too.
const TYPESCRIPT_DOORS: [(&str, &[&str]); 3] = [
    ("client/src", &[]),
    (
        "web",
        &["@carillon/client", "next", "react", "react-dom", "node:", "vitest"],
    ),
    (
        "cdk",
        &[
            "aws-cdk-lib",
            "cargo-lambda-cdk",
            "cdk-nag",
            "constructs",
            "node:",
            "vitest",
        ],
    ),
];

#[test]
fn typescript_points_one_way_too() -> TestResult {
    for (room, allowed) in TYPESCRIPT_DOORS {
        let folder = repository().join(room);
        let files = files_of(&folder, &["ts", "tsx", "mjs"])?;
        assert!(!files.is_empty(), "{room} has no sources");
        for file in files {
            for imported in imports(&std::fs::read_to_string(&file)?) {
                assert!(
                    stays_inside(&folder, &file, &imported) || opens(allowed, &imported),
                    "{} must not import {imported}",
                    file.display()
                );
            }
        }
    }
    Ok(())
}

/// What stands behind `from` and `import`, as it is written in this project: on one line, in single quotes.
fn imports(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim);
    let importing = lines.filter(|line| {
        line.starts_with("import ")
            || line.starts_with("export ")
            || line.starts_with("} from ")
            || line.contains("import('")
    });
    importing
        .filter_map(|line| {
            line.split_once("from '")
                .or_else(|| line.split_once("import '"))
                .or_else(|| line.split_once("import('"))
        })
        .filter_map(|(_, rest)| rest.split('\'').next().map(str::to_owned))
        .collect()
}

/// The repository's own settings (`cdk.json`) count as inside.
fn stays_inside(folder: &std::path::Path, file: &std::path::Path, imported: &str) -> bool {
    if !imported.starts_with('.') {
        return false;
    }
    let mut target = file.parent().unwrap_or(folder).to_owned();
    for part in imported.split('/') {
        match part {
            "." => {}
            ".." => {
                target.pop();
            }
            name => target.push(name),
        }
    }
    target.starts_with(folder) || target == repository().join("cdk.json")
}

fn opens(allowed: &[&str], imported: &str) -> bool {
    allowed.iter().any(|name| {
        imported == *name
            || imported.starts_with(&format!("{}/", name))
            || (name.ends_with(':') && imported.starts_with(name))
    })
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

/// The files at any depth that end in one of these, without what is installed or built.
pub(crate) fn files_of(folder: &std::path::Path, extensions: &[&str]) -> TestResult<Vec<std::path::PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if !["node_modules", ".next", "out", "target"].contains(&name.as_str()) {
                files.extend(files_of(&path, extensions)?);
            }
        } else if extensions
            .iter()
            .any(|extension| name.ends_with(&format!(".{extension}")))
        {
            files.push(path);
        }
    }
    Ok(files)
}
