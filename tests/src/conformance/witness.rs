//! What functions got, as the probe's notebook tells: the part of playing a case that looks behind the gateway.

use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use super::pattern::brief;
use super::play::{LOOK_EVERY, Player};
use super::records::Record;
use super::step::Step;
use crate::{TestResult, failure};

/// How long nothing of the kind is to come.
const QUIET: Duration = Duration::from_millis(200);

impl Player<'_> {
    pub(super) async fn received(&mut self, client: &str, kind: &str, pattern: &Value) -> TestResult {
        let start = Instant::now();
        loop {
            let mut differences = Vec::new();
            for record in self.records(client).await? {
                if record.kind != kind || self.client(client).seen.contains(&record.at) {
                    continue;
                }
                match self.bindings.check(pattern, &record.event) {
                    Ok(()) => {
                        self.client(client).seen.push(record.at);
                        return Ok(());
                    }
                    Err(words) => differences.push(words),
                }
            }
            if start.elapsed() > self.patience {
                let told = if differences.is_empty() {
                    "none came".to_owned()
                } else {
                    differences.join("; ")
                };
                return Err(failure(format!("{kind}: {told}")));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    pub(super) async fn logged(&mut self, pattern: &Value) -> TestResult {
        let start = Instant::now();
        loop {
            let lines = self.target.logged()?;
            if lines.iter().any(|line| self.bindings.check(pattern, line).is_ok()) {
                return Ok(());
            }
            if start.elapsed() > self.patience {
                return Err(failure(format!("none of {} lines is like that", lines.len())));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Looks for a while: what should not have come may be on its way.
    pub(super) async fn not_received(&mut self, client: &str, kind: &str, but_for_seen: bool) -> TestResult {
        let start = Instant::now();
        while start.elapsed() < QUIET {
            tokio::time::sleep(LOOK_EVERY).await;
            let mut records = self.records(client).await?;
            if but_for_seen {
                records.retain(|record| !self.client(client).seen.contains(&record.at));
            }
            if let Some(record) = records.iter().find(|record| record.kind == kind) {
                return Err(failure(format!("there is one: {}", brief(&record.event))));
            }
        }
        Ok(())
    }

    /// What functions received for a client: under its tag, and under the connection ids that stand there.
    async fn records(&mut self, client: &str) -> TestResult<Vec<Record>> {
        let tag = self.client(client).tag.clone();
        let mut records = self.target.notebook.read(&tag).await?;
        if let Some(id) = connection_id(&records) {
            let further = self.target.notebook.read(&id).await?;
            let is_new = |record: &Record| !records.iter().any(|other| other.at == record.at);
            let further: Vec<Record> = further.into_iter().filter(is_new).collect();
            records.extend(further);
            records.sort_by(|one, other| one.at.cmp(&other.at));
        }
        Ok(records)
    }

    /// `${connection}` and `${tag}` are the only client's, `${connection b}` is that of the client b.
    pub(super) async fn learn_connection_ids(&mut self, step: &Step) -> TestResult {
        let names: Vec<String> = self.clients.keys().cloned().chain([step.client.clone()]).collect();
        for client in names {
            let with = |word: &str| format!("{word} {client}").trim_end().to_owned();
            let tag = self.client(&client).tag.clone();
            self.bindings.bind(&with("tag"), tag);
            let name = with("connection");
            if self.bindings.knows(&name) || !format!("{:?}", step.deed).contains(&format!("${{{name}}}")) {
                continue;
            }
            let start = Instant::now();
            while start.elapsed() < self.patience {
                if let Some(id) = connection_id(&self.records(&client).await?) {
                    self.bindings.bind(&name, id);
                    break;
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
        }
        Ok(())
    }
}

fn connection_id(records: &[Record]) -> Option<String> {
    let mut ids = records
        .iter()
        .filter_map(|record| record.event["requestContext"]["connectionId"].as_str());
    ids.next().map(str::to_owned)
}
