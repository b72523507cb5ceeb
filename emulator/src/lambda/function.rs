//! A function: keeps its execution environments, starts more when all are busy, and forgets those that died.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::environment::{Environment, Outcome};
use super::output::{FunctionError, InvocationResult};
use super::program::Program;
use super::runtime_api;
use super::variables::Variables;
use crate::clock::Clock;
use crate::identifiers;
use crate::loopback::Port;
use crate::problem::Problem;
use crate::template::FunctionSpec;

/// Processes of one function at a time; further events wait. AWS starts up to 1,000 an account: a laptop has fewer cores.
/// Measured on two of them, with 20 fan-outs to 3,000 connections: 20 or 40 processes take as long as 10 (1.7 s), and
/// opening the connections takes a fifth longer.
const MAX_ENVIRONMENTS: usize = 10;
/// Lambda's limit for the initialisation phase.
const INIT_TIMEOUT: Duration = Duration::from_secs(10);

/// A function of the template with its program.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) spec: FunctionSpec,
    /// By which the minutes between asynchronous retries are counted.
    pub(super) clock: Clock,
    program: Program,
    variables: Variables,
    group: i32,
    idle: Mutex<Vec<Arc<Environment>>>,
    places: Arc<Semaphore>,
}

impl Function {
    pub(crate) fn new(spec: FunctionSpec, program: Program, variables: Variables, group: i32, clock: Clock) -> Self {
        Self {
            spec,
            clock,
            program,
            variables,
            group,
            idle: Mutex::default(),
            places: Arc::new(Semaphore::new(MAX_ENVIRONMENTS)),
        }
    }

    /// Starts the first environment, so that a program that cannot run is found at once.
    ///
    /// # Errors
    /// The program cannot be executed, ends, or does not ask for an event in time.
    pub(crate) async fn warm_up(&self) -> Result<(), Problem> {
        let name = self.spec.binary.as_ref().unwrap_or(&self.spec.logical_id);
        let environment = self.start().await.map_err(|why| {
            Problem::new(format!(
                "The function {name} stopped while it was starting ({why}): mend {} and start again.",
                self.program.place().display()
            ))
        })?;
        self.keep(environment);
        Ok(())
    }

    /// Runs the function on one event and waits for its answer.
    pub(crate) async fn invoke(&self, payload: Bytes) -> InvocationResult {
        self.run(self.place().await, &identifiers::uuid(), payload).await
    }

    /// Waits for a place among the processes of this function.
    pub(crate) async fn place(&self) -> Place {
        // The semaphore is never closed.
        Place(Arc::clone(&self.places).acquire_owned().await.ok())
    }

    /// Runs the function on one event, in a place that [`Function::place`] gave.
    pub(crate) async fn run(&self, _place: Place, request_id: &str, payload: Bytes) -> InvocationResult {
        loop {
            let environment = match self.take_idle() {
                Some(environment) => environment,
                None => self.start().await.map_err(|why| FunctionError::not_started(&why))?,
            };
            match environment.invoke(request_id, payload.clone(), self.spec.timeout).await {
                Outcome::Answered(result) => {
                    self.keep(environment);
                    return result;
                }
                Outcome::Lost(error) => {
                    tracing::warn!(function = self.spec.name, error = error.message, "environment lost");
                    return Err(error);
                }
                Outcome::NeverTaken => {}
            }
        }
    }

    /// Starts an environment and waits until it asks for its first event; why it did not, otherwise. The time that this
    /// takes is not the function's, as on AWS.
    async fn start(&self) -> Result<Arc<Environment>, String> {
        let port = Port::listen(0).await.map_err(|problem| problem.to_string())?;
        let mut variables = self
            .variables
            .of(&self.spec, &identifiers::environment(), &port.address());
        variables.extend(self.program.variables.clone());
        let environment =
            Environment::start(&self.spec, &self.program, variables, self.group).map_err(|error| error.to_string())?;
        runtime_api::serve(port, Arc::clone(&environment));
        match tokio::time::timeout(INIT_TIMEOUT, environment.initialised()).await {
            Ok(Ok(())) => Ok(environment),
            Ok(Err(why)) => Err(why),
            Err(_) => {
                environment.kill();
                Err(format!("not ready after {} s", INIT_TIMEOUT.as_secs()))
            }
        }
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

/// The right to keep one process busy.
pub(crate) struct Place(#[allow(dead_code, reason = "held, never looked at")] Option<OwnedSemaphorePermit>);

/// Why an integration has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    /// The function is missing, or has failed.
    Failed,
    /// The integration's timeout passed.
    TimedOut,
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

    /// Finds a function by its name or its ARN; of its versions there is `$LATEST` alone.
    pub(crate) fn find(&self, name_or_arn: &str) -> Option<Arc<Function>> {
        let name = name_or_arn
            .split_once(":function:")
            .map_or(name_or_arn, |(_, name)| name);
        self.0.get(name.strip_suffix(":$LATEST").unwrap_or(name)).cloned()
    }

    /// Runs a function for an integration, which waits at most `timeout`; the function goes on when it stops waiting.
    pub(crate) async fn invoke_within(&self, name: &str, event: Bytes, timeout: Duration) -> Result<Bytes, NoAnswer> {
        let function = self.find(name).ok_or(NoAnswer::Failed)?;
        let answered = tokio::time::timeout(timeout, async {
            let place = function.place().await;
            // Its own task: what is not awaited any longer still runs.
            tokio::spawn(async move { function.run(place, &identifiers::uuid(), event).await }).await
        });
        match answered.await {
            Err(_) => Err(NoAnswer::TimedOut),
            Ok(Ok(Ok(answer))) => Ok(answer),
            Ok(_) => Err(NoAnswer::Failed),
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
