//! WebSocket frames as bytes (RFC 6455, section 5.2), so that a case can send what no well-behaved library sends, and can
//! see which frames came and not only which messages.

use tokio::io::{AsyncRead, AsyncReadExt};

/// What a server may send at once; more is an answer that nobody asked for.
const MAX_PAYLOAD_BYTES: u64 = 1024 * 1024;

pub(super) const CONTINUATION: u8 = 0x0;
pub(super) const TEXT: u8 = 0x1;
pub(super) const CLOSE: u8 = 0x8;

/// One frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) fin: bool,
    /// The three reserved bits.
    pub(super) reserved: u8,
    pub(super) opcode: u8,
    /// A client's frames have to be.
    pub(super) masked: bool,
    pub(super) payload: Vec<u8>,
}

impl Frame {
    /// A client's whole frame.
    pub(super) fn of(opcode: u8, payload: impl Into<Vec<u8>>) -> Self {
        Self {
            fin: true,
            reserved: 0,
            opcode,
            masked: true,
            payload: payload.into(),
        }
    }

    /// A close frame; without a code its payload is empty.
    pub(super) fn close(code: Option<u16>, reason: &str) -> Self {
        let mut payload = code.map(u16::to_be_bytes).map(Vec::from).unwrap_or_default();
        payload.extend(reason.as_bytes());
        Self::of(CLOSE, payload)
    }

    /// The code and the reason of a close frame; 1005 if it has none.
    pub(super) fn ending(&self) -> (u16, String) {
        match self.payload.as_slice() {
            [high, low, reason @ ..] => (
                u16::from_be_bytes([*high, *low]),
                String::from_utf8_lossy(reason).into_owned(),
            ),
            _ => (1005, String::new()),
        }
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let length = self.payload.len();
        let mask_bit = if self.masked { 0x80 } else { 0 };
        let mut bytes = vec![u8::from(self.fin) << 7 | (self.reserved & 7) << 4 | self.opcode & 0xf];
        match (u8::try_from(length), u16::try_from(length)) {
            (Ok(short @ ..126), _) => bytes.push(mask_bit | short),
            (_, Ok(medium)) => {
                bytes.push(mask_bit | 126);
                bytes.extend(medium.to_be_bytes());
            }
            _ => {
                bytes.push(mask_bit | 127);
                bytes.extend((length as u64).to_be_bytes());
            }
        }
        if self.masked {
            let mask: [u8; 4] = rand::random();
            bytes.extend(mask);
            bytes.extend(
                self.payload
                    .iter()
                    .zip(mask.iter().cycle())
                    .map(|(byte, mask)| byte ^ mask),
            );
        } else {
            bytes.extend(&self.payload);
        }
        bytes
    }
}

/// The next frame; none if the connection ended.
pub(super) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<Frame> {
    let [first, second] = [stream.read_u8().await.ok()?, stream.read_u8().await.ok()?];
    let length = match second & 0x7f {
        126 => u64::from(stream.read_u16().await.ok()?),
        127 => stream.read_u64().await.ok()?,
        short => u64::from(short),
    };
    if length > MAX_PAYLOAD_BYTES {
        return None;
    }
    let mut payload = vec![0; usize::try_from(length).ok()?];
    stream.read_exact(&mut payload).await.ok()?;
    Some(Frame {
        fin: first & 0x80 != 0,
        reserved: first >> 4 & 7,
        opcode: first & 0xf,
        masked: second & 0x80 != 0,
        payload,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_written_is_read() {
        for length in [0, 1, 125, 126, 65_535, 65_536] {
            let mut frame = Frame::of(TEXT, vec![b'x'; length]);
            frame.masked = false;
            assert_eq!(read(&mut frame.bytes().as_slice()).await, Some(frame), "{length}");
        }
        assert_eq!(read(&mut &b"\x81\x05ab"[..]).await, None, "cut off");
    }

    #[test]
    fn a_close_frame_tells_its_code() {
        assert_eq!(Frame::close(Some(4000), "bye").ending(), (4000, "bye".to_owned()));
        assert_eq!(Frame::close(None, "").ending().0, 1005);
    }
}
