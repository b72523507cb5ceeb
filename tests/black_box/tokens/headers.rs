//! Headers of tokens: they name a key and never bring one, and nothing in them changes how a token is read.

use serde_json::{Value, json};
use tests::{Forge, Stack, TestResult};

use super::{Case, Workshop, all_refused, case};

#[tokio::test]
async fn headers_that_no_issuer_writes_are_refused() -> TestResult {
    let stack = Stack::start().await?;
    let workshop = Workshop::of(&stack).await?;
    let mut cases = algorithms(&workshop)?;
    cases.extend(confusions(&workshop)?);
    cases.extend(key_ids(&workshop)?);
    cases.extend(keys_brought_along(&workshop)?);
    cases.extend(readings(&workshop)?);
    all_refused(&stack, &workshop, &cases).await
}

/// `alg`, whatever the signature.
fn algorithms(workshop: &Workshop) -> TestResult<Vec<Case>> {
    let names = ["none", "None", "NONE", "nOnE", "", "RS256 ", "rs256", "XX256"];
    let values = names
        .map(|name| json!(name))
        .into_iter()
        .chain([json!(null), json!(256), json!(["RS256"])]);
    let mut cases = Vec::new();
    for value in values {
        cases.push(case(
            format!("tok_12_{value}"),
            "bad_algorithm",
            workshop.under("alg", value)?,
        ));
    }
    let header = json!({ "kid": workshop.pool.kid }).to_string();
    cases.push(case(
        "tok_12_missing",
        "bad_algorithm",
        workshop.pool.sign(header, workshop.plain())?,
    ));
    let unsigned = workshop.under("alg", json!("none"))?;
    let unsigned = unsigned
        .rsplit_once('.')
        .map(|(signed, _)| format!("{signed}."))
        .unwrap_or_default();
    cases.push(case("tok_12_none_and_no_signature", "malformed_token", unsigned));
    Ok(cases)
}

/// Another algorithm with the right key, or with one that anybody has.
fn confusions(workshop: &Workshop) -> TestResult<Vec<Case>> {
    let (pool, plain) = (&workshop.pool, workshop.plain());
    let named = |alg: &str| json!({ "alg": alg, "kid": pool.kid }).to_string();
    let mut cases = vec![
        case(
            "tok_14_rs384",
            "bad_algorithm",
            pool.sign_rs384(&named("RS384"), &plain)?,
        ),
        case(
            "tok_14_rs512",
            "bad_algorithm",
            pool.sign_rs512(&named("RS512"), &plain)?,
        ),
        case(
            "tok_14_ps256",
            "bad_algorithm",
            pool.sign_ps256(&named("PS256"), &plain)?,
        ),
        case(
            "tok_14_es256",
            "bad_algorithm",
            Forge::sign_es256(&named("ES256"), &plain)?,
        ),
        case(
            "tok_14_rs384_called_rs256",
            "bad_signature",
            pool.sign_rs384(&named("RS256"), &plain)?,
        ),
        case(
            "tok_14_ps256_called_rs256",
            "bad_signature",
            pool.sign_ps256(&named("RS256"), &plain)?,
        ),
        case(
            "tok_14_es256_called_rs256",
            "bad_signature",
            Forge::sign_es256(&named("RS256"), &plain)?,
        ),
    ];
    for (text, key) in pool.public_texts()? {
        let honest = Forge::sign_hs256(&named("HS256"), &plain, &key);
        cases.push(case(format!("tok_13_{text}"), "bad_algorithm", honest));
        let called = Forge::sign_hs256(&named("RS256"), &plain, &key);
        cases.push(case(format!("tok_13_{text}_called_rs256"), "bad_signature", called));
    }
    Ok(cases)
}

