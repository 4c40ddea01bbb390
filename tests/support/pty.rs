//! A program in a real pty: what it writes, what is on its screen, what it leaves behind.
//!
//! Everything waits for a condition until [`DEADLINE`] and then fails with the screen.

// Each test program uses its own part of this.
#![allow(dead_code, unreachable_pub, reason = "shared by several test programs, each of which uses a part")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test's way to fail")]

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use filedescriptor::FileDescriptor;
use portable_pty::{CommandBuilder, ExitStatus, PtySize, native_pty_system};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, Signal, kill_process};
use rustix::termios::{InputModes, LocalModes, Termios, Winsize, tcgetattr, tcgetpgrp, tcsetwinsize};

/// How long anything may take on a busy machine before it counts as never.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// Opening a pty and starting a program in it is not safe against another start at the same time (inherited
/// descriptors would keep a pty open that a test closes).
static STARTING: Mutex<()> = Mutex::new(());

struct State {
    screen: vt100::Parser,
    raw: Vec<u8>,
    /// How much of that is on the screen.
    shown: usize,
    /// The program's side is closed.
    closed: bool,
    exit: Option<ExitStatus>,
}

impl State {
    /// Shows what was written, but a synchronized frame (mode 2026) only as a whole, as terminals do.
    fn show(&mut self, all: bool) {
        let fresh = &self.raw[self.shown..];
        let begun = last_of(fresh, b"\x1b[?2026h");
        let open = begun.filter(|begun| !all && last_of(fresh, b"\x1b[?2026l").is_none_or(|ended| ended < *begun));
        let count = open.unwrap_or(fresh.len());
        self.screen.process(&fresh[..count]);
        self.shown += count;
    }
}

fn last_of(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).rposition(|window| window == wanted)
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }
}

/// A program in a pty. It is ended when dropped.
pub struct Pty {
    master: Option<FileDescriptor>,
    pid: Pid,
    before: Termios,
    shared: Arc<Shared>,
    wake: Option<OwnedFd>,
    reader: Option<JoinHandle<()>>,
}

impl Pty {
    /// Starts a program on a screen of `columns` by `rows`, as an xterm without colour wishes.
    pub fn spawn(program: impl AsRef<OsStr>, arguments: &[&str], (columns, rows): (u16, u16)) -> Self {
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env("TERM", "xterm-256color");
        for name in ["NO_COLOR", "COLORTERM", "ENV"] {
            command.env_remove(name);
        }
        Self::start(command, (columns, rows))
    }

