//! Where an executable file may be: what is packaged comes before what cargo has built.

use std::path::{Path, PathBuf};

use super::Programs;
use crate::problem::Problem;
use crate::template::FunctionSpec;

/// Where cargo-lambda puts what it builds, below the folder of the workspace.
const CARGO_LAMBDA: &str = "target/lambda";

impl Programs<'_> {
    /// # Errors
    /// None of the places has an executable file.
    pub(super) fn executable(&self, function: &FunctionSpec) -> Result<PathBuf, Problem> {
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
        let packaged = self.local_folder(function).and_then(|folder| bootstrap_in(&folder));
        let binary = function.binary.as_ref().map(|binary| self.binaries.join(binary));
        packaged
            .or_else(|| binary.as_deref().and_then(is_file))
            .or_else(|| self.built_by_cargo_lambda(function))
            .ok_or_else(|| not_found(function, binary.as_deref()))
    }

    /// `target/lambda/<name>/bootstrap` beside the template or above it; the name is the binary's, or else one of the function's.
    fn built_by_cargo_lambda(&self, function: &FunctionSpec) -> Option<PathBuf> {
        let names = [
            function.binary.as_ref(),
            Some(&function.name),
            Some(&function.logical_id),
        ];
        let folder = std::fs::canonicalize(&self.template_folder).ok()?;
        folder
            .ancestors()
            .flat_map(|above| names.iter().flatten().map(|name| above.join(CARGO_LAMBDA).join(name)))
            .find_map(|folder| bootstrap_in(&folder))
    }
}

fn not_found(function: &FunctionSpec, binary: Option<&Path>) -> Problem {
    let place = binary.map_or("no binary in its metadata".to_owned(), |path| {
        path.display().to_string()
    });
    Problem::new(format!(
        "The function {} has no program ({place}): build it with `cargo build --workspace`, or name one with --function {}=PATH.",
        function.logical_id, function.logical_id
    ))
}

fn bootstrap_in(folder: &Path) -> Option<PathBuf> {
    is_file(&folder.join("bootstrap"))
}

fn is_file(path: &Path) -> Option<PathBuf> {
    path.is_file().then(|| path.to_owned())
}
