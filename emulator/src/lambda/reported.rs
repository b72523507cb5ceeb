//! Why a function's runtime says that it cannot start, for the person at the terminal: a sentence, and what to do about it.

use super::output::FunctionError;

/// What AWS's Node runtime brings along.
const OF_THE_RUNTIME: [&str; 2] = ["@aws-sdk/", "@smithy/"];

/// The error on one line, without the trace, which stands in the function's own lines.
pub(super) fn reason(error: &FunctionError) -> String {
    let message = error.message.lines().next().unwrap_or_default();
    let reason = format!("{}: {message}", error.kind);
    match missing_package(message) {
        Some(name) if OF_THE_RUNTIME.iter().any(|scope| name.starts_with(scope)) => {
            format!(
                "{reason}; it is part of the runtime on AWS: here, npm install --save-dev {name} above the template"
            )
        }
        Some(name) => format!("{reason}; npm install {name} in the folder of its package.json"),
        None => reason,
    }
}

/// The package that Node does not find, by its words; what is named by a path is no package.
fn missing_package(message: &str) -> Option<String> {
    let (_, after) = message
        .split_once("Cannot find module '")
        .or_else(|| message.split_once("Cannot find package '"))?;
    let (specifier, rest) = after.split_once('\'')?;
    // The handler's own file is named with the folder that it is not in.
    if specifier.starts_with(['.', '/']) || rest.starts_with(" in ") {
        return None;
    }
    let parts = if specifier.starts_with('@') { 2 } else { 1 };
    Some(specifier.split('/').take(parts).collect::<Vec<_>>().join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_one_line_and_says_how_to_get_a_package() {
        let cases = [
            ("app.handle is undefined or not exported", ""),
            ("Error: Cannot find module './near'\nRequire stack:\n- /a.js", ""),
            ("Error: Cannot find module 'app' in /functions", ""),
            (
                "Error: Cannot find module 'uuid/v4'\nRequire stack:\n- /a.js",
                "; npm install uuid in the folder of its package.json",
            ),
            (
                "Cannot find package '@scope/name' imported from /a.mjs",
                "; npm install @scope/name in the folder of its package.json",
            ),
            (
                "Error: Cannot find module '@aws-sdk/lib-dynamodb/index.js'",
                "; it is part of the runtime on AWS: here, npm install --save-dev @aws-sdk/lib-dynamodb above the template",
            ),
        ];
        for (message, hint) in cases {
            let error = FunctionError {
                kind: "K".to_owned(),
                message: message.to_owned(),
                ..FunctionError::default()
            };
            let first = message.lines().next().unwrap_or_default();
            assert_eq!(reason(&error), format!("K: {first}{hint}"));
        }
    }
}
