//! TLS on request: handlers that build `https://{domainName}/{stage}` from their event reach `@connections` here too.
//!
//! The certificates come from an authority of the state folder's own, which the functions that the stack starts trust, and
//! nobody else unless told to.

mod authority;
mod roots;

use std::path::PathBuf;
use std::sync::Arc;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;

use crate::problem::{OrProblem, Problem};
use crate::state::StateFolder;
use authority::Authority;

/// The authority's certificate, in the state folder.
const CERTIFICATE_FILE: &str = "tls/ca.pem";
/// What functions trust: the machine's own roots, and the authority.
const ROOTS_FILE: &str = "tls/roots.pem";

/// Functions and clients have folders of their own.
fn absolute(state: &StateFolder, name: &str) -> Result<PathBuf, Problem> {
    std::path::absolute(state.path(name)).or_problem(|| "The current folder is gone: start from another".to_owned())
}

/// What a stack with TLS has.
pub(crate) struct Tls {
    pub(crate) acceptor: TlsAcceptor,
    /// The authority's certificate (PEM), for clients that shall trust the stack.
    pub(crate) certificate: PathBuf,
    /// The roots of the stack's functions (PEM).
    pub(crate) roots: PathBuf,
}

impl Tls {
    /// Takes the authority of the state folder, making one if needed, and a new certificate for the loopback names.
    ///
    /// # Errors
    /// The folder cannot be written, or holds an authority that cannot be read.
    pub(crate) fn open(state: &StateFolder) -> Result<Self, Problem> {
        state.folder("tls")?;
        let authority = Authority::open(state)?;
        let (chain, key) = authority.issue()?;
        // Named, because a program may hold several providers.
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
            .or_problem(|| "TLS cannot be set up with this state folder: start with --fresh".to_owned())?;
        state.write(ROOTS_FILE, &(roots::of_this_machine() + authority.certificate()))?;
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            certificate: absolute(state, CERTIFICATE_FILE)?,
            roots: absolute(state, ROOTS_FILE)?,
        })
    }
}
