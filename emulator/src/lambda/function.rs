//! A function: keeps its execution environments, starts more when all are busy, and forgets those that died.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Semaphore;

use super::environment::{Environment, Outcome};
use super::output::{FunctionError, InvocationResult};
use super::runtime_api;
use super::variables::Variables;
use crate::identifiers;
use crate::loopback::Port;
use crate::problem::Problem;
use crate::template::FunctionSpec;

/// Processes of one function at a time; further events wait. AWS starts up to 1,000 an account: a laptop has fewer cores.
const MAX_ENVIRONMENTS: usize = 10;
/// Lambda's limit for the initialisation phase.
const INIT_TIMEOUT: Duration = Duration::from_secs(10);

/// A function of the template with its program.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) spec: FunctionSpec,
    program: PathBuf,
    variables: Variables,
    group: i32,
    idle: Mutex<Vec<Arc<Environment>>>,
    places: Semaphore,
}

impl Function {
    pub(crate) fn new(spec: FunctionSpec, program: PathBuf, variables: Variables, group: i32) -> Self {
        Self {
            spec,
            program,
            variables,
            group,
            idle: Mutex::default(),
            places: Semaphore::new(MAX_ENVIRONMENTS),
        }
    }

    /// Starts the first environment, so that a program that cannot run is found at once.
    ///
    /// # Errors
    /// The program cannot be executed, ends, or does not ask for an event in time.
    pub(crate) async fn warm_up(&self) -> Result<(), Problem> {
        let name = self.spec.binary.as_ref().unwrap_or(&self.spec.logical_id);
        let stopped = |why: String| {
            Problem::new(format!(
                "The function {name} stopped while it was starting ({why}): mend {} and start again.",
                self.program.display()
            ))
        };
        let environment = self.start().await.map_err(|error| stopped(error.message))?;
        match tokio::time::timeout(INIT_TIMEOUT, environment.initialised()).await {
            Ok(Ok(())) => {
                self.keep(environment);
                Ok(())
            }
            Ok(Err(why)) => Err(stopped(why)),
            Err(_) => Err(stopped(format!("not ready after {} s", INIT_TIMEOUT.as_secs()))),
        }
    }

    /// Runs the function on one event and waits for its answer.
    pub(crate) async fn invoke(&self, payload: Bytes) -> InvocationResult {
        // The semaphore is never closed.
        let _place = self.places.acquire().await;
        loop {
            let environment = match self.take_idle() {
                Some(environment) => environment,
                None => self.start().await?,
            };
            match environment.invoke(payload.clone(), self.spec.timeout).await {
                Outcome::Answered(result) => {
                    self.keep(environment);
                    return result;
                }
                Outcome::Lost(error) => {
                    tracing::warn!(function = self.spec.name, error = error.message, "environment lost");
                    return Err(error);
                }
                // A program that ends before it asks for an event would be started for ever.
                Outcome::NeverTaken if !environment.was_ready() => {
                    return Err(FunctionError::not_started("it ended before it took the event"));
                }
                Outcome::NeverTaken => {}
            }
        }
    }

    async fn start(&self) -> Result<Arc<Environment>, FunctionError> {
        let not_started = |error: &dyn std::fmt::Display| FunctionError::not_started(&error.to_string());
        let port = Port::listen(0).await.map_err(|problem| not_started(&problem))?;
        let variables = self
            .variables
            .of(&self.spec, &identifiers::environment(), &port.address());
        let environment = Environment::start(&self.spec, &self.program, variables, self.group)
            .map_err(|error| not_started(&error))?;
        runtime_api::serve(port, Arc::clone(&environment));
        Ok(environment)
    }

    fn take_idle(&self) -> Option<Arc<Environment>> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|environment| !environment.has_exited());
        idle.pop()
    }

    fn keep(&self, environment: Arc<Environment>) {
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(environment);
    }
}

/// The functions of the stack, by name.
#[derive(Debug)]
pub(crate) struct Functions(BTreeMap<String, Arc<Function>>);

impl Functions {
    pub(crate) fn new(functions: impl IntoIterator<Item = Function>) -> Self {
        Self(
            functions
                .into_iter()
                .map(|function| (function.spec.name.clone(), Arc::new(function)))
                .collect(),
        )
    }

    /// Finds a function by its name or its ARN.
    pub(crate) fn find(&self, name_or_arn: &str) -> Option<Arc<Function>> {
        let name = name_or_arn
            .split_once(":function:")
            .map_or(name_or_arn, |(_, name)| name);
        self.0.get(name).cloned()
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
