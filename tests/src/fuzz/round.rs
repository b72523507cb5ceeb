//! One round: a script drawn from a seed, played on a connection of its own, and what the server said to it.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::verdict::{self, Said};
use super::{frames, handshake};
use crate::random::Random;
use crate::{TestResult, failure};

/// After the client's end the server has to end too: its own patience for closing handshakes is 5 s.
const PATIENCE: Duration = Duration::from_secs(20);

/// What one client does.
#[derive(Debug)]
struct Script {
    writes: Vec<Vec<u8>>,
    /// Ends without a word, as a crash does, instead of closing its half and listening on.
    vanishes: bool,
}

impl Script {
    fn drawn(seed: u64, host: &str, path: &str) -> Self {
        let mut random = Random::seeded(seed);
        let mut bytes = handshake::handshake(&mut random, host, path);
        bytes.extend(frames::frames(&mut random));
        Self {
            writes: in_pieces(&mut random, &bytes),
            vanishes: random.chance(0.2),
        }
    }
}

fn in_pieces(random: &mut Random, mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut pieces = Vec::new();
    for _ in 0..random.below(6) {
        let (piece, rest) = bytes.split_at(random.below(bytes.len() + 1));
        pieces.push(piece.to_vec());
        bytes = rest;
    }
    pieces.push(bytes.to_vec());
    pieces
}

/// Plays the script of `seed` against `host`, at `path`; nothing is known of a client that vanished.
///
/// # Errors
/// What the server said is not lawful, or it did not end.
pub(super) async fn play(seed: u64, host: &str, path: &str) -> TestResult<Option<Said>> {
    let script = Script::drawn(seed, host, path);
    let mut socket = TcpStream::connect(host).await?;
    for piece in &script.writes {
        // A server that has heard enough may have ended.
        if socket.write_all(piece).await.is_err() {
            break;
        }
    }
    if script.vanishes {
        return Ok(None);
    }
    let _ = socket.shutdown().await;
    let mut said = Vec::new();
    timeout(PATIENCE, socket.read_to_end(&mut said))
        .await
        .map_err(|_| failure("the connection does not end"))?
        .or_else(|error| reset(&error).then_some(0).ok_or(error))?;
    verdict::check(&said).map(Some).map_err(failure)
}

fn reset(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        std::io::ErrorKind::ConnectionReset | std::io::ErrorKind::BrokenPipe
    )
}
