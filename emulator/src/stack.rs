//! Puts the parts of a stack together: state, ports, user pool, tables, functions, gateway; and takes them down again.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::future::join_all;

use crate::cli::{RunOptions, Variable};
use crate::cognito::{self, PoolSettings, UserPool};
use crate::deployed_addresses::DeployedAddresses;
use crate::endpoints::{self, CognitoEndpoints, EndpointsFile, ReadyMadeUser, TlsEndpoints};
use crate::event_bus::EventBus;
use crate::faults::{Faults, Names};
use crate::front_door::FrontDoor;
use crate::gateway::{AccountQuotas, Shared, WebSocketApi};
use crate::http_api::HttpApi;
use crate::inspector::{self, Journal};
use crate::lambda::{Addresses, Functions, Host, Program, Reaper, Variables};
use crate::ports::{Parts, Ports};
use crate::problem::{OrProblem, Problem};
use crate::programs::Programs;
use crate::stage_addresses::StageAddresses;
use crate::state::StateFolder;
use crate::tables::Tables;
use crate::template::{FunctionSpec, GivenVariables, Place, StackSpec, StageSpec, Template};
use crate::tls::Tls;
use crate::web_client::{Files, WebClient};

/// Where the local stack pretends to be. The account number is the one of AWS's own examples of nobody's account.
const REGION: &str = "us-east-1";
const ACCOUNT: &str = "000000000000";

/// A stack that runs.
pub(crate) struct RunningStack {
    /// `http://localhost:<port>`.
    pub(crate) web: String,
    /// What a person wants to know, line by line.
    pub(crate) summary: String,
    websocket_apis: Vec<Arc<WebSocketApi>>,
    state: StateFolder,
    // Last: dropping it kills the function processes.
    _reaper: Reaper,
}

impl RunningStack {
    /// # Errors
    /// Whatever keeps the stack from running, in a sentence that says what to do.
    pub(crate) async fn start(options: RunOptions) -> Result<Self, Problem> {
        let state = StateFolder::open(&options.state, options.fresh)?;
        state.remove(endpoints::FILE);
        let place = place(&options);
        let template = Template::read(&options.template, options.parameters.iter().cloned().collect())?;
        let mut stack = template.with_variables(given_variables(&options)).resolve(&place)?;
        let web_client = web_client(&options)?;
        let tls = options.tls.then(|| Tls::open(&state)).transpose()?;
        let ports = Ports::listen(options.port, stack.websocket_apis.len()).await?;
        bring_home(&mut stack, &ports);
        let journal = Journal::default();
        let faults = faults(&options, &stack, &journal)?;
        let (pool, users) = open_pool(&state, &stack, &options.users, &faults).await?;
        let tables = Tables::open(&state.path("tables.db"), &stack.tables, faults.clone())?;
        let reaper = Reaper::start()?;
        let stages = stage_addresses(&ports, &stack, &place);
        let host = Host {
            variables: variables(&ports, stages.clone(), &stack, &place, pool.as_deref(), tls.as_ref()),
            groups: reaper.groups(),
            clock: options.clock,
            faults: faults.clone(),
            reports: options.reports,
            journal: journal.clone(),
        };
        let functions = with_programs(&stack.functions, &programs(&options, &state, &stack)?)?;
        let functions = Arc::new(Functions::new(functions, &host, options.concurrency)?);
        let shared = Shared {
            place: place.clone(),
            clock: options.clock,
            functions: Arc::clone(&functions),
            quotas: AccountQuotas::new(options.request_rate, options.connect_rate),
            faults: faults.clone(),
            journal: journal.clone(),
        };
        let websocket_apis = websocket_apis(&ports, &stack, shared, &state)?;
        let event_bus = EventBus::new(
            place.clone(),
            stack.rules.clone(),
            Arc::clone(&functions),
            faults.clone(),
        );
        let event_bus = Arc::new(event_bus);
        let port = ports.main.number();
        let http_api = stack.http_api.clone();
        let http_api = http_api.map(|spec| HttpApi::new(spec, place, Arc::clone(&functions), faults.clone(), port));
        let distribution = stack.distribution.clone();
        let file = endpoints_file(&ports, &stages, &stack, pool.as_deref(), users, tls.as_ref());
        ports.serve(Parts {
            front_door: FrontDoor::new(websocket_apis.clone(), http_api, web_client, distribution)?,
            websocket_apis: websocket_apis.clone(),
            functions: Arc::clone(&functions),
            tables: tables.clone(),
            pool,
            event_bus: Arc::clone(&event_bus),
            faults,
            journal,
            tls: tls.map(|tls| tls.acceptor),
        });
        functions.warm_up().await?;
        event_bus.run_schedules(options.clock);
        tokio::spawn(tables.sweep_for_ever());
        let text = serde_json::to_string_pretty(&file).or_problem(|| "endpoints.json cannot be made".to_owned())?;
        state.write(endpoints::FILE, &(text + "\n"))?;
        Ok(Self {
            summary: file.summary(&state.path(endpoints::FILE)),
            web: file.web,
            websocket_apis,
            state,
            _reaper: reaper,
        })
    }

