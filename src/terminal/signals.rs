//! The process's signals as values.
//!
//! Never acts on one: the loop does.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use tokio::signal::unix::{Signal as Stream, SignalKind, signal};

/// A signal that the loop acts on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Signal {
    /// SIGTERM.
    Terminate,
    /// SIGHUP: the terminal or the session ends.
    HangUp,
    /// SIGINT: from outside, since Ctrl-C is a key.
    Interrupt,
    /// SIGWINCH: ask for the size again.
    Resize,
    /// SIGCONT: see [`super::Guard::reassert`].
    Continue,
    /// SIGTSTP: from outside, since Ctrl-Z is a key. See [`super::Guard::suspend`].
    Stop,
}

/// All of them, caught from the moment this is made. Needs a tokio runtime with the I/O driver.
#[derive(Debug)]
pub struct Signals {
    terminate: Stream,
    hang_up: Stream,
    interrupt: Stream,
    resize: Stream,
    continued: Stream,
    stop: Stream,
    ending: Arc<AtomicBool>,
}

impl Signals {
    /// Begins to catch.
    ///
    /// # Errors
    /// What the kernel says.
    pub fn new() -> io::Result<Self> {
        let ending = Arc::new(AtomicBool::new(false));
        for number in [SIGTERM, SIGHUP, SIGINT] {
            signal_hook::flag::register(number, Arc::clone(&ending))?;
        }
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            resize: signal(SignalKind::window_change())?,
            continued: signal(SignalKind::from_raw(signal_hook::consts::SIGCONT))?,
            stop: signal(SignalKind::from_raw(signal_hook::consts::SIGTSTP))?,
            ending,
        })
    }

    /// Set as soon as a signal that ends the process has come, also while the loop does not run (it is stopped).
    #[must_use]
    pub fn ending(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.ending)
    }

    /// The next signal; those that end the process first. Cancelling it loses nothing.
    pub async fn next(&mut self) -> Signal {
        tokio::select! {
            biased;
            Some(()) = self.terminate.recv() => Signal::Terminate,
            Some(()) = self.hang_up.recv() => Signal::HangUp,
            Some(()) = self.interrupt.recv() => Signal::Interrupt,
            Some(()) = self.stop.recv() => Signal::Stop,
            Some(()) = self.continued.recv() => Signal::Continue,
            Some(()) = self.resize.recv() => Signal::Resize,
            // The streams end only with the runtime.
            else => Signal::Terminate,
        }
    }
}
