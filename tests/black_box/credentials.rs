//! Who gets in: every wrong token is refused with 401 or 403, every wrong Origin with 403, and the log says why without
//! saying the token.

use serde_json::{Value, json};
use tests::{Forge, Handshake, Stack, TestResult};

#[tokio::test]
async fn wrong_tokens_are_refused_with_their_reason_in_the_log() -> TestResult {
    let stack = Stack::start().await?;
    let good = stack.sign_in("alice").await?;
    let pool = Forge::of_pool(&stack)?;
    let stranger = Forge::stranger(&pool.kid)?;
    let unknown = Forge::stranger("nobody-knows-this-key")?;
    let claims = Forge::claims(&good.id)?;
    let with = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        claims.to_string()
    };
    let without = |name: &str| {
        let mut claims = claims.clone();
        claims.as_object_mut().map(|claims| claims.remove(name));
        claims.to_string()
    };
    let now = claims["iat"].as_u64().unwrap_or_default();
    let header = pool.header();
    let unsigned = r#"{"alg":"none"}"#;
    let other_algorithm = |name: &str| json!({ "alg": name, "kid": pool.kid }).to_string();
    let plain = claims.to_string();
    let parts: Vec<&str> = good.id.split('.').collect();
    let cases = [
        ("tok_02_empty", String::new(), "malformed_token"),
        ("tok_02_not_a_token", "hello".into(), "malformed_token"),
        (
            "tok_02_two_parts",
            format!("{}.{}", parts[0], parts[1]),
            "malformed_token",
        ),
        ("tok_02_four_parts", format!("{}.x", good.id), "malformed_token"),
        (
            "tok_05_changed_payload",
            format!("{}.{}x.{}", parts[0], parts[1], parts[2]),
            "",
        ),
        ("tok_06_no_signature", format!("{}.{}.", parts[0], parts[1]), ""),
        (
            "tok_06_signature_of_another",
            format!(
                "{}.{}.{}",
                parts[0],
                parts[1],
                good.access.split('.').nth(2).unwrap_or_default()
            ),
            "bad_signature",
        ),
        ("tok_07_too_large", "a".repeat(8 * 1024 + 1), "token_too_large"),
        (
            "tok_12_unsigned",
            pool.sign(unsigned, &plain)?
                .rsplit_once('.')
                .map(|(text, _)| format!("{text}."))
                .unwrap_or_default(),
            "",
        ),
        (
            "tok_13_hmac_with_public_key",
            pool.sign_hs256_with_public_key(&other_algorithm("HS256"), &plain),
            "bad_algorithm",
        ),
        (
            "tok_14_rs512",
            pool.sign_rs512(&other_algorithm("RS512"), &plain)?,
            "bad_algorithm",
        ),
        (
            "tok_14_ps256",
            pool.sign_ps256(&other_algorithm("PS256"), &plain)?,
            "bad_algorithm",
        ),
        (
            "tok_15_unknown_key",
            unknown.sign(&unknown.header(), &plain)?,
            "unknown_key",
        ),
        (
            "tok_15_no_key_named",
            pool.sign(r#"{"alg":"RS256"}"#, &plain)?,
            "malformed_token",
        ),
        (
            "tok_17_critical_extension",
            pool.sign(
                &json!({ "alg": "RS256", "kid": pool.kid, "crit": ["x"] }).to_string(),
                &plain,
            )?,
            "malformed_token",
        ),
        (
            "tok_21_no_expiry",
            pool.sign(&header, &without("exp"))?,
            "malformed_token",
        ),
        (
            "tok_22_expired",
            pool.sign(&header, &with("exp", json!(now - 1)))?,
            "expired",
        ),
        (
            "tok_23_not_yet_valid",
            pool.sign(&header, &with("nbf", json!(now + 3_600)))?,
            "not_yet_valid",
        ),
        (
            "tok_24_issued_in_the_future",
            pool.sign(&header, &with("iat", json!(now + 3_600)))?,
            "",
        ),
        (
            "tok_25_other_issuer",
            pool.sign(
                &header,
                &with(
                    "iss",
                    json!("https://cognito-idp.us-east-1.amazonaws.com/us-east-1_other"),
                ),
            )?,
            "wrong_issuer",
        ),
        (
            "tok_26_forged_with_another_pools_key",
            stranger.sign(&stranger.header(), &plain)?,
            "bad_signature",
        ),
        ("tok_27_access_token", good.access.clone(), ""),
        (
            "tok_28_no_token_use",
            pool.sign(&header, &without("token_use"))?,
            "wrong_token_use",
        ),
        (
            "tok_30_other_client",
            pool.sign(&header, &with("aud", json!("somebody-elses-client")))?,
            "wrong_client",
        ),
        (
            "tok_31_no_subject",
            pool.sign(&header, &without("sub"))?,
            "malformed_token",
        ),
        (
            "tok_32_duplicate_claim",
            pool.sign(&header, &plain.replacen('{', r#"{"sub":"other","#, 1))?,
            "malformed_token",
        ),
    ];
    for (number, (name, token, reason)) in cases.iter().enumerate() {
        let status = Handshake::of_browser(&stack, token).status().await?;
        assert!([401, 403].contains(&status), "{name}: {status}");
        let logged = reason_of_refusal(&stack, number).await?;
        assert!(reason.is_empty() || logged == *reason, "{name}: {logged}");
    }
    assert_eq!(
        Handshake::of_browser(&stack, &good.id).status().await?,
        101,
        "and the right one gets in"
    );
    let log = stack.log();
    for token in cases
        .iter()
        .map(|(_, token, _)| token)
        .chain([&good.id, &good.access, &good.refresh])
    {
        let signature = token.rsplit('.').next().unwrap_or_default();
        assert!(
            signature.len() < 20 || !log.contains(signature),
            "a token stands in the log"
        );
    }
    Ok(())
}

/// The reason that the log gives for the refusal of this number.
async fn reason_of_refusal(stack: &Stack, number: usize) -> TestResult<String> {
    let reasons = || -> Vec<String> {
        let log = stack.log();
        let lines = log
            .lines()
            .filter_map(|line| line.find('{').map(|start| &line[start..]));
        let events = lines.filter_map(|json| serde_json::from_str::<Value>(json).ok());
        events
            .filter_map(|event| event["reason"].as_str().map(str::to_owned))
            .collect()
    };
    tests::eventually("the refusal to be logged", async || reasons().len() > number).await?;
    Ok(reasons().swap_remove(number))
}

#[tokio::test]
async fn a_cookie_counts_only_from_the_exact_origin() -> TestResult {
    let stack = Stack::start().await?;
    let token = stack.sign_in("alice").await?.id;
    let own = stack.endpoint("/web");
    let cookie = || Handshake::with(&stack).header("cookie", &format!("__Host-auth={token}"));
    assert_eq!(cookie().status().await?, 403, "org_01: no Origin at all");
    let wrong = [
        "null".to_owned(),
        own.replace("http:", "https:"),
        own.replace("localhost", "127.0.0.1"),
        "http://localhost:1".to_owned(),
        "http://localhost".to_owned(),
        format!("{own}/"),
        format!("{own}."),
        format!("{own}.evil.example"),
        own.replace("localhost", "LOCALHOST"),
        own.replace("localhost", "app.localhost"),
        own.replace("//", "//user@"),
        format!("{own}, {own}"),
        format!("{own}{}", "x".repeat(4_000)),
    ];
    for origin in &wrong {
        assert_eq!(cookie().header("origin", origin).status().await?, 403, "{origin}");
    }
    assert_eq!(
        cookie().header("origin", &own).header("origin", &own).status().await?,
        403,
        "two headers"
    );
    assert_eq!(cookie().header("origin", &own).status().await?, 101);
    Ok(())
}

#[tokio::test]
async fn a_token_may_come_in_a_cookie_or_a_subprotocol() -> TestResult {
    let stack = Stack::start().await?;
    let alice = stack.sign_in("alice").await?.id;
    let bob = stack.sign_in("bob").await?.id;
    let own = stack.endpoint("/web");
    let browser = |cookie: &str| Handshake::with(&stack).header("origin", &own).header("cookie", cookie);

    for name in ["__Host-auth", "auth", "id_token"] {
        assert_eq!(browser(&format!("{name}={alice}")).status().await?, 101, "{name}");
    }
    assert_eq!(browser(&format!("other={alice}")).status().await?, 401);
    assert_eq!(
        browser(&format!("a=b; auth={alice}; theme=\"dark\"; =; x"))
            .status()
            .await?,
        101,
        "crd_03"
    );
    assert_eq!(
        browser(&format!("__Host-auth=broken; auth={alice}")).status().await?,
        401,
        "the stricter cookie wins"
    );
    assert_eq!(
        browser(&format!("auth={alice}; auth={bob}")).status().await?,
        403,
        "crd_02"
    );

    let offered = Handshake::with(&stack).header("sec-websocket-protocol", &format!("carillon.v1, bearer.{alice}"));
    let socket = offered.open().await?;
    assert_eq!(
        socket.subprotocol.as_deref(),
        Some("carillon.v1"),
        "sub_01: the token is not echoed"
    );
    let both = browser(&format!("__Host-auth={bob}"))
        .header("sec-websocket-protocol", &format!("carillon.v1, bearer.{alice}"));
    assert_eq!(both.status().await?, 403, "crd_01: conflicting tokens");
    let foreign = Handshake::with(&stack)
        .header("origin", "http://evil.example")
        .header("sec-websocket-protocol", &format!("carillon.v1, bearer.{alice}"));
    assert_eq!(
        foreign.status().await?,
        403,
        "a wrong Origin is refused whatever the credential"
    );

    assert_eq!(
        Handshake::with(&stack)
            .query(&format!("token={alice}"))
            .status()
            .await?,
        401,
        "crd_05"
    );
    assert_eq!(Handshake::with(&stack).status().await?, 401, "tok_01");
    assert!(
        !stack.log().contains(alice.rsplit('.').next().unwrap_or("?")),
        "no token in the log"
    );
    Ok(())
}

#[tokio::test]
async fn later_frames_carry_the_identity_of_the_token_and_not_of_the_payload() -> TestResult {
    let stack = Stack::start().await?;
    let token = stack.sign_in("alice").await?.id;
    let mut alice = Handshake::of_browser(&stack, &token).open().await?;
    let claimed = json!({
        "action": "message", "sub": "somebody", "requestContext": { "authorizer": { "userId": "somebody" } },
        "data": { "content": "x", "recipient": "all" },
    });
    alice.send(claimed.to_string()).await?;
    assert_eq!(alice.next_of("error").await?["code"], "invalid_field", "evt_06");
    alice
        .send(r#"{"action":"message","data":{"content":"x","recipient":"all","sender":"somebody"}}"#)
        .await?;
    assert_eq!(alice.next_of("error").await?["code"], "invalid_field", "msg_13");
    Ok(())
}
