//! Handshakes that a script begins with: most are lawful, so that what follows is read as frames.

use crate::random::Random;

/// One handshake in so many is spoilt.
const SPOILT_ONE_IN: usize = 8;

/// The bytes of a handshake with `path`.
pub(super) fn handshake(random: &mut Random, host: &str, path: &str) -> Vec<u8> {
    let lines = vec![
        format!("GET {path} HTTP/1.1"),
        format!("Host: {host}"),
        "Connection: Upgrade".to_owned(),
        "Upgrade: websocket".to_owned(),
        "Sec-WebSocket-Version: 13".to_owned(),
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==".to_owned(),
    ];
    if random.below(SPOILT_ONE_IN) > 0 {
        return joined(&lines);
    }
    spoilt(random, lines)
}

fn joined(lines: &[String]) -> Vec<u8> {
    (lines.join("\r\n") + "\r\n\r\n").into_bytes()
}

fn spoilt(random: &mut Random, mut lines: Vec<String>) -> Vec<u8> {
    let which = random.below(lines.len());
    match random.below(8) {
        0 => drop(lines.remove(which)),
        1 => lines.push(lines[which].clone()),
        2 => lines[which].push_str(&"x".repeat(random.below(20_000))),
        3 => lines[which] = lines[which].to_uppercase(),
        4 => lines[0] = format!("GET /{} HTTP/1.1", "%zz/../".repeat(random.below(50))),
        5 => lines[0] = "POST http://[::1/ HTTP/9.9".to_owned(),
        6 => lines.insert(which, ": no name".to_owned()),
        _ => return with_broken_byte(random, joined(&lines)),
    }
    joined(&lines)
}

fn with_broken_byte(random: &mut Random, mut bytes: Vec<u8>) -> Vec<u8> {
    let at = random.below(bytes.len());
    bytes[at] = random.pick(&[0, b'\r', b'\n', 0x7f, 0xff]);
    bytes
}
