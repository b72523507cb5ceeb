//! Functions as anybody with the right to invoke them reaches them: through Lambda's Invoke API.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::{Stack, TestResult, failure};

impl Stack {
    /// Invokes the function built from this binary and gives its answer.
    ///
    /// # Errors
    /// The function failed; its error is in the words.
    pub async fn invoke(&self, binary: &str, payload: &Value) -> TestResult<Value> {
        let name = self.endpoint(&format!("/functions/{binary}"));
        let response = reqwest::Client::new()
            .post(format!(
                "{}/2015-03-31/functions/{name}/invocations",
                self.endpoint("/lambda")
            ))
            .body(payload.to_string())
            .send()
            .await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await?;
        if !status.is_success() || headers.contains_key("x-amz-function-error") {
            return Err(failure(format!("{binary}: {status} {text}")));
        }
        serde_json::from_str(&text).map_err(|error| failure(format!("{binary}: {error} in {text}")))
    }

    /// Kills every process of a function, as `kill -9` does, and says how many there were.
    pub fn kill_function(&self, binary: &str) -> usize {
        let processes = self.function_processes(binary);
        let killed = processes
            .into_iter()
            .filter(|process| kill(Pid::from_raw(*process), Signal::SIGKILL).is_ok());
        // One that ended by itself in the meantime is no error.
        killed.count()
    }
}
