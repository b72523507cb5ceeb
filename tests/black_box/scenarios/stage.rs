//! Plays scenarios against the emulator: a stack of its own for each, real sockets, fn-push and fn-sweep through Lambda's API.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use reqwest::Method;
use serde_json::{Value, json};
use tests::scenario::{Bindings, Connect, Deed, Scenario, SignIn, SignOut, Step};
use tests::{
    Forge, Handshake, Stack, StackOptions, TestResult, Visitor, carillon_template_with, cognito_call, eventually,
    failure,
};

use super::client::Client;

/// The token that every user has from the start.
const FIRST: &str = "first";
/// The users that every stack has.
const READY_MADE: [&str; 2] = ["alice", "bob"];

/// Plays a scenario from its beginning to its end.
pub(super) async fn play(name: &str) -> TestResult {
    let scenario = Scenario::read(name)?;
    let mut stage = Stage::set(&scenario).await?;
    for (number, step) in scenario.steps.iter().enumerate() {
        stage.step(step).await.map_err(|error| {
            let (title, number) = (&scenario.title, number + 1);
            failure(format!("{title}\nstep {number}, {} {:?}\n{error}", step.who, step.deed))
        })?;
    }
    Ok(())
}

struct Stage {
    stack: Stack,
    clients: BTreeMap<String, Client>,
    /// By user and by the scenario's name for it.
    tokens: BTreeMap<(String, String), String>,
    bindings: Bindings,
    /// The last second of which a sign-in may not count any more.
    revoked: u64,
}

impl Stage {
    async fn set(scenario: &Scenario) -> TestResult<Self> {
        let settings: Vec<&str> = scenario.settings.iter().map(String::as_str).collect();
        let template = match settings.as_slice() {
            [] => None,
            settings => Some(carillon_template_with(settings)?),
        };
        let further = scenario
            .users
            .keys()
            .filter(|user| !READY_MADE.contains(&user.as_str()));
        let users = further.flat_map(|user| ["--user".to_owned(), user.clone()]);
        let stack = Stack::start_with(StackOptions {
            template,
            arguments: users.collect(),
            ..StackOptions::default()
        })
        .await?;
        let mut stage = Self {
            stack,
            clients: BTreeMap::new(),
            tokens: BTreeMap::new(),
            bindings: Bindings::default(),
            revoked: 0,
        };
        for (user, groups) in &scenario.users {
            for group in groups {
                stage.enter(user, group).await?;
            }
            let token = stage.stack.sign_in(user).await?.id;
            let id = Forge::claims(&token)?["sub"].as_str().unwrap_or_default().to_owned();
            stage.bindings.know_user(user, &id);
            stage.tokens.insert((user.clone(), FIRST.to_owned()), token);
        }
        Ok(stage)
    }

    async fn enter(&self, user: &str, group: &str) -> TestResult {
        let pool = self.stack.endpoint("/cognito/userPoolId");
        // Another user's group is there already.
        cognito_call(
            &self.stack,
            "CreateGroup",
            &json!({ "UserPoolId": pool, "GroupName": group }),
        )
        .await?;
        let member = json!({ "UserPoolId": pool, "GroupName": group, "Username": user });
        match cognito_call(&self.stack, "AdminAddUserToGroup", &member).await? {
            (200, _) => Ok(()),
            refused => Err(failure(format!("{refused:?}"))),
        }
    }

    async fn step(&mut self, step: &Step) -> TestResult {
        let who = step.who.as_str();
        match &step.deed {
            Deed::Connect(how) => self.connect(step, how).await,
            Deed::Cut => self.leaving(who).map(drop),
            Deed::Close => self.leaving(who)?.into_socket().close().await,
            Deed::Send { frame, answer } => self.send(who, frame, answer.as_ref()).await,
            Deed::Insist { frame, answer } => {
                let (client, bindings) = self.client(who)?;
                let frame = bindings.fill(frame)?;
                client.insist(&frame, answer, bindings).await
            }
            Deed::Expect(pattern) => {
                let (client, bindings) = self.client(who)?;
                client.expect(pattern, bindings).await
            }
            Deed::Never(pattern) => {
                let (client, bindings) = self.client(who)?;
                client.never(pattern, bindings).await
            }
            Deed::Closed(code) => self.client(who)?.0.closed(*code).await,
            Deed::Outlive => self.outlive(who).await,
            Deed::SignIn(how) => self.sign_in(step.user(), how).await,
            Deed::SignOut(how) => self.sign_out(step.user(), how).await,
            Deed::Push { order, answer } => self.push(order, answer).await,
            Deed::Kill(function) => self.kill(function),
            Deed::Sweep => self.stack.invoke("fn-sweep", &json!({})).await.map(drop),
            Deed::Disconnect(connection) => self.disconnect(connection).await,
            Deed::Rows(counts) => self.rows(counts).await,
        }
    }

