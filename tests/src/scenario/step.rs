//! One step of a scenario: who does what. A file's object becomes exactly one deed, or is refused with a sentence.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// The one who is no client but publishes.
const BACK_END: &str = "back end";
/// The one to whom things are done.
const SERVER: &str = "server";

/// One step.
#[derive(Debug, Deserialize)]
#[serde(try_from = "BTreeMap<String, Written>")]
pub struct Step {
    /// A client, the back end or the server.
    pub who: String,
    /// What they do, or what is to be seen there.
    pub deed: Deed,
}

impl Step {
    /// The user that a client belongs to: the first word of its name.
    pub fn user(&self) -> &str {
        self.who.split(' ').next().unwrap_or_default()
    }
}

/// What is done, or to be seen.
#[derive(Debug)]
pub enum Deed {
    /// Of a client: opens a connection.
    Connect(Connect),
    /// Of a client: ends the TCP connection without a word.
    Cut,
    /// Of a client: closes properly.
    Close,
    /// Of a client: sends a text, and may await its answer: the next frame that is no push, and names the frame's `id` if
    /// it had one.
    Send {
        /// The frame, an object with placeholders, or any text as it is.
        frame: Value,
        /// What the answer has to look like.
        answer: Option<Value>,
    },
    /// Of a client: sends the same again whenever API Gateway says that a function failed, until there is an answer.
    Insist {
        /// The frame, an object with placeholders.
        frame: Value,
        /// What the answer has to look like.
        answer: Value,
    },
    /// Of a client: the next frame with this `type`, `id` and `channel` is like that.
    Expect(Value),
    /// Of a client: no frame like this has come, nor comes before the answer to an echo that is sent now.
    Never(Value),
    /// Of a client: the server closes with this code.
    Closed(u16),
    /// Of a client: waits until the connection is past its token's end.
    Outlive,
    /// Of a user: signs in, in a later second than every revocation so far.
    SignIn(SignIn),
    /// Of a user: signs out.
    SignOut(SignOut),
    /// Of the back end: an order to fn-push.
    Push {
        /// The order, with placeholders.
        order: Value,
        /// What the answer has to look like.
        answer: Value,
    },
    /// To the server: the processes of a function are killed.
    Kill(String),
    /// To the server: one round of the sweeper.
    Sweep,
    /// To the server: `$disconnect` comes for this connection, whatever is true of it.
    Disconnect(String),
    /// Of the server: so many rows of each of these kinds are there in the end.
    Rows(BTreeMap<String, usize>),
}

impl Deed {
    /// Whether a user's name has to stand before it.
    pub fn is_of_a_client(&self) -> bool {
        !self.is_of_the_back_end() && !self.is_of_the_server()
    }

    fn is_of_the_back_end(&self) -> bool {
        matches!(self, Self::Push { .. })
    }

    fn is_of_the_server(&self) -> bool {
        matches!(self, Self::Kill(_) | Self::Sweep | Self::Disconnect(_) | Self::Rows(_))
    }
}

/// How a connection is opened.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Connect {
    /// Which of the user's tokens; the first one if none is named.
    pub token: Option<String>,
    /// The connection it replaces.
    pub replaces: Option<String>,
    /// The status with which it is to be refused.
    pub refused: Option<u16>,
}

/// A sign-in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// What the scenario calls its token.
    pub token: String,
    /// Seconds until the token ends, instead of what the pool gives.
    pub ends_in: Option<u64>,
}

/// A sign-out in the browser that holds the token of this name.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignOut {
    /// In that browser alone.
    Here(String),
    /// Of every device.
    Everywhere(String),
}

/// As it stands in a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    /// Why the step is there; for readers.
    #[serde(default, rename = "note")]
    _note: String,
    connect: Option<Connect>,
    cut: Option<True>,
    close: Option<True>,
    send: Option<Value>,
    insist: Option<Value>,
    answer: Option<Value>,
    expect: Option<Value>,
    never: Option<Value>,
    closed: Option<u16>,
    outlive: Option<True>,
    sign_in: Option<SignIn>,
    sign_out: Option<SignOut>,
    push: Option<Value>,
    kill: Option<String>,
    sweep: Option<True>,
    disconnect: Option<String>,
    rows: Option<BTreeMap<String, usize>>,
}

