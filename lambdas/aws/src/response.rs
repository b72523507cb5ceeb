//! What a function returns to API Gateway, with nothing in it that was not meant: `aws_lambda_events`' response writes
//! empty header maps, and its authorizer's response a null.

use std::collections::BTreeMap;

use aws_lambda_events::iam::{IamPolicyDocument, IamPolicyEffect, IamPolicyStatement};
use domain::handshake::protocols::PROTOCOL;
use domain::session;
use serde::Serialize;

/// The answer to a route's event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RouteResponse {
    status_code: u16,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<&'static str, &'static str>,
}

impl RouteResponse {
    /// `{"statusCode":200}`: the only answer to a frame, since what matters is posted.
    pub fn ok() -> Self {
        Self::status(200)
    }

    /// Only a status.
    pub fn status(status_code: u16) -> Self {
        Self {
            status_code,
            headers: BTreeMap::new(),
        }
    }

    /// 200, selecting our sub-protocol and never repeating another: a token may stand beside it.
    pub fn with_protocol() -> Self {
        Self {
            headers: BTreeMap::from([("Sec-WebSocket-Protocol", PROTOCOL)]),
            ..Self::ok()
        }
    }
}

/// The answer to an HTTP API's event, payload format 2.0. It shows no debug text, since its cookies are secret.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpResponse {
    status_code: u16,
    headers: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cookies: Vec<String>,
    body: String,
}

impl From<session::Response> for HttpResponse {
    fn from(response: session::Response) -> Self {
        Self {
            status_code: response.status,
            headers: response.headers.into_iter().collect(),
            cookies: response.cookies,
            body: response.body,
        }
    }
}

/// The answer of the authorizer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyResponse {
    principal_id: String,
    policy_document: IamPolicyDocument,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    context: BTreeMap<&'static str, String>,
}

impl PolicyResponse {
    /// Lets this principal open this connection, and nothing else.
    pub fn allow(principal_id: String, method_arn: &str, context: BTreeMap<&'static str, String>) -> Self {
        Self {
            principal_id,
            policy_document: policy(IamPolicyEffect::Allow, method_arn),
            context,
        }
    }

    /// Lets nobody open this connection. The principal is required, so it says what it is.
    pub fn deny(method_arn: &str) -> Self {
        let policy_document = policy(IamPolicyEffect::Deny, method_arn);
        Self {
            principal_id: "refused".to_owned(),
            policy_document,
            context: BTreeMap::new(),
        }
    }
}

fn policy(effect: IamPolicyEffect, method_arn: &str) -> IamPolicyDocument {
    let mut statement = IamPolicyStatement::default();
    statement.action = vec!["execute-api:Invoke".to_owned()];
    statement.effect = effect;
    statement.resource = vec![method_arn.to_owned()];
    let mut document = IamPolicyDocument::default();
    document.version = Some("2012-10-17".to_owned());
    document.statement = vec![statement];
    document
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn json(value: impl Serialize) -> String {
        serde_json::to_string(&value).unwrap()
    }

    #[test]
    fn a_frame_is_answered_by_a_status_alone() {
        assert_eq!(json(RouteResponse::ok()), r#"{"statusCode":200}"#);
        assert_eq!(json(RouteResponse::status(400)), r#"{"statusCode":400}"#);
    }

    #[test]
    fn a_handshake_gets_our_protocol_alone() {
        let expected = r#"{"statusCode":200,"headers":{"Sec-WebSocket-Protocol":"carillon.v1"}}"#;
        assert_eq!(json(RouteResponse::with_protocol()), expected);
    }

    #[test]
    fn an_http_answer_keeps_cookies_apart_from_headers() {
        let response = session::Response::redirect("/chat").setting("a=b; Path=/".to_owned());
        let expected = concat!(
            r#"{"statusCode":302,"headers":{"Cache-Control":"no-store","Location":"/chat","#,
            r#""Referrer-Policy":"no-referrer","X-Content-Type-Options":"nosniff"},"cookies":["a=b; Path=/"],"body":""}"#
        );
        assert_eq!(json(HttpResponse::from(response)), expected);
    }

    #[test]
    fn a_policy_is_about_exactly_one_resource() {
        let arn = "arn:aws:execute-api:eu-west-1:111122223333:q7r8s9t0u1/ws/$connect";
        let statement = |effect| {
            format!(
                r#""policyDocument":{{"Version":"2012-10-17","Statement":[{{"Action":["execute-api:Invoke"],"Effect":"{effect}","Resource":["{arn}"]}}]}}"#
            )
        };
        let allow = PolicyResponse::allow("alice".into(), arn, BTreeMap::from([("userId", "alice".to_owned())]));
        assert_eq!(
            json(allow),
            format!(
                r#"{{"principalId":"alice",{},"context":{{"userId":"alice"}}}}"#,
                statement("Allow")
            )
        );
        assert_eq!(
            json(PolicyResponse::deny(arn)),
            format!(r#"{{"principalId":"refused",{}}}"#, statement("Deny"))
        );
    }
}
