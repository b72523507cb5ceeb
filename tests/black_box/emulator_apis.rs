//! Several WebSocket APIs and stages in one template: each answers at its own address, and knows its own connections alone.

use serde_json::{Value, json};
use tests::{Handshake, Probe, Socket, TestResult};

/// Adds a second stage to the probe's API, and a second API with two stages, one of them with the name of the first's.
fn several(resources: &mut Value) {
    let stage = |api: &str, name: &str, variables: Value| {
        json!({ "Type": "AWS::ApiGatewayV2::Stage", "Properties": {
            "ApiId": { "Ref": api }, "StageName": name, "StageVariables": variables,
        } })
    };
    resources["Second"] = stage("Api", "second", json!({ "color": "green" }));
    resources["Room"] = resources["Api"].clone();
    resources["RoomProbe"] = stage("Room", "probe", json!({}));
    resources["RoomLive"] = stage("Room", "live", json!({}));
    resources["RoomIntegration"] = resources["FallbackIntegration"].clone();
    resources["RoomIntegration"]["Properties"]["ApiId"] = json!({ "Ref": "Room" });
    resources["RoomDefault"] = json!({ "Type": "AWS::ApiGatewayV2::Route", "Properties": {
        "ApiId": { "Ref": "Room" }, "RouteKey": "$default", "RouteResponseSelectionExpression": "$default",
        "Target": { "Fn::Sub": "integrations/${RoomIntegration}" },
    } });
    let address = |scheme: &str| json!({ "Fn::Sub": format!("{scheme}://${{Room}}.execute-api.${{AWS::Region}}.amazonaws.com/live") });
    let variables = &mut resources["Function"]["Properties"]["Environment"]["Variables"];
    variables["ROOM_CALLBACK"] = address("https");
    variables["ROOM_SOCKET"] = address("wss");
    variables["SECOND_CALLBACK"] =
        json!({ "Fn::Sub": "https://${Api}.execute-api.${AWS::Region}.amazonaws.com/second" });
}

async fn start() -> TestResult<Probe> {
    Probe::start_changed(several, &[]).await
}

