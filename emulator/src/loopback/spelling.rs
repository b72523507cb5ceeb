//! How a client spelt the names of its headers. API Gateway passes them on as they came, and hyper knows them in lower case
//! alone; so the head of a connection's first request is noted down beside it. Handshakes come first on their connections.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Of a longer head the later names are not known (bytes); the values of API Gateway's headers take 10,240.
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// The names of a request's headers as they were sent, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Spelling(Vec<String>);

impl Spelling {
    /// The next spelling of a name, which is thereby used up.
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        let place = self.0.iter().position(|own| own.eq_ignore_ascii_case(name))?;
        Some(self.0.remove(place))
    }

    fn of_head(head: &[u8]) -> Self {
        let text = String::from_utf8_lossy(head);
        let lines = text.split("\r\n").skip(1).take_while(|line| !line.is_empty());
        Self(
            lines
                .filter_map(|line| line.split_once(':'))
                .map(|(name, _)| name.to_owned())
                .collect(),
        )
    }
}

/// What has been read of the first head; nothing any more when it was asked for.
#[derive(Debug, Clone)]
pub(super) struct Head(Arc<Mutex<Option<Vec<u8>>>>);

impl Head {
    /// The first request's spelling; absent for any further request.
    pub(super) fn take(&self) -> Option<Spelling> {
        let head = self.0.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        Some(Spelling::of_head(&head))
    }

    fn note(&self, bytes: &[u8]) {
        if let Some(head) = self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            let room = MAX_HEAD_BYTES - head.len();
            head.extend_from_slice(&bytes[..bytes.len().min(room)]);
        }
    }
}

/// A connection of which the first head is noted down.
#[derive(Debug)]
pub(super) struct Noted<S> {
    stream: S,
    head: Head,
}

impl<S> Noted<S> {
    pub(super) fn new(stream: S) -> (Self, Head) {
        let head = Head(Arc::new(Mutex::new(Some(Vec::new()))));
        let noted = Self {
            stream,
            head: head.clone(),
        };
        (noted, head)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Noted<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        if let Some(new) = buffer.filled().get(before..).filter(|new| !new.is_empty()) {
            self.head.note(new);
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Noted<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    #[tokio::test]
    async fn the_first_head_is_noted_however_it_comes_in_pieces() {
        let pieces = in_pieces(&[
            "GET / HT",
            "TP/1.1\r\nX-oWn: 1\r\nx-own",
            ": 2\r\nHOST: a:b\r\n\r\nx: y",
        ]);
        let (mut noted, head) = Noted::new(pieces);
        let mut all = String::new();
        assert!(noted.read_to_string(&mut all).await.is_ok());
        let mut spelling = head.take().unwrap_or_default();
        let taken = ["host", "x-own", "X-Own", "x-own", "x"].map(|name| spelling.take(name));
        let expected = [Some("HOST"), Some("X-oWn"), Some("x-own"), None, None];
        assert_eq!(taken, expected.map(|name| name.map(str::to_owned)));
        assert_eq!(head.take(), None, "it is of the first request");
    }

    fn in_pieces(pieces: &'static [&'static str]) -> impl AsyncRead + Unpin {
        pieces.iter().fold(
            Box::new(tokio::io::empty()) as Box<dyn AsyncRead + Unpin>,
            |before, piece| Box::new(before.chain(piece.as_bytes())),
        )
    }

    #[test]
    fn no_more_than_its_bound_is_noted() {
        let (_, head) = Noted::new(tokio::io::empty());
        for _ in 0..3 {
            head.note(&[b'x'; MAX_HEAD_BYTES / 2 + 1]);
        }
        let noted = head.0.lock().map(|head| head.as_ref().map(Vec::len));
        assert_eq!(noted.ok().flatten(), Some(MAX_HEAD_BYTES));
    }
}
