//! A certificate authority of one state folder: it outlives restarts, so that a browser has to be told of it once.

use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, NameConstraints,
};
use time::{Duration, OffsetDateTime};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use super::CERTIFICATE_FILE;
use crate::problem::{OrProblem, Problem};
use crate::state::StateFolder;

const KEY_FILE: &str = "tls/ca-key.pem";
/// The names of the stack, whatever its port.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];
const LIFE_OF_AUTHORITY: Duration = Duration::days(3650);
/// Made at each start; browsers take no certificate that is valid for more than 398 days.
const LIFE_OF_CERTIFICATE: Duration = Duration::days(90);
/// A clock that is a little behind must not find a certificate that is not valid yet.
const BEFORE_NOW: Duration = Duration::days(1);

/// A certificate with its key.
type Issued = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

pub(super) struct Authority {
    certificate: String,
    key: KeyPair,
}

impl Authority {
    /// # Errors
    /// What the folder holds cannot be read, or it cannot be written.
    pub(super) fn open(state: &StateFolder) -> Result<Self, Problem> {
        let kept = |name: &str| std::fs::read_to_string(state.path(name)).ok();
        if let (Some(certificate), Some(key)) = (kept(CERTIFICATE_FILE), kept(KEY_FILE)) {
            let key = KeyPair::from_pem(&key).or_problem(|| unusable("its key cannot be read"))?;
            return Ok(Self { certificate, key });
        }
        let key = KeyPair::generate().or_problem(|| unusable("no key could be made"))?;
        let certificate = own_parameters()
            .self_signed(&key)
            .or_problem(|| unusable("no certificate could be made"))?
            .pem();
        // The certificate last: it says that both are there.
        state.write(KEY_FILE, &key.serialize_pem())?;
        state.write(CERTIFICATE_FILE, &certificate)?;
        Ok(Self { certificate, key })
    }

    /// Its own certificate (PEM).
    pub(super) fn certificate(&self) -> &str {
        &self.certificate
    }

    /// A certificate for the stack, and its key.
    ///
    /// # Errors
    /// None could be made.
    pub(super) fn issue(&self) -> Result<Issued, Problem> {
        self.issue_for(&NAMES)
    }

    fn issue_for(&self, names: &[&str]) -> Result<Issued, Problem> {
        let failed = || unusable("no certificate could be issued");
        let subjects: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let mut parameters = CertificateParams::new(subjects).or_problem(failed)?;
        parameters.distinguished_name.push(DnType::CommonName, names[0]);
        parameters.use_authority_key_identifier_extension = true;
        parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        (parameters.not_before, parameters.not_after) = life(LIFE_OF_CERTIFICATE);
        let key = KeyPair::generate().or_problem(failed)?;
        let own = own_parameters();
        let issuer = Issuer::from_params(&own, &self.key);
        let certificate = parameters.signed_by(&key, &issuer).or_problem(failed)?;
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        Ok((vec![certificate.der().clone()], key))
    }
}

fn own_parameters() -> CertificateParams {
    let mut parameters = CertificateParams::default();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    // Whoever trusts it, and whoever gets hold of its key: it speaks for no other machine.
    parameters.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![
            GeneralSubtree::DnsName(NAMES[0].to_owned()),
            GeneralSubtree::IpAddress(CidrSubnet::V4([127, 0, 0, 0], [255, 0, 0, 0])),
            GeneralSubtree::IpAddress(CidrSubnet::V6(
                [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
                [255; 16],
            )),
        ],
        excluded_subtrees: Vec::new(),
    });
    parameters
        .distinguished_name
        .push(DnType::CommonName, "Local emulator, not for anything else");
    (parameters.not_before, parameters.not_after) = life(LIFE_OF_AUTHORITY);
    parameters
}

fn life(length: Duration) -> (OffsetDateTime, OffsetDateTime) {
    let now = OffsetDateTime::now_utc();
    (now - BEFORE_NOW, now + length)
}

fn unusable(why: &str) -> String {
    format!("The certificate authority of the state folder is of no use, {why}: start with --fresh")
}

#[cfg(test)]
mod tests {
    use std::error::Error;
    use std::sync::Arc;

    use tokio_rustls::rustls::RootCertStore;
    use tokio_rustls::rustls::client::WebPkiServerVerifier;
    use tokio_rustls::rustls::client::danger::ServerCertVerifier;
    use tokio_rustls::rustls::crypto::aws_lc_rs;
    use tokio_rustls::rustls::pki_types::{ServerName, UnixTime};

    use super::*;

    #[test]
    fn it_vouches_for_loopback_names_alone() -> Result<(), Box<dyn Error>> {
        let key = KeyPair::generate()?;
        let own = own_parameters().self_signed(&key)?;
        let mut roots = RootCertStore::empty();
        roots.add(own.der().clone())?;
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build()?;
        let certificate = own.pem();
        let authority = Authority { certificate, key };
        for (name, expected) in [
            ("localhost", true),
            ("127.0.0.1", true),
            ("::1", true),
            ("example.org", false),
            ("192.0.2.1", false),
        ] {
            let issued = authority.issue_for(&[name]).map_err(|problem| problem.to_string())?;
            let server = ServerName::try_from(name)?;
            let verified = verifier.verify_server_cert(&issued.0[0], &[], &server, &[], UnixTime::now());
            assert_eq!(verified.is_ok(), expected, "{name}: {verified:?}");
        }
        Ok(())
    }
}
