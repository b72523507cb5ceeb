//! Frames as RFC 6455 (section 5.2) lays them out, and as it forbids them.

use crate::random::Random;

const CONTINUATION: u8 = 0;
const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;
const FINAL: u8 = 0x80;
const MASKED: u8 = 0x80;
/// API Gateway's bound of a frame (bytes), around which sizes are drawn.
const MAX_FRAME_BYTES: usize = 32 * 1024;

/// The bytes of some frames.
pub(super) fn frames(random: &mut Random) -> Vec<u8> {
    let mut bytes = Vec::new();
    for _ in 0..=random.below(10) {
        let part = frame(random);
        bytes.extend(part);
    }
    if random.chance(0.2) && !bytes.is_empty() {
        let at = random.below(bytes.len());
        bytes[at] ^= 1 << random.below(8);
    }
    if random.chance(0.1) {
        bytes.truncate(random.below(bytes.len() + 1));
    }
    bytes
}

fn frame(random: &mut Random) -> Vec<u8> {
    match random.below(14) {
        0..=3 => encoded(FINAL | TEXT, &text(random)),
        4 => fragmented(random),
        5 => encoded(FINAL | TEXT, &noise(random, 300)),
        6 => encoded(FINAL | BINARY, &noise(random, 300)),
        7 => encoded(FINAL | random.pick(&[PING, PONG]), &noise(random, 140)),
        8 => encoded(FINAL | CLOSE, &closing(random)),
        9 => encoded(random.pick(&[CONTINUATION, FINAL | CONTINUATION]), &text(random)),
        // Reserved opcodes and bits.
        10 => encoded(random.pick(&[0x83, 0x8b, 0xc1, 0xa1, 0x91, 0xff]), &text(random)),
        11 => unmasked(&text(random)),
        12 => promised(random),
        _ => sized(random),
    }
}

/// A masked frame of a client.
fn encoded(first: u8, payload: &[u8]) -> Vec<u8> {
    let mask = [0x37, 0xfa, 0x21, 0x3d];
    let mut bytes = head(first, MASKED, payload.len());
    bytes.extend(mask);
    bytes.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, key)| byte ^ key));
    bytes
}

fn unmasked(payload: &[u8]) -> Vec<u8> {
    let mut bytes = head(FINAL | TEXT, 0, payload.len());
    bytes.extend(payload);
    bytes
}

fn head(first: u8, mask_bit: u8, length: usize) -> Vec<u8> {
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short @ 0..=125), _) => vec![first, mask_bit | short],
        (_, Ok(middle)) => [&[first, mask_bit | 126], &middle.to_be_bytes()[..]].concat(),
        _ => [&[first, mask_bit | 127], &(length as u64).to_be_bytes()[..]].concat(),
    }
}

fn text(random: &mut Random) -> Vec<u8> {
    let action = random.pick(&["one-way", "hasty", "", "$connect", "\u{0}", "ünknown", "a/b"]);
    match random.below(4) {
        0 => format!(r#"{{"action":"{action}"}}"#).into_bytes(),
        1 => format!(r#"{{"action":{}"#, "[".repeat(random.below(3_000))).into_bytes(),
        2 => "\u{1f514}é".repeat(random.below(60)).into_bytes(),
        _ => Vec::new(),
    }
}

fn noise(random: &mut Random, below: usize) -> Vec<u8> {
    (0..random.below(below)).map(|_| (random.next() & 0xff) as u8).collect()
}

/// A text in parts, with control frames between some of them, which is lawful.
fn fragmented(random: &mut Random) -> Vec<u8> {
    let parts = 2 + random.below(6);
    let mut bytes = Vec::new();
    for part in 0..parts {
        let opcode = if part == 0 { TEXT } else { CONTINUATION };
        let last = if part + 1 == parts { FINAL } else { 0 };
        bytes.extend(encoded(last | opcode, b"part"));
        if random.chance(0.3) {
            bytes.extend(encoded(FINAL | PING, b"between"));
        }
    }
    bytes
}

fn closing(random: &mut Random) -> Vec<u8> {
    let code = random.pick(&[
        0_u16, 999, 1000, 1001, 1004, 1005, 1006, 1015, 1016, 2999, 3000, 4999, 5000, 65535,
    ]);
    match random.below(4) {
        0 => Vec::new(),
        1 => vec![3],
        2 => [&code.to_be_bytes()[..], b"a reason"].concat(),
        _ => [&code.to_be_bytes()[..], &[0xff, 0xfe]].concat(),
    }
}

/// A frame that promises more than it brings.
fn promised(random: &mut Random) -> Vec<u8> {
    let length = random.pick(&[1 << 15, 1 << 20, 1 << 40, 1 << 63, u64::MAX]);
    let mut bytes = vec![FINAL | TEXT, MASKED | 127];
    bytes.extend(length.to_be_bytes());
    bytes.extend([0; 4]);
    bytes
}

/// A frame of a size around the bound.
fn sized(random: &mut Random) -> Vec<u8> {
    let length = random.pick(&[
        MAX_FRAME_BYTES - 1,
        MAX_FRAME_BYTES,
        MAX_FRAME_BYTES + 1,
        65_535,
        65_536,
        131_073,
    ]);
    encoded(FINAL | TEXT, &vec![b'x'; length])
}
