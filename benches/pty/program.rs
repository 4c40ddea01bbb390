//! One program in one pty: started, written to, read with the moment of every piece, ended.

use std::fmt;
use std::io::{BufRead as _, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

use crate::screen::Screen;
use crate::{Failure, hold};

/// The stopwatch.
#[expect(clippy::disallowed_methods, reason = "a bench measures the machine's own time")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// A program in its terminal.
pub(crate) struct Program {
    pub(crate) screen: Screen,
    /// Bytes it has written.
    pub(crate) total: usize,
    /// When it was started.
    pub(crate) started: Instant,
    /// Its process.
    pub(crate) pid: u32,
    chunks: Receiver<(Instant, Vec<u8>)>,
    news: Receiver<News>,
    ended: Option<(Instant, String)>,
    before: Option<Modes>,
    writer: Box<dyn Write + Send>,
    master: Box<dyn MasterPty + Send>,
    holder: Box<dyn Child + Send + Sync>,
    line: UnixStream,
}

/// What the holder tells.
enum News {
    Starting(Instant),
    Started(u32),
    Ended(Instant, String),
}

type Modes = [u64; 4];

/// What came back within some time.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Answer {
    /// The first byte.
    pub(crate) first: Option<Duration>,
    /// The first visible change.
    pub(crate) change: Option<Duration>,
    /// The last visible change.
    pub(crate) paint: Option<Duration>,
    /// When the text that was waited for stood on the screen.
    pub(crate) seen: Option<Duration>,
    pub(crate) bytes: usize,
}

/// How a program left its terminal.
#[derive(Clone, Debug)]
pub(crate) struct Ending {
    /// Its exit code or signal; nothing if it had to be killed.
    pub(crate) status: Option<String>,
    pub(crate) took: Duration,
    pub(crate) left_on: Vec<String>,
}

impl Ending {
    /// Whether it ended by itself and the terminal is as it was.
    pub(crate) const fn restored(&self) -> bool {
        self.status.is_some() && self.left_on.is_empty()
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.status {
            None => write!(formatter, "did not end, killed")?,
            Some(status) => write!(formatter, "{} ms, {status}", self.took.as_millis())?,
        }
        if self.left_on.is_empty() { Ok(()) } else { write!(formatter, ", LEFT ON: {}", self.left_on.join(", ")) }
    }
}

impl Program {
    /// Starts it in a terminal of this size, with these variables besides the usual ones.
    pub(crate) fn start(
        command: &[String],
        environment: &[(String, String)],
        columns: u16,
        rows: u16,
    ) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let socket = folder.path().join("hold");
        let listener = UnixListener::bind(&socket)?;

        let pair = native_pty_system().openpty(PtySize {
            rows,
            cols: columns,
            pixel_width: columns * 10,
            pixel_height: rows * 20,
        })?;
        let before = modes(pair.master.as_ref());
        let mut builder = CommandBuilder::new(std::env::current_exe()?);
        builder.arg(hold::MODE);
        builder.arg(&socket);
        builder.args(command);
        builder.cwd(folder.path());
        for name in ["TMUX", "LINES", "COLUMNS", "NO_COLOR", "http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"] {
            builder.env_remove(name);
        }
        for (name, value) in [("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("LC_ALL", "C.UTF-8")] {
            builder.env(name, value);
        }
        for (name, value) in environment {
            builder.env(name, value);
        }
        let (sender, chunks) = channel();
        let reader = pair.master.try_clone_reader()?;
        thread::spawn(move || read(reader, &sender));
        let writer = pair.master.take_writer()?;
        let holder = pair.slave.spawn_command(builder)?;
        drop(pair.slave);

        let (line, _) = listener.accept()?;
        let (sender, news) = channel();
        let lines = line.try_clone()?;
        thread::spawn(move || listen(lines, &sender));
        let (mut started, mut pid) = (now(), None);
        while pid.is_none() {
            match news.recv_timeout(Duration::from_secs(10))? {
                News::Starting(at) => started = at,
                News::Started(own) => pid = Some(own),
                News::Ended(_, status) => return Err(format!("{}: {status}", command.join(" ")).into()),
            }
        }
        Ok(Self {
            screen: Screen::new(columns, rows),
            total: 0,
            started,
            pid: pid.unwrap_or_default(),
            chunks,
            news,
            ended: None,
            before,
            writer,
            master: pair.master,
            holder,
            line,
        })
    }

    /// Types.
    pub(crate) fn send(&mut self, keys: &str) -> Result<(), Failure> {
        self.writer.write_all(keys.as_bytes())?;
        self.writer.flush()?;
        Ok(())
    }

