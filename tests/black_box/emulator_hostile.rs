//! Clients that mean harm or are broken: they are let go of, nobody else notices, and nothing of them stays behind.

use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde_json::Value;
use tests::machine::{make_room, open_files, resident_bytes};
use tests::{Handshake, Probe, Socket, TestResult, eventually, idle};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

/// Handshakes at a time; a listening socket's queue is not endless.
const HANDSHAKES: usize = 64;
const MIB: u64 = 1024 * 1024;

/// Sockets whose handshake runs no function, so that thousands of them take seconds.
async fn start_without_functions() -> TestResult<Probe> {
    let change = |resources: &mut Value| {
        if let Some(resources) = resources.as_object_mut() {
            resources.remove("Connect");
            resources.remove("Disconnect");
        }
    };
    Probe::start_changed(change, &[]).await
}

async fn is_answered(socket: &mut Socket) -> TestResult {
    socket.send("still here").await?;
    assert_eq!(socket.next().await?["body"], "still here");
    Ok(())
}

#[tokio::test]
async fn rat_08_who_never_finishes_asking_is_let_go_of() -> TestResult {
    let probe = Probe::start().await?;
    let mut bystander = Handshake::with(&probe.stack).open().await?;
    let before = open_files(probe.stack.process_id())?;
    let address = probe.stack.endpoint("/web").replace("http://", "");
    let slow = (0..50).map(async |number| -> TestResult {
        let mut socket = TcpStream::connect(&address).await?;
        let head = format!("GET /probe HTTP/1.1\r\nHost: {address}\r\nUpgrade: webs");
        // The first ones say nothing at all, the others all but the end.
        socket.write_all(&head.as_bytes()[..number.min(head.len())]).await?;
        let mut said = Vec::new();
        // The server ends it; a reset is an end too.
        let _ = socket.read_to_end(&mut said).await;
        Ok(())
    });
    for outcome in join_all(slow).await {
        outcome?;
    }
    is_answered(&mut bystander).await?;
    eventually("the handles to be given back", async || {
        open_files(probe.stack.process_id()).is_ok_and(|now| now <= before)
    })
    .await
}

#[tokio::test]
async fn rat_09_floods_are_bounded_and_nobody_else_notices() -> TestResult {
    let probe = Probe::start().await?;
    let mut bystander = Handshake::with(&probe.stack).open().await?;
    let before = resident_bytes(probe.stack.process_id())?;
    let flood = async |frame: Message| -> TestResult {
        let mut socket = Handshake::with(&probe.stack).open().await?;
        for _ in 0..20_000 {
            // Whoever is closed for it has been told enough.
            if socket.send_frame(frame.clone()).await.is_err() {
                break;
            }
        }
        Ok(())
    };
    let fragment = Frame::message(vec![b'x'; 1_000], OpCode::Data(Data::Text), false);
    let tiny = Frame::message(Vec::new(), OpCode::Data(Data::Continue), false);
    let pings = flood(Message::Ping(vec![0; 125].into()));
    let (pings, endless, empty) = tokio::join!(pings, flood(Message::Frame(fragment)), flood(Message::Frame(tiny)));
    pings.and(endless).and(empty)?;
    is_answered(&mut bystander).await?;
    let after = resident_bytes(probe.stack.process_id())?;
    assert!(after < before + 32 * MIB, "{before} bytes became {after}");
    Ok(())
}

#[tokio::test]
async fn an_endless_message_ends_with_1009() -> TestResult {
    let probe = Probe::start().await?;
    let mut socket = Handshake::with(&probe.stack).open().await?;
    let part = |opcode| Message::Frame(Frame::message(vec![b'x'; 30_000], OpCode::Data(opcode), false));
    socket.send_frame(part(Data::Text)).await?;
    for _ in 0..4 {
        socket.send_frame(part(Data::Continue)).await?;
    }
    assert_eq!(socket.closed().await?.code, 1009);
    Ok(())
}

/// Four waves of 5,000: memory and handles return to where they were after the first.
#[tokio::test]
async fn nothing_of_20_000_connections_stays_behind() -> TestResult {
    make_room();
    let probe = start_without_functions().await?;
    let emulator = probe.stack.process_id();
    let handles = open_files(emulator)?;
    let mut memory = Vec::new();
    for wave in 0..4 {
        let handshakes = (0..5_000).map(|_| Handshake::with(&probe.stack).open());
        let sockets: Vec<Socket> = stream::iter(handshakes)
            .buffer_unordered(HANDSHAKES)
            .try_collect()
            .await?;
        assert!(open_files(emulator)? >= handles + sockets.len(), "wave {wave} is open");
        let (polite, others): (Vec<_>, Vec<_>) =
            sockets.into_iter().enumerate().partition(|(number, _)| number % 2 == 0);
        drop(others);
        for closed in join_all(polite.into_iter().map(|(_, socket)| socket.close())).await {
            closed?;
        }
        eventually("the handles to be given back", async || {
            open_files(emulator).is_ok_and(|now| now <= handles + 2)
        })
        .await?;
        memory.push(resident_bytes(emulator)? / MIB);
    }
    println!("MiB after each wave: {memory:?}");
    // An allocator keeps some of what it was given back, and not always the same.
    assert!(memory[3] <= memory[0] + memory[0] / 5 + 8, "{memory:?}");
    is_answered(&mut Handshake::with(&probe.stack).open().await?).await
}

#[tokio::test]
async fn the_figures_of_idle_connections_can_be_taken() -> TestResult {
    println!("{}", idle::run(200, 20).await?);
    Ok(())
}
