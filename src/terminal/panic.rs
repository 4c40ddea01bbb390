//! What happens to the terminal when the program has a fault.
//!
//! Never prints what a panic says unless it is a literal of ours: a message made at run time may quote a visitor
//! (security, S30).

use std::io;
use std::panic::PanicHookInfo;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};

use super::guard::leave_current;
use super::tty::timespec;

/// Whether there was a fault: one often brings others, and a single sentence is printed.
static FAULTY: AtomicBool = AtomicBool::new(false);

/// Whether something has panicked since the hook was installed. True before the terminal is given back for it, so a
/// loop that finds its terminal gone can tell why.
#[must_use]
pub fn has_panicked() -> bool {
    FAULTY.load(Ordering::SeqCst)
}

/// From now on a panic in any thread or task first gives the terminal back, then prints one fixed sentence, then calls
/// `then` (which may tell the loop to end; drawing fails from here on, so the loop would notice by itself too).
pub fn install_panic_hook(then: impl Fn() + Send + Sync + 'static) {
    std::panic::set_hook(Box::new(move |info| {
        let is_first = !FAULTY.swap(true, Ordering::SeqCst);
        leave_current();
        if is_first {
            say(&sentence(info));
        }
        then();
    }));
}

/// Writes to the plain descriptor: there is no lock that the panicking thread may hold. One that takes nothing (a
/// terminal that has stopped reading) is let be, and nobody is left to hear of an error.
fn say(text: &str) {
    let stderr = io::stderr();
    let mut fds = [PollFd::new(&stderr, PollFlags::OUT)];
    if matches!(poll(&mut fds, Some(&timespec(Duration::from_millis(300)))), Ok(1..)) {
        let _ = rustix::io::write(&stderr, text.as_bytes());
    }
}

fn sentence(info: &PanicHookInfo<'_>) -> String {
    let place = info.location().map(|place| format!(" at {}:{}", place.file(), place.line())).unwrap_or_default();
    let literal = info.payload().downcast_ref::<&'static str>().map(|text| format!(" ({text})")).unwrap_or_default();
    format!("takeover {} ended by a fault of its own{place}{literal}.\n", env!("CARGO_PKG_VERSION"))
}
