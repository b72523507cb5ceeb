//! How many executions there may be at a time, and what is told to those beyond
//! (<https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html>).
//!
//! An execution counts from when its event comes until the function is done with it. On AWS all of them run; here at most
//! [`MAX_PROCESSES`] of a function do, and the others wait for one of its processes. They count while they wait.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::problem::Problem;
use crate::template::FunctionSpec;

/// Processes of one function at a time. AWS starts as many as events come: a laptop has fewer cores. Measured on two of
/// them, with 20 fan-outs to 3,000 connections: 20 or 40 processes take as long as 10 (1.7 s), and opening the connections
/// takes a fifth longer.
pub(super) const MAX_PROCESSES: usize = 10;

/// Executions at a time of all functions that reserve none, unless `--concurrency` says otherwise. AWS's own default is
/// 1,000, of executions that all run: here those count too that wait, and thousands of handshakes at a time are usual.
pub(crate) const DEFAULT_CONCURRENCY: u32 = 20_000;

/// A function's share of the executions.
#[derive(Debug, Clone)]
pub(super) struct Concurrency {
    free: Arc<Semaphore>,
    reserved: Option<u32>,
}

/// One of the executions that there may be; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Execution(#[allow(dead_code, reason = "held, never looked at")] OwnedSemaphorePermit);

/// Lambda does not take the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Throttled {
    reserved: bool,
}

impl Throttled {
    /// As `Reason` has it (<https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>).
    pub(super) fn reason(self) -> &'static str {
        match self.reserved {
            true => "ReservedFunctionConcurrentInvocationLimitExceeded",
            false => "ConcurrentInvocationLimitExceeded",
        }
    }
}

impl Concurrency {
    /// The shares of `functions`, in their order: what each reserves is its own, the others have the rest of `total`
    /// together.
    ///
    /// # Errors
    /// More is reserved than there is.
    pub(super) fn shared_out<'a>(
        total: u32,
        functions: impl Iterator<Item = &'a FunctionSpec> + Clone,
    ) -> Result<Vec<Self>, Problem> {
        let reserved = functions
            .clone()
            .filter_map(|function| function.reserved_concurrency)
            .fold(0_u32, u32::saturating_add);
        let rest = total.checked_sub(reserved).ok_or_else(|| {
            Problem::new(format!(
                "The functions reserve {reserved} concurrent executions together (ReservedConcurrentExecutions), of {total}: give more with --concurrency."
            ))
        })?;
        let rest = Arc::new(Semaphore::new(rest as usize));
        Ok(functions
            .map(|function| match function.reserved_concurrency {
                Some(own) => Self {
                    free: Arc::new(Semaphore::new(own as usize)),
                    reserved: Some(own),
                },
                None => Self {
                    free: Arc::clone(&rest),
                    reserved: None,
                },
            })
            .collect())
    }

    /// Begins an execution.
    pub(super) fn begin(&self) -> Result<Execution, Throttled> {
        let free = Arc::clone(&self.free).try_acquire_owned();
        free.map(Execution).map_err(|_| Throttled {
            reserved: self.reserved.is_some(),
        })
    }

    /// Whether the template switches the function off.
    pub(super) fn is_off(&self) -> bool {
        self.reserved == Some(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(total: u32, reserved: &[Option<u32>]) -> Result<Vec<Concurrency>, Problem> {
        let functions: Vec<FunctionSpec> = reserved
            .iter()
            .map(|&reserved_concurrency| FunctionSpec {
                reserved_concurrency,
                ..FunctionSpec::for_tests()
            })
            .collect();
        Concurrency::shared_out(total, functions.iter())
    }

    #[test]
    fn what_is_reserved_is_ones_own_and_the_rest_is_shared() {
        let shares = shares(4, &[Some(1), None, None, Some(0)]).unwrap_or_default();
        let [own, one, other, off] = shares.as_slice() else {
            panic!("a share for each: {shares:?}");
        };
        let held = (own.begin(), one.begin(), other.begin(), one.begin());
        assert!(held.0.is_ok() && held.1.is_ok() && held.2.is_ok() && held.3.is_ok());
        let reason = |share: &Concurrency| share.begin().map_err(Throttled::reason).err();
        let (reserved, account) = (
            Some("ReservedFunctionConcurrentInvocationLimitExceeded"),
            Some("ConcurrentInvocationLimitExceeded"),
        );
        assert_eq!((reason(own), reason(other), reason(off)), (reserved, account, reserved));
        assert_eq!((own.is_off(), off.is_off()), (false, true));
        drop(held);
        assert_eq!((reason(own), reason(other), reason(off)), (None, None, reserved));
    }

    #[test]
    fn more_than_there_is_cannot_be_reserved() {
        assert!(shares(3, &[Some(2), Some(2)]).is_err_and(|problem| problem.to_string().contains("--concurrency")));
    }
}
