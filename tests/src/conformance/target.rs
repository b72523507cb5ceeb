//! What the cases are played against: the probe stack in the emulator, started once for every clock, or deployed.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::{Mutex, OnceCell};

use super::Options;
use super::case::{Case, folder};
use super::http::Place;
use super::records::Notebook;
use super::signing::Signer;
use crate::{Stack, StackOptions, TestResult, binaries, failure};

/// The name of the template's function, and of the program that stands for it.
const FUNCTION: &str = "Probe";

/// What the lines of the emulator's access log are; on AWS it would need a role of the whole account.
const ACCESS_LOG_FORMAT: &str = r#"{"requestId":"$context.requestId","connectionId":"$context.connectionId","event":"$context.eventType","route":"$context.routeKey","status":"$context.status","message":"$context.messageId","error":"$context.error.message","quoted":$context.error.messageString,"type":"$context.error.responseType","authorizer":"$context.authorizer.status","why":"$context.authorizer.error","principal":"$context.authorizer.principalId","level":"$context.authorizer.level","integration":"$context.integration.status","latency":"$context.integrationLatency","ip":"$context.identity.sourceIp","agent":"$context.identity.userAgent","stage":"$context.stage","api":"$context.apiId","at":"$context.requestTime","epoch":"$context.requestTimeEpoch","since":"$context.connectedAt","host":"$context.domainName","nothing":"$context.no.such.thing"}"#;

/// Where an API of the probe stack is.
#[derive(Debug, Clone)]
pub(super) struct Address {
    /// The socket's.
    pub(super) socket: Place,
    /// The one below which `/@connections` is.
    pub(super) management: Place,
}

impl Address {
    fn of(socket: &str) -> TestResult<Self> {
        Ok(Self {
            socket: Place::parse(socket)?,
            management: Place::parse(&socket.replacen("ws", "http", 1))?,
        })
    }
}

/// The probe stack, ready to be spoken with.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// The API that the case is about.
    api: String,
    addresses: BTreeMap<String, Address>,
    /// The folder of the access logs; absent where they cannot be read.
    access_logs: Option<PathBuf>,
    pub(super) notebook: Notebook,
    pub(super) signer: Signer,
    /// How much faster the service's own timers run.
    pub(super) clock: u32,
}

impl Target {
    /// Where an API is; the case's own if none is named.
    pub(super) fn address(&self, api: Option<&str>) -> TestResult<&Address> {
        let api = api.unwrap_or(&self.api);
        let found = self.addresses.get(api);
        found.ok_or_else(|| failure(format!("the probe stack has no API {api}")))
    }

    /// What stands in the access logs so far.
    pub(super) fn logged(&self) -> TestResult<Vec<Value>> {
        let folder = self
            .access_logs
            .as_ref()
            .ok_or_else(|| failure("there are no access logs"))?;
        let mut lines = Vec::new();
        for file in std::fs::read_dir(folder)? {
            let text = std::fs::read_to_string(file?.path())?;
            for line in text.lines() {
                lines.push(serde_json::from_str(line).map_err(|error| failure(format!("{line} is no JSON: {error}")))?);
            }
        }
        Ok(lines)
    }
}

/// Where the targets come from.
#[derive(Debug)]
pub(super) enum Targets {
    Emulated(Emulated),
    Deployed(Deployed),
}

impl Targets {
    /// The API that a case is about; none if it would take too long there.
    pub(super) async fn of(&self, case: &Case) -> TestResult<Option<Target>> {
        match self {
            Self::Emulated(emulated) => emulated.of(case).await.map(Some),
            Self::Deployed(deployed) if case.clock > 1 && !deployed.patient => Ok(None),
            Self::Deployed(_) if case.reads_logs() => Ok(None),
            Self::Deployed(deployed) => deployed.of(case).map(Some),
        }
    }

    /// Everything that the emulator has printed, for who looks into a failure.
    pub(super) async fn log(&self) -> String {
        match self {
            Self::Emulated(emulated) => emulated.log().await,
            Self::Deployed(_) => String::new(),
        }
    }
}

type Started = Arc<OnceCell<(Stack, TempDir)>>;

/// Emulators of the probe stack, each started when a case first asks for its clock.
#[derive(Debug)]
pub(super) struct Emulated {
    program: PathBuf,
    mutation: Option<String>,
    stacks: Mutex<HashMap<u32, Started>>,
}

impl Emulated {
    pub(super) fn new(options: &Options) -> Self {
        let program = options.emulator.clone();
        Self {
            program: program.unwrap_or_else(|| binaries().join("emulator")),
            mutation: options.mutation.clone(),
            stacks: Mutex::default(),
        }
    }

