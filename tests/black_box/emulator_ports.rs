//! Every port answers to this machine alone, and not to other people's web pages.

use tests::{Handshake, Stack, TestResult};

#[tokio::test]
async fn every_port_refuses_a_foreign_host_and_a_foreign_origin() -> TestResult {
    let stack = Stack::start().await?;
    let client = reqwest::Client::new();
    for port in [
        "/web",
        "/management",
        "/lambda",
        "/dynamodb",
        "/events",
        "/cognito/endpoint",
    ] {
        let address = stack.endpoint(port);
        // The words tell the guard's refusal from one by what stands behind it.
        let is_refused = async |name: &'static str, value: &str| -> TestResult<bool> {
            let answer = client.post(&address).header(name, value).send().await?;
            Ok(answer.status() == 403 && answer.text().await?.contains("This port"))
        };
        for host in ["evil.example", "evil.example:80", "localhost", "127.0.0.1.evil.example"] {
            assert!(is_refused("host", host).await?, "{port} with Host {host}");
        }
        for origin in [
            "http://evil.example",
            "null",
            "http://localhost",
            "https://localhost:3000",
        ] {
            assert!(is_refused("origin", origin).await?, "{port} with Origin {origin}");
        }
        let preflight = client
            .request("OPTIONS".parse()?, &address)
            .header("origin", "http://evil.example");
        let answer = preflight.header("access-control-request-method", "POST").send().await?;
        assert_eq!(answer.status(), 403, "{port}");
        assert!(answer.headers().get("access-control-allow-origin").is_none(), "{port}");
    }
    Ok(())
}

#[tokio::test]
async fn no_port_listens_beyond_loopback_and_each_is_guarded() -> TestResult {
    let stack = Stack::start().await?;
    let ports = listening_ports(stack.process_id())?;
    assert!(ports.len() >= 6, "{ports:?}");
    for (address, port) in ports {
        assert!(["127.0.0.1", "::1"].contains(&address.as_str()), "{address}:{port}");
        let host = if address == "::1" { "[::1]".to_owned() } else { address };
        let request = reqwest::Client::new()
            .post(format!("http://{host}:{port}/"))
            .header("host", "evil.example");
        assert_eq!(request.send().await?.status(), 403, "{host}:{port}");
    }
    Ok(())
}

/// The listening sockets of a process, by `lsof` or, where that is missing, from Linux's own tables.
fn listening_ports(process: u32) -> TestResult<Vec<(String, u16)>> {
    let inodes: Vec<String> = match std::fs::read_dir(format!("/proc/{process}/fd")) {
        Ok(entries) => entries
            .filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok())
            .filter_map(|link| {
                Some(
                    link.to_str()?
                        .strip_prefix("socket:[")?
                        .trim_end_matches(']')
                        .to_owned(),
                )
            })
            .collect(),
        Err(_) => return ports_from_lsof(process),
    };
    let mut ports = Vec::new();
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        // The first line names the columns.
        for line in std::fs::read_to_string(table)?.lines().skip(1) {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let [_, local, _, state, _, _, _, _, _, inode, ..] = fields.as_slice() else {
                continue;
            };
            if *state != "0A" || !inodes.iter().any(|own| own == inode) {
                continue;
            }
            let (address, port) = local.split_once(':').unwrap_or_default();
            let address = match address {
                "0100007F" => "127.0.0.1",
                "00000000000000000000000001000000" => "::1",
                other => other,
            };
            ports.push((address.to_owned(), u16::from_str_radix(port, 16)?));
        }
    }
    Ok(ports)
}

fn ports_from_lsof(process: u32) -> TestResult<Vec<(String, u16)>> {
    let output = std::process::Command::new("lsof")
        .args(["-nP", "-a", "-iTCP", "-sTCP:LISTEN", "-Fn", "-p", &process.to_string()])
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let names = text.lines().filter_map(|line| line.strip_prefix('n')?.rsplit_once(':'));
    Ok(names
        .filter_map(|(address, port)| Some((address.trim_matches(['[', ']']).to_owned(), port.parse().ok()?)))
        .collect())
}

#[tokio::test]
async fn a_handshake_with_a_foreign_host_is_refused_before_any_function() -> TestResult {
    let stack = Stack::start().await?;
    let token = stack.sign_in("alice").await?.id;
    let address = stack.endpoint("/web") + "/ws";
    let request = reqwest::Client::new()
        .get(address)
        .header("host", "evil.example")
        .header("connection", "Upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
        .header("sec-websocket-protocol", format!("carillon.v1, bearer.{token}"));
    assert_eq!(request.send().await?.status(), 403);
    assert!(stack.rows().await?.is_empty());
    assert_eq!(Handshake::of_browser(&stack, &token).status().await?, 101);
    Ok(())
}

#[tokio::test]
async fn pages_of_a_ports_own_origin_may_talk_to_it() -> TestResult {
    let stack = Stack::start().await?;
    for port in ["/web", "/cognito/endpoint"] {
        let own = stack.endpoint(port);
        let answer = reqwest::Client::new().get(&own).header("origin", &own).send().await?;
        assert_ne!(answer.status(), 403, "{port}");
    }
    let (web, pool) = (stack.endpoint("/web"), stack.endpoint("/cognito/endpoint"));
    let crossed = reqwest::Client::new().get(pool).header("origin", web).send().await?;
    assert_eq!(crossed.status(), 403, "the application's pages are not the pool's");
    Ok(())
}
