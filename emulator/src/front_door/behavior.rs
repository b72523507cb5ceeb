//! A behaviour of the distribution: which requests it takes, who answers them, and what is added to the answers.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::path_pattern::PathPattern;
use crate::problem::{OrProblem, Problem};
use crate::template::{BehaviorSpec, ResponseHeader, Target};

#[derive(Debug)]
pub(super) struct Behavior {
    /// Absent where every path is taken.
    path_pattern: Option<PathPattern>,
    pub(super) target: Target,
    /// Absent where every method is allowed.
    allowed_methods: Option<Vec<Method>>,
    headers: Vec<Header>,
}

#[derive(Debug)]
struct Header {
    name: HeaderName,
    value: HeaderValue,
    overrides: bool,
}

impl Behavior {
    pub(super) fn new(spec: BehaviorSpec) -> Result<Self, Problem> {
        let methods = spec.allowed_methods.iter().map(|method| {
            Method::from_bytes(method.as_bytes())
                .or_problem(|| format!("{method:?} in AllowedMethods of the distribution is no method: mend it"))
        });
        Ok(Self {
            path_pattern: spec.path_pattern.as_deref().map(PathPattern::new),
            target: spec.target,
            allowed_methods: Some(methods.collect::<Result<_, _>>()?),
            headers: spec.response_headers.iter().map(header).collect::<Result<_, _>>()?,
        })
    }

    /// What stands at every path of a stack without a distribution.
    pub(super) fn of_web_client() -> Self {
        Self {
            path_pattern: None,
            target: Target::WebClient,
            allowed_methods: None,
            headers: Vec::new(),
        }
    }

    pub(super) fn takes(&self, path: &str) -> bool {
        self.path_pattern.as_ref().is_none_or(|pattern| pattern.matches(path))
    }

    pub(super) fn allows(&self, method: &Method) -> bool {
        self.allowed_methods
            .as_ref()
            .is_none_or(|allowed| allowed.contains(method))
    }

    /// Adds the headers of the policy.
    pub(super) fn add_headers(&self, headers: &mut HeaderMap) {
        for header in &self.headers {
            if header.overrides || !headers.contains_key(&header.name) {
                headers.insert(header.name.clone(), header.value.clone());
            }
        }
    }
}

fn header(spec: &ResponseHeader) -> Result<Header, Problem> {
    let explain = || {
        format!(
            "The header {} of the response headers policy is none: mend it",
            spec.name
        )
    };
    Ok(Header {
        name: HeaderName::from_bytes(spec.name.as_bytes()).or_problem(explain)?,
        value: HeaderValue::from_str(&spec.value).or_problem(explain)?,
        overrides: spec.overrides,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn behavior(headers: &[(&str, &str, bool)]) -> Result<Behavior, Problem> {
        let headers = headers.iter().map(|(name, value, overrides)| ResponseHeader {
            name: (*name).to_owned(),
            value: (*value).to_owned(),
            overrides: *overrides,
        });
        Behavior::new(BehaviorSpec {
            path_pattern: None,
            target: Target::WebClient,
            allowed_methods: vec!["GET".to_owned()],
            response_headers: headers.collect(),
        })
    }

    #[test]
    fn a_header_gives_way_unless_it_overrides() {
        let policy = [("a", "policy", true), ("b", "policy", false), ("c", "policy", false)];
        let mut headers = HeaderMap::new();
        headers.insert("a", HeaderValue::from_static("origin"));
        headers.insert("b", HeaderValue::from_static("origin"));
        assert!(
            behavior(&policy)
                .map(|behavior| behavior.add_headers(&mut headers))
                .is_ok()
        );
        assert_eq!(
            ["a", "b", "c"].map(|name| headers[name].as_bytes()),
            [&b"policy"[..], b"origin", b"policy"]
        );
    }

    #[test]
    fn what_is_no_header_is_named() {
        let said = behavior(&[("a", "b\nc", true)])
            .err()
            .map(|problem| problem.to_string());
        assert!(said.is_some_and(|said| said.contains("The header a of the response headers policy")));
    }
}
