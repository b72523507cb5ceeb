//! HTTP/1.1 with nothing put right: paths, header names and percent signs go out as a case spells them.

use std::sync::{Arc, LazyLock};

use http::Uri;
use rustls_platform_verifier::ConfigVerifierExt as _;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;

use crate::{TestResult, failure};

/// A head over this size is no answer (bytes).
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// Bytes both ways, through TLS or not.
pub(super) trait Bytes: AsyncRead + AsyncWrite + Unpin + Send + std::fmt::Debug {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + std::fmt::Debug> Bytes for T {}

/// An open connection.
pub(super) type Stream = BufReader<Box<dyn Bytes>>;

/// Header lines, as spelt.
pub(super) type Headers = Vec<(String, String)>;

/// Where a server is: `ws`, `wss`, `http` or `https`, its host, and the path that everything there begins with.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) scheme: String,
    pub(super) host: String,
    pub(super) port: u16,
    /// Without a slash at the end.
    pub(super) path: String,
}

impl Place {
    pub(super) fn parse(url: &str) -> TestResult<Self> {
        let uri: Uri = url.parse()?;
        let scheme = uri.scheme_str().unwrap_or_default().to_owned();
        let is_safe = match scheme.as_str() {
            "ws" | "http" => false,
            "wss" | "https" => true,
            _ => return Err(failure(format!("{url} begins with none of ws, wss, http, https"))),
        };
        let default = if is_safe { 443 } else { 80 };
        Ok(Self {
            host: uri.host().unwrap_or_default().to_owned(),
            port: uri.port_u16().unwrap_or(default),
            path: uri.path().trim_end_matches('/').to_owned(),
            scheme,
        })
    }

    /// As the `Host` header says it.
    pub(super) fn authority(&self) -> String {
        match self.port {
            80 | 443 => self.host.clone(),
            port => format!("{}:{port}", self.host),
        }
    }

    pub(super) fn is_safe(&self) -> bool {
        ["wss", "https"].contains(&self.scheme.as_str())
    }

    pub(super) async fn connect(&self) -> TestResult<Stream> {
        let socket = TcpStream::connect((self.host.as_str(), self.port)).await?;
        socket.set_nodelay(true)?;
        if !self.is_safe() {
            return Ok(BufReader::new(Box::new(socket)));
        }
        let connector = TlsConnector::from(tls()?);
        let stream = connector.connect(self.host.clone().try_into()?, socket).await?;
        Ok(BufReader::new(Box::new(stream)))
    }
}

fn tls() -> TestResult<Arc<ClientConfig>> {
    static CONFIG: LazyLock<Result<Arc<ClientConfig>, String>> = LazyLock::new(|| {
        let config = ClientConfig::with_platform_verifier().map_err(|error| error.to_string())?;
        Ok(Arc::new(config))
    });
    CONFIG.clone().map_err(failure)
}

/// What a server answered.
#[derive(Debug, Clone, Default)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Headers,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// A header's value by any spelling of its name.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// Writes a request head and its body as they are, and reads the answer.
pub(super) async fn exchange(
    stream: &mut Stream,
    start_line: &str,
    headers: &Headers,
    body: &[u8],
) -> TestResult<Answer> {
    let mut head = format!("{start_line}\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body).await?;
    stream.flush().await?;
    let (status, headers) = read_head(stream).await?;
    let mut answer = Answer {
        status,
        headers,
        body: Vec::new(),
    };
    answer.body = read_body(stream, &answer).await?;
    Ok(answer)
}

async fn read_head(stream: &mut Stream) -> TestResult<(u16, Headers)> {
    let start = read_line(stream).await?;
    let status = start.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| failure(format!("no HTTP answer begins with {start:?}")))?;
    let (mut headers, mut size) = (Headers::new(), 0);
    loop {
        let line = read_line(stream).await?;
        size += line.len();
        if line.is_empty() {
            return Ok((status, headers));
        }
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        headers.push((name.to_owned(), value.trim().to_owned()));
        if size > MAX_HEAD_BYTES {
            return Err(failure("the answer's head has no end"));
        }
    }
}

async fn read_line(stream: &mut Stream) -> TestResult<String> {
    let mut line = String::new();
    match stream.read_line(&mut line).await? {
        0 => Err(failure("the server ended the connection without an HTTP answer")),
        _ => Ok(line.trim_end().to_owned()),
    }
}

async fn read_body(stream: &mut Stream, answer: &Answer) -> TestResult<Vec<u8>> {
    let mut body = Vec::new();
    if [101, 204, 304].contains(&answer.status) {
        return Ok(body);
    }
    let is_chunked = answer
        .header("transfer-encoding")
        .is_some_and(|coding| coding.contains("chunked"));
    match answer.header("content-length").and_then(|length| length.parse().ok()) {
        _ if is_chunked => loop {
            let size = usize::from_str_radix(read_line(stream).await?.split(';').next().unwrap_or_default(), 16)?;
            let mut chunk = vec![0; size];
            stream.read_exact(&mut chunk).await?;
            read_line(stream).await?;
            if size == 0 {
                break;
            }
            body.append(&mut chunk);
        },
        Some(length) => {
            body.resize(length, 0);
            stream.read_exact(&mut body).await?;
        }
        None => {
            stream.read_to_end(&mut body).await?;
        }
    }
    Ok(body)
}
