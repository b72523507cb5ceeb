//! The one origin: who answers at which path, the web client's files, and its development server.

use std::path::Path;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{Handshake, Probe, Stack, StackOptions, TestResult, cognito_call, failure, probe_template};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

/// A built web client.
fn built() -> TestResult<TempDir> {
    let folder = TempDir::new()?;
    std::fs::create_dir_all(folder.path().join("_next/static"))?;
    for (name, content) in [
        ("index.html", "<p>home</p>"),
        ("chat.html", "<p>chat</p>"),
        ("404.html", "<p>nothing here</p>"),
        ("beside", "a file"),
        ("_next/static/app.js", "1"),
    ] {
        std::fs::write(folder.path().join(name), content)?;
    }
    Ok(folder)
}

fn argument(path: &Path) -> &str {
    path.to_str().unwrap_or_default()
}

#[tokio::test]
async fn without_a_web_client_the_root_says_how_to_get_one() -> TestResult {
    let probe = Probe::start().await?;
    for path in ["/", "/chat", "/api-is-not-here"] {
        let response = reqwest::get(probe.stack.endpoint("/web") + path).await?;
        let status = response.status().as_u16();
        let body = response.text().await?;
        match path {
            "/api-is-not-here" => assert_eq!(status, 404, "the HTTP API's behaviour is /api*"),
            _ => assert!(
                status == 503
                    && ["--web DIR", "--web-proxy URL", &probe.stack.endpoint("/websocket")]
                        .iter()
                        .all(|word| body.contains(word)),
                "{body}"
            ),
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_distribution_decides_who_answers() -> TestResult {
    let folder = built()?;
    let probe = Probe::start_with(&["--web", argument(folder.path())]).await?;
    let web = probe.stack.endpoint("/web");
    for (path, status, body) in [
        ("/", 200, "<p>home</p>"),
        ("/chat?x=1", 200, "<p>chat</p>"),
        ("/beside", 200, "a file"),
        ("/nowhere", 404, "<p>nothing here</p>"),
        ("/api?do=text", 200, "Hello from Lambda!"),
    ] {
        let response = reqwest::get(format!("{web}{path}")).await?;
        assert_eq!(
            (response.status().as_u16(), response.text().await?.as_str()),
            (status, body),
            "{path}"
        );
    }
    assert_eq!(Handshake::with(&probe.stack).status().await?, 101);
    let client = reqwest::Client::new();
    assert_eq!(
        client.post(&web).send().await?.status(),
        403,
        "the default behaviour allows reading alone"
    );
    let head = client.head(&web).send().await?;
    assert_eq!(
        (head.status().as_u16(), head.headers()["content-length"].as_bytes()),
        (200, &b"11"[..])
    );
    assert_eq!(head.text().await?, "");
    Ok(())
}

#[tokio::test]
async fn files_carry_their_headers_and_the_policys() -> TestResult {
    let folder = built()?;
    let probe = Probe::start_with(&["--web", argument(folder.path())]).await?;
    let web = probe.stack.endpoint("/web");
    let policy = format!("connect-src 'self' {}", web.replace("http:", "ws:"));
    for (path, content_type, caching) in [
        ("/", "text/html; charset=utf-8", "no-cache"),
        ("/nowhere", "text/html; charset=utf-8", "no-cache"),
        (
            "/_next/static/app.js",
            "text/javascript; charset=utf-8",
            "public, max-age=31536000, immutable",
        ),
    ] {
        let response = reqwest::get(format!("{web}{path}")).await?;
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        assert_eq!(header("content-type"), Some(content_type), "{path}");
        assert_eq!(header("cache-control"), Some(caching), "{path}");
        assert_eq!(header("x-frame-options"), Some("DENY"), "{path}");
        assert_eq!(
            header("content-security-policy"),
            Some(policy.as_str()),
            "{path}: the public origin is here"
        );
        assert_eq!(header("strict-transport-security"), None, "{path}: this is http");
    }
    Ok(())
}

#[tokio::test]
async fn nothing_outside_the_folder_is_served() -> TestResult {
    let folder = TempDir::new()?;
    let out = folder.path().join("out");
    std::fs::create_dir(&out)?;
    std::fs::write(folder.path().join("secret.txt"), "secret")?;
    let probe = Probe::start_with(&["--web", argument(&out)]).await?;
    let host = probe.stack.endpoint("/web").replace("http://", "");
    // Clients mend such paths before they send them, so these go out by hand.
    for path in [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "//secret.txt",
        "/x/../../secret.txt",
    ] {
        let mut socket = TcpStream::connect(host.replace("localhost", "127.0.0.1")).await?;
        let request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        socket.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await?;
        assert!(
            answer.starts_with("HTTP/1.1 404") && !answer.contains("secret"),
            "{path}: {answer}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn wrong_web_options_are_told() -> TestResult {
    for (arguments, expected) in [
        (&["--web", "/no/such/folder"][..], "build it first"),
        (&["--web-proxy", "https://localhost:1"], "http://host:port"),
        (
            &["--web", "/tmp", "--web-proxy", "http://localhost:1"],
            "cannot be used with",
        ),
    ] {
        let said = match Probe::start_with(arguments).await {
            Ok(_) => return Err(failure("it started")),
            Err(words) => words.to_string(),
        };
        assert!(said.contains(expected), "{said}");
    }
    Ok(())
}

/// A development server: echoes WebSocket messages, and answers requests with what it got.
async fn development_server() -> TestResult<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(serve(socket));
        }
    });
    Ok(address)
}

async fn serve(mut socket: TcpStream) -> TestResult {
    let mut seen = [0; 4096];
    let length = socket.peek(&mut seen).await?;
    if String::from_utf8_lossy(&seen[..length])
        .to_ascii_lowercase()
        .contains("upgrade: websocket")
    {
        let mut socket = tokio_tungstenite::accept_async(socket).await?;
        while let Some(Ok(message)) = socket.next().await {
            if message.is_text() {
                socket.send(message).await?;
            }
        }
        return Ok(());
    }
    let length = socket.read(&mut seen).await?;
    let answer = "HTTP/1.1 201 Created\r\nx-served-by: development\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunk = format!(
        "{length:x}\r\n{}\r\n0\r\n\r\n",
        String::from_utf8_lossy(&seen[..length])
    );
    socket.write_all((answer.to_owned() + &chunk).as_bytes()).await?;
    Ok(())
}

