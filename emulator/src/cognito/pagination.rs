//! Lists a page at a time. The token of the next page is the name the last one ended with.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{errors::CognitoError, limits::MAX_PAGE};

/// Which page is asked for.
#[derive(Debug, Default)]
pub(crate) struct Page {
    size: usize,
    after: Option<String>,
}

impl Page {
    pub(crate) fn new(limit: Option<usize>, token: Option<&str>) -> Result<Self, CognitoError> {
        let size = limit.unwrap_or(MAX_PAGE);
        if size > MAX_PAGE {
            return Err(CognitoError::invalid_value(
                "limit",
                &format!("Member must have value less than or equal to {MAX_PAGE}"),
            ));
        }
        Ok(Self {
            // Zero means the default.
            size: if size == 0 { MAX_PAGE } else { size },
            after: token.map(parse).transpose()?,
        })
    }

    /// The page's entries, and the token of the page after it if there is one.
    pub(crate) fn of<'a, T>(
        &self,
        all: impl Iterator<Item = (&'a String, &'a T)>,
    ) -> (Vec<(&'a String, &'a T)>, Option<String>) {
        let mut rest = all.skip_while(|(name, _)| self.after.as_ref().is_some_and(|after| *name <= after));
        let page: Vec<_> = rest.by_ref().take(self.size).collect();
        let next = rest
            .next()
            .and(page.last())
            .map(|(name, _)| URL_SAFE_NO_PAD.encode(name));
        (page, next)
    }
}

fn parse(token: &str) -> Result<String, CognitoError> {
    URL_SAFE_NO_PAD
        .decode(token)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| CognitoError::invalid_parameter("Invalid pagination token."))
}
