//! Handshakes by the thousand that no browser would make: only one that still carries the whole token, from the right page,
//! gets in.

use super::*;
use crate::testing::mangle::{Mangler, rounds};

const PAGE: &str = "https://app.example";

#[tokio::test]
async fn mangled_cookies_let_in_nobody_without_the_whole_token() {
    let keys = MemoryKeys::new(set(&[ISSUER.jwk()]));
    let door = door(&keys, 60);
    let token = ISSUER.token();
    let cookies = format!("a=\"b=c\"; __Host-auth={token}; __Secure-x=; =empty; é=ü");
    let mut admitted = 0;
    for seed in rounds(4000) {
        let mut mangler = Mangler::seeded(seed);
        let origin = if mangler.below(4) == 0 {
            mangler.text(PAGE)
        } else {
            PAGE.to_owned()
        };
        let header = mangler.text(&cookies);
        let headers = handshake(&mut mangler, &header, &origin);
        if door.admit(&headers, &Pairs::default(), NOW).await.is_ok() {
            admitted += 1;
            assert!(header.contains(&token) && origin == PAGE, "SEED={seed}: {headers:?}");
        }
    }
    assert!(admitted > 0, "some edits do not touch the token");
}

/// The headers in one of the two maps of an event or in both, sometimes cut where a comma may have been.
fn handshake(mangler: &mut Mangler, cookie: &str, origin: &str) -> Pairs {
    let name = mangler.pick(&["Cookie", "cookie", "COOKIE"]);
    let sent = [(name, cookie), ("Origin", origin)];
    let mut headers = Pairs::default();
    let maps = mangler.below(4);
    for (name, value) in sent {
        if maps != 1 {
            headers.single.insert(name.to_owned(), value.to_owned());
        }
        if maps != 2 {
            headers.multi.insert(name.to_owned(), vec![value.to_owned()]);
        }
    }
    if mangler.below(4) == 0 {
        let pieces = cookie.split(',').map(str::to_owned).collect();
        headers.multi.insert("cookie".to_owned(), pieces);
    }
    headers
}

/// A header has no bound of its own but the gateway's: what is done with it is one pass.
#[tokio::test]
async fn very_long_cookies_are_searched_once() {
    let keys = MemoryKeys::new(set(&[ISSUER.jwk()]));
    let door = door(&keys, 60);
    for piece in [";", "=", "a=b;", "__Host-auth;", " "] {
        let headers = handshake(&mut Mangler::seeded(1), &piece.repeat((4 << 20) / piece.len()), PAGE);
        let refused = door.admit(&headers, &Pairs::default(), NOW).await;
        assert_eq!(refused.map(|_| ()), Err(Reason::MissingToken), "{piece:?}");
    }
    assert_eq!(keys.fetches(), 0);
}
