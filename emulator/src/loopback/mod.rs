//! Every port of the emulator: loopback only, and closed to other people's web pages.

mod guard;
mod serving;

use std::io::ErrorKind;
use std::net::{Ipv4Addr, Ipv6Addr};

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::problem::{OrProblem, Problem};
pub(crate) use guard::Guard;
pub(crate) use serving::{serve, serve_either};

/// A port of `127.0.0.1` that is listened on.
pub(crate) struct Port {
    pub(crate) listener: TcpListener,
    pub(crate) number: u16,
}

impl Port {
    /// Listens; 0 takes a free port.
    ///
    /// # Errors
    /// The port is in use.
    pub(crate) async fn listen(number: u16) -> Result<Self, Problem> {
        let listener = match TcpListener::bind((Ipv4Addr::LOCALHOST, number)).await {
            Err(error) if error.kind() == ErrorKind::AddrInUse => return Err(in_use(number)),
            bound => bound
                .or_problem(|| format!("Port {number} cannot be listened on: choose another with PORT=<number>"))?,
        };
        let address = listener
            .local_addr()
            .or_problem(|| "A port was lost while starting: start again".to_owned())?;
        Ok(Self {
            listener,
            number: address.port(),
        })
    }

    /// `127.0.0.1:<number>`.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.number)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// Answers with `router`, to programs of this machine and to no browser at all.
    pub(crate) fn serve_programs(self, router: Router) -> JoinHandle<()> {
        let guard = Guard::new(self.number, &[]).refusing_browsers();
        serve(self.listener, guard.before(router))
    }
}

/// Listens on the same port of `::1`, which is what some clients try first for `localhost`; `None` where the machine has
/// no IPv6.
///
/// # Errors
/// The port is in use there: a browser would reach the other program.
pub(crate) async fn listen_on_ipv6(port: u16) -> Result<Option<TcpListener>, Problem> {
    match TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await {
        Ok(listener) => Ok(Some(listener)),
        Err(error) if error.kind() == ErrorKind::AddrInUse => Err(in_use(port)),
        Err(_) => Ok(None),
    }
}

fn in_use(port: u16) -> Problem {
    Problem::new(format!(
        "Port {port} is in use: stop the program that has it, or choose another with PORT=<number> (PORT=0 takes a free one)."
    ))
}