/// What stands behind a deed that needs no more words.
#[derive(Deserialize)]
#[serde(try_from = "bool")]
struct True;

impl TryFrom<bool> for True {
    type Error = &'static str;

    fn try_from(value: bool) -> Result<Self, Self::Error> {
        value.then_some(Self).ok_or("only true makes sense here")
    }
}

impl TryFrom<BTreeMap<String, Written>> for Step {
    type Error = String;

    fn try_from(mut written: BTreeMap<String, Written>) -> Result<Self, Self::Error> {
        let (Some((who, written)), true) = (written.pop_first(), written.is_empty()) else {
            return Err("a step is of one and no more".to_owned());
        };
        let deed = written.deed().map_err(|words| format!("{who}: {words}"))?;
        let fits = match who.as_str() {
            BACK_END => deed.is_of_the_back_end(),
            SERVER => deed.is_of_the_server(),
            _ => deed.is_of_a_client(),
        };
        if !fits {
            return Err(format!("{who} does no such thing: {deed:?}"));
        }
        Ok(Self { who, deed })
    }
}

impl Written {
    fn deed(self) -> Result<Deed, &'static str> {
        let answer = self.answer;
        let takes_answer = self.send.is_some() || self.insist.is_some() || self.push.is_some();
        if answer.is_some() && !takes_answer {
            return Err("only send, insist and push have an answer");
        }
        if answer.is_none() && (self.insist.is_some() || self.push.is_some()) {
            return Err("what is insisted on or pushed has an answer");
        }
        let expected = answer.clone().unwrap_or_default();
        let candidates = [
            self.connect.map(Deed::Connect),
            self.cut.map(|True| Deed::Cut),
            self.close.map(|True| Deed::Close),
            self.send.map(|frame| Deed::Send { frame, answer }),
            self.insist.map(|frame| Deed::Insist {
                frame,
                answer: expected.clone(),
            }),
            self.expect.map(Deed::Expect),
            self.never.map(Deed::Never),
            self.closed.map(Deed::Closed),
            self.outlive.map(|True| Deed::Outlive),
            self.sign_in.map(Deed::SignIn),
            self.sign_out.map(Deed::SignOut),
            self.push.map(|order| Deed::Push {
                order,
                answer: expected,
            }),
            self.kill.map(Deed::Kill),
            self.sweep.map(|True| Deed::Sweep),
            self.disconnect.map(Deed::Disconnect),
            self.rows.map(Deed::Rows),
        ];
        let mut deeds = candidates.into_iter().flatten();
        match (deeds.next(), deeds.next()) {
            (Some(deed), None) => Ok(deed),
            _ => Err("a step is one deed and no more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Step, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn a_step_is_of_one_who_does_one_thing() {
        let step = read(r#"{"alice phone":{"send":{"action":"ping"},"answer":{"type":"pong"},"note":"n"}}"#);
        let step = step.unwrap_or_else(|words| panic!("{words}"));
        assert_eq!((step.who.as_str(), step.user()), ("alice phone", "alice"));
        assert!(matches!(step.deed, Deed::Send { answer: Some(_), .. }));
        for (json, words) in [
            ("{}", "of one"),
            (r#"{"alice":{"cut":true},"bob":{"cut":true}}"#, "of one"),
            (r#"{"alice":{}}"#, "one deed"),
            (r#"{"alice":{"cut":true,"close":true}}"#, "one deed"),
            (r#"{"alice":{"cut":false}}"#, "only true"),
            (r#"{"alice":{"dance":true}}"#, "unknown field"),
            (r#"{"alice":{"cut":true,"answer":{}}}"#, "have an answer"),
            (r#"{"back end":{"push":{}}}"#, "has an answer"),
            (r#"{"alice":{"insist":{}}}"#, "has an answer"),
            (r#"{"alice":{"sweep":true}}"#, "no such thing"),
            (r#"{"server":{"cut":true}}"#, "no such thing"),
        ] {
            let refused = read(json).err().unwrap_or_default();
            assert!(refused.contains(words), "{json}: {refused}");
        }
    }
}
