//! One connection's state: whether a request is under way, since when, and how it is to end.

use std::io;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use super::listener::Limits;
use crate::clock::Clock;

#[derive(Clone, Copy, Debug)]
enum Phase {
    /// Nothing asked since this moment, or the answer is still going out.
    Idle(Duration),
    /// A request's head is coming since this moment.
    Head(Duration),
    /// A request is with its handler, which has limits of its own.
    Busy,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Open,
    Reset,
}

/// The state that connection, stream and handler share.
#[derive(Debug)]
pub(in crate::sandbox) struct Line {
    state: Mutex<(Phase, End)>,
    changed: Notify,
    clock: Clock,
}

impl Line {
    pub(super) fn new() -> Self {
        // Sockets live in the machine's time whatever the platform's clock says.
        let clock = Clock::system();
        let since = clock.now().mono;
        Self { state: Mutex::new((Phase::Idle(since), End::Open)), changed: Notify::new(), clock }
    }

    fn now(&self) -> Duration {
        self.clock.now().mono
    }

    fn state<T>(&self, with: impl FnOnce(&mut (Phase, End)) -> T) -> T {
        with(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn busy(&self) {
        self.state(|state| state.0 = Phase::Busy);
    }

    pub(super) fn answered(&self) {
        let now = self.now();
        self.state(|state| state.0 = Phase::Idle(now));
        self.changed.notify_one();
    }

    /// The connection ends with a reset as soon as the handler waits.
    pub(super) fn reset(&self) {
        self.state(|state| state.1 = End::Reset);
        self.changed.notify_one();
    }

    fn is_reset(&self) -> bool {
        self.state(|state| state.1 == End::Reset)
    }

    fn moved(&self, read: bool) {
        let now = self.now();
        let begun = self.state(|state| match state.0 {
            Phase::Idle(_) if read => {
                state.0 = Phase::Head(now);
                true
            }
            Phase::Idle(_) => {
                state.0 = Phase::Idle(now);
                false
            }
            Phase::Head(_) | Phase::Busy => false,
        });
        if begun {
            self.changed.notify_one();
        }
    }

    /// Returns when the connection must end: reset, too slow, or idle for too long.
    pub(super) async fn over(&self, limits: &Limits) {
        loop {
            let (phase, end) = self.state(|state| *state);
            if end == End::Reset {
                return;
            }
            let until = match phase {
                Phase::Idle(since) => Some(since + limits.idle),
                Phase::Head(since) => Some(since + limits.head),
                Phase::Busy => None,
            };
            match until.map(|until| until.saturating_sub(self.now())) {
                None => self.changed.notified().await,
                Some(Duration::ZERO) => return,
                Some(left) => {
                    tokio::select! {
                        () = tokio::time::sleep(left) => {}
                        () = self.changed.notified() => {}
                    }
                }
            }
        }
    }
}

/// A stream that tells its line what moves, and ends as the line says.
pub(super) struct Watched {
    pub(super) stream: TcpStream,
    pub(super) line: std::sync::Arc<Line>,
}

impl Drop for Watched {
    fn drop(&mut self) {
        if self.line.is_reset() {
            // With nothing lingering the kernel answers with RST in the place of FIN. If it can't, the close is
            // abrupt all the same.
            let _ = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
        }
    }
}

impl AsyncRead for Watched {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, into);
        if polled.is_ready() && into.filled().len() > before {
            self.line.moved(true);
        }
        polled
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(context, bytes);
        if polled.is_ready() {
            self.line.moved(false);
        }
        polled
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
