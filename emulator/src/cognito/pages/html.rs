//! How the pages look: one small template, every value escaped in it, no scripts.

use axum::{
    body::Body,
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};

use crate::cognito::limits::{MAX_EMAIL_CHARS, MAX_PASSWORD_CHARS, MAX_USERNAME_CHARS};

pub(super) const STYLE_PATH: &str = "/style.css";

/// So that nobody takes these pages for Amazon's.
const NOTE: &str = "These pages stand in for the Amazon Cognito user pool on this computer. What you type stays here.";

/// A page that asks something.
pub(super) struct Form<'a> {
    pub(super) title: &'a str,
    pub(super) introduction: String,
    /// What was wrong with the last try.
    pub(super) alert: Option<&'a str>,
    pub(super) address: String,
    pub(super) hidden: &'a [(&'a str, &'a str)],
    pub(super) fields: &'a [Field<'a>],
    pub(super) button: &'a str,
    pub(super) link: Option<Link<'a>>,
}

/// One labelled input.
pub(super) struct Field<'a> {
    name: &'static str,
    label: &'a str,
    kind: &'static str,
    autocomplete: &'static str,
    value: &'a str,
    most_chars: usize,
    hint: Option<&'a str>,
}

/// The way to another page.
pub(super) struct Link<'a> {
    pub(super) question: &'a str,
    pub(super) text: &'a str,
    pub(super) address: String,
}

impl<'a> Field<'a> {
    pub(super) fn username(value: &'a str) -> Self {
        Self {
            name: "username",
            label: "Username",
            kind: "text",
            autocomplete: "username",
            value,
            most_chars: MAX_USERNAME_CHARS,
            hint: None,
        }
    }

    pub(super) fn email(value: &'a str) -> Self {
        Self {
            name: "email",
            label: "Email",
            kind: "email",
            autocomplete: "email",
            value,
            most_chars: MAX_EMAIL_CHARS,
            hint: None,
        }
    }

    pub(super) fn current_password() -> Self {
        Self {
            name: "password",
            label: "Password",
            kind: "password",
            autocomplete: "current-password",
            value: "",
            most_chars: MAX_PASSWORD_CHARS,
            hint: None,
        }
    }

    pub(super) fn new_password(label: &'a str, rules: &'a str) -> Self {
        Self {
            label,
            autocomplete: "new-password",
            hint: Some(rules),
            ..Self::current_password()
        }
    }

