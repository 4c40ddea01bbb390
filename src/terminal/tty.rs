//! The terminal's two descriptors and what can be asked of them without asking the terminal itself.
//!
//! Never changes a mode: that is the guard's.

use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::getpgrp;
use rustix::termios::{Termios, isatty, tcgetpgrp, tcgetwinsize};

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
        Ok(Self { input: input.try_clone_to_owned()?, output: output.try_clone_to_owned()? })
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
        tcgetpgrp(&self.input).map_or(true, |foreground| foreground == getpgrp())
    }

    pub(super) fn input(&self) -> BorrowedFd<'_> {
        self.input.as_fd()
    }

    pub(super) fn attributes(&self) -> io::Result<Termios> {
        Ok(rustix::termios::tcgetattr(&self.input)?)
    }

    /// Writes everything. A descriptor that somebody made non-blocking is waited for.
    pub(super) fn write_all(&self, bytes: &[u8]) -> io::Result<()> {
        self.write_within(bytes, None)
    }

    /// Writes everything or gives up after `patience` without progress, so that a terminal that has stopped reading
    /// cannot hold the way out.
    pub(super) fn write_within(&self, mut bytes: &[u8], patience: Option<Duration>) -> io::Result<()> {
        while !bytes.is_empty() {
            if patience.is_some() && !self.has_room(patience)? {
                return Err(io::ErrorKind::TimedOut.into());
            }
            match rustix::io::write(&self.output, bytes) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => bytes = bytes.get(count..).unwrap_or_default(),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    self.has_room(patience)?;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn has_room(&self, patience: Option<Duration>) -> io::Result<bool> {
        let mut fds = [PollFd::new(&self.output, PollFlags::OUT)];
        match poll(&mut fds, patience.map(timespec).as_ref()) {
            Ok(ready) => Ok(ready > 0),
            Err(Errno::INTR) => Ok(true),
            Err(error) => Err(error.into()),
        }
    }
}

/// Whether an error of reading, drawing or sizing means that the terminal is gone for good (or was given back).
#[must_use]
pub fn is_gone(error: &io::Error) -> bool {
    let errno = error.raw_os_error();
    error.kind() == io::ErrorKind::NotConnected
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

impl Write for &Tty {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
