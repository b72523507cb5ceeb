//! Runs the REQUEST authorizer of a handshake and reads its verdict.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::access_log::Entry;
use super::events::{AuthorizerContext, HandshakeRequest, text_of};
use super::{Gateway, policy};
use crate::inspector::Verdict;
use crate::lambda::{Event, InvocationResult, NoAnswer};
use crate::template::AuthorizerSpec;

/// API Gateway's limit for the authorizer's whole result (bytes).
const MAX_RESULT_BYTES: usize = 8 * 1024;

/// How long a handshake waits for its authorizer, and for a process of it: as long as for any integration, since AWS
/// documents no limit of its own.
const TIMEOUT: Duration = Duration::from_secs(29);

/// An allowed handshake's identity.
pub(super) struct Authorized {
    /// What every later event carries.
    pub(super) context: AuthorizerContext,
    /// The context with `integrationLatency`, which the CONNECT event alone has.
    pub(super) context_of_connect: AuthorizerContext,
}

/// A handshake that the authorizer does not let in: the client is told the status alone.
#[derive(Debug)]
pub(super) struct Denial {
    pub(super) status: StatusCode,
    why: String,
}

impl Denial {
    fn new(status: StatusCode, why: impl Into<String>) -> Self {
        Self {
            status,
            why: why.into(),
        }
    }

    /// What the authorizer gave is nothing to go by.
    fn useless(why: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, why)
    }
}

impl Gateway {
    /// # Errors
    /// The handshake is refused, with 401, 403 or 500.
    pub(super) async fn authorize(
        &self,
        spec: &AuthorizerSpec,
        request: &HandshakeRequest,
        entry: &mut Entry,
    ) -> Result<Authorized, Denial> {
        let decided = self.decide(spec, request, entry).await;
        let verdict = match &decided {
            Ok(authorized) => Verdict::Allowed(&authorized.context),
            Err(denial) => Verdict::Refused {
                status: denial.status.as_u16(),
                why: &denial.why,
            },
        };
        self.notes.verdict(&text_of(&request.context["connectionId"]), &verdict);
        decided
    }

    async fn decide(
        &self,
        spec: &AuthorizerSpec,
        request: &HandshakeRequest,
        entry: &mut Entry,
    ) -> Result<Authorized, Denial> {
        let mut sources = spec.identity_sources.iter();
        if let Some(missing) = sources.find(|source| !self.is_present(source, request)) {
            let why = format!("the identity source {missing} is missing, and the authorizer was not asked");
            return Err(Denial::new(StatusCode::UNAUTHORIZED, why));
        }
        let event = self.authorizer_event(request).to_string();
        let started = Instant::now();
        let functions = &self.shared.functions;
        let verdict = match functions
            .run_within(&spec.function, Event::new(event.into()), TIMEOUT)
            .await
        {
            Ok(result) => verdict(result, &self.method_arn("$connect")),
            Err(NoAnswer::Throttled) => Err(Denial::useless("the authorizer was throttled")),
            Err(NoAnswer::TimedOut) => Err(Denial::useless("the authorizer took longer than 29 s")),
            Err(NoAnswer::Failed) => Err(Denial::useless("the authorizer's function is missing")),
        };
        let latency = started.elapsed();
        entry.authorized(verdict.as_ref().map_err(|denial| denial.status.as_u16()), latency);
        let context = verdict?;
        let mut context_of_connect = context.clone();
        context_of_connect.insert("integrationLatency".to_owned(), json!(latency.as_millis() as u64));
        Ok(Authorized {
            context,
            context_of_connect,
        })
    }

    /// Whether an identity source such as `route.request.header.Cookie` is there and not empty.
    fn is_present(&self, source: &str, request: &HandshakeRequest) -> bool {
        if let Some(name) = source.strip_prefix("context.") {
            let found = name.split('.').try_fold(&request.context, |part, name| part.get(name));
            return found.is_some_and(|value| !value.is_null() && value != "");
        }
        let value = if let Some(name) = source.strip_prefix("route.request.header.") {
            request.header(name)
        } else if let Some(name) = source.strip_prefix("route.request.querystring.") {
            request.query_parameter(name)
        } else if let Some(name) = source.strip_prefix("stageVariables.") {
            self.stage
                .variables
                .as_ref()
                .and_then(|variables| variables.get(name))
                .map(String::as_str)
        } else {
            None
        };
        value.is_some_and(|value| !value.is_empty())
    }
}

