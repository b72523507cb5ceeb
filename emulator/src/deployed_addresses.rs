//! The stack's addresses on AWS that reach a browser, and what stands for each of them here.

/// Pairs of a deployed origin and the local one.
#[derive(Debug, Default)]
pub(crate) struct DeployedAddresses(Vec<(String, String)>);

impl DeployedAddresses {
    /// `local` takes the place of `deployed`, both being origins with their scheme; so do their WebSocket addresses.
    pub(crate) fn add(&mut self, deployed: &str, local: &str) {
        self.0.push((deployed.to_owned(), local.to_owned()));
        if let (Some(deployed), Some(local)) = (as_websocket(deployed), as_websocket(local)) {
            self.0.push((deployed, local));
        }
    }

    /// The text with every deployed origin in it replaced.
    pub(crate) fn replaced_in(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (deployed, local)| {
            replace_origin(&text, deployed, local)
        })
    }
}

/// Leaves a longer host alone that begins with the origin's.
fn replace_origin(text: &str, deployed: &str, local: &str) -> String {
    let mut replaced = String::new();
    let mut parts = text.split(deployed);
    replaced.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let goes_on = part.starts_with(|next: char| next.is_ascii_alphanumeric() || ['.', '-', ':'].contains(&next));
        replaced.push_str(if goes_on { deployed } else { local });
        replaced.push_str(part);
    }
    replaced
}

fn as_websocket(origin: &str) -> Option<String> {
    origin.strip_prefix("http").map(|rest| format!("ws{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_origins_are_replaced_wherever_they_stand() {
        let mut addresses = DeployedAddresses::default();
        addresses.add("https://d1.cloudfront.net", "http://localhost:4");
        addresses.add("https://x.auth.us-east-1.amazoncognito.com", "http://127.0.0.1:5");
        for (text, expected) in [
            (
                "https://d1.cloudfront.net/session/callback",
                "http://localhost:4/session/callback",
            ),
            ("https://d1.cloudfront.net", "http://localhost:4"),
            ("https://d1.cloudfront.network/", "https://d1.cloudfront.network/"),
            ("https://d1.cloudfront.net:8443/", "https://d1.cloudfront.net:8443/"),
            (
                "connect-src 'self' wss://d1.cloudfront.net; form-action https://x.auth.us-east-1.amazoncognito.com",
                "connect-src 'self' ws://localhost:4; form-action http://127.0.0.1:5",
            ),
            ("http://localhost:3000/", "http://localhost:3000/"),
        ] {
            assert_eq!(addresses.replaced_in(text), expected);
        }
    }
}
