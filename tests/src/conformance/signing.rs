//! Requests of AWS's APIs, signed (SigV4), with the path as it is spelt.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;

use super::http::{Answer, Headers, Place, exchange};
use crate::{TestResult, failure};

/// Who asks, and where.
#[derive(Debug, Clone)]
pub(super) struct Signer {
    credentials: Credentials,
    region: String,
}

impl Signer {
    /// From the variables that every AWS tool reads, and that Lambda gives its functions.
    pub(super) fn from_environment() -> TestResult<Self> {
        let variable =
            |name: &str| std::env::var(name).map_err(|_| failure(format!("{name} is not set: AWS needs it")));
        Ok(Self {
            credentials: Credentials::from_keys(
                variable("AWS_ACCESS_KEY_ID")?,
                variable("AWS_SECRET_ACCESS_KEY")?,
                std::env::var("AWS_SESSION_TOKEN").ok(),
            ),
            region: variable("AWS_REGION")?,
        })
    }

    /// For the emulator, which takes any.
    pub(super) fn local(region: &str) -> Self {
        Self {
            credentials: Credentials::from_keys("local", "local", None),
            region: region.to_owned(),
        }
    }

    pub(super) fn region(&self) -> &str {
        &self.region
    }

    /// The headers that prove who asks for `url`.
    pub(super) fn signature(
        &self,
        service: &str,
        method: &str,
        url: &str,
        headers: &Headers,
        body: &[u8],
    ) -> TestResult<Headers> {
        let identity = self.credentials.clone().into();
        let parameters = SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(service)
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()?
            .into();
        let headers = headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let request = SignableRequest::new(method, url, headers, SignableBody::Bytes(body))?;
        let (instructions, _) = sign(request, &parameters)?.into_parts();
        let signed = instructions.headers();
        Ok(signed
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect())
    }

    /// Asks DynamoDB.
    pub(super) async fn dynamodb(&self, place: &Place, operation: &str, body: &str) -> TestResult<Answer> {
        let mut headers: Headers = [
            ("Host", place.authority()),
            ("Content-Type", "application/x-amz-json-1.0".to_owned()),
            ("X-Amz-Target", format!("DynamoDB_20120810.{operation}")),
            ("Content-Length", body.len().to_string()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        let url = format!("{}://{}/", place.scheme, place.authority());
        headers.extend(self.signature("dynamodb", "POST", &url, &headers, body.as_bytes())?);
        headers.push(("Connection".to_owned(), "close".to_owned()));
        let asked = async {
            let mut stream = place.connect().await?;
            exchange(&mut stream, "POST / HTTP/1.1", &headers, body.as_bytes()).await
        };
        tokio::time::timeout(Duration::from_secs(10), asked).await?
    }
}
