//! Texts that are no token, or no more the one that was signed.

use serde_json::json;
use tests::{Forge, Handshake, Stack, TestResult};

use super::{Case, Workshop, all_admitted, all_refused, case};

/// Bytes of the longest token that is looked at.
const LONGEST: usize = 8 * 1024;

#[tokio::test]
async fn texts_that_are_no_token_are_refused() -> TestResult {
    let stack = Stack::start().await?;
    let workshop = Workshop::of(&stack).await?;
    let mut cases = shapes(&workshop);
    cases.extend(spellings(&workshop));
    cases.extend(changes(&workshop));
    cases.extend(contents(&workshop)?);
    all_refused(&stack, &workshop, &cases).await
}

/// Anything but three parts.
fn shapes(workshop: &Workshop) -> Vec<Case> {
    let good = &workshop.good.id;
    let parts: Vec<&str> = good.split('.').collect();
    let texts = [
        ("tok_02_empty", String::new()),
        ("tok_02_dots", "..".to_owned()),
        ("tok_02_many_dots", "........".to_owned()),
        ("tok_02_one_part", "hello".to_owned()),
        ("tok_02_two_parts", format!("{}.{}", parts[0], parts[1])),
        ("tok_02_four_parts", format!("{good}.x")),
        ("tok_02_dot_in_front", format!(".{good}")),
        ("tok_02_dot_behind", format!("{good}.")),
        ("tok_10_five_parts_as_if_encrypted", format!("{good}.x.x")),
        (
            "tok_10_json_serialization",
            format!(
                r#"{{"protected":"{}","payload":"{}","signature":"{}"}}"#,
                parts[0], parts[1], parts[2]
            ),
        ),
    ];
    texts
        .into_iter()
        .map(|(name, text)| case(name, "malformed_token", text))
        .collect()
}

/// The right token, spelt as no issuer spells it.
fn spellings(workshop: &Workshop) -> Vec<Case> {
    let good = &workshop.good.id;
    let (signed, signature) = good.rsplit_once('.').unwrap_or_default();
    let (half, rest) = good.split_at(good.len() / 2);
    let texts = [
        ("tok_03_space_inside", format!("{half} {rest}")),
        ("tok_03_tab_inside", format!("{half}\t{rest}")),
        ("tok_03_no_break_space", format!("{good}\u{a0}")),
        ("tok_03_zero_width", format!("\u{200b}{good}")),
        ("tok_03_quotes", format!("\"{good}\"")),
        ("tok_03_bearer", format!("Bearer {good}")),
        ("tok_04_padding", format!("{signed}.{signature}==")),
        ("tok_04_plus_and_slash", format!("{signed}.+/{}", &signature[2..])),
        (
            "tok_04_percent_encoded",
            format!("{signed}.{}", signature.replacen(&signature[..1], "%41", 1)),
        ),
        ("tok_04_unused_bits", with_unused_bits(good)),
        ("tok_11_not_ascii", format!("{signed}.é{signature}")),
        ("tok_11_emoji", "🔑.🔑.🔑".to_owned()),
    ];
    texts
        .into_iter()
        .map(|(name, text)| case(name, "malformed_token", text))
        .collect()
}

/// The last of 342 characters holds 256 bytes' last four bits, and two bits that must be nought.
fn with_unused_bits(token: &str) -> String {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (start, last) = token.split_at(token.len() - 1);
    let value = ALPHABET.find(last).unwrap_or_default();
    format!("{start}{}", &ALPHABET[value + 1..value + 2])
}

/// Not what was signed.
fn changes(workshop: &Workshop) -> Vec<Case> {
    let good = &workshop.good.id;
    let (signed, signature) = good.rsplit_once('.').unwrap_or_default();
    let other = workshop.good.access.rsplit('.').next().unwrap_or_default();
    let mut cases = vec![
        case("tok_05_a_character_more", "bad_signature", format!("{good}A")),
        case("tok_05_a_character_less", "malformed_token", &good[..good.len() - 1]),
        case("tok_06_none", "malformed_token", format!("{signed}.")),
        case("tok_06_cut", "bad_signature", format!("{signed}.{}", &signature[..100])),
        case("tok_06_of_another_token", "bad_signature", format!("{signed}.{other}")),
        case(
            "tok_06_of_zeros",
            "bad_signature",
            format!("{signed}.{}", "A".repeat(342)),
        ),
        case("tok_07_one_over", "token_too_large", "a".repeat(LONGEST + 1)),
        case(
            "tok_07_one_over_in_three_parts",
            "token_too_large",
            format!("{good}{}", "a".repeat(LONGEST + 1 - good.len())),
        ),
    ];
    // The verifier's own tests try every position; these are of the signature, which everything else depends on.
    for position in (0..signature.len() - 1).step_by(31) {
        let changed = if signature.as_bytes()[position] == b'A' {
            "B"
        } else {
            "A"
        };
        let text = format!(
            "{signed}.{}{changed}{}",
            &signature[..position],
            &signature[position + 1..]
        );
        cases.push(case(format!("tok_05_changed_at_{position}"), "bad_signature", text));
    }
    cases
}

