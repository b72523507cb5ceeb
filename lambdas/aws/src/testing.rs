//! A server for tests that gives prepared answers, and clients of the SDK that ask it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::table::Table;

/// What a server was asked, as it came.
pub(crate) type Asked = Arc<Mutex<Vec<String>>>;

/// Starts it and gives its address. An answer without text never comes.
pub(crate) async fn answering(answer: String) -> std::io::Result<String> {
    recording(answer).await.map(|(address, _)| address)
}

/// The same, with what it is asked.
pub(crate) async fn recording(answer: String) -> std::io::Result<(String, Asked)> {
    scripted(vec![answer]).await
}

/// One answer after the other; the last one again and again.
pub(crate) async fn scripted(answers: Vec<String>) -> std::io::Result<(String, Asked)> {
    let asked = Asked::default();
    let noted = asked.clone();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (answers, noted) = (answers.clone(), noted.clone());
            tokio::spawn(async move {
                // One read is enough: the requests of these tests are small.
                let mut request = vec![0; 65_536];
                let length = stream.read(&mut request).await.unwrap_or_default();
                let text = String::from_utf8_lossy(&request[..length]).into_owned();
                let number = {
                    let mut noted = noted.lock().unwrap_or_else(PoisonError::into_inner);
                    noted.push(text);
                    noted.len()
                };
                let answer = answers.get(number - 1).or(answers.last()).cloned().unwrap_or_default();
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

/// A table named `t` that gives these answers, and is asked up to three times for each.
pub(crate) async fn scripted_table(answers: Vec<String>) -> std::io::Result<(Table, Asked)> {
    let (address, asked) = scripted(answers).await?;
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::new("id", "secret", None, None, "test"))
        .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)))
        .retry_classifier(crate::clients::MetATransaction)
        .endpoint_url(address)
        .build();
    let client = aws_sdk_dynamodb::Client::from_conf(config);
    Ok((Table::new(client, "t".to_owned()), asked))
}

/// DynamoDB's refusal under this name.
pub(crate) fn dynamodb_error(name: &str) -> String {
    let body = format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{name}","message":"x"}}"#);
    response("400 Bad Request", "", &body)
}
