//! The environment of a function process, and the closed list of what differs from the deployed one.
//!
//! Everything else is the template's own value, or the one that somebody at the terminal put in its place (`--env`), so that a
//! function is not configured on a laptop unseen in a way that it is not in the cloud. The list stands in ARCHITECTURE.md too.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::stage_addresses::StageAddresses;
use crate::template::{FunctionSpec, Place};

/// The addresses that take the place of AWS's.
#[derive(Debug, Clone)]
pub(crate) struct Addresses {
    pub(crate) dynamodb: String,
    pub(crate) lambda: String,
    pub(crate) stages: Vec<StageAddresses>,
    /// Where the application is served from, `http://…`.
    pub(crate) public_origin: String,
    /// The user pool's address; absent when the template has no pool of its own.
    pub(crate) cognito: Option<String>,
}

/// Makes the environment of function processes.
#[derive(Debug, Clone)]
pub(crate) struct Variables {
    pub(crate) place: Place,
    pub(crate) addresses: Addresses,
    /// `https://cognito-idp.<region>.amazonaws.com/<pool id>`; absent when the template has no pool of its own.
    pub(crate) issuer: Option<String>,
    /// `https://<domain>.auth.<region>.amazoncognito.com`; absent when the pool has no sign-in pages.
    pub(crate) sign_in_base: Option<String>,
    /// The certificates that functions trust, when the stack has TLS of its own (a file, PEM).
    pub(crate) roots: Option<PathBuf>,
}

impl Variables {
    /// The whole environment of one process; nothing is inherited. `runtime_api` is the `host:port` of its Runtime API,
    /// `environment_id` the name of its log stream.
    pub(crate) fn of(
        &self,
        function: &FunctionSpec,
        environment_id: &str,
        runtime_api: &str,
    ) -> BTreeMap<String, String> {
        let mut variables: BTreeMap<String, String> = function
            .variables
            .iter()
            .map(|(name, value)| (name.clone(), self.replaced(name, value)))
            .collect();
        variables.extend(self.added());
        variables.extend(runtime(function, environment_id, runtime_api));
        variables
    }

    /// The replaced part of the closed list: addresses of the stack's own resources, and the public origin.
    fn replaced(&self, name: &str, value: &str) -> String {
        if name == "PUBLIC_ORIGIN" {
            return self.addresses.public_origin.clone();
        }
        if let Some(local) = self.addresses.stages.iter().find_map(|stage| stage.replaced(value)) {
            return local;
        }
        let Some(pool) = &self.addresses.cognito else {
            return value.to_owned();
        };
        if let Some(rest) = self.sign_in_base.as_ref().and_then(|base| value.strip_prefix(base)) {
            return format!("{pool}{rest}");
        }
        match &self.issuer {
            Some(issuer) => replaced_key_address(value, issuer, pool),
            None => value.to_owned(),
        }
    }

