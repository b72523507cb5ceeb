//! Reads a template's file, in JSON or YAML, into one JSON value.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Resource, Template, yaml};
use crate::problem::{OrProblem, Problem};

/// CloudFormation's quota for a template (bytes;
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>).
const MAX_BYTES: u64 = 1024 * 1024;

/// What a template is called that has a folder of its own.
const NAMES: [&str; 3] = ["template.yaml", "template.yml", "template.json"];

impl Template {
    /// # Errors
    /// A file that is missing, too long, neither JSON nor YAML, or no template; the sentence names the resource at fault.
    pub(super) fn of_file(path: &Path) -> Result<Self, Problem> {
        let shown = path.display().to_string();
        let text = text_of(path, &shown)?;
        let or_again = if is_of_the_cdk(path) {
            ", or synthesise it again"
        } else {
            ""
        };
        let no_template = |how: &str| format!("{shown} is not a CloudFormation template in {how}: mend it{or_again}");
        // JSON is YAML too, but its own parser has better words.
        let document = if text.trim_start().starts_with('{') {
            serde_json::from_str(&text).or_problem(|| no_template("JSON"))?
        } else {
            yaml::parse(&text).or_problem(|| no_template("YAML"))?
        };
        Self::of(document).or_problem(|| no_template("JSON or YAML"))
    }

    fn of(mut document: Value) -> Result<Self, Problem> {
        if let Some(sections) = document.as_object_mut() {
            // A section that is named and empty, as YAML allows.
            sections.retain(|_, section| !section.is_null());
        }
        let resources = document.get("Resources").and_then(Value::as_object);
        let resources = resources.ok_or_else(|| Problem::new("it has no Resources"))?;
        for (logical_id, resource) in resources {
            if logical_id.starts_with("Fn::") {
                return Err(Problem::new(format!(
                    "{logical_id} is carried out by CloudFormation alone; give the template that it makes"
                )));
            }
            if let Err(error) = serde_json::from_value::<Resource>(resource.clone()) {
                return Err(Problem::new(format!("the resource {logical_id} is none, {error}")));
            }
        }
        serde_json::from_value(document).map_err(|error| Problem::new(error.to_string()))
    }
}

/// The file that is meant: that of a folder, by its usual name.
pub(crate) fn file_of(path: &Path) -> PathBuf {
    let in_folder = NAMES.iter().map(|name| path.join(name)).find(|file| file.is_file());
    in_folder.unwrap_or_else(|| path.to_owned())
}

/// Whether the CDK has written the template, and can do so again.
pub(crate) fn is_of_the_cdk(path: &Path) -> bool {
    path.to_string_lossy().ends_with(".template.json")
}

fn text_of(path: &Path, shown: &str) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
        .or_problem(|| format!("The template {shown} cannot be read: give the path of a template with --template"))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Problem::new(format!(
            "The template {shown} is longer than 1 MB, more than CloudFormation takes: split it."
        )));
    }
    String::from_utf8(bytes).or_problem(|| format!("The template {shown} is no text: give a template in JSON or YAML"))
}