    /// Starts any command.
    pub fn start(mut command: CommandBuilder, (columns, rows): (u16, u16)) -> Self {
        if command.get_cwd().is_none() {
            command.cwd(std::env::current_dir().unwrap());
        }
        let starting = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
        let pair = native_pty_system()
            .openpty(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 })
            .expect("a pty");
        let master = FileDescriptor::dup(&pair.master.as_raw_fd().expect("a descriptor")).unwrap();
        let before = tcgetattr(&master).unwrap();
        let mut child = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair);
        drop(starting);

        let pid = Pid::from_raw(i32::try_from(child.process_id().unwrap()).unwrap()).unwrap();
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                screen: vt100::Parser::new(rows, columns, 0),
                raw: Vec::new(),
                shown: 0,
                closed: false,
                exit: None,
            }),
            changed: Condvar::new(),
        });
        let (woken, wake) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC).unwrap();
        let reader = {
            let (master, shared) = (FileDescriptor::dup(&master).unwrap(), Arc::clone(&shared));
            std::thread::spawn(move || read(&master, &woken, &shared))
        };
        let waiter = Arc::clone(&shared);
        std::thread::spawn(move || {
            let exit = child.wait().unwrap();
            waiter.change(|state| state.exit = Some(exit));
        });
        Self { master: Some(master), pid, before, shared, wake: Some(wake), reader: Some(reader) }
    }

    /// The process that was started.
    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// Types bytes, in one write.
    pub fn send(&self, bytes: impl AsRef<[u8]>) {
        let mut bytes = bytes.as_ref();
        while !bytes.is_empty() {
            let count = rustix::io::write(self.master(), bytes).expect("the pty takes bytes");
            bytes = &bytes[count..];
        }
    }

    /// Types bytes again and again until the screen is as wanted: for what hears no keys in its first moments.
    pub fn type_until(&self, bytes: &str, what: &str, is_so: impl Fn(&vt100::Screen) -> bool) {
        const STEP: Duration = Duration::from_millis(50);
        let mut waited = Duration::ZERO;
        let mut state = self.shared.lock();
        while !is_so(state.screen.screen()) {
            let (exit, screen) = (&state.exit, state.screen.screen().contents());
            assert!(
                waited < DEADLINE && !state.closed,
                "waited in vain for {what}; exit: {exit:?}; the screen:\n{screen}"
            );
            drop(state);
            if self.is_running() {
                self.send(bytes);
            }
            state = self.shared.lock();
            let wait = |state: &mut State| !state.closed && !is_so(state.screen.screen());
            state = self.shared.changed.wait_timeout_while(state, STEP, wait).unwrap_or_else(PoisonError::into_inner).0;
            waited += STEP;
        }
    }

    /// Lets time pass in which the program, by its own rules, does not listen. Nothing on the screen tells when it is
    /// over.
    pub fn let_pass(&self, time: Duration) {
        let state = self.shared.lock();
        let ended = |state: &mut State| !state.closed;
        drop(self.shared.changed.wait_timeout_while(state, time, ended).unwrap_or_else(PoisonError::into_inner));
    }

    /// Gives the screen another size, as a window does.
    pub fn resize(&self, columns: u16, rows: u16) {
        // The model of a screen wants room for a wide character, and a row to scroll away: what no longer fits into a
        // line is always wrapped there.
        self.shared.change(|state| state.screen.screen_mut().set_size(rows.max(2), columns.max(2)));
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(self.master(), size).unwrap();
    }

    /// Sends a signal to the process that was started.
    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid, signal).unwrap();
    }

    /// From now on nobody reads what the program writes: its writes will block once the pty is full. Waits until it has
    /// written something after that.
    pub fn read_no_more(&mut self, send: impl AsRef<[u8]>) {
        self.stop_reading();
        self.send(send);
        let deadline = rustix::event::Timespec { tv_sec: 20, tv_nsec: 0 };
        let ready = poll(&mut [PollFd::new(self.master(), PollFlags::IN)], Some(&deadline)).unwrap();
        assert_eq!(ready, 1, "the program writes");
    }

    /// Closes the pty on our side: for the program the terminal is gone.
    pub fn hang_up(&mut self) {
        self.stop_reading();
        self.master = None;
    }

    /// Waits until the screen is as wanted.
    pub fn wait_for(&self, what: &str, is_so: impl Fn(&vt100::Screen) -> bool) {
        self.wait_until(what, |state| is_so(state.screen.screen()));
    }

    /// Waits for something that takes longer by its nature than [`DEADLINE`] allows.
    pub fn wait_within(&self, deadline: Duration, what: &str, is_so: impl Fn(&vt100::Screen) -> bool) {
        self.wait_until_within(deadline, what, |state| is_so(state.screen.screen()));
    }

    /// Waits until a text is on the screen.
    pub fn wait_for_text(&self, text: &str) {
        self.wait_for(&format!("{text:?} on the screen"), |screen| screen.contents().contains(text));
    }

    /// Waits until bytes have been written, wherever the screen has taken them.
    pub fn wait_for_bytes(&self, bytes: &[u8], times: usize) {
        let what = format!("{} written {times} times", bytes.escape_ascii());
        self.wait_until(&what, |state| count(&state.raw, bytes) >= times);
    }

    /// Waits until the terminal's line settings are as wanted.
    pub fn wait_for_attributes(&self, what: &str, is_so: impl Fn(&Termios) -> bool) {
        // Nobody tells when they change, so this looks again and again.
        const STEP: Duration = Duration::from_millis(10);
        let mut waited = Duration::ZERO;
        let mut state = self.shared.lock();
        while !is_so(&self.attributes()) {
            assert!(waited < DEADLINE, "waited in vain for {what}; the screen:\n{}", state.screen.screen().contents());
            state = self.shared.changed.wait_timeout(state, STEP).unwrap_or_else(PoisonError::into_inner).0;
            waited += STEP;
        }
    }

    /// Waits until a process (a child of the one that was started) is gone.
    pub fn wait_gone(&self, pid: Pid) {
        self.wait_for_attributes("a process to be gone", |_| is_gone(pid));
    }

    /// Waits until a process has stopped, as the kernel's list of processes tells it.
    pub fn wait_stopped(&self, pid: Pid) {
        let stat = format!("/proc/{}/stat", pid.as_raw_nonzero());
        // The state is the word behind the name, which stands in brackets.
        let state = || std::fs::read_to_string(&stat).ok()?.rsplit(')').next()?.trim_start().chars().next();
        self.wait_for_attributes("a process to be stopped", |_| state() == Some('T'));
    }

    /// Waits for the process's end.
    pub fn wait_exit(&self, deadline: Duration) -> ExitStatus {
        let state = self.shared.lock();
        let (state, _) = self
            .shared
            .changed
            .wait_timeout_while(state, deadline, |state| state.exit.is_none())
            .unwrap_or_else(PoisonError::into_inner);
        let contents = state.screen.screen().contents();
        state.exit.clone().unwrap_or_else(|| panic!("still running after {deadline:?}; the screen:\n{contents}"))
    }

    /// Waits for the end, and for everything that was written before it.
    pub fn wait_end(&self) -> ExitStatus {
        let exit = self.wait_exit(DEADLINE);
        self.wait_until("the end of the output", |state| state.closed);
        exit
    }

    /// Whether the process still runs.
    pub fn is_running(&self) -> bool {
        self.shared.lock().exit.is_none()
    }

    /// The text on the screen.
    pub fn screen_text(&self) -> String {
        self.shared.lock().screen.screen().contents()
    }

    /// The screen as it is now.
    pub fn screen(&self) -> vt100::Screen {
        self.shared.lock().screen.screen().clone()
    }

    /// A row of the screen, from 0.
    pub fn row(&self, row: u16) -> String {
        let state = self.shared.lock();
        let (_, columns) = state.screen.screen().size();
        state.screen.screen().rows(0, columns).nth(usize::from(row)).unwrap_or_default()
    }

    /// Every byte that was written so far.
    pub fn raw(&self) -> Vec<u8> {
        self.shared.lock().raw.clone()
    }

    /// The terminal's line settings now.
    pub fn attributes(&self) -> Termios {
        tcgetattr(self.master()).unwrap()
    }

    /// The process group that the terminal listens to.
    pub fn foreground(&self) -> Pid {
        tcgetpgrp(self.master()).unwrap()
    }

    /// The terminal's line settings before the program was started.
    pub const fn before(&self) -> &Termios {
        &self.before
    }

    /// Asserts that modes and line settings are as they were before the program.
    pub fn assert_restored(&self) {
        assert_restored(&self.raw());
        let after = self.attributes();
        assert_eq!(after.input_modes, self.before.input_modes);
        assert_eq!(after.output_modes, self.before.output_modes);
        assert_eq!(after.local_modes, self.before.local_modes);
        assert_eq!(after.control_modes, self.before.control_modes);
    }

    fn master(&self) -> &FileDescriptor {
        self.master.as_ref().expect("the pty was not hung up")
    }

    fn wait_until(&self, what: &str, is_so: impl Fn(&State) -> bool) {
        self.wait_until_within(DEADLINE, what, is_so);
    }

    fn wait_until_within(&self, deadline: Duration, what: &str, is_so: impl Fn(&State) -> bool) {
        let state = self.shared.lock();
        let (state, waited) = self
            .shared
            .changed
            .wait_timeout_while(state, deadline, |state| !is_so(state))
            .unwrap_or_else(PoisonError::into_inner);
        assert!(
            !waited.timed_out(),
            "waited in vain for {what}; exit: {:?}; the screen:\n{}",
            state.exit,
            state.screen.screen().contents()
        );
    }

    fn stop_reading(&mut self) {
        self.wake = None;
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        {
            let state = self.shared.lock();
            if state.exit.is_none() {
                let _ = kill_process(self.pid, Signal::KILL);
            }
        }
        self.stop_reading();
    }
}