    /// Reads from `from` on until nothing has come for `quiet`; until then at most `timeout` for the first byte, or, if
    /// `text` is given, for that text on the screen.
    pub(crate) fn read(&mut self, from: Instant, timeout: Duration, quiet: Duration, text: Option<&str>) -> Answer {
        let mut answer = Answer::default();
        let mut last = None;
        let most = from + timeout + Duration::from_secs(5);
        loop {
            let waiting = text.is_some() && answer.seen.is_none();
            let limit = match last {
                Some(last) if !waiting => last + quiet,
                _ => from + timeout,
            };
            let limit = limit.min(most);
            match self.chunks.recv_timeout(limit.saturating_duration_since(now())) {
                Ok((at, bytes)) => {
                    let took = at.saturating_duration_since(from);
                    let changed = self.screen.show(&bytes);
                    let answers = self.screen.answers();
                    if !answers.is_empty()
                        && self.writer.write_all(&answers).and_then(|()| self.writer.flush()).is_err()
                    {
                        break;
                    }
                    self.total += bytes.len();
                    answer.bytes += bytes.len();
                    answer.first.get_or_insert(took);
                    if changed {
                        answer.change.get_or_insert(took);
                        answer.paint = Some(took);
                    }
                    if waiting && text.is_some_and(|text| self.screen.text().contains(text)) {
                        answer.seen = Some(took);
                    }
                    last = Some(at);
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
        answer
    }

    /// Whether it has ended by itself.
    pub(crate) fn has_ended(&mut self) -> bool {
        while let Ok(news) = self.news.try_recv() {
            if let News::Ended(at, status) = news {
                self.ended = Some((at, status));
            }
        }
        self.ended.is_some()
    }

    /// Ends it with a signal.
    pub(crate) fn terminate(self) -> Ending {
        let from = now();
        self.signal(Signal::TERM);
        self.ending(from)
    }

    /// Ends it with its own keys.
    pub(crate) fn quit(mut self, keys: &str) -> Ending {
        let from = now();
        // A program that is gone already can't be typed to; how it ended is told below.
        let _gone = self.send(keys);
        self.ending(from)
    }

    fn ending(mut self, from: Instant) -> Ending {
        let moment = Duration::from_millis(20);
        while !self.has_ended() && from.elapsed() < Duration::from_secs(5) {
            self.read(now(), moment, moment, None);
        }
        self.read(now(), Duration::from_millis(50), moment, None);
        let mut left_on = self.screen.left_on();
        if modes(self.master.as_ref()) != self.before {
            left_on.push("raw mode".to_owned());
        }
        match self.ended.clone() {
            Some((at, status)) => Ending { status: Some(status), took: at.saturating_duration_since(from), left_on },
            None => {
                self.signal(Signal::KILL);
                Ending { status: None, took: from.elapsed(), left_on }
            }
        }
    }

    fn signal(&self, signal: Signal) {
        if let Some(pid) = i32::try_from(self.pid).ok().and_then(Pid::from_raw) {
            // It may have ended in between; then there is nobody to tell.
            let _gone = kill_process(pid, signal);
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if !self.has_ended() {
            self.signal(Signal::KILL);
        }
        // The holder waits for this end of the line to close.
        let _closed = self.line.shutdown(std::net::Shutdown::Both);
        let _status = self.holder.wait();
    }
}

/// The terminal's own flags. On Linux the master's side answers for the slave's.
fn modes(master: &dyn MasterPty) -> Option<Modes> {
    let modes = master.get_termios()?;
    Some([
        modes.input_flags.bits().into(),
        modes.output_flags.bits().into(),
        modes.control_flags.bits().into(),
        modes.local_flags.bits().into(),
    ])
}

/// Stamps every piece with the moment it could be read.
fn read(mut from: Box<dyn Read + Send>, to: &Sender<(Instant, Vec<u8>)>) {
    let mut buffer = vec![0; 65_536];
    while let Ok(count) = from.read(&mut buffer) {
        let at = now();
        let piece = buffer.get(..count).unwrap_or_default().to_vec();
        if count == 0 || to.send((at, piece)).is_err() {
            return;
        }
    }
}

fn listen(line: UnixStream, to: &Sender<News>) {
    for text in BufReader::new(line).lines() {
        let at = now();
        let Ok(text) = text else { return };
        let news = match text.split_once(' ') {
            Some(("started", pid)) => News::Started(pid.parse().unwrap_or_default()),
            Some(("ended", how)) => News::Ended(at, format!("exit {how}").replace("exit signal", "signal")),
            _ => News::Starting(at),
        };
        if to.send(news).is_err() {
            return;
        }
    }
}