    fn html(&self, focus: bool) -> String {
        let Self {
            name,
            kind,
            autocomplete,
            most_chars,
            ..
        } = self;
        let (label, value) = (escape(self.label), escape(self.value));
        let (described, hint) = match self.hint {
            Some(hint) => (
                format!(r#" aria-describedby="{name}-hint""#),
                format!(r#"<p class="hint" id="{name}-hint">{}</p>"#, escape(hint)),
            ),
            None => Default::default(),
        };
        let focus = if focus { " autofocus" } else { "" };
        format!(
            r#"<label for="{name}">{label}</label>
<input id="{name}" name="{name}" type="{kind}" value="{value}" autocomplete="{autocomplete}" autocapitalize="none" spellcheck="false" maxlength="{most_chars}" required{described}{focus}>
{hint}
"#
        )
    }
}

impl Form<'_> {
    /// `redirect_uri` is where the browser goes when the form is accepted: a policy without it would stop it on the way. A form
    /// that comes back with an alert was refused.
    pub(super) fn answer(&self, redirect_uri: &str) -> Response {
        let status = match self.alert {
            Some(_) => StatusCode::BAD_REQUEST,
            None => StatusCode::OK,
        };
        let targets = match origin(redirect_uri) {
            Some(origin) => format!("'self' {origin}"),
            None => "'self'".to_owned(),
        };
        answer(status, self.title, &self.body(), &targets)
    }

    fn body(&self) -> String {
        let alert = self
            .alert
            .map(|alert| format!("<p role=\"alert\">{}</p>\n", escape(alert)));
        let hidden = self.hidden.iter().map(|(name, value)| {
            format!(
                "<input type=\"hidden\" name=\"{}\" value=\"{}\">\n",
                escape(name),
                escape(value)
            )
        });
        // The first field that is still empty.
        let focus = self.fields.iter().position(|field| field.value.is_empty());
        let fields = self
            .fields
            .iter()
            .enumerate()
            .map(|(at, field)| field.html(Some(at) == focus));
        let link = self.link.as_ref().map(|link| {
            format!(
                "<p>{} <a href=\"{}\">{}</a></p>\n",
                escape(link.question),
                escape(&link.address),
                escape(link.text)
            )
        });
        format!(
            r#"<p>{}</p>
{}<form method="post" action="{}">
{}{}<button type="submit">{}</button>
</form>
{}"#,
            escape(&self.introduction),
            alert.unwrap_or_default(),
            escape(&self.address),
            hidden.collect::<String>(),
            fields.collect::<String>(),
            escape(self.button),
            link.unwrap_or_default(),
        )
    }
}

/// A page for a request that can neither be granted nor sent back.
pub(super) fn error_page(status: StatusCode, sentence: &str) -> Response {
    let body = format!("<p role=\"alert\">{}</p>\n", escape(sentence));
    answer(status, "That did not work", &body, "'none'")
}

pub(super) fn style() -> Response {
    let headers = [(CONTENT_TYPE, "text/css; charset=utf-8")];
    (headers, include_str!("style.css")).into_response()
}

fn answer(status: StatusCode, title: &str, body: &str, form_targets: &str) -> Response {
    let title = escape(title);
    let html = format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{STYLE_PATH}">
</head>
<body>
<main>
<h1>{title}</h1>
{body}</main>
<footer><p>{NOTE}</p></footer>
</body>
</html>
"#
    );
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src data:; form-action {form_targets}; frame-ancestors 'none'; base-uri 'none'"
    );
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    // `origin` lets nothing through that a header cannot carry.
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// What a person knows the application by: the host that the browser goes back to, or the scheme of an application's own.
pub(super) fn application(redirect_uri: &str) -> String {
    let origin = origin(redirect_uri).unwrap_or_default();
    match origin.split_once("://") {
        Some((_, host)) => host.to_owned(),
        None => origin.trim_end_matches(':').to_owned(),
    }
}

/// What a policy calls the address's origin: scheme, host and port, or the scheme of an application's own.
fn origin(address: &str) -> Option<String> {
    let (scheme, rest) = address.split_once(':')?;
    let origin = match (scheme, rest.strip_prefix("//")) {
        ("http" | "https", Some(rest)) => {
            let host = rest.split(['/', '?', '#']).next()?;
            format!("{scheme}://{host}")
        }
        _ => format!("{scheme}:"),
    };
    let fits = origin
        .bytes()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, b':' | b'/' | b'.' | b'-' | b'+' | b'[' | b']'));
    fits.then_some(origin)
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_html_reads_is_escaped() {
        assert_eq!(
            escape(r#"<a href="x" id='y'>&"#),
            "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;"
        );
    }

    #[test]
    fn an_application_is_known_by_its_host() {
        for (address, expected) in [
            ("http://localhost:3000/session/callback", "localhost:3000"),
            ("my.app://signed-in", "my.app"),
            ("nothing", ""),
        ] {
            assert_eq!(application(address), expected);
        }
    }

    #[test]
    fn a_policy_names_the_origin_that_the_browser_goes_back_to() {
        for (address, expected) in [
            (
                "http://localhost:3000/session/callback?x=y",
                Some("http://localhost:3000"),
            ),
            ("https://example.com", Some("https://example.com")),
            ("http://[::1]:3000/", Some("http://[::1]:3000")),
            ("my.app://signed-in", Some("my.app:")),
            ("https://example.com; script-src *", None),
            ("nothing", None),
        ] {
            assert_eq!(origin(address).as_deref(), expected, "{address}");
        }
    }
}