/// Takes what the program writes until it closes its side or the wake pipe is closed.
fn read(master: &FileDescriptor, woken: &OwnedFd, shared: &Shared) {
    let mut bytes = vec![0_u8; 64 * 1024];
    loop {
        let mut fds = [PollFd::new(master, PollFlags::IN), PollFd::new(woken, PollFlags::IN)];
        if poll(&mut fds, None).is_err() {
            continue;
        }
        let [ready, stopped] = fds.map(|fd| !fd.revents().is_empty());
        if stopped {
            return;
        }
        if !ready {
            continue;
        }
        match rustix::io::read(master, &mut bytes) {
            Err(rustix::io::Errno::INTR) => {}
            Ok(0) | Err(_) => break,
            Ok(count) => shared.change(|state| {
                state.raw.extend_from_slice(&bytes[..count]);
                state.show(false);
            }),
        }
    }
    shared.change(|state| {
        state.show(true);
        state.closed = true;
    });
}

/// Whether a process has ended, be it that its parent has not looked yet.
fn is_gone(pid: Pid) -> bool {
    rustix::process::test_kill_process(pid).is_err()
        || std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_pid()))
            .is_ok_and(|stat| stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('Z')))
}

/// Whether the line settings are those of a program that gets every key, Ctrl-S and Ctrl-Q included.
pub fn is_raw_without_flow_control(attributes: &Termios) -> bool {
    !attributes.local_modes.intersects(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG | LocalModes::IEXTEN)
        && !attributes.input_modes.intersects(InputModes::IXON | InputModes::IXOFF | InputModes::ICRNL)
}