/// Header or claims that are not one JSON object in UTF-8.
fn contents(workshop: &Workshop) -> TestResult<Vec<Case>> {
    let (header, plain) = (workshop.pool.header(), workshop.plain());
    let open = plain.trim_end_matches('}').to_owned();
    let nested = |levels: usize| format!("{}{}}}", "[".repeat(levels), "]".repeat(levels));
    let many: Vec<_> = (0..900).map(|number| format!("\"m{number}\":0")).collect();
    let texts: Vec<(&str, Vec<u8>)> = vec![
        ("tok_08_not_json", b"hello".to_vec()),
        ("tok_08_nothing", b" ".to_vec()),
        ("tok_08_array", format!("[{plain}]").into()),
        ("tok_08_null", b"null".to_vec()),
        ("tok_08_text", b"\"text\"".to_vec()),
        ("tok_08_number", b"1".to_vec()),
        ("tok_08_trailing", format!("{plain}x").into()),
        ("tok_08_two_objects", format!("{plain}{plain}").into()),
        ("tok_08_byte_order_mark", format!("\u{feff}{plain}").into()),
        ("tok_08_invalid_utf_8", [open.as_bytes(), b",\"x\":\"\xff\"}"].concat()),
        ("tok_08_lone_surrogate", format!("{open},\"x\":\"\\ud800\"}}").into()),
    ];
    let mut cases = Vec::new();
    for (name, text) in texts {
        cases.push(case(
            format!("{name}_claims"),
            "malformed_token",
            workshop.pool.sign(&header, &text)?,
        ));
        cases.push(case(
            format!("{name}_header"),
            "malformed_token",
            workshop.pool.sign(&text, &plain)?,
        ));
    }
    let named = workshop.pool.header();
    let deep_header = format!("{},\"x\":{}", named.trim_end_matches('}'), nested(500));
    cases.push(case(
        "tok_09_deep_header",
        "malformed_token",
        workshop.pool.sign(deep_header, &plain)?,
    ));
    let deep_claims = format!("{open},\"x\":{}", nested(2_000));
    cases.push(case(
        "tok_09_deep_claims",
        "malformed_token",
        workshop.sign(deep_claims)?,
    ));
    let digits = format!("{{\"custom:number\":{},{}", "9".repeat(3_000), &plain[1..]);
    cases.push(case("tok_09_long_number", "malformed_token", workshop.sign(digits)?));
    let members = format!("{open},{}}}", many.join(","));
    cases.push(case("tok_09_many_members", "token_too_large", workshop.sign(members)?));
    Ok(cases)
}

#[tokio::test]
async fn tok_01_without_a_token_nobody_gets_in() -> TestResult {
    let stack = Stack::start().await?;
    assert_eq!(Handshake::with(&stack).status().await?, 401);
    let page = Handshake::with(&stack).header("origin", &stack.endpoint("/web"));
    assert_eq!(page.status().await?, 401);
    tests::eventually("both to be logged", async || {
        crate::refusals::reasons(&stack) == ["missing_token", "missing_token"]
    })
    .await
}

#[tokio::test]
async fn tok_07_the_longest_token_gets_in_and_one_of_megabytes_does_not_even_arrive() -> TestResult {
    let stack = Stack::start().await?;
    let workshop = Workshop::of(&stack).await?;
    let padded = |bytes: usize| workshop.with(&[("custom:pad", json!("x".repeat(bytes)))]);
    // Three letters more are four characters more.
    let missing = (LONGEST - padded(1)?.len()) / 4 * 3;
    let longest = padded(missing)?;
    assert!((LONGEST - 5..=LONGEST).contains(&longest.len()), "{}", longest.len());
    all_admitted(&stack, &[("tok_07_at_the_limit", longest)]).await?;
    for megabytes in [1, 10] {
        let status = Handshake::of_browser(&stack, &"a".repeat(megabytes << 20))
            .status()
            .await;
        // The gateway may also just hang up in the middle of it.
        assert!(
            status.is_err() || status.is_ok_and(|status| (400..500).contains(&status)),
            "{megabytes} MB"
        );
    }
    let good = Forge::claims(&workshop.good.id)?;
    assert!(good["sub"].is_string());
    all_admitted(&stack, &[("tok_07_afterwards", workshop.good.id)]).await
}