    /// Closes the sockets, lets their `$disconnect` run, and ends every function.
    pub(crate) async fn stop(self) {
        join_all(self.websocket_apis.iter().map(|api| api.shut_down())).await;
        self.state.remove(endpoints::FILE);
    }
}

fn place(options: &RunOptions) -> Place {
    let file = options.template.file_name().unwrap_or_default().to_string_lossy();
    Place {
        region: REGION.to_owned(),
        account: ACCOUNT.to_owned(),
        stack_name: file.split('.').next().unwrap_or("Stack").to_owned(),
    }
}

fn given_variables(options: &RunOptions) -> GivenVariables {
    let mut given = GivenVariables::new();
    for Variable { function, name, value } in &options.variables {
        let variables = given.entry(function.clone()).or_default();
        variables.insert(name.clone(), value.clone());
    }
    given
}

/// The plan is read before anything is started, so that a mistake in it is told at once.
fn faults(options: &RunOptions, stack: &StackSpec, journal: &Journal) -> Result<Faults, Problem> {
    let functions = stack.functions.iter().map(|function| function.logical_id.clone());
    let routes = stack.websocket_apis.iter().flat_map(|api| api.routes.keys());
    let routes: BTreeSet<&String> = routes.collect();
    let names = Names {
        routes: routes.into_iter().cloned().collect(),
        functions: functions.collect(),
    };
    let faults = Faults::none(names, journal.clone());
    if let Some(file) = &options.faults {
        faults.load(file)?;
    }
    Ok(faults)
}

fn web_client(options: &RunOptions) -> Result<WebClient, Problem> {
    Ok(match (&options.web, &options.web_proxy) {
        (Some(folder), _) => WebClient::Built(Files::open(folder)?),
        (None, Some(upstream)) => WebClient::InDevelopment(upstream.clone()),
        (None, None) => WebClient::Absent,
    })
}

/// Puts local addresses where a browser would meet deployed ones: in the clients' redirect URLs and in response headers.
fn bring_home(stack: &mut StackSpec, ports: &Ports) {
    let mut addresses = DeployedAddresses::default();
    let origins = stack
        .functions
        .iter()
        .filter_map(|function| function.variables.get("PUBLIC_ORIGIN"));
    for origin in origins.filter(|origin| !origin.is_empty()) {
        addresses.add(origin, &ports.web());
    }
    if let Some(base) = sign_in_base(stack.pool.as_ref()) {
        addresses.add(&base, &ports.cognito.url());
    }
    let clients = stack.pool.iter_mut().flat_map(|pool| &mut pool.clients);
    for url in clients.flat_map(|client| client.callback_urls.iter_mut().chain(&mut client.logout_urls)) {
        *url = addresses.replaced_in(url);
    }
    let behaviors = stack
        .distribution
        .iter_mut()
        .flat_map(|distribution| &mut distribution.behaviors);
    for header in behaviors.flat_map(|behavior| &mut behavior.response_headers) {
        header.value = addresses.replaced_in(&header.value);
    }
}