/// Whether the line settings are those of a shell's user: lines, echo, Ctrl-C.
pub fn is_cooked(attributes: &Termios) -> bool {
    attributes.local_modes.contains(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG)
}

fn count(bytes: &[u8], wanted: &[u8]) -> usize {
    bytes.windows(wanted.len()).filter(|window| *window == wanted).count()
}

/// A piece of what a program wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A character, control characters included.
    Char(char),
    /// `ESC [ body last`.
    Csi { body: String, last: char },
    /// Any other escape sequence, by its first bytes.
    Other(String),
}

/// Takes written bytes apart. Invalid UTF-8 becomes replacement characters.
pub fn pieces(raw: &[u8]) -> Vec<Piece> {
    let text = String::from_utf8_lossy(raw);
    let mut chars = text.chars().peekable();
    let mut pieces = Vec::new();
    while let Some(char) = chars.next() {
        if char != '\x1b' {
            pieces.push(Piece::Char(char));
            continue;
        }
        if chars.next_if_eq(&'[').is_none() {
            pieces.push(Piece::Other(format!("ESC {:?}", chars.next())));
            continue;
        }
        let mut body = String::new();
        while let Some(char) = chars.next_if(|char| (' '..='?').contains(char)) {
            body.push(char);
        }
        match chars.next() {
            Some(last @ '@'..='~') => pieces.push(Piece::Csi { body, last }),
            other => pieces.push(Piece::Other(format!("ESC [ {body} {other:?}"))),
        }
    }
    pieces
}

/// Asserts that every mode that was set has been given back, as the last word on each of them says.
pub fn assert_restored(raw: &[u8]) {
    let mut modes = BTreeMap::new();
    let mut keyboards = 0_i32;
    let mut shape = "0".to_owned();
    for piece in pieces(raw) {
        let Piece::Csi { body, last } = piece else { continue };
        match last {
            'h' | 'l' => {
                for mode in body.strip_prefix('?').unwrap_or_default().split(';') {
                    modes.insert(mode.to_owned(), last == 'h');
                }
            }
            'u' if body.starts_with('>') => keyboards += 1,
            'u' if body.starts_with('<') => {
                let count = body.trim_start_matches('<').parse().unwrap_or(1);
                keyboards = (keyboards - count).max(0);
            }
            'q' if body.ends_with(' ') => shape = body.trim().to_owned(),
            _ => {}
        }
    }
    for mode in
        ["9", "47", "1000", "1001", "1002", "1003", "1004", "1005", "1006", "1015", "1047", "1049", "2004", "2026"]
    {
        assert_ne!(modes.get(mode), Some(&true), "mode {mode} was left on");
    }
    for mode in ["7", "25"] {
        assert_ne!(modes.get(mode), Some(&false), "mode {mode} was left off");
    }
    assert_eq!(keyboards, 0, "keyboard flags were left pushed");
    assert!(matches!(shape.as_str(), "0" | ""), "the cursor's shape was left changed");
}

/// Asserts that nothing but our own kinds of sequences was written: no answer is asked for, no title, no clipboard, no
/// link, no control character of somebody else.
pub fn assert_clean(raw: &[u8]) {
    for piece in pieces(raw) {
        let is_ours = match &piece {
            Piece::Char(char) => !char.is_control() || matches!(char, '\r' | '\n' | '\x07'),
            Piece::Csi { body, last: 'H' | 'A'..='D' | 'm' } => {
                body.chars().all(|char| char.is_ascii_digit() || char == ';')
            }
            Piece::Csi { body, last: 'J' | 'K' } => matches!(body.as_str(), "" | "0" | "2"),
            Piece::Csi { body, last: 'h' | 'l' } => {
                matches!(body.as_str(), "?7" | "?25" | "?1004" | "?1049" | "?2004" | "?2026")
            }
            Piece::Csi { body, last: 'u' } => matches!(body.as_str(), ">5" | "<1"),
            Piece::Csi { .. } | Piece::Other(_) => false,
        };
        assert!(is_ours, "not ours: {piece:?}");
    }
}
