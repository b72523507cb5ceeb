//! What else a good token depends on: whether a deployment takes access tokens, and whether its sign-in still counts.

use serde_json::{Value, json};
use tests::{Handshake, Stack, StackOptions, TestResult, carillon_template_with, eventually};

use super::{Workshop, all_admitted, all_refused, case};
use crate::refusals::reasons;

#[tokio::test]
async fn tok_29_an_access_token_is_for_our_client_alone() -> TestResult {
    let stack = Stack::start_with(StackOptions {
        template: Some(carillon_template_with(&["accessTokens=true"])?),
        ..StackOptions::default()
    })
    .await?;
    let workshop = Workshop::of(&stack).await?;
    let client = workshop.claims["aud"].clone();
    // What is null is left out, as Cognito does.
    let of = |client_id: Value, aud: Value| {
        let mut claims = workshop.claims.clone();
        for (name, value) in [("token_use", json!("access")), ("client_id", client_id), ("aud", aud)] {
            claims.insert(name.to_owned(), value);
        }
        claims.retain(|_, value| !value.is_null());
        workshop.sign(Value::Object(claims).to_string())
    };
    let cases = [
        case("tok_29_missing", "wrong_client", of(json!(null), json!(null))?),
        case(
            "tok_29_other",
            "wrong_client",
            of(json!("somebody-elses"), json!(null))?,
        ),
        case("tok_29_array", "wrong_client", of(json!([client]), json!(null))?),
        case("tok_29_only_in_aud", "wrong_client", of(json!(null), client.clone())?),
        case(
            "tok_30_an_id_token_with_client_id_alone",
            "wrong_client",
            workshop.with(&[("aud", json!(null)), ("client_id", client.clone())])?,
        ),
    ];
    all_refused(&stack, &workshop, &cases).await?;
    let good = [
        ("tok_29_ours", workshop.good.access.clone()),
        ("tok_29_forged_alike", of(client, json!(null))?),
    ];
    all_admitted(&stack, &good).await
}

#[tokio::test]
async fn tok_36_a_token_of_a_sign_in_that_was_ended_is_refused_though_it_has_not_expired() -> TestResult {
    let stack = Stack::start().await?;
    let workshop = Workshop::of(&stack).await?;
    let of_bob = stack.sign_in("bob").await?.id;
    all_admitted(&stack, &[("tok_36_before", workshop.good.id.clone())]).await?;
    let order = json!({ "action": "disconnect", "user": workshop.claims["sub"] });
    stack.invoke("fn-push", &order).await?;
    let refused = Handshake::of_browser(&stack, &workshop.good.id).status().await?;
    assert_eq!(refused, 401, "tok_36_afterwards");
    eventually("the reason to be logged", async || reasons(&stack) == ["revoked"]).await?;
    all_admitted(&stack, &[("tok_36_others", of_bob)]).await
}