    /// The added part of the closed list.
    fn added(&self) -> impl Iterator<Item = (String, String)> {
        let pool = self.addresses.cognito.as_deref();
        let roots = self.roots.as_deref().and_then(Path::to_str);
        [
            ("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", pool),
            ("AWS_ENDPOINT_URL_DYNAMODB", Some(self.addresses.dynamodb.as_str())),
            ("AWS_ENDPOINT_URL_LAMBDA", Some(&self.addresses.lambda)),
            ("AWS_ACCESS_KEY_ID", Some("local")),
            ("AWS_SECRET_ACCESS_KEY", Some("local")),
            ("AWS_SESSION_TOKEN", Some("local")),
            ("AWS_REGION", Some(&self.place.region)),
            ("AWS_DEFAULT_REGION", Some(&self.place.region)),
            // Node has its own roots beside these, other programs these alone.
            ("NODE_EXTRA_CA_CERTS", roots),
            ("SSL_CERT_FILE", roots),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
    }
}

/// What Lambda itself sets
/// (<https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime>).
fn runtime(function: &FunctionSpec, environment_id: &str, runtime_api: &str) -> BTreeMap<String, String> {
    let mut variables = BTreeMap::from([
        ("AWS_LAMBDA_RUNTIME_API", runtime_api.to_owned()),
        ("AWS_LAMBDA_FUNCTION_NAME", function.name.clone()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", function.memory_mb.to_string()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{}", function.name)),
        ("AWS_LAMBDA_LOG_STREAM_NAME", environment_id.to_owned()),
        // What Lambda's X-Ray SDK does where there is no trace.
        ("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR".to_owned()),
        ("PATH", "/usr/local/bin:/usr/bin/:/bin:/opt/bin".to_owned()),
        ("_HANDLER", function.handler.clone()),
        ("LANG", "en_US.UTF-8".to_owned()),
        ("TZ", ":UTC".to_owned()),
    ]);
    if function.is_node() {
        // A runtime of one's own has none.
        variables.insert("AWS_EXECUTION_ENV", format!("AWS_Lambda_{}", function.runtime));
    }
    variables
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// Moves the pool's published documents to the local pool; the issuer itself is a name, not an address, and stays.
fn replaced_key_address(value: &str, issuer: &str, address: &str) -> String {
    match value.strip_prefix(issuer) {
        Some(path) if path.starts_with("/.well-known/") => {
            let pool_id = issuer.rsplit('/').next().unwrap_or_default();
            format!("{address}/{pool_id}{path}")
        }
        _ => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abc";

    fn variables() -> Variables {
        Variables {
            place: Place {
                region: "us-east-1".into(),
                account: "000000000000".into(),
                stack_name: "S".into(),
            },
            addresses: Addresses {
                dynamodb: "http://127.0.0.1:1".into(),
                lambda: "http://127.0.0.1:2".into(),
                stages: ["ws", "ws2"]
                    .map(|stage| StageAddresses {
                        key: format!("Api/{stage}"),
                        deployed: format!("api.execute-api.us-east-1.amazonaws.com/{stage}"),
                        management: format!("http://127.0.0.1:3/{stage}"),
                        websocket: format!("ws://localhost:4/{stage}"),
                    })
                    .to_vec(),
                public_origin: "http://localhost:4".into(),
                cognito: Some("http://127.0.0.1:5".into()),
            },
            issuer: Some(ISSUER.into()),
            sign_in_base: Some("https://people.auth.us-east-1.amazoncognito.com".into()),
            roots: None,
        }
    }

    fn environment(given: &[(&str, &str)]) -> BTreeMap<String, String> {
        let function = FunctionSpec {
            variables: given
                .iter()
                .map(|(name, value)| ((*name).into(), (*value).into()))
                .collect(),
            ..FunctionSpec::for_tests()
        };
        variables().of(&function, "e1", "127.0.0.1:6")
    }

    #[test]
    fn replaces_the_closed_list_and_nothing_else() {
        let keys = format!("{ISSUER}/.well-known/jwks.json");
        let cases = [
            (
                "JWKS_URL",
                keys.as_str(),
                "http://127.0.0.1:5/us-east-1_abc/.well-known/jwks.json",
            ),
            ("ISSUER", ISSUER, ISSUER),
            (
                "SIGN_IN_BASE_URL",
                "https://people.auth.us-east-1.amazoncognito.com",
                "http://127.0.0.1:5",
            ),
            (
                "SIGN_OUT_URL",
                "https://people.auth.us-east-1.amazoncognito.com/logout",
                "http://127.0.0.1:5/logout",
            ),
            ("NO_SIGN_IN", "", ""),
            ("PUBLIC_ORIGIN", "https://app.example", "http://localhost:4"),
            (
                "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI",
                "https://api.execute-api.us-east-1.amazonaws.com/ws",
                "http://127.0.0.1:3/ws",
            ),
            (
                "SOCKET",
                "wss://api.execute-api.us-east-1.amazonaws.com/ws",
                "ws://localhost:4/ws",
            ),
            (
                "BELOW",
                "https://api.execute-api.us-east-1.amazonaws.com/ws2/@connections",
                "http://127.0.0.1:3/ws2/@connections",
            ),
            (
                "OTHER_STAGE",
                "wss://api.execute-api.us-east-1.amazonaws.com/ws3",
                "wss://api.execute-api.us-east-1.amazonaws.com/ws3",
            ),
            (
                "OTHER_API",
                "https://zzz.execute-api.us-east-1.amazonaws.com/ws",
                "https://zzz.execute-api.us-east-1.amazonaws.com/ws",
            ),
            ("TABLE_NAME", "S-Table", "S-Table"),
        ];
        for (name, given, expected) in cases {
            assert_eq!(
                environment(&[(name, given)]).get(name).map(String::as_str),
                Some(expected),
                "{name}"
            );
        }
    }

    #[test]
    fn adds_a_fixed_set_and_inherits_nothing() {
        let added: Vec<String> = environment(&[]).into_keys().collect();
        let expected = [
            "AWS_ACCESS_KEY_ID",
            "AWS_DEFAULT_REGION",
            "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER",
            "AWS_ENDPOINT_URL_DYNAMODB",
            "AWS_ENDPOINT_URL_LAMBDA",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
            "AWS_LAMBDA_FUNCTION_NAME",
            "AWS_LAMBDA_FUNCTION_VERSION",
            "AWS_LAMBDA_INITIALIZATION_TYPE",
            "AWS_LAMBDA_LOG_GROUP_NAME",
            "AWS_LAMBDA_LOG_STREAM_NAME",
            "AWS_LAMBDA_RUNTIME_API",
            "AWS_REGION",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
            "AWS_XRAY_CONTEXT_MISSING",
            "LANG",
            "PATH",
            "TZ",
            "_HANDLER",
        ];
        assert_eq!(added, expected);
    }
}