#[tokio::test]
async fn a_development_server_stands_behind_the_same_origin() -> TestResult {
    let server = development_server().await?;
    let probe = Probe::start_with(&["--web-proxy", &server]).await?;
    let web = probe.stack.endpoint("/web");
    let host = web.replace("http://", "");
    let response = reqwest::get(format!("{web}/page?x=1")).await?;
    assert_eq!(
        (response.status().as_u16(), &response.headers()["x-served-by"]),
        (201, &"development".parse()?)
    );
    assert_eq!(&response.headers()["x-frame-options"], "DENY");
    let got = response.text().await?;
    assert!(
        got.starts_with("GET /page?x=1 HTTP/1.1") && got.contains(&format!("host: {host}")),
        "{got}"
    );
    assert_eq!(
        reqwest::get(format!("{web}/api?do=text")).await?.text().await?,
        "Hello from Lambda!"
    );
    assert_eq!(Handshake::with(&probe.stack).status().await?, 101);

    let posted = reqwest::Client::new().post(format!("{web}/page")).send().await?;
    assert_eq!(posted.status(), 201, "its own pages may post to it");

    let mut request = format!("ws://{host}/_next/webpack-hmr").into_client_request()?;
    request.headers_mut().insert("origin", web.parse()?);
    let (mut socket, _) = tokio_tungstenite::connect_async(request.clone()).await?;
    socket.send(Message::text("changed?")).await?;
    let echo = socket.next().await.transpose()?;
    assert_eq!(echo, Some(Message::text("changed?")));
    request.headers_mut().insert("origin", "http://evil.example".parse()?);
    assert!(
        tokio_tungstenite::connect_async(request).await.is_err(),
        "a foreign page must not listen in"
    );
    Ok(())
}

#[tokio::test]
async fn a_development_server_that_is_not_there_is_named() -> TestResult {
    let free = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", free.local_addr()?);
    drop(free);
    let probe = Probe::start_with(&["--web-proxy", &address]).await?;
    let response = reqwest::get(probe.stack.endpoint("/web")).await?;
    assert_eq!(response.status(), 502);
    let said = response.text().await?;
    assert!(said.contains(&address) && said.contains("start it"), "{said}");
    Ok(())
}

/// The probe's template without its distribution, or with a pool whose client comes back to the public origin.
fn changed_template(folder: &Path, change: impl Fn(&mut Value)) -> TestResult<StackOptions> {
    let (template, _) = probe_template(folder)?;
    let mut content: Value = serde_json::from_str(&std::fs::read_to_string(&template)?)?;
    change(&mut content["Resources"]);
    std::fs::write(&template, content.to_string())?;
    Ok(StackOptions {
        template: Some(template),
        ..StackOptions::default()
    })
}

#[tokio::test]
async fn without_a_distribution_the_apis_come_first() -> TestResult {
    let (folder, files) = (TempDir::new()?, built()?);
    let mut options = changed_template(folder.path(), |resources| {
        resources["Distribution"] = json!({ "Type": "AWS::S3::Bucket" });
        resources["Function"]["Properties"]["Environment"]["Variables"]["SITE"] = json!("none");
    })?;
    options.arguments = ["--web", argument(files.path())].map(str::to_owned).to_vec();
    let stack = Stack::start_with(options).await?;
    let web = stack.endpoint("/web");
    for (path, status, body) in [
        ("/api?do=text", 200, "Hello from Lambda!"),
        ("/beside?do=text", 200, "Hello from Lambda!"),
        ("/apis", 404, "<p>nothing here</p>"),
        ("/", 200, "<p>home</p>"),
    ] {
        let response = reqwest::get(format!("{web}{path}")).await?;
        assert_eq!(
            (response.status().as_u16(), response.text().await?.as_str()),
            (status, body),
            "{path}"
        );
    }
    assert_eq!(Handshake::with(&stack).status().await?, 101);
    Ok(())
}

#[tokio::test]
async fn the_pool_sends_people_back_to_the_local_origin() -> TestResult {
    let folder = TempDir::new()?;
    let options = changed_template(folder.path(), |resources| {
        resources["Pool"] = json!({ "Type": "AWS::Cognito::UserPool" });
        resources["Client"] = json!({ "Type": "AWS::Cognito::UserPoolClient", "Properties": {
            "UserPoolId": { "Ref": "Pool" },
            "CallbackURLs": ["https://example.org/session/callback", "https://example.org.evil.example/"],
            "LogoutURLs": ["https://example.org/"],
        } });
    })?;
    let stack = Stack::start_with(options).await?;
    let web = stack.endpoint("/web");
    let body =
        json!({ "UserPoolId": stack.endpoint("/cognito/userPoolId"), "ClientId": stack.endpoint("/cognito/clientId") });
    let (_, client) = cognito_call(&stack, "DescribeUserPoolClient", &body).await?;
    let client = &client["UserPoolClient"];
    assert_eq!(
        client["CallbackURLs"],
        json!([format!("{web}/session/callback"), "https://example.org.evil.example/"])
    );
    assert_eq!(client["LogoutURLs"], json!([format!("{web}/")]));
    Ok(())
}