/// Everything that is not an allowing policy refuses: 401 for the error `Unauthorized`, 403 for a policy that does not
/// allow, 500 for the rest.
fn verdict(result: InvocationResult, method_arn: &str) -> Result<AuthorizerContext, Denial> {
    let answer = result.map_err(|error| match error.message.as_str() {
        "Unauthorized" => Denial::new(StatusCode::UNAUTHORIZED, "the authorizer failed with Unauthorized"),
        message => Denial::useless(format!("the authorizer failed: {message}")),
    })?;
    if answer.len() > MAX_RESULT_BYTES {
        tracing::error!(bytes = answer.len(), "the authorizer's result is over 8 KB");
        return Err(Denial::useless("the authorizer's result is over 8 KB"));
    }
    let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
    let context = context(&answer).ok_or_else(|| {
        Denial::useless(
            "the authorizer's result has no principalId, or a context of other than texts, numbers and truths",
        )
    })?;
    match answer
        .get("policyDocument")
        .and_then(|document| policy::allows(document, method_arn))
    {
        Some(true) => Ok(context),
        Some(false) => {
            let why = format!("the authorizer's policy does not allow {method_arn}");
            Err(Denial::new(StatusCode::FORBIDDEN, why))
        }
        None => Err(Denial::useless("the authorizer's result has no policy")),
    }
}

/// The context with `principalId`, every value a string: AWS documents that `1` becomes `"1"`.
fn context(answer: &Value) -> Option<AuthorizerContext> {
    let mut context = AuthorizerContext::new();
    let given = match answer.get("context") {
        None | Some(Value::Null) => None,
        Some(Value::Object(given)) => Some(given),
        Some(_) => return None,
    };
    for (name, value) in given.into_iter().flatten() {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(_) | Value::Bool(_) => value.to_string(),
            _ => return None,
        };
        context.insert(name.clone(), Value::String(text));
    }
    let principal = answer.get("principalId")?.as_str()?;
    context.insert("principalId".to_owned(), json!(principal));
    Some(context)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lambda::FunctionError;

    const ARN: &str = "arn:aws:execute-api:r:0:a/ws/$connect";

    fn answer(effect: &str, context: Value) -> InvocationResult {
        Ok(json!({
            "principalId": "u1",
            "policyDocument": { "Statement": [{ "Effect": effect, "Action": "execute-api:Invoke", "Resource": ARN }] },
            "context": context,
        })
        .to_string()
        .into())
    }

    #[test]
    fn the_context_becomes_strings_with_the_principal() {
        let context = verdict(
            answer("Allow", json!({ "level": 3, "admin": true, "name": "Ada" })),
            ARN,
        );
        let expected = json!({ "level": "3", "admin": "true", "name": "Ada", "principalId": "u1" });
        assert_eq!(context.ok().map(Value::Object), Some(expected));
    }

    #[test]
    fn everything_else_refuses() {
        let failed = |message: &str| {
            Err(FunctionError {
                kind: String::new(),
                message: message.to_owned(),
                ..FunctionError::default()
            })
        };
        let cases = [
            (answer("Deny", json!({})), StatusCode::FORBIDDEN),
            (failed("Unauthorized"), StatusCode::UNAUTHORIZED),
            (failed("unauthorized"), StatusCode::INTERNAL_SERVER_ERROR),
            (
                answer("Allow", json!({ "nested": {} })),
                StatusCode::INTERNAL_SERVER_ERROR,
            ),
            (
                answer("Allow", json!({ "long": "x".repeat(9_000) })),
                StatusCode::INTERNAL_SERVER_ERROR,
            ),
            (Ok("null".into()), StatusCode::INTERNAL_SERVER_ERROR),
            (Ok(r#"{"statusCode":401}"#.into()), StatusCode::INTERNAL_SERVER_ERROR),
            (Ok("not json".into()), StatusCode::INTERNAL_SERVER_ERROR),
        ];
        for (result, expected) in cases {
            assert_eq!(verdict(result, ARN).err().map(|denial| denial.status), Some(expected));
        }
    }
}
