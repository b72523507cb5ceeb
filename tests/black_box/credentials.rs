//! Where a handshake's token may stand, which page may send it, and which sub-protocol comes of it. What the token itself
//! may be is in `tokens`. The names of cases begin with their rows of the catalogue of attacks.

use serde_json::json;
use tests::{Handshake, Stack, StackOptions, TestResult, carillon_template_with};

/// A handshake by its headers, with the status that it ends with.
type Case<'a> = (&'a str, u16, Vec<(&'static str, String)>);

async fn all_answered(stack: &Stack, cases: &[Case<'_>]) -> TestResult {
    for (name, status, headers) in cases {
        let handshake = headers
            .iter()
            .fold(Handshake::with(stack), |handshake, (header, value)| {
                handshake.header(header, value)
            });
        assert_eq!(handshake.status().await?, *status, "{name}");
    }
    Ok(())
}

fn holds_no_token(stack: &Stack, tokens: &[&str]) {
    let log = stack.log();
    for signature in tokens.iter().filter_map(|token| token.rsplit('.').next()) {
        assert!(!log.contains(signature), "a token stands in the log");
    }
}

#[tokio::test]
async fn a_cookie_counts_only_from_the_exact_origin() -> TestResult {
    let stack = Stack::start().await?;
    let token = stack.sign_in("alice").await?.id;
    let own = stack.endpoint("/web");
    let from = |origins: &[&str]| {
        let mut headers = vec![("cookie", format!("__Host-auth={token}"))];
        headers.extend(origins.iter().map(|origin| ("origin", (*origin).to_owned())));
        headers
    };
    let wrong = [
        ("org_02_empty", String::new()),
        ("org_02_null", "null".to_owned()),
        ("org_02_scheme", own.replace("http:", "https:")),
        ("org_02_host", own.replace("localhost", "127.0.0.1")),
        ("org_02_port", "http://localhost:1".to_owned()),
        ("org_02_no_port", "http://localhost".to_owned()),
        ("org_02_a_digit_more", format!("{own}0")),
        ("org_02_slash", format!("{own}/")),
        ("org_02_path", format!("{own}/chat")),
        ("org_02_dot", format!("{own}.")),
        ("org_02_as_prefix", format!("{own}.evil.example")),
        ("org_02_as_suffix", own.replace("localhost", "evil-localhost")),
        ("org_02_upper_case", own.replace("localhost", "LOCALHOST")),
        ("org_02_sub_domain", own.replace("localhost", "app.localhost")),
        ("org_02_user", own.replace("//", "//user@")),
        ("org_02_user_in_front", own.replace("http://", "http://evil.example@")),
        ("org_02_look_alike", own.replace("localhost", "xn--lcalhost-6fg")),
        ("org_02_look_alike_letters", own.replace('o', "\u{43e}")),
        ("org_02_tab_inside", own.replace("localhost", "local\thost")),
        ("org_02_list", format!("{own}, {own}")),
        ("org_02_list_without_space", format!("{own},http://evil.example")),
        ("org_02_long", format!("{own}{}", "x".repeat(4_000))),
    ];
    let mut cases: Vec<Case<'_>> = vec![
        ("org_01_no_origin", 403, from(&[])),
        ("org_02_two_headers", 403, from(&[&own, "http://evil.example"])),
        ("org_02_two_equal_headers", 403, from(&[&own, &own])),
        ("org_02_the_very_one", 101, from(&[&own])),
    ];
    cases.extend(wrong.iter().map(|(name, origin)| (*name, 403, from(&[origin]))));
    all_answered(&stack, &cases).await?;
    holds_no_token(&stack, &[&token]);
    Ok(())
}

#[tokio::test]
async fn a_cookie_is_found_in_any_company_and_only_under_its_name() -> TestResult {
    let stack = Stack::start().await?;
    let (alice, bob) = (stack.sign_in("alice").await?.id, stack.sign_in("bob").await?.id);
    let own = stack.endpoint("/web");
    let with = |cookies: &[String]| {
        let mut headers = vec![("origin", own.clone())];
        headers.extend(cookies.iter().map(|cookie| ("cookie", cookie.clone())));
        headers
    };
    let noise: Vec<_> = (0..100).map(|number| format!("c{number}=\"a=b\"")).collect();
    let noise = noise.join("; ");
    let cases = [
        ("crd_03_alone", 101, vec![format!("__Host-auth={alice}")]),
        ("crd_03_auth", 101, vec![format!("auth={alice}")]),
        ("crd_03_id_token", 101, vec![format!("id_token={alice}")]),
        (
            "crd_03_among_100",
            101,
            vec![format!("{noise}; __Host-auth={alice}; x=y")],
        ),
        (
            "crd_03_odd_spacing",
            101,
            vec![format!("a=b;auth={alice}  ;theme=\"dark\";  =; x")],
        ),
        ("crd_03_not_ascii", 101, vec![format!("größe=ü; auth={alice}; é")]),
        ("crd_03_nothing_but_noise", 401, vec![format!("{noise}; =; ;; é=è; \"")]),
        (
            "crd_03_other_name",
            401,
            vec![format!("other={alice}; xauth={alice}; Auth={alice}")],
        ),
        ("crd_03_quoted", 401, vec![format!("auth=\"{alice}\"")]),
        ("crd_03_empty", 401, vec!["auth=".to_owned()]),
        (
            "crd_04_host_cookie_hides_a_planted_one",
            101,
            vec![format!("auth={bob}; __Host-auth={alice}")],
        ),
        (
            "crd_04_even_if_it_is_broken",
            401,
            vec![format!("__Host-auth=broken; auth={alice}")],
        ),
        (
            "crd_02_twice_and_different",
            403,
            vec![format!("auth={alice}; auth={bob}")],
        ),
        (
            "crd_02_twice_and_equal",
            101,
            vec![format!("auth={alice}; auth={alice}")],
        ),
        (
            "crd_02_two_headers_that_differ",
            403,
            vec![format!("auth={alice}"), format!("auth={bob}")],
        ),
        (
            "crd_02_two_headers_of_one_cookie",
            101,
            vec!["a=b".to_owned(), format!("auth={alice}")],
        ),
        ("crd_01_two_names", 403, vec![format!("auth={alice}; id_token={bob}")]),
    ];
    let cases = cases.map(|(name, status, cookies)| (name, status, with(&cookies)));
    all_answered(&stack, &cases).await?;
    holds_no_token(&stack, &[&alice, &bob]);
    Ok(())
}

#[tokio::test]
async fn crd_04_where_no_other_name_is_accepted_only_the_host_cookie_counts() -> TestResult {
    let stack = Stack::start_with(StackOptions {
        template: Some(carillon_template_with(&["acceptedCookies="])?),
        ..StackOptions::default()
    })
    .await?;
    let (token, own) = (stack.sign_in("alice").await?.id, stack.endpoint("/web"));
    let with = |cookie: String| vec![("origin", own.clone()), ("cookie", cookie)];
    all_answered(
        &stack,
        &[
            ("crd_04_planted", 401, with(format!("auth={token}; id_token={token}"))),
            ("crd_04_host", 101, with(format!("auth=other; __Host-auth={token}"))),
        ],
    )
    .await
}

#[tokio::test]
async fn a_token_may_come_as_a_sub_protocol() -> TestResult {
    let stack = Stack::start().await?;
    let (alice, bob) = (stack.sign_in("alice").await?.id, stack.sign_in("bob").await?.id);
    let own = stack.endpoint("/web");
    let offering = |offer: String| vec![("sec-websocket-protocol", offer)];
    let and = |offer: String, further: &[(&'static str, &str)]| {
        let mut headers = offering(offer);
        headers.extend(further.iter().map(|(name, value)| (*name, (*value).to_owned())));
        headers
    };
    let ours = format!("carillon.v1, bearer.{alice}");
    let of_bob = format!("__Host-auth={bob}");
    let of_alice = format!("__Host-auth={alice}");
    let many: Vec<_> = (0..50).map(|number| format!("name{number}")).collect();
    let cases = [
        ("sub_01_app_and_token", 101, offering(ours.clone())),
        (
            "sub_01_token_and_app",
            101,
            offering(format!("bearer.{alice}, carillon.v1")),
        ),
        ("sub_02_only_the_token", 400, offering(format!("bearer.{alice}"))),
        ("sub_02_only_the_app", 401, offering("carillon.v1".to_owned())),
        (
            "sub_02_only_the_app_and_a_cookie",
            101,
            and("carillon.v1".to_owned(), &[("origin", &own), ("cookie", &of_alice)]),
        ),
        (
            "sub_02_unknown_and_a_cookie",
            400,
            and("chat".to_owned(), &[("origin", &own), ("cookie", &of_alice)]),
        ),
        (
            "sub_02_other_case",
            400,
            offering(format!("Carillon.v1, bearer.{alice}")),
        ),
        (
            "sub_02_duplicates",
            101,
            offering(format!("carillon.v1, carillon.v1, bearer.{alice}, bearer.{alice}")),
        ),
        (
            "sub_02_50_names",
            101,
            offering(format!("{}, carillon.v1, bearer.{alice}", many.join(", "))),
        ),
        (
            "sub_02_illegal_characters",
            101,
            offering(format!("carillon.v1, \"(,), bearer.{alice}")),
        ),
        ("sub_02_only_illegal_characters", 401, offering("(),\"/\"".to_owned())),
        ("sub_02_empty", 401, offering(String::new())),
        (
            "sub_02_no_token_behind_bearer",
            401,
            offering("carillon.v1, bearer.".to_owned()),
        ),
        (
            "crd_01_two_tokens",
            403,
            offering(format!("carillon.v1, bearer.{alice}, bearer.{bob}")),
        ),
        (
            "crd_01_another_in_a_cookie",
            403,
            and(ours.clone(), &[("origin", &own), ("cookie", &of_bob)]),
        ),
        (
            "crd_01_the_same_in_a_cookie",
            101,
            and(ours.clone(), &[("origin", &own), ("cookie", &of_alice)]),
        ),
        ("org_03_no_origin", 101, offering(ours.clone())),
        ("org_03_own_origin", 101, and(ours.clone(), &[("origin", &own)])),
        (
            "org_03_foreign_origin",
            403,
            and(ours.clone(), &[("origin", "http://evil.example")]),
        ),
        ("org_03_null_origin", 403, and(ours, &[("origin", "null")])),
    ];
    all_answered(&stack, &cases).await?;
    holds_no_token(&stack, &[&alice, &bob]);
    Ok(())
}

#[tokio::test]
async fn sub_01_the_application_s_protocol_is_chosen_and_the_token_not_echoed() -> TestResult {
    let stack = Stack::start().await?;
    let token = stack.sign_in("alice").await?.id;
    for offer in [
        format!("carillon.v1, bearer.{token}"),
        format!("bearer.{token}, x, carillon.v1"),
    ] {
        let socket = Handshake::with(&stack)
            .header("sec-websocket-protocol", &offer)
            .open()
            .await?;
        assert_eq!(socket.subprotocol.as_deref(), Some("carillon.v1"));
    }
    let refused = Handshake::with(&stack).header("sec-websocket-protocol", &format!("bearer.{token}"));
    let (status, body) = refused.attempt().await?.err().unwrap_or_default();
    assert!(status == 400 && !body.contains(&token), "sub_02: {status} {body}");
    Ok(())
}

#[tokio::test]
async fn sub_03_a_client_that_offers_nothing_is_answered_no_protocol() -> TestResult {
    let stack = Stack::start().await?;
    let token = stack.sign_in("alice").await?.id;
    let socket = Handshake::of_browser(&stack, &token).open().await?;
    assert_eq!(socket.subprotocol, None);
    Ok(())
}

#[tokio::test]
async fn sub_04_offered_compression_is_declined() -> TestResult {
    let stack = Stack::start().await?;
    let token = stack.sign_in("alice").await?.id;
    let offers = [
        "permessage-deflate; client_max_window_bits",
        "x-webkit-deflate-frame",
        "nonsense; =;;",
    ];
    for offer in offers {
        let handshake = Handshake::of_browser(&stack, &token).header("sec-websocket-extensions", offer);
        let mut socket = handshake.open().await?;
        socket
            .send(r#"{"action":"echo","data":{"content":"aaaaaaaaaaaaaaaaaaaa"}}"#)
            .await?;
        // A client without the extension could not read a compressed frame.
        assert_eq!(
            socket.next_of("echo").await?["content"],
            "aaaaaaaaaaaaaaaaaaaa",
            "{offer}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn crd_05_a_token_in_the_address_counts_only_where_that_is_on_and_is_logged_nowhere() -> TestResult {
    let off = Stack::start().await?;
    let token = off.sign_in("alice").await?.id;
    for query in [
        format!("token={token}"),
        format!("auth={token}"),
        format!("access_token={token}"),
    ] {
        assert_eq!(Handshake::with(&off).query(&query).status().await?, 401, "{query:.10}");
    }
    holds_no_token(&off, &[&token]);

    let on = Stack::start_with(StackOptions {
        template: Some(carillon_template_with(&["queryToken=true"])?),
        ..StackOptions::default()
    })
    .await?;
    let (alice, bob) = (on.sign_in("alice").await?.id, on.sign_in("bob").await?.id);
    for (name, status, query) in [
        ("crd_05_once", 101, format!("token={alice}")),
        ("crd_02_twice_and_equal", 101, format!("token={alice}&token={alice}")),
        ("crd_02_twice_and_different", 403, format!("token={alice}&token={bob}")),
        ("crd_02_other_case_is_another_key", 401, format!("Token={alice}")),
    ] {
        assert_eq!(Handshake::with(&on).query(&query).status().await?, status, "{name}");
    }
    let other = Handshake::of_browser(&on, &bob).query(&format!("token={alice}"));
    assert_eq!(other.status().await?, 403, "crd_01_address_and_cookie");
    holds_no_token(&on, &[&alice, &bob]);
    Ok(())
}

#[tokio::test]
async fn evt_06_later_frames_carry_the_identity_of_the_token_and_not_of_the_payload() -> TestResult {
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