fn key_ids(workshop: &Workshop) -> TestResult<Vec<Case>> {
    let kid = &workshop.pool.kid;
    let swapped: String = kid
        .chars()
        .map(|c| {
            if c.is_ascii_lowercase() {
                c.to_ascii_uppercase()
            } else {
                c.to_ascii_lowercase()
            }
        })
        .collect();
    let named = |name: &str, reason, value: Value| -> TestResult<Case> {
        let header = json!({ "alg": "RS256", "kid": value }).to_string();
        let token = workshop.pool.sign(header, workshop.early())?;
        Ok(case(format!("tok_15_{name}"), reason, token))
    };
    let missing = workshop.pool.sign(r#"{"alg":"RS256"}"#, workshop.plain())?;
    Ok(vec![
        case("tok_15_missing", "malformed_token", missing),
        named("null", "malformed_token", json!(null))?,
        named("number", "malformed_token", json!(1))?,
        named("empty", "malformed_token", json!(""))?,
        named("long", "malformed_token", json!("k".repeat(129)))?,
        named("as_long_as_may_be", "unknown_key", json!("k".repeat(128)))?,
        named("unknown", "unknown_key", json!("nobody-knows-this-key"))?,
        named("path", "unknown_key", json!("../../../../dev/null"))?,
        named("sql", "malformed_token", json!("' OR 1=1 --"))?,
        named("nul", "malformed_token", json!(format!("{kid}\u{0}")))?,
        named(
            "newline",
            "malformed_token",
            json!(format!("{kid}\n{{\"reason\":\"forged\"}}")),
        )?,
        named("escape", "malformed_token", json!("\u{1b}[2J"))?,
        named("look_alike", "malformed_token", json!(format!("{kid}\u{430}")))?,
        named("other_case", "unknown_key", json!(swapped))?,
        named("a_letter_more", "unknown_key", json!(format!("{kid}x")))?,
    ])
}

/// Keys, or where to find them, in the token itself, and its signature is good under that key.
fn keys_brought_along(workshop: &Workshop) -> TestResult<Vec<Case>> {
    let stranger = Forge::stranger(&workshop.pool.kid)?;
    let brought = [
        ("jwk", stranger.jwk()),
        // Anybody who asked there would be heard: nothing listens, and the refusal would be another.
        ("jku", json!("http://127.0.0.1:9/jwks.json")),
        ("x5u", json!("http://127.0.0.1:9/chain.pem")),
        ("x5c", json!(["MIIB"])),
        ("x5t", json!("AAAA")),
        ("x5t#S256", json!("AAAA")),
    ];
    let mut cases = Vec::new();
    for (member, value) in brought {
        let mut header = json!({ "alg": "RS256", "kid": stranger.kid });
        header[member] = value.clone();
        let forged = stranger.sign(header.to_string(), workshop.plain())?;
        cases.push(case(format!("tok_16_{member}"), "malformed_token", forged));
        let signed = workshop.under(member, value)?;
        cases.push(case(format!("tok_16_{member}_though_ours"), "malformed_token", signed));
    }
    Ok(cases)
}

/// Members that ask for another reading.
fn readings(workshop: &Workshop) -> TestResult<Vec<Case>> {
    let kid = &workshop.pool.kid;
    let mut cases = Vec::new();
    for (name, member, value) in [
        ("tok_17_crit", "crit", json!(["exp"])),
        ("tok_17_crit_of_nothing", "crit", json!([])),
        ("tok_17_crit_null", "crit", json!(null)),
        ("tok_18_b64", "b64", json!(false)),
        ("tok_18_zip", "zip", json!("DEF")),
        ("tok_18_cty", "cty", json!("JWT")),
        ("tok_19_at_jwt", "typ", json!("at+jwt")),
        ("tok_19_jwe", "typ", json!("JWE")),
        ("tok_19_other_case", "typ", json!("jwt")),
        ("tok_19_null", "typ", json!(null)),
    ] {
        cases.push(case(name, "malformed_token", workshop.under(member, value)?));
    }
    for (name, header) in [
        ("tok_20_alg", format!(r#"{{"alg":"none","alg":"RS256","kid":"{kid}"}}"#)),
        (
            "tok_20_kid",
            format!(r#"{{"alg":"RS256","kid":"other","kid":"{kid}"}}"#),
        ),
        (
            "tok_20_escaped",
            format!(r#"{{"\u0061lg":"none","alg":"RS256","kid":"{kid}"}}"#),
        ),
        (
            "tok_20_further",
            format!(r#"{{"alg":"RS256","kid":"{kid}","x":1,"x":1}}"#),
        ),
    ] {
        cases.push(case(
            name,
            "malformed_token",
            workshop.pool.sign(header, workshop.plain())?,
        ));
    }
    Ok(cases)
}
