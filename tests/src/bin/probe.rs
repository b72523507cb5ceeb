//! A function that does as it is told, for tests of the emulator: it answers with the event it got, fails in every way
//! that a function can, and writes down what it was called with.

use std::io::Write;
use std::sync::LazyLock;
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handle)).await
}

async fn handle(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let request_id = event.context.request_id;
    let event = event.payload;
    record(&event, &request_id)?;
    let query = |name: &str| {
        event["queryStringParameters"][name]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    if event["version"] == "2.0" {
        return http(&event, &query("do")).await;
    }
    match (event["type"].as_str(), event["requestContext"]["eventType"].as_str()) {
        (Some("REQUEST"), _) => authorize(&event, &query("verdict")).await,
        (_, Some("CONNECT")) => connect(&event, &query("connect")).await,
        (_, Some("MESSAGE")) => message(&event).await,
        (None, None) => obey(event["do"].as_str().unwrap_or_default(), &event).await,
        _ => Ok(json!({ "statusCode": 200 })),
    }
}

/// One line an event, for tests that look at what they cannot be told.
fn record(event: &Value, request_id: &str) -> Result<(), Error> {
    let mut event = event.clone();
    // Events of API Gateway are compared key by key.
    if event.is_object() && event.get("requestContext").is_none() {
        event["lambdaRequestId"] = json!(request_id);
        event["lambdaFunction"] = json!(std::env::var("AWS_LAMBDA_FUNCTION_NAME")?);
    }
    let path = std::env::var("RECORD_FILE")?;
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path)?;
    file.write_all(format!("{event}\n").as_bytes())?;
    Ok(())
}

async fn authorize(event: &Value, verdict: &str) -> Result<Value, Error> {
    let policy = |effect: &str| {
        json!({
            "principalId": "probe-user",
            "policyDocument": {
                "Version": "2012-10-17",
                "Statement": [{ "Effect": effect, "Action": "execute-api:Invoke", "Resource": event["methodArn"] }],
            },
            "context": { "text": "t", "number": 3, "truth": true },
        })
    };
    match verdict {
        "" | "allow" => Ok(policy("Allow")),
        "deny" => Ok(policy("Deny")),
        "unauthorized" => Err("Unauthorized".into()),
        "malformed" => Ok(json!({ "statusCode": 401 })),
        other => obey(other, event).await,
    }
}

async fn connect(event: &Value, how: &str) -> Result<Value, Error> {
    let offered = event["headers"]["Sec-WebSocket-Protocol"]
        .as_str()
        .and_then(|list| list.split(',').next());
    match (how.parse::<u16>(), how, offered) {
        (Ok(status), _, _) => Ok(json!({ "statusCode": status })),
        (_, "", Some(first)) => Ok(json!({ "statusCode": 200, "headers": { "Sec-WebSocket-Protocol": first } })),
        (_, "", None) => Ok(json!({ "statusCode": 200 })),
        (_, other, _) => obey(other, event).await,
    }
}

async fn message(event: &Value) -> Result<Value, Error> {
    let body: Value = serde_json::from_str(event["body"].as_str().unwrap_or_default()).unwrap_or_default();
    obey(body["do"].as_str().unwrap_or("event"), event).await
}

/// Answers a request of the HTTP API in every form that payload format 2.0 knows.
async fn http(event: &Value, order: &str) -> Result<Value, Error> {
    match order {
        "text" => Ok(json!("Hello from Lambda!")),
        "object" => Ok(json!({ "message": "hello" })),
        "redirect" => Ok(json!({
            "statusCode": 302,
            "headers": { "Location": "/elsewhere", "X-Frame-Options": "SAMEORIGIN" },
            "cookies": ["a=1; Path=/", "b=2; HttpOnly"],
        })),
        "binary" => Ok(json!({ "statusCode": 200, "body": "/wD+", "isBase64Encoded": true })),
        "malformed" => Ok(json!({ "statusCode": "200" })),
        other => obey(other, event).await,
    }
}

/// Posts `text` to every connection of `ids`, as a fan-out does; gives how many took it.
async fn post_to_all(event: &Value) -> Result<Value, Error> {
    const AT_A_TIME: usize = 64;
    let (address, client) = (std::env::var("CALLBACK")?, reqwest::Client::new());
    let ids = event["ids"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let posts = ids.map(|id| {
        let post = client.post(format!("{address}/@connections/{id}"));
        post.body(event["text"].as_str().unwrap_or_default().to_owned()).send()
    });
    let posted = stream::iter(posts).buffer_unordered(AT_A_TIME);
    let taken = posted.filter(|answer| std::future::ready(answer.as_ref().is_ok_and(|answer| answer.status() == 200)));
    Ok(json!({ "posted": taken.count().await }))
}

/// Posts the body to where it came from, as one-way routes answer.
async fn reply(event: &Value) -> Result<Value, Error> {
    static CLIENT: LazyLock<reqwest::Client> = LazyLock::new(reqwest::Client::new);
    let id = event["requestContext"]["connectionId"].as_str().unwrap_or_default();
    let address = std::env::var("CALLBACK")?;
    let body = event["body"].as_str().unwrap_or_default().to_owned();
    let post = CLIENT.post(format!("{address}/@connections/{id}")).body(body);
    Ok(json!({ "statusCode": post.send().await?.status().as_u16() }))
}

async fn obey(order: &str, event: &Value) -> Result<Value, Error> {
    match order {
        "null" => Ok(Value::Null),
        "shape" => Ok(json!({ "statusCode": 200, "Data": "unknown" })),
        "status" => Ok(json!({ "statusCode": 500, "body": "five hundred" })),
        "throw" => Err("thrown on purpose".into()),
        #[allow(clippy::panic)]
        "panic" => panic!("panicked on purpose"),
        "exit" => std::process::exit(3),
        "sleep" => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            Ok(Value::Null)
        }
        "large" => Ok(json!({ "statusCode": 200, "body": "x".repeat(7 * 1024 * 1024) })),
        "noise" => {
            let mut output = std::io::stdout();
            output.write_all(b"\xff\xfe no text\n")?;
            output.write_all(&[b'x'; 100_000])?;
            output.flush()?;
            Ok(json!({ "statusCode": 200, "body": "still alive" }))
        }
        "slow" => {
            tokio::time::sleep(Duration::from_millis(500)).await;
            Ok(json!({ "statusCode": 200 }))
        }
        "invoke" => {
            let (address, name) = (
                std::env::var("AWS_ENDPOINT_URL_LAMBDA")?,
                std::env::var("OTHER_FUNCTION")?,
            );
            let call = reqwest::Client::new()
                .post(format!("{address}/2015-03-31/functions/{name}/invocations"))
                .header("x-amz-invocation-type", "Event")
                .body(event["payload"].to_string());
            Ok(json!({ "statusCode": call.send().await?.status().as_u16() }))
        }
        "post" => post_to_all(event).await,
        "reply" => reply(event).await,
        "environment" => {
            let names: Vec<String> = std::env::vars().map(|(name, _)| name).collect();
            Ok(
                json!({ "statusCode": 200, "body": json!({ "names": names, "process": std::process::id() }).to_string() }),
            )
        }
        "variables" => Ok(json!(std::env::vars().collect::<std::collections::BTreeMap<_, _>>())),
        _ => Ok(json!({ "statusCode": 200, "body": event.to_string() })),
    }
}
