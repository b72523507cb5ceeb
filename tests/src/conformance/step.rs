//! One step of a case: an object with one key, a verb and perhaps the name of a client, and what the verb needs.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// One step.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "BTreeMap<String, Value>")]
pub(super) struct Step {
    /// The client that does or sees it; empty for the only one.
    pub(super) client: String,
    pub(super) deed: Deed,
}

/// What is done, or to be seen.
#[derive(Debug, Clone)]
pub(super) enum Deed {
    /// Makes a handshake and checks its answer.
    Connect(Connect),
    /// Begins one, whose answer is checked later.
    Begin(Connect),
    /// Checks the answer of the handshake that was begun.
    Answered(Answered),
    /// Sends a message: a text as it is, anything else as JSON. `{"$fill": bytes}` in it fills it up to that size.
    Send(Value),
    /// Sends a message in frames of these sizes.
    Fragments(Fragments),
    /// Sends one frame.
    Frame(Frame),
    /// Sends these bytes, in hexadecimal digits.
    Bytes(String),
    /// The next message is like that: a text, or a pattern of JSON.
    Expect(Value),
    /// The next messages are like those, in any order.
    ExpectAll(Vec<Value>),
    /// The next frame is exactly this one.
    ExpectFrame(Frame),
    /// The server closes.
    Closed(Closed),
    /// The client closes, with a code or without.
    Close(Option<Close>),
    /// The client is gone without a word.
    Leave,
    /// The client reads no more.
    Deaf,
    /// Nothing comes for so many milliseconds.
    Silence(u64),
    /// Nothing comes for so many seconds of the service's time.
    Pause(u32),
    /// Does these steps several times.
    Repeat(Repeat),
    /// Calls `@connections`, or any other path below the API's address for it.
    Call(Call),
    /// A function receives an event of this kind, for this client, which no step has named before.
    Received(String, Value),
    /// No function has received an event of this kind for this client.
    NotReceived(String),
    /// The access log has a line like that.
    Logged(Value),
    /// No function has received an event of this kind but those that steps have named.
    NoMore(String),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Repeat {
    pub(super) times: usize,
    pub(super) steps: Vec<Step>,
}

/// A handshake.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Connect {
    /// The API, if it is not the case's own.
    pub(super) api: Option<String>,
    pub(super) method: Option<String>,
    /// The whole path, where it is not the stage's.
    pub(super) path: Option<String>,
    /// The query as it is to be sent.
    pub(super) query: Option<String>,
    /// Header lines beside the usual ones, or instead of one; `null` leaves a usual one out, an array repeats the line.
    pub(super) headers: BTreeMap<String, Value>,
    /// What the authorizer's function is ordered to do.
    pub(super) authorizer: Option<Value>,
    /// What the function of `$connect` is ordered to do.
    pub(super) connect: Option<Value>,
    /// What is to come back, if it is not 101.
    pub(super) status: Option<u16>,
    pub(super) answers: Option<Value>,
    pub(super) body: Option<Value>,
}

impl Connect {
    pub(super) fn answer(&self) -> Answered {
        Answered {
            status: self.status.unwrap_or(101),
            answers: self.answers.clone(),
            body: self.body.clone(),
        }
    }
}

/// What comes back from a request.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answered {
    pub(super) status: u16,
    /// Headers by their names in lower case; `null` says that there is none.
    #[serde(default)]
    pub(super) answers: Option<Value>,
    /// A text, or a pattern of JSON.
    #[serde(default)]
    pub(super) body: Option<Value>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fragments {
    pub(super) message: Value,
    /// The last one takes the rest.
    pub(super) sizes: Vec<usize>,
}

/// One frame.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Frame {
    pub(super) opcode: u8,
    #[serde(default)]
    pub(super) text: Option<String>,
    /// The payload in hexadecimal digits.
    #[serde(default)]
    pub(super) hex: Option<String>,
    #[serde(default = "yes")]
    pub(super) fin: bool,
    #[serde(default = "yes")]
    pub(super) masked: bool,
    #[serde(default)]
    pub(super) reserved: u8,
}

