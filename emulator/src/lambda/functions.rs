//! The functions of a stack, by name, and those of its services that wait for an answer.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use bytes::Bytes;

use super::concurrency::Concurrency;
use super::destinations::{Destination, Destinations};
use super::function::{Function, Host};
use super::invocation::{Event, LATEST};
use super::output::InvocationResult;
use super::program::Program;
use crate::problem::Problem;
use crate::template::FunctionSpec;

/// Why an integration has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    /// The function is missing, or has failed.
    Failed,
    /// Lambda did not take the event: too many are under way.
    Throttled,
    /// The integration's timeout passed.
    TimedOut,
}

/// The functions of the stack, by name.
#[derive(Debug, Default)]
pub(crate) struct Functions(BTreeMap<String, Arc<Function>>);

impl Functions {
    /// Functions with their programs, that have `concurrency` executions at a time together.
    ///
    /// # Errors
    /// They reserve more than that.
    pub(crate) fn new(functions: Vec<(FunctionSpec, Program)>, host: &Host, concurrency: u32) -> Result<Self, Problem> {
        let shares = Concurrency::shared_out(concurrency, functions.iter().map(|(spec, _)| spec))?;
        let functions: BTreeMap<String, Arc<Function>> = functions
            .into_iter()
            .zip(shares)
            .map(|((spec, program), share)| {
                let name = spec.name.clone();
                (name, Arc::new(Function::new(spec, program, share, host.clone())))
            })
            .collect();
        let functions = Self(functions);
        for function in functions.0.values() {
            let asynchronous = &function.spec.asynchronous;
            // Nobody else sets it.
            let _ = function.destinations.set(Destinations {
                on_success: functions.destination(asynchronous.on_success.as_deref()),
                on_failure: functions.destination(asynchronous.on_failure.as_deref()),
            });
        }
        Ok(functions)
    }

    /// Finds a function by its name, its ARN or, where none is named so, its logical id; of its versions there is `$LATEST` alone.
    pub(crate) fn find(&self, name_or_arn: &str) -> Option<Arc<Function>> {
        let (name, qualifier) = name_and_qualifier(name_or_arn);
        if qualifier.is_some_and(|qualifier| qualifier != LATEST) {
            return None;
        }
        let by_logical_id = || self.0.values().find(|function| function.spec.logical_id == name);
        self.0.get(name).or_else(by_logical_id).cloned()
    }

    fn destination(&self, arn: Option<&str>) -> Option<Weak<dyn Destination>> {
        let function: Arc<dyn Destination> = self.find(arn?)?;
        Some(Arc::downgrade(&function))
    }

    /// The names of all.
    pub(super) fn names(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }

    /// The ARN of what is called `name` here, whether it is there or not.
    pub(super) fn arn_of(&self, name: &str) -> String {
        let prefix = self.0.values().next().and_then(|function| {
            let arn = &function.spec.arn;
            arn.strip_suffix(&function.spec.name)
        });
        format!("{}{name}", prefix.unwrap_or_default())
    }

    /// As [`Functions::run_within`], for an integration, to which a failure is no answer.
    pub(crate) async fn invoke_within(&self, name: &str, event: Event, timeout: Duration) -> Result<Bytes, NoAnswer> {
        let result = self.run_within(name, event, timeout).await?;
        result.map_err(|_| NoAnswer::Failed)
    }

    /// Runs a function for a caller that waits at most `timeout`; the function goes on when it stops waiting.
    pub(crate) async fn run_within(
        &self,
        name: &str,
        event: Event,
        timeout: Duration,
    ) -> Result<InvocationResult, NoAnswer> {
        let function = self.find(name).ok_or(NoAnswer::Failed)?;
        let execution = function.concurrency.begin().map_err(|_| NoAnswer::Throttled)?;
        let answered = tokio::time::timeout(timeout, async {
            let place = function.place(execution).await;
            // Its own task: what is not awaited any longer still runs.
            tokio::spawn(async move { function.run(place, &event).await.result }).await
        });
        match answered.await {
            Err(_) => Err(NoAnswer::TimedOut),
            Ok(result) => result.map_err(|_| NoAnswer::Failed),
        }
    }

    /// Starts one environment of each function.
    ///
    /// # Errors
    /// The first function that does not start.
    pub(crate) async fn warm_up(&self) -> Result<(), Problem> {
        futures_util::future::try_join_all(self.0.values().map(|function| function.warm_up())).await?;
        Ok(())
    }
}

/// What a function is called by: its name, its ARN or a part of it, each with a version or alias behind it or not
/// (<https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>).
pub(super) fn name_and_qualifier(text: &str) -> (&str, Option<&str>) {
    let name = match text.find("function:") {
        Some(at) if at == 0 || text[..at].ends_with(':') => &text[at + "function:".len()..],
        _ => text,
    };
    match name.split_once(':') {
        Some((name, qualifier)) => (name, Some(qualifier)),
        None => (name, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_has_many_names() {
        for (text, expected) in [
            ("f", ("f", None)),
            ("f:live", ("f", Some("live"))),
            ("my-function:1", ("my-function", Some("1"))),
            ("123456789012:function:f", ("f", None)),
            ("arn:aws:lambda:us-east-1:123456789012:function:f", ("f", None)),
            (
                "arn:aws:lambda:us-east-1:123456789012:function:f:$LATEST",
                ("f", Some(LATEST)),
            ),
        ] {
            assert_eq!(name_and_qualifier(text), expected, "{text}");
        }
    }
}
