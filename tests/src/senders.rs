//! Many senders to one channel at once: how many messages it takes a second, and that none is lost, doubled or left out.

use std::collections::BTreeSet;
use std::fmt;
use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use serde_json::{Value, json};

use crate::{Handshake, Socket, Stack, TestResult, cognito_call, failure};

/// Time after which a message without an answer is sent again.
const UNANSWERED: Duration = Duration::from_secs(10);

/// What came of it.
#[derive(Debug, Clone)]
pub struct Throughput {
    /// Who sent.
    pub senders: usize,
    /// Messages in the log, all acknowledged.
    pub messages: usize,
    /// Times that a sender was told to come back, all senders together.
    pub refused: usize,
    took: Duration,
    latencies: Vec<Duration>,
}

/// Has `senders` publish `each` messages to one group, of which nobody is a member, so that the log alone is measured.
///
/// # Errors
/// A message is missing, doubled, or numbered with a hole.
pub async fn run(senders: usize, each: usize) -> TestResult<Throughput> {
    let stack = Stack::start().await?;
    let pool = stack.endpoint("/cognito/userPoolId");
    let group = json!({"UserPoolId": pool, "GroupName": "senders"});
    cognito_call(&stack, "CreateGroup", &group).await?;
    let member = json!({"UserPoolId": pool, "GroupName": "senders", "Username": "alice"});
    cognito_call(&stack, "AdminAddUserToGroup", &member).await?;
    let token = stack.sign_in("alice").await?.id;
    let sockets = try_join_all((0..senders).map(|_| Handshake::of_browser(&stack, &token).open())).await?;
    let began = Instant::now();
    let sent = try_join_all(
        sockets
            .into_iter()
            .enumerate()
            .map(|(sender, socket)| send(socket, sender, each)),
    )
    .await?;
    let took = began.elapsed();
    let mut reader = Handshake::of_browser(&stack, &token).open().await?;
    let messages = check(&mut reader, senders, each).await?;
    let mut latencies: Vec<_> = sent.iter().flat_map(|one| one.latencies.iter().copied()).collect();
    latencies.sort_unstable();
    Ok(Throughput {
        senders,
        messages,
        refused: sent.iter().map(|one| one.refused).sum(),
        took,
        latencies,
    })
}

struct Sent {
    latencies: Vec<Duration>,
    refused: usize,
}

async fn send(mut socket: Socket, sender: usize, each: usize) -> TestResult<Sent> {
    let mut sent = Sent {
        latencies: Vec::with_capacity(each),
        refused: 0,
    };
    for number in 0..each {
        let id = format!("{sender:04}{number:04}{:016x}", rand::random::<u64>());
        let data = json!({"recipient": "group:senders", "content": [sender, number]});
        let message = json!({"action": "message", "id": id, "data": data}).to_string();
        let began = Instant::now();
        loop {
            socket.send(message.clone()).await?;
            let answer = socket.next_where(|frame| frame["id"] == id || frame.get("type").is_none());
            match tokio::time::timeout(UNANSWERED, answer).await {
                Ok(answer) if answer.as_ref().is_ok_and(|answer| answer["type"] == "ack") => break,
                Ok(answer) => {
                    let pause = answer?["retryAfterMs"].as_u64().unwrap_or(100);
                    sent.refused += 1;
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                }
                Err(_) => sent.refused += 1,
            }
        }
        sent.latencies.push(began.elapsed());
    }
    Ok(sent)
}

/// Reads the whole log: every message once, each sender's in order, numbers without holes. Tells how many there are.
async fn check(reader: &mut Socket, senders: usize, each: usize) -> TestResult<usize> {
    let (mut after, mut contents) = (0_u64, Vec::<(u64, Value)>::new());
    loop {
        let data = json!({"channel": "group:senders", "after": after, "limit": 100});
        reader
            .send(json!({"action": "history", "id": "h", "data": data}).to_string())
            .await?;
        let page = reader.next_of("history").await?;
        for entry in page["entries"].as_array().into_iter().flatten() {
            after = entry["seq"].as_u64().unwrap_or_default();
            contents.push((after, entry["content"].clone()));
        }
        if page["more"] != true {
            break;
        }
    }
    let first = contents.first().map_or(0, |(number, _)| *number);
    let contiguous = (first..)
        .zip(&contents)
        .all(|(expected, (number, _))| expected == *number);
    let distinct: BTreeSet<String> = contents.iter().map(|(_, content)| content.to_string()).collect();
    let in_order = (0..senders).all(|sender| {
        let own = contents.iter().filter(|(_, content)| content[0] == sender);
        own.enumerate().all(|(number, (_, content))| content[1] == number)
    });
    if contiguous && in_order && contents.len() == senders * each && distinct.len() == contents.len() {
        return Ok(contents.len());
    }
    Err(failure(format!(
        "{} messages in the log, {} of them different, contiguous: {contiguous}, each sender's in order: {in_order}",
        contents.len(),
        distinct.len()
    )))
}

impl fmt::Display for Throughput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.latencies.len().saturating_sub(1);
        let latency = |percent: usize| self.latencies.get(last * percent / 100).copied().unwrap_or_default();
        writeln!(
            f,
            "{} senders, {} messages in one channel: all in the log once, without holes, each sender's in order",
            self.senders, self.messages
        )?;
        write!(
            f,
            "{:.0} a second, acknowledged after {:?} (p50), {:?} (p99), {} times told to come back",
            self.messages as f64 / self.took.as_secs_f64().max(0.001),
            latency(50),
            latency(99),
            self.refused
        )
    }
}
