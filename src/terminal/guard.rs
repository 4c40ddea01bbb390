//! The terminal's modes: taken together, given back in reverse order on every way out.
//!
//! Never asks the terminal anything, never prints a word of its own.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError, Weak};
use std::time::Duration;

use rustix::process::{Signal, kill_current_process_group};
use rustix::termios::{InputModes, OptionalActions, QueueSelector, SpecialCodeIndex, Termios, tcflush, tcsetattr};

use super::job::has_shell_above;
use super::screen::Surface;
use super::tty::{NotTerminal, Tty, pause};
use crate::app::Size;

/// Alternate screen; kitty keyboard flags 1 (no ambiguous keys) and 4 (alternate keys), pushed without asking;
/// bracketed paste; focus reports; then an empty screen in default colours.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[>5u\x1b[?2004h\x1b[?1004h\x1b[m\x1b[H\x1b[2J";

/// Takes back the flags that an earlier entry pushed, so that they are never pushed twice.
const POP_KEYBOARD: &[u8] = b"\x1b[<1u";

/// The reverse: a frame that was cut short ends, colours, wrapping and cursor are as everybody expects them.
const LEAVE: &[u8] = b"\x1b[?2026l\x1b[m\x1b[?7h\x1b[?1004l\x1b[?2004l\x1b[<1u\x1b[?25h\x1b[?1049l";

/// How long the way out waits for a terminal that does not read.
const PATIENCE: Duration = Duration::from_millis(300);

/// How long one thread waits for another that is just giving the terminal back.
const LEAVING: Duration = Duration::from_secs(1);

/// The guard that is in force, for the panic hook.
static CURRENT: Mutex<Weak<Inner>> = Mutex::new(Weak::new());

/// The terminal and whose it is.
#[derive(Debug)]
pub(super) struct Inner {
    tty: Arc<Tty>,
    /// What the terminal was before us.
    original: Termios,
    /// Whether the modes are ours now.
    taken: AtomicBool,
    /// Set once the process is to end.
    ending: Arc<AtomicBool>,
    /// Held while modes change.
    switching: Mutex<()>,
    /// Held while a frame is written, so that nothing is written into the middle of one.
    writing: Mutex<()>,
}

/// The terminal while it is ours. Gives it back when dropped.
#[derive(Debug)]
pub struct Guard {
    inner: Arc<Inner>,
}

impl Guard {
    /// Takes the terminal: raw without flow control, alternate screen, bracketed paste, focus and keyboard reports.
    /// Make [`super::Signals`] and the panic hook before; `ending` is [`super::Signals::ending`].
    ///
    /// # Errors
    /// [`NotTerminal::Broken`] if the terminal refuses; it is as before then.
    pub fn enter(tty: Arc<Tty>, ending: Arc<AtomicBool>) -> Result<Self, NotTerminal> {
        let original = tty.attributes()?;
        let inner = Arc::new(Inner {
            tty,
            original,
            ending,
            taken: AtomicBool::new(false),
            switching: Mutex::new(()),
            writing: Mutex::new(()),
        });
        *CURRENT.lock().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(&inner);
        let guard = Self { inner };
        guard.inner.take(false)?;
        Ok(guard)
    }

    /// Gives the terminal back. May be called any number of times, from any thread, with the terminal long gone.
    pub fn leave(&self) {
        self.inner.leave();
    }

    pub(super) fn inner(&self) -> Arc<Inner> {
        Arc::clone(&self.inner)
    }

    /// Where frames go while the terminal is ours. Afterwards writing there fails as on a lost terminal, see
    /// [`super::is_gone`].
    #[must_use]
    pub fn output(&self) -> Output {
        Output { inner: self.inner() }
    }

    /// Ctrl-Z: gives the terminal back, stops the job, and takes the terminal again when continued in the foreground.
    /// True if it is ours again: draw everything, at whatever size it has now. False if the process is to end:
    /// the terminal stays given back.
    ///
    /// Blocks until continued. Where nobody could continue the process (no shell above it) it does not stop.
    ///
    /// # Errors
    /// What the kernel says; the terminal may be gone.
    pub fn suspend(&self) -> io::Result<bool> {
        self.inner.leave();
        loop {
            let sure = stop()?;
            let is_foreground = self.inner.tty.is_foreground();
            // Looked at last: whoever ends a job and continues it finds it either stopped before both, or ending.
            if self.inner.ending.load(Ordering::SeqCst) {
                return Ok(false);
            }
            if is_foreground {
                break;
            }
            // Continued in the background: a program that needs the terminal stops again there.
            if !sure {
                return Err(io::ErrorKind::NotConnected.into());
            }
        }
        self.inner.take(false)?;
        Ok(true)
    }

    /// After SIGCONT: takes the terminal again if another process could have changed it while this one was stopped
    /// from outside. False if it is not ours to take (given back for good, or this is a background job).
    ///
    /// # Errors
    /// What the kernel says; the terminal may be gone.
    pub fn reassert(&self) -> io::Result<bool> {
        if !self.inner.taken.load(Ordering::SeqCst) || !self.inner.tty.is_foreground() {
            return Ok(false);
        }
        self.inner.take(true)?;
        Ok(true)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.inner.leave();
    }
}

