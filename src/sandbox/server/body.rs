//! Response bodies: whole ones, and those that come slowly, break off or never end.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Bytes, Frame};
use tokio::time::Sleep;

/// Any body of ours.
pub(in crate::sandbox) type AnyBody = UnsyncBoxBody<Bytes, io::Error>;

/// A body that is there at once.
pub(super) fn whole(bytes: Vec<u8>) -> AnyBody {
    Full::new(Bytes::from(bytes)).map_err(|never: Infallible| match never {}).boxed_unsync()
}

/// What a paced body does next.
pub(super) enum Step {
    /// Sends these bytes.
    Send(Bytes),
    /// Waits.
    Wait(Duration),
    /// Breaks the connection off.
    Break,
    /// Ends as it should.
    End,
}

/// A body that takes its time.
pub(super) struct Paced {
    next: Box<dyn FnMut() -> Step + Send>,
    waiting: Option<Pin<Box<Sleep>>>,
}

/// A body that asks `next` what to do, step by step.
pub(super) fn paced(next: impl FnMut() -> Step + Send + 'static) -> AnyBody {
    Paced { next: Box::new(next), waiting: None }.boxed_unsync()
}

impl Body for Paced {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        loop {
            if let Some(waiting) = &mut self.waiting {
                if waiting.as_mut().poll(context).is_pending() {
                    return Poll::Pending;
                }
                self.waiting = None;
            }
            match (self.next)() {
                Step::Send(bytes) => return Poll::Ready(Some(Ok(Frame::data(bytes)))),
                Step::Wait(time) => self.waiting = Some(Box::pin(tokio::time::sleep(time))),
                Step::Break => return Poll::Ready(Some(Err(io::Error::other("broken off on purpose")))),
                Step::End => return Poll::Ready(None),
            }
        }
    }
}

/// One byte at a time.
pub(super) fn trickle(bytes: Vec<u8>, every: Duration) -> AnyBody {
    let mut left = bytes.into_iter();
    let mut rest = false;
    paced(move || {
        rest = !rest;
        if !rest {
            return Step::Wait(every);
        }
        left.next().map_or(Step::End, |byte| Step::Send(Bytes::from(vec![byte])))
    })
}

/// Half of the bytes, then the end of the connection. The wait lets the half reach the other side first.
pub(super) fn half(bytes: &[u8]) -> AnyBody {
    let mut steps = vec![
        Step::Break,
        Step::Wait(Duration::from_millis(50)),
        Step::Send(Bytes::copy_from_slice(bytes.get(..bytes.len() / 2).unwrap_or_default())),
    ];
    paced(move || steps.pop().unwrap_or(Step::Break))
}
