//! The command line.

use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::clock::Clock;
use crate::lambda::DEFAULT_CONCURRENCY;
use crate::nearest::nearest;
use crate::template;
use crate::web_client::Upstream;

/// API Gateway, CloudFront, Lambda, DynamoDB and Cognito on a laptop, from a CloudFormation template.
#[derive(Debug, Parser)]
#[command(name = "emulator", version)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Cli {
    /// Ends the program, with the nearest option, where the command line is none.
    pub(crate) fn parse_or_hint() -> Self {
        Self::try_parse().unwrap_or_else(|error| {
            // Nothing can be done where not even this can be printed.
            let _ = error.print();
            if let Some(option) = meant_by(&error) {
                eprintln!("\nDid you mean {option}?");
            }
            std::process::exit(error.exit_code())
        })
    }
}

/// The option that somebody probably meant by an unknown one.
fn meant_by(error: &clap::Error) -> Option<String> {
    let unknown = match (error.kind(), error.get(ContextKind::InvalidArg)) {
        (ErrorKind::UnknownArgument, Some(ContextValue::String(unknown))) => unknown.trim_start_matches('-'),
        _ => return None,
    };
    let command = Cli::command();
    let run = command.find_subcommand("run")?;
    let options: Vec<&str> = run.get_arguments().filter_map(|option| option.get_long()).collect();
    nearest(unknown, options).map(|option| format!("--{option}"))
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the stack of a template until interrupted.
    Run(Box<RunOptions>),
    /// Wait for the emulator to end, then end its functions (the emulator starts this itself).
    #[command(hide = true)]
    Reap,
}

#[derive(Debug, Args)]
pub(crate) struct RunOptions {
    /// The CloudFormation template, in JSON or YAML: of the CDK, of SAM, or written by hand; or the folder of a template.yaml.
    #[arg(long, value_name = "FILE", value_parser = template_file)]
    pub(crate) template: PathBuf,
    /// The value of one of the template's parameters, in the place of its default.
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = name_and_value)]
    pub(crate) parameters: Vec<(String, String)>,
    /// A variable of a function, in the place of the template's or beside it; the function goes by its logical id.
    #[arg(long = "env", value_name = "LOGICAL_ID.NAME=VALUE", value_parser = variable)]
    pub(crate) variables: Vec<Variable>,
    /// The program of a function: an executable file, or a folder that holds `bootstrap`; for a `nodejs` runtime the folder of the handler's file.
    #[arg(long = "function", value_name = "LOGICAL_ID=PATH", value_parser = name_and_path)]
    pub(crate) functions: Vec<(String, PathBuf)>,
    /// The folder of the cargo binaries that functions name in their metadata [default: where the emulator is].
    #[arg(long, value_name = "DIR")]
    pub(crate) binaries: Option<PathBuf>,
    /// The port of the APIs and the web client; 0 takes a free one.
    #[arg(long, default_value_t = 3000)]
    pub(crate) port: u16,
    /// The folder of the built web client.
    #[arg(long, value_name = "DIR", conflicts_with = "web_proxy")]
    pub(crate) web: Option<PathBuf>,
    /// The address of the web client's development server, http://host:port, in place of a built one.
    #[arg(long, value_name = "URL", value_parser = Upstream::parse)]
    pub(crate) web_proxy: Option<Upstream>,
    /// Answer to https and wss on the same port too, with certificates of a local authority that the functions trust.
    #[arg(long)]
    pub(crate) tls: bool,
    /// The folder for tables, users, keys and endpoints.json.
    #[arg(long, value_name = "DIR", default_value = ".local")]
    pub(crate) state: PathBuf,
    /// Begin empty.
    #[arg(long)]
    pub(crate) fresh: bool,
    /// A user that shall exist when the stack is ready.
    #[arg(long = "user", value_name = "NAME")]
    pub(crate) users: Vec<String>,
    /// How much faster time runs where the services wait by themselves: for idle and old sockets, before asynchronous
    /// retries, between the runs of a schedule. With 60, a minute lasts a second. Functions keep the machine's clock.
    #[arg(long, value_name = "FACTOR", default_value = "1", value_parser = Clock::parse)]
    pub(crate) clock: Clock,
    /// How many requests of its WebSocket APIs an account takes a second, messages and calls of `@connections` included, and half of
    /// that at once: AWS's quota, which is 2500 in some Regions.
    #[arg(long, value_name = "NUMBER", default_value = "10000")]
    pub(crate) request_rate: u32,
    /// How many new connections an account takes a second; AWS's own quota is 500. Further handshakes are answered with 429
    /// [default: as many as come].
    #[arg(long, value_name = "NUMBER")]
    pub(crate) connect_rate: Option<u32>,
    /// How many executions of functions there may be at a time, those included that wait for a process. Beyond, Lambda throttles.
    #[arg(long, value_name = "NUMBER", default_value_t = DEFAULT_CONCURRENCY)]
    pub(crate) concurrency: u32,
    /// Show Lambda's lines START, END and REPORT for each invocation: duration, initialisation, memory.
    #[arg(long)]
    pub(crate) reports: bool,
    /// What shall go wrong, and how often: a plan in JSON, as the README describes. The same seed gives the same faults.
    #[arg(long, value_name = "FILE")]
    pub(crate) faults: Option<PathBuf>,
    /// Stop when standard input closes, as it does when the parent process ends in any way. Such a program finds the addresses in
    /// endpoints.json: they are not printed.
    #[arg(long)]
    pub(crate) stop_with_parent: bool,
}

fn template_file(text: &str) -> Result<PathBuf, std::convert::Infallible> {
    Ok(template::file_of(text.as_ref()))
}

/// `LogicalId.NAME=VALUE`.
#[derive(Debug, Clone)]
pub(crate) struct Variable {
    pub(crate) function: String,
    pub(crate) name: String,
    pub(crate) value: String,
}

fn variable(text: &str) -> Result<Variable, String> {
    let parts = text.split_once('=').and_then(|(place, value)| {
        let (function, name) = place.split_once('.')?;
        (!function.is_empty() && !name.is_empty()).then(|| Variable {
            function: function.to_owned(),
            name: name.to_owned(),
            value: value.to_owned(),
        })
    });
    parts.ok_or_else(|| "write LogicalId.NAME=VALUE".to_owned())
}

fn name_and_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write NAME=VALUE".to_owned()),
    }
}

fn name_and_path(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, path)) if !name.is_empty() && !path.is_empty() => Ok((name.to_owned(), path.into())),
        _ => Err("write LogicalId=PATH".to_owned()),
    }
}
