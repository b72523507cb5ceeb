//! Puts the parts of a stack together: state, ports, user pool, tables, functions, gateway; and takes them down again.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::routing::get;
use serde_json::json;
use tokio::net::TcpListener;

use crate::cli::RunOptions;
use crate::cognito::UserPool;
use crate::endpoints::{self, CognitoEndpoints, EndpointsFile, ReadyMadeUser};
use crate::gateway::{self, Gateway};
use crate::lambda::{self, Endpoints, Function, Functions, Reaper, Variables};
use crate::loopback::{self, Guard, Port};
use crate::problem::{OrProblem, Problem};
use crate::programs::Programs;
use crate::state::StateFolder;
use crate::tables::Tables;
use crate::template::{Place, Stack, Template};

/// Where the local stack pretends to be. The account number is the one of AWS's own examples of nobody's account.
const REGION: &str = "us-east-1";
const ACCOUNT: &str = "000000000000";

/// A stack that runs.
pub(crate) struct RunningStack {
    /// `http://localhost:<port>`.
    pub(crate) web: String,
    gateway: Arc<Gateway>,
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
        let stack = Template::read(&options.template)?.resolve(&place)?;
        let ports = Ports::listen(options.port).await?;
        let (pool, users) = open_pool(&state, &stack, &options.users).await?;
        let tables = Tables::open(&state.path("tables.db"), &stack.tables)?;
        let reaper = Reaper::start()?;
        let host = FunctionHost {
            variables: variables(&ports, &stack, &place, pool.as_deref()),
            programs: programs(&options, &stack)?,
            group: reaper.group(),
        };
        let functions = Arc::new(host.functions(&stack)?);
        let gateway = Arc::new(Gateway::new(stack.api.clone(), place, Arc::clone(&functions)));
        let file = endpoints_file(&ports, &stack, pool.as_deref(), users);
        ports.serve(Parts {
            gateway: Arc::clone(&gateway),
            functions: Arc::clone(&functions),
            tables: tables.clone(),
            pool,
        });
        functions.warm_up().await?;
        tokio::spawn(tables.sweep_for_ever());
        let text = serde_json::to_string_pretty(&file).or_problem(|| "endpoints.json cannot be made".to_owned())?;
        state.write(endpoints::FILE, &(text + "\n"))?;
        Ok(Self {
            web: file.web,
            gateway,
            state,
            _reaper: reaper,
        })
    }

    /// Closes the sockets, lets their `$disconnect` run, and ends every function.
    pub(crate) async fn stop(self) {
        self.gateway.shut_down().await;
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

async fn open_pool(
    state: &StateFolder,
    stack: &Stack,
    names: &[String],
) -> Result<(Option<Arc<UserPool>>, Vec<ReadyMadeUser>), Problem> {
    let Some(settings) = stack.pool.clone() else {
        return Ok((None, Vec::new()));
    };
    let folder = state.path("cognito");
    let names = names.to_vec();
    // Making keys and hashing passwords takes a while and blocks.
    let opened = tokio::task::spawn_blocking(move || {
        let pool = UserPool::open(&folder, settings).map_err(|error| Problem::new(error.to_string()))?;
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
        .ensure_user(name, readable_password)
        .or_problem(|| format!("The user {name} cannot be made: give another name with --user"))?;
    Ok(ReadyMadeUser {
        username: name.to_owned(),
        password,
    })
}

/// 60 random bits in a form that satisfies Cognito's password policies, such as `zwyf-262x-rkgs-aL7`.
fn readable_password() -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789A";
    let letters: Vec<char> = rand::random::<[u8; 12]>()
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
        .collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    format!("{}-aL7", groups.join("-"))
}

fn programs(options: &RunOptions, stack: &Stack) -> Result<Programs, Problem> {
    let given: BTreeMap<String, PathBuf> = options.functions.iter().cloned().collect();
    let own_folder = std::env::current_exe()
        .ok()
        .and_then(|program| program.parent().map(std::path::Path::to_owned))
        .unwrap_or_default();
    let binaries = options.binaries.clone().unwrap_or(own_folder);
    Programs::new(given, &options.template, binaries, &stack.functions)
}

/// What every function is made with.
struct FunctionHost {
    variables: Variables,
    programs: Programs,
    group: i32,
}

impl FunctionHost {
    fn functions(&self, stack: &Stack) -> Result<Functions, Problem> {
        let made: Result<Vec<Function>, Problem> = stack
            .functions
            .iter()
            .map(|spec| {
                Ok(Function::new(
                    spec.clone(),
                    self.programs.find(spec)?,
                    self.variables.clone(),
                    self.group,
                ))
            })
            .collect();
        made.map(Functions::new)
    }
}

fn variables(ports: &Ports, stack: &Stack, place: &Place, pool: Option<&UserPool>) -> Variables {
    let stage = &stack.api.stage;
    Variables {
        endpoints: Endpoints {
            dynamodb: ports.dynamodb.url(),
            lambda: ports.lambda.url(),
            management: format!("{}/{stage}", ports.management.url()),
            websocket: ports.websocket(stage),
            public_origin: ports.web(),
            cognito: pool.map(|_| ports.cognito.url()),
        },
        stage_host_and_path: format!("{}.execute-api.{}.amazonaws.com/{stage}", stack.api.id, place.region),
        issuer: pool.map(UserPool::issuer),
        place: place.clone(),
    }
}

fn endpoints_file(ports: &Ports, stack: &Stack, pool: Option<&UserPool>, users: Vec<ReadyMadeUser>) -> EndpointsFile {
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
    EndpointsFile {
        web: ports.web(),
        websocket: ports.websocket(&stack.api.stage),
        management: format!("{}/{}", ports.management.url(), stack.api.stage),
        lambda: ports.lambda.url(),
        dynamodb: ports.dynamodb.url(),
        region: REGION.to_owned(),
        cognito,
        table,
        users,
        functions: functions.collect(),
    }
}

/// All ports of a stack. Each AWS service has one of its own, since their clients expect to be at the root of a host.
struct Ports {
    main: Port,
    main_on_ipv6: Option<TcpListener>,
    management: Port,
    lambda: Port,
    dynamodb: Port,
    cognito: Port,
}

/// What answers at the ports.
struct Parts {
    gateway: Arc<Gateway>,
    functions: Arc<Functions>,
    tables: Tables,
    pool: Option<Arc<UserPool>>,
}

impl Ports {
    async fn listen(main: u16) -> Result<Self, Problem> {
        let main = Port::listen(main).await?;
        Ok(Self {
            main_on_ipv6: loopback::listen_on_ipv6(main.number).await?,
            management: Port::listen(0).await?,
            lambda: Port::listen(0).await?,
            dynamodb: Port::listen(0).await?,
            cognito: Port::listen(0).await?,
            main,
        })
    }

    fn web(&self) -> String {
        format!("http://localhost:{}", self.main.number)
    }

    fn websocket(&self, stage: &str) -> String {
        format!("ws://localhost:{}/{stage}", self.main.number)
    }

    fn serve(self, parts: Parts) {
        let guard = Guard::new(self.main.number, &[self.web()]).letting_handshakes_pass();
        let front = guard.before(front_door(Arc::clone(&parts.gateway), self.main.number));
        if let Some(listener) = self.main_on_ipv6 {
            loopback::serve(listener, front.clone());
        }
        loopback::serve(self.main.listener, front);
        self.management.serve_programs(gateway::management(parts.gateway));
        self.lambda.serve_programs(lambda::invoke_api(parts.functions));
        self.dynamodb.serve_programs(crate::tables::router(parts.tables));
        if let Some(pool) = parts.pool {
            let guard = Guard::new(self.cognito.number, &[]);
            loopback::serve(self.cognito.listener, guard.before(pool.router()));
        }
    }
}

/// The one origin of the application: the socket at `/<stage>`.
fn front_door(gateway: Arc<Gateway>, port: u16) -> Router {
    let stage_path = format!("/{}", gateway.stage());
    let handshake = move |State(gateway): State<Arc<Gateway>>,
                          ConnectInfo(peer): ConnectInfo<SocketAddr>,
                          request: Request| { gateway::handshake(gateway, peer, port, request) };
    Router::new()
        .route(&stage_path, get(handshake))
        .fallback(|| async { (StatusCode::FORBIDDEN, axum::Json(json!({ "message": "Forbidden" }))) })
        .with_state(gateway)
}