impl Inner {
    fn take(&self, again: bool) -> io::Result<()> {
        let _switching = self.switching.lock().unwrap_or_else(PoisonError::into_inner);
        if again && !self.taken.load(Ordering::SeqCst) {
            return Err(io::ErrorKind::NotConnected.into());
        }
        tcsetattr(self.tty.input(), OptionalActions::Now, &raw(&self.original))?;
        let sequences = if again { [POP_KEYBOARD, ENTER].concat() } else { ENTER.to_vec() };
        // Before the bytes: a panic between the two must find something to give back.
        self.taken.store(true, Ordering::SeqCst);
        let written = self.write(&sequences);
        if written.is_err() {
            self.give_back();
        }
        written
    }

    /// Writes for as long as it takes; but once the process is to end, a terminal that reads nothing cannot hold it.
    fn write(&self, bytes: &[u8]) -> io::Result<()> {
        self.tty.write_all(bytes, |waited| waited < PATIENCE || !self.ending.load(Ordering::SeqCst))
    }

    fn leave(&self) {
        let Some(_switching) = lock_within(&self.switching, LEAVING) else { return };
        if self.taken.load(Ordering::SeqCst) {
            self.give_back();
        }
    }

    pub(super) fn tty(&self) -> &Tty {
        &self.tty
    }

    /// Whether what is typed is meant for this program: not while the terminal is given back, not in the background,
    /// where reading would stop the process.
    pub(super) fn may_read(&self) -> bool {
        self.taken.load(Ordering::SeqCst) && self.tty.is_foreground()
    }

    /// Every step is tried, whatever becomes of the others: there is nobody left to tell.
    fn give_back(&self) {
        // From here on no frame begins; one that is being written gets a moment to end.
        self.taken.store(false, Ordering::SeqCst);
        let _writing = lock_within(&self.writing, PATIENCE);
        let _ = self.tty.write_all(LEAVE, |waited| waited < PATIENCE);
        // In the background the shell has its own modes on, and setting ours would stop this process.
        if self.tty.is_foreground() {
            // Unread keys and pastes are encoded for our modes; an unread paste must not run in the shell.
            let _ = tcflush(self.tty.input(), QueueSelector::IFlush);
            let _ = tcsetattr(self.tty.input(), OptionalActions::Now, &self.original);
        }
    }
}

/// Gives back whatever terminal is taken, from anywhere.
pub(super) fn leave_current() {
    let current = match CURRENT.try_lock() {
        Ok(current) => current.upgrade(),
        Err(TryLockError::Poisoned(current)) => current.into_inner().upgrade(),
        Err(TryLockError::WouldBlock) => None,
    };
    if let Some(inner) = current {
        inner.leave();
    }
}

/// Raw, without flow control in either direction: Ctrl-S and Ctrl-Q are keys.
fn raw(original: &Termios) -> Termios {
    let mut raw = original.clone();
    raw.make_raw();
    raw.input_modes.remove(InputModes::IXON | InputModes::IXOFF | InputModes::IXANY);
    raw.special_codes[SpecialCodeIndex::VMIN] = 1;
    raw.special_codes[SpecialCodeIndex::VTIME] = 0;
    raw
}

/// Stops this job and returns when it is continued. True if it is sure to have stopped.
fn stop() -> io::Result<bool> {
    // A shell with job control sees the stop and can undo it, so SIGSTOP is safe. SIGTSTP would be caught by our own
    // handler. Without such a shell the group may be orphaned, where SIGSTOP would be for ever; the kernel then ignores
    // SIGTTIN, which stops everybody else.
    let sure = has_shell_above();
    kill_current_process_group(if sure { Signal::STOP } else { Signal::TTIN })?;
    // The signal may be given to another thread first; this one stops at the latest here.
    pause(Duration::from_millis(20));
    Ok(sure)
}

fn lock_within(mutex: &Mutex<()>, patience: Duration) -> Option<MutexGuard<'_, ()>> {
    const STEP: Duration = Duration::from_millis(5);
    let mut waited = Duration::ZERO;
    loop {
        match mutex.try_lock() {
            Ok(guard) => return Some(guard),
            Err(TryLockError::Poisoned(guard)) => return Some(guard.into_inner()),
            Err(TryLockError::WouldBlock) if waited >= patience => return None,
            Err(TryLockError::WouldBlock) => {
                pause(STEP);
                waited = waited.saturating_add(STEP);
            }
        }
    }
}

/// The way from frames to the terminal; open only while the terminal is ours.
#[derive(Clone, Debug)]
pub struct Output {
    inner: Arc<Inner>,
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _writing = self.inner.writing.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.inner.taken.load(Ordering::SeqCst) {
            return Err(io::ErrorKind::NotConnected.into());
        }
        self.inner.write(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Surface for Output {
    fn size(&self) -> io::Result<Size> {
        self.inner.tty.size()
    }
}
