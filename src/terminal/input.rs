//! The thread that reads the terminal.
//!
//! It sleeps in poll(2) until there are bytes, until the parser wants to decide something, or until it is told to end.
//! It never spins: a terminal that is gone is told once and ends it. While the terminal is given back (Ctrl-Z, another
//! program in front) it reads nothing.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::pipe::{PipeFlags, pipe_with};

use super::guard::{Guard, Inner};
use super::parser::Parser;
use super::tty::timespec;
use crate::app::Event;

/// The most bytes of one read.
const READ: usize = 64 * 1024;

/// How often to look whether the terminal is ours again. A stopped process does not look at all.
const AWAY: Duration = Duration::from_millis(100);

/// What the reader has to tell.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one at a time, and it is moved on at once")]
pub enum Heard {
    /// Keys, a paste, a change of focus.
    Event(Event),
    /// The terminal is gone. Nothing follows.
    Gone,
}

/// The reader. Dropping it ends the thread at its next wake-up, which is at once; [`Input::stop`] also waits for it.
#[derive(Debug)]
pub struct Input {
    wake: OwnedFd,
    asked: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Input {
    /// Begins to read the terminal that the guard has taken. `now` is any clock that does not go back; `tell` gets everything in order and says false to end.
    /// Counts as the moment of a query, since the terminal may still owe answers to others.
    ///
    /// # Errors
    /// No descriptor or no thread left.
    pub fn spawn(
        guard: &Guard,
        now: impl Fn() -> Duration + Send + 'static,
        tell: impl FnMut(Heard) -> bool + Send + 'static,
    ) -> io::Result<Self> {
        let (woken, wake) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
        let asked = Arc::new(AtomicBool::new(true));
        let reader =
            Reader { terminal: guard.inner(), woken, asked: Arc::clone(&asked), now, tell, parser: Parser::new() };
        let thread = std::thread::Builder::new().name("terminal-input".to_owned()).spawn(move || reader.run())?;
        Ok(Self { wake, asked, thread: Some(thread) })
    }

    /// The terminal was asked something, or others may have asked it (after Ctrl-Z): see [`Parser::query_sent`].
    pub fn query_sent(&self) {
        self.asked.store(true, Ordering::SeqCst);
        // A full pipe wakes as well.
        let _ = rustix::io::write(&self.wake, b"?");
    }

    /// Ends the thread and waits for it. Not to be called from `tell`, nor while `tell` waits for the caller.
    pub fn stop(mut self) {
        let thread = self.thread.take();
        drop(self);
        if let Some(thread) = thread {
            // A panic in there has been reported by the hook.
            let _ = thread.join();
        }
    }
}

struct Reader<N, T> {
    terminal: Arc<Inner>,
    /// Readable: look at `asked`. Hung up: the [`Input`] was dropped, end.
    woken: OwnedFd,
    asked: Arc<AtomicBool>,
    now: N,
    tell: T,
    parser: Parser,
}

impl<N: Fn() -> Duration, T: FnMut(Heard) -> bool> Reader<N, T> {
    fn run(mut self) {
        let mut bytes = vec![0_u8; READ];
        let mut events = Vec::new();
        loop {
            if self.asked.swap(false, Ordering::SeqCst) {
                self.parser.query_sent((self.now)());
            }
            match self.wait() {
                Ok(Woken::Bytes) => match rustix::io::read(self.terminal.tty().input(), &mut bytes) {
                    Ok(0) => break,
                    Ok(count) => {
                        self.parser.feed(bytes.get(..count).unwrap_or_default(), (self.now)(), &mut events);
                    }
                    Err(Errno::INTR | Errno::AGAIN) => {}
                    Err(_) => break,
                },
                Ok(Woken::Deadline(deadline)) => self.parser.timed_out((self.now)().max(deadline), &mut events),
                Ok(Woken::Asked) => {}
                Ok(Woken::Dropped) => return,
                Err(_) => break,
            }
            for event in events.drain(..) {
                if !(self.tell)(Heard::Event(event)) {
                    return;
                }
            }
        }
        (self.tell)(Heard::Gone);
    }

    fn wait(&self) -> io::Result<Woken> {
        let deadline = self.parser.deadline();
        let patience = deadline.map(|deadline| timespec(deadline.saturating_sub((self.now)())));
        if !self.terminal.may_read() {
            let mut fds = [PollFd::new(&self.woken, PollFlags::IN)];
            let _ = poll(&mut fds, Some(&timespec(AWAY)));
            let [woken] = fds.map(|fd| fd.revents());
            return Ok(self.woken_by(woken).unwrap_or(Woken::Asked));
        }
        let tty = self.terminal.tty().input();
        let mut fds = [PollFd::new(&tty, PollFlags::IN), PollFd::new(&self.woken, PollFlags::IN)];
        let ready = loop {
            match poll(&mut fds, patience.as_ref()) {
                Ok(ready) => break ready,
                // The wait begins anew: a signal may prolong it, which no one notices.
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        };
        let [tty, woken] = fds.map(|fd| fd.revents());
        if let Some(woken) = self.woken_by(woken) {
            return Ok(woken);
        }
        Ok(match deadline {
            // Whatever poll says of the terminal, reading tells what it means.
            _ if !tty.is_empty() && self.terminal.may_read() => Woken::Bytes,
            Some(deadline) if ready == 0 => Woken::Deadline(deadline),
            _ => Woken::Asked,
        })
    }
}

impl<N, T> Reader<N, T> {
    /// What the wake pipe says, if it says anything.
    fn woken_by(&self, flags: PollFlags) -> Option<Woken> {
        if flags.contains(PollFlags::IN) {
            let mut drained = [0_u8; 64];
            while rustix::io::read(&self.woken, &mut drained).is_ok_and(|count| count == drained.len()) {}
            return Some(Woken::Asked);
        }
        (!flags.is_empty()).then_some(Woken::Dropped)
    }
}

enum Woken {
    Bytes,
    Deadline(Duration),
    Asked,
    Dropped,
}