fn yes() -> bool {
    true
}

/// How the server closes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Closed {
    /// 1006 is an end without a close frame.
    pub(super) code: u16,
    #[serde(default)]
    pub(super) reason: Option<String>,
    /// Between these seconds of the service's time after the 101.
    #[serde(default)]
    pub(super) between: Option<(f64, f64)>,
    /// What the client goes on sending until then.
    #[serde(default)]
    pub(super) beside: Option<Chatter>,
}

/// A text that is sent again and again.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Chatter {
    pub(super) text: String,
    /// Seconds of the service's time between two of them.
    pub(super) every: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Close {
    pub(super) code: u16,
    #[serde(default)]
    pub(super) reason: String,
}

/// A call of the management API.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Call {
    pub(super) method: String,
    /// The API, if it is not the case's own.
    #[serde(default)]
    pub(super) api: Option<String>,
    /// Behind the stage, as it is to be sent; with `${…}`.
    pub(super) path: String,
    /// Whether `path` is the whole one.
    #[serde(default)]
    pub(super) whole: bool,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) data: Value,
    /// The payload in hexadecimal digits.
    #[serde(default)]
    pub(super) hex: Option<String>,
    /// Called again until this is the status, for what takes its time.
    #[serde(default)]
    pub(super) eventually: bool,
    pub(super) status: u16,
    #[serde(default)]
    pub(super) answers: Option<Value>,
    #[serde(default)]
    pub(super) body: Option<Value>,
}

impl TryFrom<BTreeMap<String, Value>> for Step {
    type Error = String;

    fn try_from(written: BTreeMap<String, Value>) -> Result<Self, String> {
        let mut written = written.into_iter();
        let (Some((key, value)), None) = (written.next(), written.next()) else {
            return Err("a step has one key".to_owned());
        };
        let (verb, client) = key.split_once(' ').unwrap_or((&key, ""));
        Ok(Self {
            client: client.to_owned(),
            deed: deed(verb, value).map_err(|error| format!("{key}: {error}"))?,
        })
    }
}

fn deed(verb: &str, value: Value) -> Result<Deed, String> {
    Ok(match verb {
        "connect" => Deed::Connect(of(value)?),
        "begin" => Deed::Begin(of(value)?),
        "answered" => Deed::Answered(of(value)?),
        "send" => Deed::Send(value),
        "fragments" => Deed::Fragments(of(value)?),
        "frame" => Deed::Frame(of(value)?),
        "bytes" => Deed::Bytes(of(value)?),
        "expect" => Deed::Expect(value),
        "expectAll" => Deed::ExpectAll(of(value)?),
        "expectFrame" => Deed::ExpectFrame(of(value)?),
        "closed" => Deed::Closed(match value.as_u64().map(u16::try_from) {
            Some(Ok(code)) => Closed {
                code,
                reason: None,
                between: None,
                beside: None,
            },
            _ => of(value)?,
        }),
        "close" => Deed::Close(of(value)?),
        "leave" => Deed::Leave,
        "deaf" => Deed::Deaf,
        "silence" => Deed::Silence(of(value)?),
        "pause" => Deed::Pause(of(value)?),
        "repeat" => Deed::Repeat(of(value)?),
        "call" => Deed::Call(of(value)?),
        "AUTHORIZER" | "CONNECT" | "MESSAGE" | "DISCONNECT" | "FINISHED" => Deed::Received(verb.to_owned(), value),
        "never" => Deed::NotReceived(of(value)?),
        "LOGGED" => Deed::Logged(value),
        "noMore" => Deed::NoMore(of(value)?),
        _ => return Err("there is no such verb".to_owned()),
    })
}

fn of<T: DeserializeOwned>(value: Value) -> Result<T, String> {
    serde_json::from_value(value).map_err(|error| error.to_string())
}
