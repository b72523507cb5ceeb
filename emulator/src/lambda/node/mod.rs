//! Lambda's Node runtime: the machine's `node` with a small bootstrap of ours that speaks the Runtime API.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Program;
use crate::problem::{OrProblem, Problem};
use crate::state::StateFolder;
use crate::template::FunctionSpec;

/// The folder of the bootstrap, below the state folder.
const FOLDER: &str = "node";
const BOOTSTRAP: &str = "bootstrap.mjs";
const FILES: [(&str, &str); 7] = [
    (BOOTSTRAP, include_str!("bootstrap.mjs")),
    ("console.mjs", include_str!("console.mjs")),
    ("errors.mjs", include_str!("errors.mjs")),
    ("handler.mjs", include_str!("handler.mjs")),
    ("runtime_api.mjs", include_str!("runtime_api.mjs")),
    ("scope.mjs", include_str!("scope.mjs")),
    ("sdk.mjs", include_str!("sdk.mjs")),
];

/// A Node that is ready to run functions.
#[derive(Debug)]
pub(crate) struct NodeRuntime {
    node: PathBuf,
    bootstrap: PathBuf,
    /// Where the SDK is looked for that the runtime has on AWS: `node_modules` of the template's folder and above.
    sdk_folders: Vec<PathBuf>,
}

impl NodeRuntime {
    /// Finds Node, and writes the bootstrap into the state folder.
    ///
    /// # Errors
    /// There is no `node` in `PATH`, or the state folder cannot be written.
    pub(crate) fn install(
        state: &StateFolder,
        template_folder: &Path,
        functions: &[FunctionSpec],
    ) -> Result<Self, Problem> {
        let node = in_path("node").ok_or_else(|| {
            Problem::new(
                "The template has functions with a nodejs runtime, but there is no `node` in PATH: install Node.js 20 or later.",
            )
        })?;
        tell_of_other_versions(&node, functions);
        let folder = state.folder(FOLDER)?;
        for (name, text) in FILES {
            state.write(&format!("{FOLDER}/{name}"), text)?;
        }
        Ok(Self {
            node,
            bootstrap: absolute(&folder.join(BOOTSTRAP))?,
            sdk_folders: sdk_folders(&absolute(template_folder)?),
        })
    }

    /// Runs the code in `folder` with as much memory as its function has; which file and export, its `Handler` says.
    ///
    /// # Errors
    /// `folder` cannot be entered.
    pub(crate) fn program(&self, folder: &Path, memory_mb: u64) -> Result<Program, Problem> {
        let folder = absolute(folder)?;
        let variables = [
            ("LAMBDA_TASK_ROOT", folder.display().to_string()),
            ("NODE_PATH", joined(&self.sdk_folders)),
        ];
        Ok(Program {
            path: self.node.clone(),
            arguments: heap(memory_mb)
                .into_iter()
                .chain([self.bootstrap.clone().into()])
                .collect(),
            variables: BTreeMap::from(variables.map(|(name, value)| (name.to_owned(), value))),
            folder: Some(folder),
        })
    }
}

/// Says once that functions run in another version of Node than the template names.
fn tell_of_other_versions(node: &Path, functions: &[FunctionSpec]) {
    let asked = Command::new(node).arg("--version").output();
    let version = asked.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let Some(version) = version.ok().filter(|version| version.starts_with('v')) else {
        return;
    };
    let major = version.trim_start_matches('v').split('.').next().unwrap_or_default();
    let own = format!("nodejs{major}.x");
    let runtimes = functions.iter().filter(|function| function.is_node());
    let others: BTreeSet<&str> = runtimes.map(|function| function.runtime.as_str()).collect();
    let others: Vec<&str> = others.into_iter().filter(|runtime| *runtime != own).collect();
    if !others.is_empty() {
        tracing::info!(
            "functions run in this machine's Node.js {version}, though the template names {}",
            others.join(", ")
        );
    }
}

/// As AWS's runtime shares its memory out, so that Node collects garbage before the function is out of memory.
fn heap(memory_mb: u64) -> [OsString; 2] {
    let share = |percent| memory_mb * percent / 100;
    [
        format!("--max-semi-space-size={}", share(5)).into(),
        format!("--max-old-space-size={}", share(90)).into(),
    ]
}

fn in_path(name: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

fn absolute(path: &Path) -> Result<PathBuf, Problem> {
    // The path of a file without a folder has an empty parent.
    let path = if path.as_os_str().is_empty() {
        Path::new(".")
    } else {
        path
    };
    fs::canonicalize(path).or_problem(|| format!("{} cannot be entered: mend the path", path.display()))
}

fn sdk_folders(template_folder: &Path) -> Vec<PathBuf> {
    template_folder
        .ancestors()
        .map(|folder| folder.join("node_modules"))
        .filter(|folder| folder.is_dir())
        .collect()
}

/// As `NODE_PATH` has it.
fn joined(folders: &[PathBuf]) -> String {
    env::join_paths(folders)
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