fn sign_in_base(pool: Option<&PoolSettings>) -> Option<String> {
    pool.and_then(|pool| pool.sign_in_base.clone())
}

async fn open_pool(
    state: &StateFolder,
    stack: &StackSpec,
    names: &[String],
    faults: &Faults,
) -> Result<(Option<Arc<UserPool>>, Vec<ReadyMadeUser>), Problem> {
    let Some(settings) = stack.pool.clone() else {
        return Ok((None, Vec::new()));
    };
    let folder = state.path("cognito");
    let (names, faults) = (names.to_vec(), faults.clone());
    let clock = Box::new(move || faults.told_now() / 1_000);
    // Making keys and hashing passwords takes a while and blocks.
    let opened = tokio::task::spawn_blocking(move || {
        let pool = UserPool::open(&folder, settings, clock).map_err(|error| Problem::new(error.to_string()))?;
        let users = names
            .iter()
            .map(|name| ready_made_user(&pool, name))
            .collect::<Result<Vec<_>, _>>()?;
        Ok((Some(Arc::new(pool)), users))
    });
    opened
        .await
        .or_problem(|| "The user pool could not be opened: start again".to_owned())?
}

fn ready_made_user(pool: &UserPool, name: &str) -> Result<ReadyMadeUser, Problem> {
    let password = pool
        .ensure_user(name, cognito::readable_password)
        .or_problem(|| format!("The user {name} cannot be made: give another name with --user"))?;
    let id = pool
        .sub_of(name)
        .ok_or_else(|| Problem::new(format!("The user {name} is gone already: start again")))?;
    Ok(ReadyMadeUser {
        id,
        username: name.to_owned(),
        password,
    })
}

fn programs<'a>(options: &RunOptions, state: &'a StateFolder, stack: &StackSpec) -> Result<Programs<'a>, Problem> {
    let given: BTreeMap<String, PathBuf> = options.functions.iter().cloned().collect();
    let own_folder = std::env::current_exe()
        .ok()
        .and_then(|program| program.parent().map(std::path::Path::to_owned))
        .unwrap_or_default();
    let binaries = options.binaries.clone().unwrap_or(own_folder);
    Programs::new(given, &options.template, binaries, state, &stack.functions)
}

fn with_programs(functions: &[FunctionSpec], programs: &Programs<'_>) -> Result<Vec<(FunctionSpec, Program)>, Problem> {
    functions
        .iter()
        .map(|spec| Ok((spec.clone(), programs.find(spec)?)))
        .collect()
}

fn variables(
    ports: &Ports,
    stages: Vec<StageAddresses>,
    stack: &StackSpec,
    place: &Place,
    pool: Option<&UserPool>,
    tls: Option<&Tls>,
) -> Variables {
    Variables {
        addresses: Addresses {
            dynamodb: ports.dynamodb.url(),
            lambda: ports.lambda.url(),
            stages,
            public_origin: ports.web(),
            cognito: pool.map(|_| ports.cognito.url()),
        },
        issuer: pool.map(UserPool::issuer),
        sign_in_base: sign_in_base(stack.pool.as_ref()),
        place: place.clone(),
        roots: tls.map(|tls| tls.roots.clone()),
    }
}

fn websocket_apis(
    ports: &Ports,
    stack: &StackSpec,
    shared: Shared,
    state: &StateFolder,
) -> Result<Vec<Arc<WebSocketApi>>, Problem> {
    let shared = Arc::new(shared);
    let apis = stack.websocket_apis.iter().zip(ports.of_websocket_apis());
    apis.map(|(spec, port)| {
        let api = WebSocketApi::new(spec.clone(), port.number(), &shared, state)?;
        Ok(Arc::new(api))
    })
    .collect()
}