    async fn connect(&mut self, step: &Step, how: &Connect) -> TestResult {
        let token = self.token(step.user(), how.token.as_deref().unwrap_or(FIRST))?;
        let mut handshake = Handshake::of_browser(&self.stack, token);
        if let Some(replaces) = &how.replaces {
            handshake = handshake.query(&format!("replaces={}", self.encoded(replaces)?));
        }
        let ends = Forge::claims(token)?["exp"].as_u64().unwrap_or_default();
        match (handshake.attempt().await?, how.refused) {
            (Ok(socket), None) => {
                self.clients.insert(step.who.clone(), Client::new(socket, ends));
                Ok(())
            }
            (Err((status, _)), Some(refused)) if status == refused => Ok(()),
            (Err((status, body)), _) => Err(failure(format!("the handshake was refused with {status}: {body}"))),
            (Ok(_), Some(_)) => Err(failure("the handshake was not refused")),
        }
    }

    async fn send(&mut self, who: &str, frame: &Value, answer: Option<&Value>) -> TestResult {
        let (client, bindings) = self.client(who)?;
        // A text is sent as it is.
        let frame = if frame.is_string() {
            frame.clone()
        } else {
            bindings.fill(frame)?
        };
        client.send(&frame).await?;
        match answer {
            Some(pattern) => client.answered(&frame, pattern, bindings).await,
            None => Ok(()),
        }
    }

    async fn outlive(&mut self, who: &str) -> TestResult {
        let ends = self.client(who)?.0.ends;
        eventually("the token to end", async || seconds() >= ends).await
    }

    async fn sign_in(&mut self, user: &str, how: &SignIn) -> TestResult {
        eventually("a second later than the revocation's", async || {
            seconds() > self.revoked
        })
        .await?;
        let mut token = self.stack.sign_in(user).await?.id;
        if let Some(ends_in) = how.ends_in {
            let mut claims = Forge::claims(&token)?;
            claims["exp"] = json!(seconds() + ends_in);
            let pool = Forge::of_pool(&self.stack)?;
            token = pool.sign(pool.header(), claims.to_string())?;
        }
        self.tokens.insert((user.to_owned(), how.token.clone()), token);
        Ok(())
    }

    async fn sign_out(&mut self, user: &str, how: &SignOut) -> TestResult {
        let (path, token) = match how {
            SignOut::Here(token) => ("/session", token),
            SignOut::Everywhere(token) => ("/session/all", token),
        };
        let mut browser = Visitor::new()?;
        browser.plant("localhost", "__Host-auth", self.token(user, token)?);
        let answer = browser
            .fetch(Method::DELETE, &format!("{}{path}", self.stack.endpoint("/web")))
            .await?;
        self.revoked = seconds();
        match answer.status {
            200 => Ok(()),
            status => Err(failure(format!("{status} {}", answer.body))),
        }
    }

    async fn push(&mut self, order: &Value, pattern: &Value) -> TestResult {
        let answer = self.stack.invoke("fn-push", &self.bindings.fill(order)?).await?;
        if order["action"] == "disconnect" {
            self.revoked = seconds();
        }
        self.bindings
            .check(pattern, &answer)
            .map_err(|words| failure(format!("{words}: {answer}")))
    }

    fn kill(&self, function: &str) -> TestResult {
        match self.stack.kill_function(function) {
            0 => Err(failure("no process of it was there")),
            _ => Ok(()),
        }
    }

    async fn disconnect(&self, connection: &str) -> TestResult {
        let connection = self.bindings.fill(&json!(connection))?;
        let context = json!({ "connectionId": connection, "eventType": "DISCONNECT", "routeKey": "$disconnect" });
        self.stack
            .invoke("fn-disconnect", &json!({ "requestContext": context }))
            .await
            .map(drop)
    }

    async fn rows(&self, wanted: &BTreeMap<String, usize>) -> TestResult {
        let counts = async || -> TestResult<BTreeMap<String, usize>> {
            let rows = self.stack.rows().await?;
            let count = |kind: &str| rows.iter().filter(|row| row["kind"] == kind).count();
            Ok(wanted.keys().map(|kind| (kind.clone(), count(kind))).collect())
        };
        let waited = eventually("those rows", async || {
            counts().await.is_ok_and(|counts| counts == *wanted)
        })
        .await;
        match waited {
            Ok(()) => Ok(()),
            Err(error) => Err(failure(format!("{error}; there are {:?}", counts().await?))),
        }
    }

    fn client(&mut self, who: &str) -> TestResult<(&mut Client, &mut Bindings)> {
        let client = self.clients.get_mut(who);
        let client = client.ok_or_else(|| failure(format!("{who} is not connected")))?;
        Ok((client, &mut self.bindings))
    }

    fn leaving(&mut self, who: &str) -> TestResult<Client> {
        let client = self.clients.remove(who);
        client.ok_or_else(|| failure(format!("{who} is not connected")))
    }

    fn token(&self, user: &str, name: &str) -> TestResult<&str> {
        let token = self.tokens.get(&(user.to_owned(), name.to_owned()));
        token
            .map(String::as_str)
            .ok_or_else(|| failure(format!("{user} has no token {name}")))
    }

    /// A connection's id as a query carries it.
    fn encoded(&self, placeholder: &str) -> TestResult<String> {
        let id = self.bindings.fill(&json!(placeholder))?;
        let url = reqwest::Url::parse_with_params("ws://x/", [("replaces", id.as_str().unwrap_or_default())])?;
        let query = url.query().and_then(|query| query.strip_prefix("replaces="));
        Ok(query.unwrap_or_default().to_owned())
    }
}

/// Seconds since 1970, as tokens count them.
fn seconds() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs()
}
