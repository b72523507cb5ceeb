//! Every port of the emulator: loopback only, and closed to other people's web pages.

mod guard;
mod serving;
mod spelling;

use std::io::ErrorKind;
use std::net::{Ipv4Addr, Ipv6Addr};

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::problem::{OrProblem, Problem};
pub(crate) use guard::Guard;
pub(crate) use serving::serve;
use serving::{OverTls, serve_either};
pub(crate) use spelling::Spelling;

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
                .or_problem(|| format!("Port {number} cannot be listened on: choose another with --port NUMBER"))?,
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

/// A port at `localhost`, whichever loopback address that name means to a client.
pub(crate) struct PublicPort {
    port: Port,
    /// The same port of `::1`, which is what some clients try first; `None` where the machine has no IPv6.
    on_ipv6: Option<TcpListener>,
}

impl PublicPort {
    /// Listens; 0 takes a free port.
    ///
    /// # Errors
    /// The port is in use, if only on `::1`: a browser would reach the other program.
    pub(crate) async fn listen(number: u16) -> Result<Self, Problem> {
        let port = Port::listen(number).await?;
        let on_ipv6 = match TcpListener::bind((Ipv6Addr::LOCALHOST, port.number)).await {
            Ok(listener) => Some(listener),
            Err(error) if error.kind() == ErrorKind::AddrInUse => return Err(in_use(port.number)),
            Err(_) => None,
        };
        Ok(Self { port, on_ipv6 })
    }

    pub(crate) fn number(&self) -> u16 {
        self.port.number
    }

    /// Its address under a scheme, such as `ws://localhost:<port>`.
    pub(crate) fn origin(&self, scheme: &str) -> String {
        format!("{scheme}://localhost:{}", self.port.number)
    }

    /// Answers with `router`, and to clients that begin with TLS too, if there is `tls`.
    pub(crate) fn serve(self, router: Router, tls: Option<&TlsAcceptor>) {
        let tls = tls.cloned().map_or(OverTls::ToldOf, OverTls::Answered);
        if let Some(listener) = self.on_ipv6 {
            serve_either(listener, router.clone(), tls.clone());
        }
        serve_either(self.port.listener, router, tls);
    }
}

fn in_use(port: u16) -> Problem {
    Problem::new(format!(
        "Port {port} is in use: stop the program that has it, or choose another with --port NUMBER (--port 0 takes a free one)."
    ))
}
