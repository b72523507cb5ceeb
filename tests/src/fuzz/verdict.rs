//! What a server may say, whatever it was told: one HTTP answer, then lawful frames (RFC 6455, section 5), the last a close.

use std::ops::Range;

/// Statuses that blame the server; bad input is the client's fault.
const BLAMES_ITSELF: Range<u16> = 500..600;
/// Close codes that a server sends by itself (RFC 6455, section 7.4.1).
const OWN_CODES: [u16; 7] = [1000, 1001, 1002, 1003, 1007, 1009, 1011];

/// How a lawful connection went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Said {
    /// Nothing: the connection was reset.
    Nothing,
    /// The handshake was refused with this status.
    Refused(u16),
    /// The socket was closed with this code.
    Closed(u16),
    /// The socket ended without a close frame, or with one that has no code.
    Ended,
}

/// Checks everything that a server sent on one connection.
///
/// # Errors
/// What is not lawful, in words.
pub(super) fn check(bytes: &[u8]) -> Result<Said, String> {
    if bytes.is_empty() {
        return Ok(Said::Nothing);
    }
    let head = bytes.windows(4).position(|window| window == b"\r\n\r\n");
    let Some(head) = head else {
        return Err(format!("no HTTP answer: {}", shown(bytes)));
    };
    let line = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let status = line.split(' ').nth(1).and_then(|status| status.parse::<u16>().ok());
    match status {
        Some(101) if line.starts_with("HTTP/1.1 ") => frames(&bytes[head + 4..]),
        Some(status) if BLAMES_ITSELF.contains(&status) => Err(format!("status {status} for bad input")),
        Some(status) => Ok(Said::Refused(status)),
        None => Err(format!("no status in {line:?}")),
    }
}

fn frames(mut bytes: &[u8]) -> Result<Said, String> {
    let mut said = Said::Ended;
    while !bytes.is_empty() {
        let Some((first, payload, rest)) = frame(bytes)? else {
            // The connection was reset in the middle of a frame.
            return Ok(said);
        };
        bytes = rest;
        match first {
            0x81 => drop(std::str::from_utf8(payload).map_err(|_| "a text that is not UTF-8".to_owned())?),
            0x88 if !bytes.is_empty() => return Err(format!("bytes after the close frame: {}", shown(bytes))),
            0x88 => said = closing(payload)?,
            0x89 | 0x8a if payload.len() <= 125 => {}
            other => return Err(format!("a frame that begins with {other:#04x}")),
        }
    }
    Ok(said)
}

type Frame<'a> = (u8, &'a [u8], &'a [u8]);

/// The first byte, the payload, and what follows; nothing if the frame is cut off.
fn frame(bytes: &[u8]) -> Result<Option<Frame<'_>>, String> {
    let &[first, second, ref rest @ ..] = bytes else {
        return Ok(None);
    };
    if second & 0x80 != 0 {
        return Err("a masked frame of a server".to_owned());
    }
    let extended = match second {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    if rest.len() < extended {
        return Ok(None);
    }
    let (length, rest) = rest.split_at(extended);
    let length = match extended {
        0 => usize::from(second),
        _ => length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)),
    };
    Ok((rest.len() >= length).then(|| (first, &rest[..length], &rest[length..])))
}

/// The server's own codes, and what it may repeat of a client's.
fn closing(payload: &[u8]) -> Result<Said, String> {
    let &[high, low, ref reason @ ..] = payload else {
        return if payload.is_empty() {
            Ok(Said::Ended)
        } else {
            Err("a close code of one byte".to_owned())
        };
    };
    let code = u16::from_be_bytes([high, low]);
    let repeated = (1000..=1014).contains(&code) && ![1004, 1005, 1006].contains(&code) || (3000..5000).contains(&code);
    if !OWN_CODES.contains(&code) && !repeated {
        return Err(format!("close code {code}"));
    }
    std::str::from_utf8(reason).map_err(|_| "a close reason that is not UTF-8".to_owned())?;
    Ok(Said::Closed(code))
}

fn shown(bytes: &[u8]) -> String {
    bytes[..bytes.len().min(64)].escape_ascii().to_string()
}

#[cfg(test)]
mod tests {
    use super::{Said, check};

    const ACCEPTED: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\n\r\n";

    #[test]
    fn accepts_what_is_lawful() {
        for answer in [
            &b""[..],
            b"\x81\x02hi",
            b"\x88\x00",
            b"\x88\x02\x03\xe8",
            b"\x81\x05cut",
            b"\x8a\x00\x88\x02\x03\xea",
        ] {
            assert!(check(&[ACCEPTED, answer].concat()).is_ok(), "{}", answer.escape_ascii());
        }
        assert_eq!(check(b""), Ok(Said::Nothing));
        assert_eq!(check(&[ACCEPTED, b"\x88\x02\x03\xe8"].concat()), Ok(Said::Closed(1000)));
        assert_eq!(check(b"HTTP/1.1 403 Forbidden\r\n\r\n{}"), Ok(Said::Refused(403)));
    }

    #[test]
    fn notices_what_is_not() {
        for answer in [
            &b"\x81\x82\0\0\0\0hi"[..],
            b"\x81\x02\xff\xff",
            b"\x01\x02hi",
            b"\xc1\x02hi",
            b"\x82\x02hi",
            b"\x88\x01\x03",
            b"\x88\x02\x03\xed",
            b"\x88\x02\x03\xe8\x81\x00",
        ] {
            assert!(
                check(&[ACCEPTED, answer].concat()).is_err(),
                "{}",
                answer.escape_ascii()
            );
        }
        assert!(check(b"HTTP/1.1 500 Internal Server Error\r\n\r\n").is_err());
        assert!(check(b"nonsense").is_err());
    }
}