/// The first API's `@connections` have a port of their own, those of the others stand beside their sockets.
fn stage_addresses(ports: &Ports, stack: &StackSpec, place: &Place) -> Vec<StageAddresses> {
    let apis = stack.websocket_apis.iter().zip(ports.of_websocket_apis()).enumerate();
    let of_api = apis.flat_map(|(index, (api, port))| {
        let (socket, host) = (port.origin("ws"), place.execute_api_host(&api.id));
        let management = match index {
            0 => ports.management.url(),
            _ => port.origin("http"),
        };
        api.stages.iter().map(move |StageSpec { name, .. }| StageAddresses {
            key: format!("{}/{name}", api.logical_id),
            deployed: format!("{host}/{name}"),
            management: format!("{management}/{name}"),
            websocket: format!("{socket}/{name}"),
        })
    });
    of_api.collect()
}

fn endpoints_file(
    ports: &Ports,
    stages: &[StageAddresses],
    stack: &StackSpec,
    pool: Option<&UserPool>,
    users: Vec<ReadyMadeUser>,
    tls: Option<&Tls>,
) -> EndpointsFile {
    let keys_of = |address: &str, id: &str| Some(format!("{address}/{id}/.well-known/jwks.json"));
    let cognito = match (pool, &stack.pool, &stack.pool_elsewhere) {
        (Some(pool), Some(settings), _) => CognitoEndpoints {
            endpoint: Some(ports.cognito.url()),
            issuer: Some(pool.issuer()),
            jwks: keys_of(&ports.cognito.url(), &settings.id),
            user_pool_id: Some(settings.id.clone()),
            client_id: settings.clients.first().map(|client| client.id.clone()),
        },
        (_, _, Some(pool)) => CognitoEndpoints {
            endpoint: Some(pool.endpoint.clone()),
            issuer: Some(format!("{}/{}", pool.endpoint, pool.id)),
            jwks: keys_of(&pool.endpoint, &pool.id),
            user_pool_id: Some(pool.id.clone()),
            client_id: Some(pool.client_id.clone()),
        },
        _ => CognitoEndpoints::default(),
    };
    let table = match stack.tables.as_slice() {
        [table] => Some(table.name.clone()),
        _ => None,
    };
    let functions = stack.functions.iter().map(|function| {
        let key = function.binary.as_ref().unwrap_or(&function.logical_id);
        (key.clone(), function.name.clone())
    });
    let first = |address: fn(&StageAddresses) -> &String| stages.first().map(address).cloned().unwrap_or_default();
    let websockets: BTreeMap<String, String> = match stages {
        [_] => BTreeMap::new(),
        several => several
            .iter()
            .map(|stage| (stage.key.clone(), stage.websocket.clone()))
            .collect(),
    };
    EndpointsFile {
        web: ports.web(),
        inspector: format!("{}{}", ports.web(), inspector::PATH),
        websocket: first(|stage| &stage.websocket),
        tls: tls.map(|tls| TlsEndpoints {
            certificate: tls.certificate.clone(),
            web: ports.main.origin("https"),
            websocket: over_tls(&first(|stage| &stage.websocket)),
            websockets: websockets
                .iter()
                .map(|(key, address)| (key.clone(), over_tls(address)))
                .collect(),
            management: first(|stage| &stage.websocket).replacen("ws", "https", 1),
        }),
        websockets,
        management: first(|stage| &stage.management),
        lambda: ports.lambda.url(),
        dynamodb: ports.dynamodb.url(),
        events: ports.events.url(),
        region: REGION.to_owned(),
        cognito,
        table,
        users,
        functions: functions.collect(),
    }
}

/// The same socket's `wss` address.
fn over_tls(websocket: &str) -> String {
    websocket.replacen("ws", "wss", 1)
}
