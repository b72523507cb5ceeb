//! The emulator with every mutation in it, built beside the real one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Mutation;
use crate::{TestResult, failure, repository};

/// The package's name there, so that its program does not take the place of the real one in a common target folder.
const NAME: &str = "emulator-mutated";

const SWITCH: &str = r#"
/// Whether a mutation is the one that is on.
pub(crate) mod mutation {
    pub(crate) fn is(name: &str) -> bool {
        static ON: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
        ON.get_or_init(|| std::env::var("MUTATION").ok()).as_deref() == Some(name)
    }
}
"#;

/// Copies, mutates, builds; gives the program's path.
pub(super) fn build(mutations: &[Mutation]) -> TestResult<PathBuf> {
    let root = repository();
    let scratch = root.join("target/mutations");
    let copy = scratch.join("emulator");
    if copy.exists() {
        std::fs::remove_dir_all(&copy)?;
    }
    copy_folder(&root.join("emulator"), &copy)?;
    std::fs::copy(root.join("Cargo.lock"), scratch.join("Cargo.lock"))?;
    std::fs::write(
        scratch.join("Cargo.toml"),
        alone(&std::fs::read_to_string(root.join("Cargo.toml"))?)?,
    )?;
    change(
        &copy.join("Cargo.toml"),
        "name = \"emulator\"",
        &format!("name = \"{NAME}\""),
    )?;
    let files: BTreeSet<&PathBuf> = mutations.iter().map(|mutation| &mutation.file).collect();
    for file in files {
        let of_file = mutations.iter().filter(|mutation| &mutation.file == file);
        let path = copy.join("src").join(file);
        std::fs::write(&path, switched(&std::fs::read_to_string(&path)?, of_file)?)?;
    }
    let main = copy.join("src/main.rs");
    std::fs::write(&main, std::fs::read_to_string(&main)? + SWITCH)?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| scratch.join("target"), PathBuf::from);
    let built = Command::new("cargo")
        .args(["build", "--quiet", "--target-dir"])
        .arg(&target)
        .current_dir(&scratch)
        // Of the switches' warnings nobody wants to hear.
        .output()?;
    if built.status.success() {
        Ok(target.join("debug").join(NAME))
    } else {
        let words = String::from_utf8_lossy(&built.stderr).into_owned();
        Err(failure(format!("a mutation does not build:\n{words}")))
    }
}

/// The text with each mutation behind its switch.
fn switched<'a>(text: &str, mutations: impl Iterator<Item = &'a Mutation>) -> TestResult<String> {
    let mut places: Vec<(usize, &Mutation)> = mutations
        .filter_map(|mutation| Some((text.find(&mutation.find)?, mutation)))
        .collect();
    places.sort_by_key(|(start, _)| *start);
    let (mut switched, mut end) = (String::new(), 0);
    for (
        start,
        Mutation {
            name, find, replace, ..
        },
    ) in places
    {
        let between = text
            .get(end..start)
            .ok_or_else(|| failure(format!("{name}: it overlaps another mutation")))?;
        switched.push_str(between);
        switched.push_str(&format!(
            "(if crate::mutation::is({name:?}) {{ {replace} }} else {{ {find} }})"
        ));
        end = start + find.len();
    }
    Ok(switched + &text[end..])
}

/// The workspace's file, for the emulator alone.
fn alone(manifest: &str) -> TestResult<String> {
    let (before, members) = manifest
        .split_once("members = [")
        .ok_or_else(|| failure("Cargo.toml has no members"))?;
    let (_, after) = members
        .split_once(']')
        .ok_or_else(|| failure("Cargo.toml's members have no end"))?;
    Ok(format!("{before}members = [\"emulator\"]{after}"))
}

fn change(file: &Path, find: &str, replace: &str) -> TestResult {
    let text = std::fs::read_to_string(file)?;
    if text.matches(find).count() != 1 {
        return Err(failure(format!(
            "{find:?} stands not once in {}: do two mutations overlap?",
            file.display()
        )));
    }
    Ok(std::fs::write(file, text.replace(find, replace))?)
}

fn copy_folder(from: &Path, to: &Path) -> TestResult {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
