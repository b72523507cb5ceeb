//! The sub-protocols a client offers: the one place where a browser's script can put a token.

use super::pairs::{Differ, Pairs};

/// The sub-protocol this server speaks, and the only one it ever selects.
pub const PROTOCOL: &str = "carillon.v1";

/// What stands before a token among the sub-protocols.
const BEARER: &str = "bearer.";

/// What a handshake offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// No sub-protocol at all.
    Nothing,
    /// Ours, perhaps among others.
    Ours,
    /// Only others; a browser would close a connection that selects none of them.
    Others,
}

/// Whether ours is offered.
pub fn offer(headers: &Pairs) -> Offer {
    match offered(headers) {
        Ok(names) if names.is_empty() => Offer::Nothing,
        Ok(names) if names.contains(&PROTOCOL) => Offer::Ours,
        Ok(_) | Err(Differ) => Offer::Others,
    }
}

/// All tokens among the sub-protocols.
pub(crate) fn bearers(headers: &Pairs) -> Result<Vec<&str>, Differ> {
    Ok(offered(headers)?
        .into_iter()
        .filter_map(|name| name.strip_prefix(BEARER))
        .collect())
}

fn offered(headers: &Pairs) -> Result<Vec<&str>, Differ> {
    let values = headers.header("Sec-WebSocket-Protocol")?;
    Ok(values
        .into_iter()
        .flat_map(|v| v.split(','))
        .map(|n| n.trim_matches([' ', '\t']))
        .filter(|n| !n.is_empty())
        .collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn headers(values: &[&str]) -> Pairs {
        let values = values.iter().map(|v| (*v).to_owned()).collect();
        Pairs {
            multi: [("sec-websocket-protocol".to_owned(), values)].into(),
            ..Pairs::default()
        }
    }

    #[test]
    fn sub_02_ours_is_found_among_others_and_only_exactly() {
        assert_eq!(offer(&headers(&[])), Offer::Nothing);
        assert_eq!(offer(&headers(&["carillon.v1"])), Offer::Ours);
        assert_eq!(offer(&headers(&["x,carillon.v1 , bearer.t"])), Offer::Ours);
        assert_eq!(offer(&headers(&["x", "carillon.v1"])), Offer::Ours);
        for other in ["x", "bearer.t", "Carillon.v1", "carillon.v10"] {
            assert_eq!(offer(&headers(&[other])), Offer::Others, "{other}");
        }
    }

    #[test]
    fn sub_02_tokens_are_found_wherever_they_stand() {
        assert_eq!(bearers(&headers(&["bearer.a.b.c, carillon.v1"])).unwrap(), ["a.b.c"]);
        assert_eq!(
            bearers(&headers(&["carillon.v1, bearer.1", "bearer.2"])).unwrap(),
            ["1", "2"]
        );
        assert_eq!(bearers(&headers(&["carillon.v1,Bearer.1"])).unwrap(), [""; 0]);
    }
}
