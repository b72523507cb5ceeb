//! A server for tests that gives one prepared answer to every request.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// What a server was asked, as it came.
pub(crate) type Asked = Arc<Mutex<Vec<String>>>;

/// Starts it and gives its address. An answer without text never comes.
pub(crate) async fn answering(answer: String) -> std::io::Result<String> {
    recording(answer).await.map(|(address, _)| address)
}

/// The same, with what it is asked.
pub(crate) async fn recording(answer: String) -> std::io::Result<(String, Asked)> {
    let asked = Asked::default();
    let noted = asked.clone();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (answer, noted) = (answer.clone(), noted.clone());
            tokio::spawn(async move {
                // One read is enough: the requests of these tests are small.
                let mut request = vec![0; 65_536];
                let length = stream.read(&mut request).await.unwrap_or_default();
                let text = String::from_utf8_lossy(&request[..length]).into_owned();
                noted.lock().unwrap_or_else(PoisonError::into_inner).push(text);
                if answer.is_empty() {
                    std::future::pending::<()>().await;
                }
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    Ok((address, asked))
}

/// An answer with this status line, these further header lines and this body.
pub(crate) fn response(status: &str, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}
