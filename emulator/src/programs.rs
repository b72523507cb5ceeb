//! Finds the program of each function: what `--function` gives, else what the template says, else what cargo has built.

mod rust;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::lambda::{NodeRuntime, Program};
use crate::problem::{OrProblem, Problem};
use crate::state::StateFolder;
use crate::template::{self, Code, FunctionSpec};

/// The folder of inline code, below the state folder.
const INLINE_FOLDER: &str = "code";

/// Where programs may be.
#[derive(Debug)]
pub(crate) struct Programs<'a> {
    /// `--function LogicalId=PATH`.
    given: BTreeMap<String, PathBuf>,
    /// The folder of the template, to which paths in it are relative.
    template_folder: PathBuf,
    /// The folder of cargo's binaries.
    binaries: PathBuf,
    /// Where inline code is written to.
    state: &'a StateFolder,
    /// Whether the template can be made again.
    is_of_the_cdk: bool,
    /// Absent when no function needs it.
    node: Option<NodeRuntime>,
}

impl<'a> Programs<'a> {
    /// # Errors
    /// A `--function` that names no function of the template; functions for Node, and no Node.
    pub(crate) fn new(
        given: BTreeMap<String, PathBuf>,
        template: &Path,
        binaries: PathBuf,
        state: &'a StateFolder,
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
        let template_folder = template.parent().unwrap_or(Path::new(".")).to_owned();
        let node = functions.iter().any(FunctionSpec::is_node);
        let node = node
            .then(|| NodeRuntime::install(state, &template_folder, functions))
            .transpose()?;
        Ok(Self {
            given,
            template_folder,
            binaries,
            state,
            is_of_the_cdk: template::is_of_the_cdk(template),
            node,
        })
    }

    /// # Errors
    /// None of the places has the function's program.
    pub(crate) fn find(&self, function: &FunctionSpec) -> Result<Program, Problem> {
        match &self.node {
            Some(node) if function.is_node() => node.program(&self.node_folder(function)?, function.memory_mb),
            _ => self.executable(function).map(Program::executable),
        }
    }

    /// The folder of a Node function's code.
    fn node_folder(&self, function: &FunctionSpec) -> Result<PathBuf, Problem> {
        let id = &function.logical_id;
        if let Some(given) = self.given.get(id) {
            return is_folder(given).ok_or_else(|| {
                Problem::new(format!(
                    "{} of --function {id} is no folder: give the folder of the file that Handler names ({}).",
                    given.display(),
                    function.handler
                ))
            });
        }
        if let Code::Inline(text) = &function.code {
            return self.written(id, text);
        }
        let local = self.local_folder(function);
        local.as_deref().and_then(is_folder).ok_or_else(|| {
            let place = local.map_or("its code is in S3".to_owned(), |path| {
                format!("{} is no folder", path.display())
            });
            let first = if self.is_of_the_cdk {
                "synthesise the template again, or "
            } else {
                ""
            };
            Problem::new(format!(
                "The code of the function {id} is not here ({place}): {first}give the folder with --function {id}=PATH."
            ))
        })
    }

    /// The folder that the template names: the CDK's staged asset, or a path as SAM and `aws cloudformation package` take it.
    fn local_folder(&self, function: &FunctionSpec) -> Option<PathBuf> {
        let path = match (&function.asset, &function.code) {
            (Some(asset), _) => asset,
            (None, Code::Local(path)) => path,
            _ => return None,
        };
        Some(self.template_folder.join(path))
    }

    /// Writes inline code as CloudFormation does: into a file named `index.js`.
    fn written(&self, logical_id: &str, text: &str) -> Result<PathBuf, Problem> {
        let name = format!("{INLINE_FOLDER}/{logical_id}");
        let folder = self.state.folder(&name)?;
        self.state.write(&format!("{name}/index.js"), text)?;
        std::fs::canonicalize(&folder).or_problem(|| format!("{} cannot be entered", folder.display()))
    }
}

fn is_folder(path: &Path) -> Option<PathBuf> {
    path.is_dir().then(|| path.to_owned())
}
