//! Finds the program of each function. The template names none, so three places are tried in order: `--function`, a
//! packaged asset that holds `bootstrap`, and the cargo binary named in the function's metadata.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::lambda::Program;
use crate::problem::Problem;
use crate::template::FunctionSpec;

/// Where programs may be.
#[derive(Debug)]
pub(crate) struct Programs {
    /// `--function LogicalId=PATH`.
    given: BTreeMap<String, PathBuf>,
    /// The folder of the template, to which asset paths are relative.
    template_folder: PathBuf,
    /// The folder of cargo's binaries.
    binaries: PathBuf,
}

impl Programs {
    /// # Errors
    /// A `--function` that names no function of the template.
    pub(crate) fn new(
        given: BTreeMap<String, PathBuf>,
        template: &Path,
        binaries: PathBuf,
        functions: &[FunctionSpec],
    ) -> Result<Self, Problem> {
        let unknown = given
            .keys()
            .find(|name| !functions.iter().any(|function| &function.logical_id == *name));
        if let Some(name) = unknown {
            let known: Vec<&str> = functions.iter().map(|function| function.logical_id.as_str()).collect();
            return Err(Problem::new(format!(
                "--function {name}=… names no function of the template: its functions are {}.",
                known.join(", ")
            )));
        }
        Ok(Self {
            given,
            template_folder: template.parent().unwrap_or(Path::new(".")).to_owned(),
            binaries,
        })
    }

    /// # Errors
    /// None of the three places has an executable file.
    pub(crate) fn find(&self, function: &FunctionSpec) -> Result<Program, Problem> {
        self.executable(function).map(Program::executable)
    }

    fn executable(&self, function: &FunctionSpec) -> Result<PathBuf, Problem> {
        if let Some(given) = self.given.get(&function.logical_id) {
            let program = bootstrap_in(given).unwrap_or_else(|| given.clone());
            return is_file(&program).ok_or_else(|| {
                Problem::new(format!(
                    "{} of --function {} is no program: give an executable file, or a folder that holds bootstrap.",
                    given.display(),
                    function.logical_id
                ))
            });
        }
        let asset = function.asset.as_ref().map(|asset| self.template_folder.join(asset));
        if let Some(bootstrap) = asset.and_then(|folder| bootstrap_in(&folder)) {
            return Ok(bootstrap);
        }
        let binary = function.binary.as_ref().map(|binary| self.binaries.join(binary));
        binary.as_deref().and_then(is_file).ok_or_else(|| {
            let place = binary.map_or("no binary in its metadata".to_owned(), |path| path.display().to_string());
            Problem::new(format!(
                "The function {} has no program ({place}): build it with `cargo build --workspace`, or name one with --function {}=PATH.",
                function.logical_id, function.logical_id
            ))
        })
    }
}

fn bootstrap_in(folder: &Path) -> Option<PathBuf> {
    is_file(&folder.join("bootstrap"))
}

fn is_file(path: &Path) -> Option<PathBuf> {
    path.is_file().then(|| path.to_owned())
}
