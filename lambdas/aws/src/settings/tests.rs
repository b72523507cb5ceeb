//! Good variables are read; a bad one is named, whichever it is, with what it must be.

#![allow(clippy::unwrap_used)]

use domain::limits::{MESSAGES_PER_SECOND_MAX, SHARDS_MAX};
use domain::policy::Publishers;

use super::*;

const GOOD: [(&str, &str); 24] = [
    ("ISSUER", "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_A"),
    (
        "JWKS_URL",
        "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_A/.well-known/jwks.json",
    ),
    ("CLIENT_ID", "client1"),
    ("ACCEPTED_COOKIES", "auth, id_token"),
    ("QUERY_TOKEN", "off"),
    ("ACCESS_TOKENS", "on"),
    ("PUBLIC_ORIGIN", "https://app.example"),
    ("ALLOWED_ORIGINS", ""),
    ("TABLE_NAME", "table1"),
    ("USER_POOL_ID", "eu-west-1_A"),
    ("SIGN_IN_BASE_URL", "https://chat.auth.eu-west-1.amazoncognito.com"),
    ("CONNECTION_LIFETIME_SECONDS", "7200"),
    ("RETENTION_SECONDS", "86400"),
    ("ALL_SHARDS", "4"),
    ("ROOM_SHARDS", "2"),
    ("HEARTBEAT_SECONDS", "240"),
    ("CONNECTIONS_PER_USER", "50"),
    ("POSTS_PER_SECOND", "5000"),
    ("ALL_PUBLISHERS", "backend"),
    ("USER_PUBLISHERS", "everyone"),
    ("MESSAGES_PER_SECOND", "10"),
    ("USER_MESSAGES_PER_SECOND", "20"),
    ("FANOUT_FUNCTION", "carillon-FanOut-1"),
    (
        "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI",
        "https://a.execute-api.eu-west-1.amazonaws.com/ws",
    ),
];

fn with(name: &str, value: Option<&str>) -> Variables<impl Fn(&str) -> Option<String>> {
    let (name, value) = (name.to_owned(), value.map(str::to_owned));
    Variables(move |wanted: &str| {
        if wanted == name {
            return value.clone();
        }
        GOOD.iter()
            .find(|(known, _)| *known == wanted)
            .map(|(_, v)| (*v).to_owned())
    })
}

/// The sentence of the first setting refused.
fn refusal(name: &str, value: Option<&str>) -> Option<String> {
    let read = with(name, value);
    let all = [
        read.authorizer().map(|_| ()),
        read.shards_of_all().map(|_| ()),
        read.connections().map(|_| ()),
        read.heartbeat().map(|_| ()),
        read.messaging().map(|_| ()),
        read.back_end().map(|_| ()),
        read.posts_per_second().map(|_| ()),
        read.fan_out_function().map(|_| ()),
        read.table().map(|_| ()),
        read.management().map(|_| ()),
        read.session().map(|_| ()),
    ];
    all.into_iter().find_map(Result::err).map(|error| error.to_string())
}

#[test]
fn good_variables_are_read() {
    let settings = with("", None).authorizer().unwrap();
    assert_eq!(settings.credentials.cookies, ["auth", "id_token"]);
    assert!(settings.tokens.access_tokens && !settings.credentials.query);
    assert_eq!(settings.lifetime, Duration::from_secs(7200));
}

#[test]
fn what_the_deployment_decides_of_messages_and_connections_is_read() {
    let messaging = with("", None).messaging().unwrap();
    assert_eq!(messaging.retention, Duration::from_secs(86_400));
    assert_eq!((messaging.shards.all.count(), messaging.shards.rooms.count()), (4, 2));
    assert_eq!(
        (messaging.posts_per_second, messaging.inline_members),
        (5000, INLINE_MEMBERS_MAX)
    );
    assert_eq!(messaging.policy.all, Publishers::BackEnd);
    assert_eq!(messaging.policy.user, Publishers::Everyone);
    let rates = (messaging.rates.connection, messaging.rates.user);
    assert_eq!((Some(rates.0), Some(rates.1)), (Rate::new(10), Rate::new(20)));
    let connections = with("", None).connections().unwrap();
    assert_eq!((connections.shards.all.count(), connections.per_user), (4, 50));
    assert_eq!(connections.lease(), Duration::from_secs(720));
    assert_eq!(with("", None).heartbeat().unwrap(), connections.heartbeat);
}

