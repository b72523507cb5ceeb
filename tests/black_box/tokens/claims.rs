//! Claims under a good signature: whom a token is from, for, about, and until when.

use serde_json::{Value, json};
use tests::{Forge, Stack, TestResult};

use super::{Case, Workshop, all_admitted, all_refused, case};

#[tokio::test]
async fn claims_that_do_not_hold_are_refused() -> TestResult {
    let stack = Stack::start().await?;
    let workshop = Workshop::of(&stack).await?;
    let mut cases = times(&workshop)?;
    cases.extend(issuers(&workshop)?);
    cases.extend(uses(&workshop)?);
    cases.extend(subjects(&workshop)?);
    cases.extend(repetitions(&workshop)?);
    all_refused(&stack, &workshop, &cases).await
}

/// One case for each value of a claim.
fn each(workshop: &Workshop, row: &str, claim: &str, reason: &'static str, values: &[Value]) -> TestResult<Vec<Case>> {
    let mut cases = Vec::new();
    for value in values {
        let token = workshop.with(&[(claim, value.clone())])?;
        cases.push(case(format!("{row}_{claim}_{value:.40}"), reason, token));
    }
    Ok(cases)
}

fn times(workshop: &Workshop) -> TestResult<Vec<Case>> {
    let now = workshop.now;
    let absurd = [
        json!("9999999999"),
        json!(1.5e9),
        json!(-1),
        json!(null),
        json!([now + 60]),
        json!({}),
        json!(true),
        json!(1_u64 << 53),
        json!(u64::MAX),
        json!(1e300),
    ];
    let mut cases = each(workshop, "tok_21", "exp", "malformed_token", &absurd)?;
    cases.push(case("tok_21_exp_missing", "malformed_token", workshop.without("exp")?));
    cases.extend(each(
        workshop,
        "tok_22",
        "exp",
        "expired",
        &[json!(now - 1), json!(now), json!(0)],
    )?);
    cases.extend(each(workshop, "tok_23", "nbf", "not_yet_valid", &[json!(now + 3_600)])?);
    cases.extend(each(
        workshop,
        "tok_23",
        "nbf",
        "malformed_token",
        &[json!("0"), json!(null), json!(1.5)],
    )?);
    cases.extend(each(
        workshop,
        "tok_24",
        "iat",
        "malformed_token",
        &[json!(null), json!("0"), json!(-1)],
    )?);
    cases.push(case("tok_24_iat_missing", "malformed_token", workshop.without("iat")?));
    cases.extend(each(workshop, "tok_24", "iat", "not_yet_valid", &[json!(now + 3_000)])?);
    cases.extend(each(
        workshop,
        "tok_24",
        "auth_time",
        "not_yet_valid",
        &[json!(now + 3_000), json!(u64::MAX)],
    )?);
    let late = workshop.with(&[("iat", json!(now - 300)), ("auth_time", json!(now - 200))])?;
    cases.push(case("tok_24_signed_in_after_its_issue", "malformed_token", late));
    let life = |from: u64, to: u64| workshop.with(&[("iat", json!(from)), ("exp", json!(to))]);
    cases.push(case(
        "tok_24_after_its_end",
        "malformed_token",
        life(now + 50, now + 40)?,
    ));
    cases.push(case(
        "tok_24_over_24_hours",
        "malformed_token",
        life(now, now + 24 * 3_600 + 1)?,
    ));
    Ok(cases)
}

fn issuers(workshop: &Workshop) -> TestResult<Vec<Case>> {
    let ours = workshop.claims["iss"].as_str().unwrap_or_default().to_owned();
    let (name, other) = (
        &ours[..ours.len() - 1],
        "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_other",
    );
    let near = [
        json!(null),
        json!(7),
        json!(["text", ours]),
        json!({}),
        json!(""),
        json!(other),
        json!(ours.replace("us-east-1.", "eu-west-1.")),
        json!(name),
        json!(format!("{ours}x")),
        json!(format!("{ours}/")),
        json!(ours.replace("https:", "http:")),
        json!(ours.to_uppercase()),
        json!(ours.replace("//", "//user@")),
        json!(ours.replace('_', "%5F")),
        json!(ours.replace('o', "\u{43e}")),
        json!(format!(" {ours}")),
    ];
    let mut cases = each(workshop, "tok_25", "iss", "wrong_issuer", &near)?;
    cases.push(case("tok_25_iss_missing", "wrong_issuer", workshop.without("iss")?));

    // Another pool, which happens to give its key the same name.
    let stranger = Forge::stranger(&workshop.pool.kid)?;
    let mut theirs = workshop.claims.clone();
    theirs.insert("iss".to_owned(), json!(other));
    let honest = stranger.sign(stranger.header(), Value::Object(theirs).to_string())?;
    cases.push(case("tok_26_another_pools_own", "wrong_issuer", honest));
    let forged = stranger.sign(stranger.header(), workshop.plain())?;
    cases.push(case("tok_26_another_pools_key_in_our_name", "bad_signature", forged));
    let unknown = Forge::stranger("another-pools-key")?;
    let forged = unknown.sign(unknown.header(), workshop.early())?;
    cases.push(case("tok_26_another_pools_key_in_its_name", "unknown_key", forged));
    Ok(cases)
}

