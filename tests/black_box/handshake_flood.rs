//! Many handshakes that nobody lets in, at once: each is refused cheaply, and whoever has a token still connects.

use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use tests::handshakes::run;
use tests::{Handshake, Socket, Stack, TestResult};

/// How many handshakes come, and how many of them at a time.
const FLOOD: usize = 600;
const AT_A_TIME: usize = 50;

#[tokio::test]
async fn rat_06_a_flood_of_handshakes_without_tokens_keeps_nobody_out() -> TestResult {
    let stack = Stack::start().await?;
    let token = stack.sign_in("alice").await?.id;
    let strangers = (0..FLOOD).map(|number| match number % 3 {
        0 => Handshake::with(&stack),
        1 => Handshake::of_browser(&stack, "a.b.c"),
        _ => Handshake::with(&stack).header("origin", "http://evil.example"),
    });
    let flood = stream::iter(strangers.map(Handshake::status))
        .buffered(AT_A_TIME)
        .try_collect::<Vec<u16>>();
    let guests = join_all((0..10).map(|_| Handshake::of_browser(&stack, &token).open()));
    let (refused, sockets) = tokio::join!(flood, guests);

    let expected: Vec<u16> = (0..FLOOD).map(|number| [401, 401, 403][number % 3]).collect();
    assert_eq!(refused?, expected);
    let mut sockets = sockets.into_iter().collect::<TestResult<Vec<Socket>>>()?;
    for socket in &mut sockets {
        socket.send(r#"{"action":"echo","data":{"content":1}}"#).await?;
        assert_eq!(socket.next_of("echo").await?["content"], 1);
    }
    assert_eq!(stack.rows_of_kind("connection").await?.len(), sockets.len());
    Ok(())
}

/// The small form of `npm run handshakes`.
#[tokio::test]
async fn garbage_is_refused_each_time_and_users_come_in_beside_it() -> TestResult {
    let figures = run(60, 50).await?;
    println!("{figures}");
    assert!(figures.refused > 0, "{figures}");
    Ok(())
}
