//! What the cases are played against: the probe stack in the emulator, started as often as there are clocks, or deployed.

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

/// One API of the probe stack, ready to be spoken with.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// The socket's address.
    pub(super) socket: Place,
    /// The address below which `/@connections` is.
    pub(super) management: Place,
    pub(super) notebook: Notebook,
    pub(super) signer: Signer,
    /// How much faster the service's own timers run.
    pub(super) clock: u32,
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
    stacks: Mutex<HashMap<(String, u32), Started>>,
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
        let key = (case.api.clone(), case.clock);
        let started = Arc::clone(self.stacks.lock().await.entry(key).or_default());
        let (stack, _) = started.get_or_try_init(|| self.start(case)).await?;
        let signer = Signer::local(&stack.endpoint("/region"));
        let table = stack.endpoint("/table");
        Ok(Target {
            socket: Place::parse(&stack.endpoint("/websocket"))?,
            management: Place::parse(&stack.endpoint("/management"))?,
            notebook: Notebook::new(signer.clone(), Some(&stack.endpoint("/dynamodb")), &table)?,
            signer,
            clock: case.clock,
        })
    }

    async fn start(&self, case: &Case) -> TestResult<(Stack, TempDir)> {
        let folder = TempDir::new()?;
        let template = folder.path().join("template.json");
        std::fs::write(&template, with_one_api(&probe_template()?, &case.api)?.to_string())?;
        let program = binaries().join("conformance_probe");
        let mut arguments = vec!["--function".to_owned(), format!("{FUNCTION}={}", program.display())];
        if case.clock > 1 {
            arguments.extend(["--clock".to_owned(), case.clock.to_string()]);
        }
        let options = StackOptions {
            template: Some(template),
            emulator: Some(self.program.clone()),
            environment: self
                .mutation
                .iter()
                .map(|name| ("MUTATION".to_owned(), name.clone()))
                .collect(),
            arguments,
            ..StackOptions::default()
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

/// The template without the other APIs.
fn with_one_api(template: &Value, api: &str) -> TestResult<Value> {
    let mut template = template.clone();
    let resources = template["Resources"]
        .as_object_mut()
        .ok_or_else(|| failure("the template has no resources"))?;
    if !resources.contains_key(api) {
        return Err(failure(format!("the probe stack has no API {api}")));
    }
    resources.retain(|name, resource| match &resource["Properties"]["ApiId"]["Ref"] {
        Value::String(owner) => owner == api,
        _ => resource["Type"] != "AWS::ApiGatewayV2::Api" || name == api,
    });
    Ok(template)
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
        let address = self.output(&format!("{}Url", case.api))?;
        Ok(Target {
            socket: Place::parse(address)?,
            management: Place::parse(&address.replacen("wss://", "https://", 1))?,
            notebook: Notebook::new(self.signer.clone(), None, self.output("Notebook")?)?,
            signer: self.signer.clone(),
            clock: 1,
        })
    }
}