fn uses(workshop: &Workshop) -> TestResult<Vec<Case>> {
    let client = workshop.claims["aud"].clone();
    let mut cases = vec![
        // The pool signs it with another key, which is in the set too.
        case("tok_27_access_token", "wrong_token_use", &*workshop.good.access),
        case("tok_27_refresh_token", "malformed_token", &*workshop.good.refresh),
        case("tok_28_missing", "wrong_token_use", workshop.without("token_use")?),
        case("tok_30_missing", "wrong_client", workshop.without("aud")?),
        case(
            "tok_30_only_in_client_id",
            "wrong_client",
            workshop.with(&[("aud", json!(null)), ("client_id", client.clone())])?,
        ),
    ];
    let other_uses = [
        json!("access"),
        json!("refresh"),
        json!("ID"),
        json!(["id"]),
        json!(""),
        json!(null),
        json!(1),
    ];
    cases.extend(each(workshop, "tok_28", "token_use", "wrong_token_use", &other_uses)?);
    let other_clients = [
        json!("somebody-elses-client"),
        json!([client]),
        json!([client, "somebody-elses-client"]),
        json!(""),
        json!(7),
    ];
    cases.extend(each(workshop, "tok_30", "aud", "wrong_client", &other_clients)?);
    Ok(cases)
}

fn subjects(workshop: &Workshop) -> TestResult<Vec<Case>> {
    let wrong = [
        json!(""),
        json!(7),
        json!(null),
        json!(["a"]),
        json!("a".repeat(129)),
        json!("a\u{0}b"),
        json!("a\nb"),
        json!("a#b"),
        json!("\u{202e}a"),
    ];
    let mut cases = each(workshop, "tok_31", "sub", "malformed_token", &wrong)?;
    cases.push(case("tok_31_missing", "malformed_token", workshop.without("sub")?));
    cases.push(case(
        "tok_31_10_kb",
        "token_too_large",
        workshop.with(&[("sub", json!("a".repeat(10_240)))])?,
    ));
    Ok(cases)
}

/// Whatever is said twice, even if it is the same.
fn repetitions(workshop: &Workshop) -> TestResult<Vec<Case>> {
    let plain = workshop.plain();
    let mut cases = Vec::new();
    for first in [
        r#""sub":"other""#,
        r#""s\u0075b":"other""#,
        r#""exp":1"#,
        r#""iss":"other""#,
        r#""x":{"y":1,"y":1}"#,
    ] {
        let text = plain.replacen('{', &format!("{{{first},"), 1);
        cases.push(case(format!("tok_32_{first}"), "malformed_token", workshop.sign(text)?));
    }
    Ok(cases)
}

#[tokio::test]
async fn claims_that_mean_nothing_to_us_do_no_harm() -> TestResult {
    let stack = Stack::start().await?;
    let workshop = Workshop::of(&stack).await?;
    let groups: Vec<_> = (0..500).map(|number| format!("g{number}")).collect();
    let names = json!({ "__proto__": { "admin": true }, "constructor": "x", "toString": null });
    let prototypes: Vec<_> = names.as_object().into_iter().flatten().collect();
    let prototypes: Vec<_> = prototypes
        .iter()
        .map(|(name, value)| (name.as_str(), (*value).clone()))
        .collect();
    all_admitted(
        &stack,
        &[
            (
                "tok_22_a_minute_left",
                workshop.with(&[("exp", json!(workshop.now + 60))])?,
            ),
            (
                "tok_24_24_hours",
                workshop.with(&[("exp", json!(workshop.now + 24 * 3_600))])?,
            ),
            (
                "tok_33_500_groups",
                workshop.with(&[("cognito:groups", json!(groups))])?,
            ),
            (
                "tok_33_5_kb_of_claims",
                workshop.with(&[("custom:x", json!("x".repeat(5_000)))])?,
            ),
            ("tok_34_names_of_prototypes", workshop.with(&prototypes)?),
        ],
    )
    .await
}