    async fn of(&self, case: &Case) -> TestResult<Target> {
        let started = Arc::clone(self.stacks.lock().await.entry(case.clock).or_default());
        let (stack, folder) = started.get_or_try_init(|| self.start(case.clock)).await?;
        let signer = Signer::local(&stack.endpoint("/region"));
        let table = stack.endpoint("/table");
        Ok(Target {
            api: case.api.clone(),
            addresses: addresses(&stack.endpoints["websockets"])?,
            access_logs: Some(state_in(folder).join("access-logs")),
            notebook: Notebook::new(signer.clone(), Some(&stack.endpoint("/dynamodb")), &table)?,
            signer,
            clock: case.clock,
        })
    }

    async fn start(&self, clock: u32) -> TestResult<(Stack, TempDir)> {
        let folder = TempDir::new()?;
        let template = folder.path().join("template.json");
        std::fs::write(&template, with_access_logs(probe_template()?).to_string())?;
        let program = binaries().join("conformance_probe");
        let mut arguments = vec!["--function".to_owned(), format!("{FUNCTION}={}", program.display())];
        if clock > 1 {
            arguments.extend(["--clock".to_owned(), clock.to_string()]);
        }
        let options = StackOptions {
            template: Some(template),
            state: Some(state_in(&folder)),
            emulator: Some(self.program.clone()),
            environment: self
                .mutation
                .iter()
                .map(|name| ("MUTATION".to_owned(), name.clone()))
                .collect(),
            arguments,
        };
        Ok((Stack::start_with(options).await?, folder))
    }

    async fn log(&self) -> String {
        let stacks = self.stacks.lock().await;
        let logs = stacks.values().filter_map(|started| Some(started.get()?.0.log()));
        logs.collect::<Vec<_>>().join("\n")
    }
}

/// The template of the probe stack.
pub(super) fn probe_template() -> TestResult<Value> {
    let text = std::fs::read_to_string(folder().join("probe/template.json"))?;
    Ok(serde_json::from_str(&text)?)
}

fn with_access_logs(mut template: Value) -> Value {
    for stage in ["MainStage", "TightStage"] {
        template["Resources"][stage]["Properties"]["AccessLogSettings"]["Format"] = Value::from(ACCESS_LOG_FORMAT);
    }
    template
}

fn state_in(folder: &TempDir) -> PathBuf {
    folder.path().join("state")
}

/// Every API's address: that of its first stage.
fn addresses(websockets: &Value) -> TestResult<BTreeMap<String, Address>> {
    let mut addresses = BTreeMap::new();
    for (key, url) in websockets.as_object().into_iter().flatten() {
        let (api, _) = key.split_once('/').unwrap_or((key, ""));
        if !addresses.contains_key(api) {
            addresses.insert(api.to_owned(), Address::of(url.as_str().unwrap_or_default())?);
        }
    }
    Ok(addresses)
}

/// The probe stack on AWS.
#[derive(Debug)]
pub(super) struct Deployed {
    outputs: BTreeMap<String, String>,
    signer: Signer,
    patient: bool,
}

impl Deployed {
    /// `outputs` is what `aws cloudformation describe-stacks --query Stacks[0].Outputs` printed.
    pub(super) fn new(outputs: &Path, patient: bool) -> TestResult<Self> {
        let outputs: Value = serde_json::from_str(&std::fs::read_to_string(outputs)?)?;
        let pairs = outputs.as_array().into_iter().flatten().filter_map(|output| {
            let text = |name: &str| output[name].as_str().map(str::to_owned);
            Some((text("OutputKey")?, text("OutputValue")?))
        });
        Ok(Self {
            outputs: pairs.collect(),
            signer: Signer::from_environment()?,
            patient,
        })
    }

    fn output(&self, name: &str) -> TestResult<&str> {
        let found = self.outputs.get(name).map(String::as_str);
        found.ok_or_else(|| failure(format!("the outputs have no {name}: deploy the suite's own template")))
    }

    fn of(&self, case: &Case) -> TestResult<Target> {
        let urls = self.outputs.iter();
        let addresses = urls.filter_map(|(name, url)| Some((name.strip_suffix("Url")?.to_owned(), Address::of(url))));
        let addresses = addresses
            .map(|(api, address)| Ok((api, address?)))
            .collect::<TestResult<_>>()?;
        Ok(Target {
            api: case.api.clone(),
            addresses,
            access_logs: None,
            notebook: Notebook::new(self.signer.clone(), None, self.output("Notebook")?)?,
            signer: self.signer.clone(),
            clock: 1,
        })
    }
}
