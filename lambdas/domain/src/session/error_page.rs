//! The page a person sees when signing in went wrong: a sentence and a way on, no script, no style.

use super::refusal::Refusal;

/// Nothing may be loaded, framed or sent from the page.
pub(super) const POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(super) fn html(refusal: Refusal) -> String {
    let (href, label) = match refusal {
        Refusal::NotConfigured => ("/", "Back"),
        _ => ("/session/login", "Sign in"),
    };
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>Not signed in</title>\n</head>\n<body>\n<main>\n<h1>Not signed in</h1>\n<p>{}</p>\n\
         <p><a href=\"{href}\">{label}</a></p>\n<p><small>{}</small></p>\n</main>\n</body>\n</html>\n",
        escape(refusal.message()),
        escape(refusal.code()),
    )
}

/// Our own sentences hold nothing to escape; whoever changes one need not know that.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_what_happened_and_leads_on() {
        let page = html(Refusal::InvalidState);
        assert!(page.contains("sign in again") && page.contains("invalid_state"));
        assert!(page.contains("<a href=\"/session/login\">"));
        assert!(!html(Refusal::NotConfigured).contains("/session/login"));
    }

    #[test]
    fn markup_is_escaped() {
        assert_eq!(escape("<a href='x'>\"&"), "&lt;a href=&#39;x&#39;&gt;&quot;&amp;");
        assert!(html(Refusal::TokenTooLarge).contains("4096 bytes"));
    }
}
