//! The terminal's two descriptors and what can be asked of them without asking the terminal itself.
//!
//! Never changes a mode: that is the guard's.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::termios::{Termios, isatty, tcgetpgrp, tcgetwinsize};

use super::job::is_in_group;
use crate::app::Size;

/// Why there is no terminal to draw on.
#[derive(Debug, thiserror::Error)]
pub enum NotTerminal {
    /// A standard stream is a file, a pipe or nothing.
    #[error("takeover needs a terminal, and its standard {0} is not one")]
    Stream(&'static str),
    /// The stream is a terminal that does not answer.
    #[error("the terminal cannot be used: {0}")]
    Broken(#[from] io::Error),
}

/// A terminal: where it is read and where it is written.
#[derive(Debug)]
pub struct Tty {
    input: OwnedFd,
    output: OwnedFd,
}

impl Tty {
    /// The terminal that the process was started on: standard input and output.
    ///
    /// # Errors
    /// [`NotTerminal::Stream`] if either is not a terminal.
    pub fn open() -> Result<Self, NotTerminal> {
        Self::of(io::stdin().as_fd(), io::stdout().as_fd())
    }

    /// A terminal by its descriptors, which are duplicated.
    ///
    /// # Errors
    /// As [`Tty::open`].
    pub fn of(input: BorrowedFd<'_>, output: BorrowedFd<'_>) -> Result<Self, NotTerminal> {
        for (fd, name) in [(input, "input"), (output, "output")] {
            if !isatty(fd) {
                return Err(NotTerminal::Stream(name));
            }
        }
        // Another user's terminal, as after `su`, cannot be opened again: using it can block.
        let own = |fd: BorrowedFd<'_>| reopen(fd).or_else(|_| fd.try_clone_to_owned());
        Ok(Self { input: own(input)?, output: own(output)? })
    }

    /// The size in cells, as the kernel knows it: 0 by 0 is possible and reported as it is.
    ///
    /// # Errors
    /// What the kernel says, such as EIO once the terminal is gone.
    pub fn size(&self) -> io::Result<Size> {
        let size = tcgetwinsize(&self.output)?;
        Ok(Size { columns: size.ws_col, rows: size.ws_row })
    }

    /// Whether the terminal listens to this process group. A terminal without job control listens to everybody.
    #[must_use]
    pub(super) fn is_foreground(&self) -> bool {
        tcgetpgrp(&self.input).map_or(true, |foreground| is_in_group(foreground.as_raw_pid()))
    }

    pub(super) fn input(&self) -> BorrowedFd<'_> {
        self.input.as_fd()
    }

    pub(super) fn attributes(&self) -> io::Result<Termios> {
        Ok(rustix::termios::tcgetattr(&self.input)?)
    }

    /// Writes everything, waiting for room as long as `is_worth_it` says so of the time without any.
    pub(super) fn write_all(&self, mut bytes: &[u8], is_worth_it: impl Fn(Duration) -> bool) -> io::Result<()> {
        const STEP: Duration = Duration::from_millis(50);
        let mut waited = Duration::ZERO;
        while !bytes.is_empty() {
            if !is_worth_it(waited) {
                return Err(io::ErrorKind::TimedOut.into());
            }
            match rustix::io::write(&self.output, bytes) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => {
                    bytes = bytes.get(count..).unwrap_or_default();
                    waited = Duration::ZERO;
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    let ready = poll(&mut [PollFd::new(&self.output, PollFlags::OUT)], Some(&timespec(STEP)));
                    if !matches!(ready, Ok(1..)) {
                        waited = waited.saturating_add(STEP);
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

/// The same terminal once more, so that reading and writing there never blocks. The descriptor that the process was given must stay
/// as it is: the shell has it too.
fn reopen(fd: BorrowedFd<'_>) -> io::Result<OwnedFd> {
    let name = rustix::termios::ttyname(fd, Vec::new())?;
    let flags = OFlags::RDWR | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    Ok(rustix::fs::open(name, flags, Mode::empty())?)
}

/// Whether an error of reading, drawing or sizing means that there is no terminal to draw on any more: it is gone, it was
/// given back, or it reads nothing while the process is to end.
#[must_use]
pub fn is_gone(error: &io::Error) -> bool {
    let errno = error.raw_os_error();
    matches!(error.kind(), io::ErrorKind::NotConnected | io::ErrorKind::TimedOut)
        || [Errno::IO, Errno::NXIO, Errno::PIPE, Errno::BADF, Errno::NODEV, Errno::NOTTY]
            .iter()
            .any(|gone| errno == Some(gone.raw_os_error()))
}

/// A duration as poll takes it.
pub(super) fn timespec(duration: Duration) -> Timespec {
    // A day stands for ever: every caller looks again when it ends.
    Timespec::try_from(duration).unwrap_or(Timespec { tv_sec: 86_400, tv_nsec: 0 })
}

/// Waits without a descriptor: only for the kernel or another thread to finish what it has begun.
pub(super) fn pause(duration: Duration) {
    // An early return (a signal) is as good as a late one: every caller looks again.
    let _ = poll(&mut [], Some(&timespec(duration)));
}
