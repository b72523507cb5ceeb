//! When a connection ends: the one instant that the door writes into the identity.

#![allow(clippy::unwrap_used)]

mod fuzz;

use std::collections::BTreeMap;

use domain::handshake::Origins;

use super::*;
use crate::testing::MemoryKeys;
use crate::testing::issuer::{ISSUER, NOW, rules, set};

/// What `ISSUER`'s tokens last from `NOW`.
const TOKEN: u64 = 3600;

fn door(keys: &MemoryKeys, lifetime: u64) -> Door<&MemoryKeys> {
    Door {
        rules: CredentialRules {
            origins: Origins::new(["https://app.example".to_owned()]).unwrap(),
            cookies: Vec::new(),
            query: false,
        },
        verifier: Verifier::new(rules(), keys),
        lifetime: Duration::from_secs(lifetime),
    }
}

async fn end(lifetime: u64) -> Timestamp {
    let keys = MemoryKeys::new(set(&[ISSUER.jwk()]));
    let door = door(&keys, lifetime);
    let offer = format!("carillon.v1, bearer.{}", ISSUER.token());
    let headers = Pairs {
        single: BTreeMap::from([("Sec-WebSocket-Protocol".to_owned(), offer)]),
        multi: BTreeMap::new(),
    };
    door.admit(&headers, &Pairs::default(), NOW).await.unwrap().expires_at
}

#[tokio::test]
async fn a_connection_ends_with_its_token_or_its_lifetime_whichever_is_earlier() {
    for (lifetime, lasts) in [(TOKEN - 1, TOKEN - 1), (TOKEN, TOKEN), (TOKEN + 1, TOKEN)] {
        assert_eq!(end(lifetime).await, NOW.plus(Duration::from_secs(lasts)), "{lifetime}");
    }
}
