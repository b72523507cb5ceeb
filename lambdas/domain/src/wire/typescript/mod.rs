//! The wire types as TypeScript, for the client library: written from the types that are served, so that neither can
//! change alone. There is nothing of this in a program.

#![allow(clippy::unwrap_used)]

mod bounds;
mod client_frame;
mod print;
mod requests;

use std::borrow::Cow;
use std::path::Path;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::Value;

use self::client_frame::ClientFrame;
use super::ErrorCode;
use super::frame::ServerFrame;

/// Where the types are, from this crate's folder.
const FILE: &str = "../../client/src/wire.ts";

/// What renews them.
const COMMAND: &str = "npm run types";

const HEAD: &str = "\
// The frames of PROTOCOL.md as types, in both directions, and the bounds that a client keeps to.
// Generated from the server's wire types; do not edit. A test of the server fails when it is stale; this renews it:
//   npm run types
";

/// What content is: to the server a text, to TypeScript any value that JSON has.
pub(super) struct Json;

impl Json {
    const DECLARATION: &'static str = "\
/** Any JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
";
}

impl JsonSchema for Json {
    fn schema_name() -> Cow<'static, str> {
        "Json".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        true.into()
    }
}

/// The whole file.
fn file() -> String {
    let mut server = SchemaSettings::default().for_serialize().into_generator();
    let mut client = SchemaSettings::default().for_deserialize().into_generator();
    let sent = server.root_schema_for::<ServerFrame<'_>>().to_value();
    let read = client.root_schema_for::<ClientFrame>().to_value();
    [
        HEAD.to_owned(),
        Json::DECLARATION.to_owned(),
        print::definitions(&server.take_definitions(false)),
        print::frames("ServerFrame", "Frame", &sent),
        print::frames("ClientFrame", "Request", &read),
        bounds::constants(),
    ]
    .join("\n")
}

/// The schema of every frame of a client, by its action.
fn request_schemas() -> Vec<(String, Value)> {
    let mut generator = SchemaSettings::default().for_deserialize().into_generator();
    let schema = generator.root_schema_for::<ClientFrame>().to_value();
    let action = |frame: &Value| frame["properties"]["action"]["const"].as_str().unwrap().to_owned();
    let frames = print::variants(&schema).iter();
    frames.map(|frame| (action(frame), frame.clone())).collect()
}

#[test]
fn the_types_of_clients_are_those_of_the_wire() {
    let (path, fresh) = (Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE), file());
    if std::env::var_os("CARILLON_WRITE").is_some() {
        std::fs::write(&path, &fresh).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    let lines = fresh.lines().zip(there.lines().chain(std::iter::repeat("")));
    let stale = lines.enumerate().find(|(_, (fresh, there))| fresh != there);
    let (line, (due, found)) = stale.unwrap_or((there.lines().count(), ("", "")));
    assert!(
        fresh == there,
        "client/src/wire.ts is stale: renew it by `{COMMAND}`, that is CARILLON_WRITE=1 cargo test -p domain typescript\n\
         line {} is to be: {due}\nand is: {found}",
        line + 1
    );
}

#[test]
fn codes_are_called_alike_in_frames_and_in_logs() {
    let mut generator = SchemaSettings::default().for_serialize().into_generator();
    let schema = generator.root_schema_for::<ErrorCode>().to_value();
    let codes = print::variants(&schema);
    assert!(!codes.is_empty());
    for code in codes {
        let name = &code["const"];
        let code: ErrorCode = serde_json::from_value(name.clone()).unwrap();
        assert_eq!(name, code.as_str());
    }
}
