//! Reads a key set, and takes from it only keys that can have signed a token of this issuer.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::limits::{KEY_MODULUS_BITS_MIN, KEYS_BYTES_MAX};
use domain::token::KeyId;
use jsonwebtoken::DecodingKey;
use serde_json::{Map, Value};

/// Members of a private RSA key. An entry with one of them is an accident, and its key is not secret any more.
const PRIVATE: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "oth"];

/// The usable keys of a set by their ids; `None` if the bytes are no key set, or none of its keys is usable.
pub(super) fn read_keys(body: &[u8]) -> Option<BTreeMap<KeyId, DecodingKey>> {
    if body.len() > KEYS_BYTES_MAX {
        return None;
    }
    let set: Value = serde_json::from_slice(body).ok()?;
    let entries: Vec<_> = set
        .get("keys")?
        .as_array()?
        .iter()
        .filter_map(Value::as_object)
        .collect();
    let mut seen = BTreeSet::new();
    let mut repeated = BTreeSet::new();
    for id in entries.iter().filter_map(|entry| key_id(entry)) {
        if !seen.insert(id.clone()) {
            repeated.insert(id);
        }
    }
    let usable = entries
        .into_iter()
        .filter_map(read_key)
        .filter(|(id, _)| !repeated.contains(id));
    let keys: BTreeMap<_, _> = usable.collect();
    (!keys.is_empty()).then_some(keys)
}

fn key_id(entry: &Map<String, Value>) -> Option<KeyId> {
    entry.get("kid")?.as_str().and_then(KeyId::parse)
}

fn read_key(entry: &Map<String, Value>) -> Option<(KeyId, DecodingKey)> {
    let id = key_id(entry)?;
    let absent_or = |name: &str, value: &str| entry.get(name).is_none_or(|found| found == value);
    let verifies = entry
        .get("key_ops")
        .is_none_or(|ops| ops.as_array().is_some_and(|ops| ops.iter().any(|op| op == "verify")));
    let public = !PRIVATE.iter().any(|name| entry.contains_key(*name));
    let fits = entry.get("kty")? == "RSA" && absent_or("use", "sig") && absent_or("alg", "RS256") && verifies && public;
    if !fits {
        return None;
    }
    let number = |name: &str| URL_SAFE_NO_PAD.decode(entry.get(name)?.as_str()?).ok();
    let (modulus, exponent) = (number("n")?, number("e")?);
    let usable = bits(&modulus) >= KEY_MODULUS_BITS_MIN && is_exponent(&exponent);
    usable.then(|| (id, DecodingKey::from_rsa_raw_components(&modulus, &exponent)))
}

/// Length of a big-endian number without its leading zeros.
fn bits(number: &[u8]) -> usize {
    let significant = number.iter().skip_while(|byte| **byte == 0).collect::<Vec<_>>();
    significant
        .first()
        .map_or(0, |first| significant.len() * 8 - first.leading_zeros() as usize)
}

/// Odd and at least 3: an exponent of 1 would make every text its own signature.
fn is_exponent(number: &[u8]) -> bool {
    bits(number) >= 2 && number.last().is_some_and(|last| last % 2 == 1)
}