#[test]
fn a_back_end_is_told_nothing_of_publishers_and_rates() {
    for name in [
        "ALL_PUBLISHERS",
        "USER_PUBLISHERS",
        "MESSAGES_PER_SECOND",
        "USER_MESSAGES_PER_SECOND",
    ] {
        assert!(with(name, None).back_end().is_ok());
        assert!(with(name, None).messaging().is_err());
    }
}

#[test]
fn bounds_hold_one_below_at_and_one_above() {
    for (name, least, most) in [
        ("HEARTBEAT_SECONDS", HEARTBEAT_MIN.as_secs(), HEARTBEAT_MAX.as_secs()),
        ("CONNECTIONS_PER_USER", 1, CONNECTIONS_PER_USER_MAX.into()),
        ("POSTS_PER_SECOND", 100, 10_000),
        ("MESSAGES_PER_SECOND", 1, MESSAGES_PER_SECOND_MAX.into()),
        ("USER_MESSAGES_PER_SECOND", 1, MESSAGES_PER_SECOND_MAX.into()),
        ("ALL_SHARDS", 1, SHARDS_MAX.into()),
        ("ROOM_SHARDS", 1, SHARDS_MAX.into()),
    ] {
        for (value, valid) in [(least - 1, false), (least, true), (most, true), (most + 1, false)] {
            let refusal = refusal(name, Some(&value.to_string()));
            let expected = match value {
                0 => Some(format!("the variable {name} must be a whole number above 0")),
                _ => (!valid).then(|| format!("the variable {name} must be {least} to {most}")),
            };
            assert_eq!(refusal, expected, "{name}={value}");
        }
    }
}

#[test]
fn the_session_function_takes_id_tokens_alone_and_may_have_pages() {
    let settings = with("", None).session().unwrap();
    assert!(!settings.tokens.access_tokens);
    let pages = settings.pages.unwrap();
    assert_eq!(
        (
            pages.client.as_str(),
            pages.origin.as_str(),
            settings.user_pool.as_str()
        ),
        ("client1", "https://app.example", "eu-west-1_A")
    );
    assert_eq!(with("SIGN_IN_BASE_URL", Some("")).session().unwrap().pages, None);
}

#[test]
fn every_variable_is_missed_by_its_name() {
    for (name, _) in GOOD {
        assert_eq!(refusal(name, None), Some(format!("the variable {name} is missing")));
    }
}

#[test]
fn empty_is_allowed_only_for_lists_and_for_pages_that_are_not_there() {
    for (name, _) in GOOD {
        let expected = (!["ACCEPTED_COOKIES", "ALLOWED_ORIGINS", "SIGN_IN_BASE_URL"].contains(&name))
            .then(|| format!("the variable {name} is empty"));
        assert_eq!(refusal(name, Some(" ")), expected);
    }
}

#[test]
fn malformed_values_are_named() {
    for (name, value) in [
        ("QUERY_TOKEN", "yes"),
        ("ACCESS_TOKENS", "true"),
        ("JWKS_URL", "jwks.json"),
        ("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI", "wss://x/ws"),
        ("SIGN_IN_BASE_URL", "chat.auth.eu-west-1.amazoncognito.com"),
        ("SIGN_IN_BASE_URL", "https://chat.auth.eu-west-1.amazoncognito.com/"),
        ("CONNECTION_LIFETIME_SECONDS", "0"),
        ("CONNECTION_LIFETIME_SECONDS", "-5"),
        ("RETENTION_SECONDS", "1.5"),
        ("ALL_SHARDS", "65"),
        ("ALL_PUBLISHERS", "Everyone"),
        ("USER_PUBLISHERS", "back-end"),
        ("PUBLIC_ORIGIN", "https://app.example/"),
        ("ALLOWED_ORIGINS", "https://a.example,*"),
    ] {
        let sentence = refusal(name, Some(value)).unwrap();
        assert!(
            sentence.starts_with(&format!("the variable {name} must ")),
            "{sentence}"
        );
    }
}