fn address(probe: &Probe, key: &str) -> String {
    probe.stack.endpoints["websockets"][key]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// Opens a socket there; gives it with the context of its first message.
async fn open(probe: &Probe, key: &str) -> TestResult<(Socket, Value)> {
    let mut socket = Handshake::at(&address(probe, key)).open().await?;
    socket.send("who am I").await?;
    let context = socket.next().await?["requestContext"].clone();
    Ok((socket, context))
}

/// Posts to a connection as its handlers do, at the address that its events name.
async fn post(context: &Value, stage: &str) -> TestResult<u16> {
    let text = |name: &str| context[name].as_str().unwrap_or_default().to_owned();
    let url = format!(
        "http://{}/{stage}/@connections/{}",
        text("domainName"),
        text("connectionId")
    );
    let response = reqwest::Client::new().post(url).body("posted").send().await?;
    Ok(response.status().as_u16())
}

#[tokio::test]
async fn every_stage_of_every_api_has_an_address() -> TestResult {
    let probe = start().await?;
    let keys: Vec<_> = probe.stack.endpoints["websockets"]
        .as_object()
        .into_iter()
        .flat_map(|map| map.keys().cloned())
        .collect();
    assert_eq!(keys, ["Api/probe", "Api/second", "Room/live", "Room/probe"]);
    assert_eq!(address(&probe, "Api/probe"), probe.stack.endpoint("/websocket"));
    let mut ids = Vec::new();
    for key in keys {
        let (mut socket, context) = open(&probe, &key).await?;
        let stage = key.rsplit('/').next().unwrap_or_default();
        assert_eq!(context["stage"], stage, "{key}");
        ids.push(context["apiId"].clone());
        assert_eq!(post(&context, stage).await?, 200, "{key}");
        assert_eq!(socket.next_text().await?, "posted");
    }
    assert_eq!((&ids[0], &ids[2]), (&ids[1], &ids[3]));
    assert_ne!(ids[0], ids[2]);
    Ok(())
}

#[tokio::test]
async fn a_connection_belongs_to_one_api_and_one_stage() -> TestResult {
    let probe = start().await?;
    let (_first, first) = open(&probe, "Api/probe").await?;
    let (_room, room) = open(&probe, "Room/probe").await?;
    assert_eq!(post(&first, "second").await?, 410, "another stage of the API");
    assert_eq!(post(&first, "live").await?, 403, "a stage of the other API");
    let mut elsewhere = first.clone();
    elsewhere["domainName"] = room["domainName"].clone();
    assert_eq!(
        post(&elsewhere, "probe").await?,
        410,
        "the other API's stage of the same name"
    );
    assert_eq!(post(&room, "probe").await?, 200);
    let nowhere = address(&probe, "Room/live").replace("/live", "/second");
    assert_eq!(Handshake::at(&nowhere).status().await?, 403);
    Ok(())
}

#[tokio::test]
async fn stages_have_their_own_variables_and_authorizers_their_own_apis() -> TestResult {
    let probe = start().await?;
    let mut socket = Handshake::at(&address(&probe, "Api/second")).open().await?;
    socket.send("variables").await?;
    assert_eq!(socket.next().await?["stageVariables"], json!({ "color": "green" }));
    for (key, status) in [("Api/second?verdict=deny", 403), ("Room/live?verdict=deny", 101)] {
        let (key, query) = key.split_once('?').unwrap_or((key, ""));
        let handshake = Handshake::at(&address(&probe, key)).query(query);
        assert_eq!(handshake.status().await?, status, "{key}");
    }
    Ok(())
}

#[tokio::test]
async fn functions_find_every_stage_at_its_local_address() -> TestResult {
    let probe = start().await?;
    let (_, _, answer) = probe.invoke("RequestResponse", r#"{"do":"variables"}"#).await?;
    let environment: Value = serde_json::from_str(&answer)?;
    let room = address(&probe, "Room/live");
    assert_eq!(environment["ROOM_SOCKET"], room);
    assert_eq!(environment["ROOM_CALLBACK"], room.replace("ws://", "http://"));
    let management = probe.stack.endpoint("/management").replace("/probe", "/second");
    assert_eq!(environment["SECOND_CALLBACK"], management);
    Ok(())
}

#[tokio::test]
async fn a_further_api_is_closed_to_pages_but_for_its_handshakes() -> TestResult {
    let probe = start().await?;
    let room = address(&probe, "Room/live");
    let foreign = Handshake::at(&room).header("origin", "https://elsewhere.example");
    assert_eq!(foreign.status().await?, 101, "the authorizer's business");
    let page = reqwest::Client::new().get(room.replace("ws://", "http://") + "/@connections/AAAAAAAAAAAAAAA=");
    for (name, value) in [
        ("origin", "https://elsewhere.example"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let request = page.try_clone().ok_or_else(|| tests::failure("no request"))?;
        assert_eq!(request.header(name, value).send().await?.status(), 403, "{name}");
    }
    assert_eq!(page.send().await?.status(), 410);
    Ok(())
}

#[tokio::test]
async fn a_distribution_leads_to_the_api_that_its_behaviour_names() -> TestResult {
    let change = |resources: &mut Value| {
        several(resources);
        let config = &mut resources["Distribution"]["Properties"]["DistributionConfig"];
        let host = json!({ "Fn::Sub": "${Room}.execute-api.${AWS::Region}.${AWS::URLSuffix}" });
        if let Some(origins) = config["Origins"].as_array_mut() {
            origins.push(json!({ "Id": "room", "DomainName": host, "CustomOriginConfig": {} }));
        }
        if let Some(behaviors) = config["CacheBehaviors"].as_array_mut() {
            behaviors.push(json!({ "PathPattern": "/live", "TargetOriginId": "room" }));
        }
    };
    let probe = Probe::start_changed(change, &[]).await?;
    let through = probe.stack.endpoint("/websocket").replace("/probe", "/live");
    let mut socket = Handshake::at(&through)
        .header("origin", "https://elsewhere.example")
        .open()
        .await?;
    socket.send("who am I").await?;
    let context = &socket.next().await?["requestContext"];
    let own = address(&probe, "Room/live");
    assert_eq!(
        Some(format!(
            "ws://{}/live",
            context["domainName"].as_str().unwrap_or_default()
        )),
        Some(own)
    );
    assert_eq!(post(context, "live").await?, 200);
    Ok(())
}

#[tokio::test]
async fn one_stage_needs_no_map() -> TestResult {
    let probe = Probe::start().await?;
    assert!(probe.stack.endpoints.get("websockets").is_none());
    Ok(())
}

#[tokio::test]
async fn an_api_that_cannot_be_served_is_named() -> TestResult {
    let without = |resources: &mut Value| {
        several(resources);
        for stage in ["RoomProbe", "RoomLive"] {
            resources[stage]["Properties"]["ApiId"] = json!({ "Ref": "Api" });
        }
        resources["RoomProbe"]["Properties"]["StageName"] = json!("third");
    };
    let twice = |resources: &mut Value| {
        several(resources);
        resources["RoomLive"]["Properties"]["StageName"] = json!("probe");
    };
    let said = |started: TestResult<Probe>| started.err().map(|words| words.to_string()).unwrap_or_default();
    let said_without = said(Probe::start_changed(without, &[]).await);
    assert!(
        said_without.contains("The WebSocket API Room has no stage"),
        "{said_without}"
    );
    let said_twice = said(Probe::start_changed(twice, &[]).await);
    assert!(
        said_twice.contains("The WebSocket API Room has two stages named probe"),
        "{said_twice}"
    );
    Ok(())
}
