//! The one place where a child process starts (security, S27).
//!
//! Owns how one runs: an argument vector, or a shell line that the person wrote; text from outside goes by standard
//! input alone. Its environment holds no key and no token of ours, its streams are pipes or nothing, its process group
//! is its own and is ended with it. Never decides what runs, never shows what it wrote.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::pipe;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::timeout;

/// The most children at once.
pub const AT_ONCE: usize = 4;
/// The most that wait for their turn.
pub const QUEUE: usize = 16;
/// The most bytes of standard output that are taken.
pub const MOST_OUTPUT: usize = 1 << 20;
/// The most bytes of standard error that are taken.
const MOST_ERRORS: usize = 64 << 10;
/// How long a group may take to end when asked, before it is made to.
const ENDING: Duration = Duration::from_millis(500);
/// How long what is still in the pipes is waited for, once the child itself has ended.
const SETTLING: Duration = Duration::from_millis(500);
/// Our own variables begin so: none of them is a child's business, and one is the key.
const OURS: &[u8] = b"TAKEOVER_";

/// What runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Program {
    /// A program and its arguments. A name without a slash is looked for in `PATH`, in absolute folders alone.
    Vector(OsString, Vec<OsString>),
    /// A line that the person wrote, for `/bin/sh`.
    Line(String),
}

/// How a child ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// By itself, with this code.
    Code(i32),
    /// By this signal.
    Signal(i32),
    /// Its time was over: its group was ended.
    TimeOver,
}

/// What a child left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// What it wrote to standard output, at most [`MOST_OUTPUT`] bytes.
    pub output: Vec<u8>,
    /// Whether it wrote more than that; it was ended then.
    pub cut: bool,
    /// What it wrote to standard error, its first 64 KiB.
    pub errors: Vec<u8>,
    /// How it ended.
    pub how: How,
}

/// Why nothing ran, in words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChildError {
    /// No such program.
    #[error("there is no program {0} on this machine")]
    NotFound(String),
    /// Too many run and wait already.
    #[error("{QUEUE} commands wait already")]
    TooMany,
    /// It ended, but not well.
    #[error("{program} failed ({why})")]
    Failed {
        /// Its name.
        program: String,
        /// How it ended.
        why: String,
    },
    /// The machine refused.
    #[error("the command could not be started: {0}")]
    Refused(String),
}

/// The environment that children get: without our own variables and without any that holds one of these secrets.
#[must_use]
pub fn without_secrets(
    variables: impl IntoIterator<Item = (OsString, OsString)>,
    secrets: &[&str],
) -> Vec<(OsString, OsString)> {
    let holds = |value: &OsStr, secret: &str| {
        !secret.is_empty() && value.as_bytes().windows(secret.len()).any(|part| part == secret.as_bytes())
    };
    variables
        .into_iter()
        .filter(|(name, _)| !name.as_bytes().to_ascii_uppercase().starts_with(OURS))
        .filter(|(_, value)| !secrets.iter().any(|secret| holds(value, secret)))
        .collect()
}

/// Starts children. Its copies share one count.
#[derive(Clone, Debug)]
pub struct Children {
    variables: Arc<[(OsString, OsString)]>,
    running: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
}

impl Children {
    /// With this environment, as [`without_secrets`] made it.
    #[must_use]
    pub fn new(variables: Vec<(OsString, OsString)>) -> Self {
        Self {
            variables: variables.into(),
            running: Arc::new(Semaphore::new(AT_ONCE)),
            waiting: Arc::new(AtomicUsize::new(0)),
        }
    }

    /// How many wait for their turn.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::SeqCst)
    }

    /// Runs to the end, or until its time is over. Dropping the future ends the group at once.
    ///
    /// # Errors
    /// [`ChildError`] where nothing ran. A bad end is no error.
    pub async fn run(&self, program: &Program, input: Vec<u8>, limit: Duration) -> Result<Ended, ChildError> {
        let _turn = self.turn().await?;
        let mut command = self.command(program)?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let (group, streams) = Group::start(command, Fate::Bound)?;
        let feed = feed(streams.input, input);
        let (mut output, mut errors) = (Vec::new(), Vec::new());
        let how = {
            let mut ended = group.ended;
            let streams = async {
                tokio::join!(
                    feed,
                    take(streams.output, MOST_OUTPUT + 1, &mut output),
                    take(streams.errors, MOST_ERRORS, &mut errors)
                )
            };
            tokio::pin!(streams);
            let whole = async {
                tokio::select! {
                    _ = &mut streams => (&mut ended).await,
                    how = &mut ended => {
                        // Another process may hold the pipe that left the group: it is not waited for.
                        let _ = timeout(SETTLING, &mut streams).await;
                        how
                    }
                }
            };
            match timeout(limit, whole).await {
                Ok(how) => how.map(of_status).unwrap_or(How::TimeOver),
                Err(_) => {
                    group.leash.end(Signal::TERM);
                    if timeout(ENDING, &mut ended).await.is_err() {
                        group.leash.end(Signal::KILL);
                        let _ = timeout(ENDING, &mut ended).await;
                    }
                    How::TimeOver
                }
            }
        };
        let cut = output.len() > MOST_OUTPUT;
        output.truncate(MOST_OUTPUT);
        Ok(Ended { output, cut, errors, how })
    }

    /// Starts a program that may outlive this one, such as a browser: no streams at all. Its end is waited for at most
    /// this long; one that still runs then has started well and is left alone.
    ///
    /// # Errors
    /// [`ChildError`] where nothing ran, and where it ended with a code other than 0.
    pub async fn launch(&self, program: &Program, patience: Duration) -> Result<(), ChildError> {
        let _turn = self.turn().await?;
        let mut command = self.command(program)?;
        let name = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).current_dir("/");
        let (group, _) = Group::start(command, Fate::Free)?;
        let failed = |why: String| ChildError::Failed { program: name, why };
        match timeout(patience, group.ended).await {
            Err(_) => Ok(()),
            Ok(Ok(status)) if status.success() => Ok(()),
            Ok(Ok(status)) => Err(failed(match of_status(status) {
                How::Code(code) => format!("it ended with {code}"),
                How::Signal(signal) => format!("signal {signal} ended it"),
                How::TimeOver => "its time was over".to_owned(),
            })),
            Ok(Err(_)) => Err(failed("nobody knows how it ended".to_owned())),
        }
    }

    /// Waits for one of the places, in a queue that ends.
    async fn turn(&self) -> Result<OwnedSemaphorePermit, ChildError> {
        let running = Arc::clone(&self.running);
        if let Ok(turn) = Arc::clone(&running).try_acquire_owned() {
            return Ok(turn);
        }
        let _queued = Queued::enter(&self.waiting)?;
        running.acquire_owned().await.map_err(|_| ChildError::TooMany)
    }

    fn command(&self, program: &Program) -> Result<Command, ChildError> {
        let mut command = match program {
            Program::Vector(name, arguments) => {
                let place = self.find(name).ok_or_else(|| ChildError::NotFound(name.to_string_lossy().into_owned()))?;
                let mut command = Command::new(place);
                command.args(arguments);
                command
            }
            Program::Line(line) => {
                let mut command = Command::new("/bin/sh");
                command.arg("-c").arg(line);
                command
            }
        };
        command.env_clear().envs(self.variables.iter().map(|(name, value)| (name, value))).process_group(0);
        Ok(command)
    }

    /// Where a program is: never in a folder that depends on where takeover was started.
    fn find(&self, name: &OsStr) -> Option<PathBuf> {
        let runs = |path: &Path| path.metadata().is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0);
        let given = Path::new(name);
        if given.components().count() > 1 {
            return (given.is_absolute() && runs(given)).then(|| given.to_owned());
        }
        let (_, path) = self.variables.iter().find(|(variable, _)| variable == "PATH")?;
        let folders = path.as_bytes().split(|byte| *byte == b':').map(OsStr::from_bytes).map(Path::new);
        folders.filter(|folder| folder.is_absolute()).map(|folder| folder.join(name)).find(|path| runs(path))
    }
}

/// A place in the queue.
struct Queued<'a>(&'a AtomicUsize);

impl<'a> Queued<'a> {
    fn enter(waiting: &'a AtomicUsize) -> Result<Self, ChildError> {
        let one_more = |count: usize| (count < QUEUE).then_some(count + 1);
        match waiting.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_more) {
            Ok(_) => Ok(Self(waiting)),
            Err(_) => Err(ChildError::TooMany),
        }
    }
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Whether a child's group ends with it and with us.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Bound,
    Free,
}

/// A child's process group, for as long as its number is certain to be its own.
struct Leash {
    pid: Pid,
    fate: Fate,
    /// Once the child was reaped its number may be somebody else's.
    reaped: Arc<Mutex<bool>>,
}

impl Leash {
    fn end(&self, signal: Signal) {
        let reaped = self.reaped.lock().unwrap_or_else(PoisonError::into_inner);
        if !*reaped {
            let _ = kill_process_group(self.pid, signal);
        }
    }
}

impl Drop for Leash {
    fn drop(&mut self) {
        if self.fate == Fate::Bound {
            self.end(Signal::KILL);
        }
    }
}

struct Group {
    leash: Leash,
    ended: oneshot::Receiver<ExitStatus>,
}

/// Our ends of the pipes, where there are any.
struct Streams {
    input: Option<OwnedFd>,
    output: Option<OwnedFd>,
    errors: Option<OwnedFd>,
}

impl Group {
    fn start(mut command: Command, fate: Fate) -> Result<(Self, Streams), ChildError> {
        let refused = |error: io::Error| ChildError::Refused(error.to_string());
        let mut child = command.spawn().map_err(refused)?;
        let streams = Streams {
            input: child.stdin.take().map(OwnedFd::from),
            output: child.stdout.take().map(OwnedFd::from),
            errors: child.stderr.take().map(OwnedFd::from),
        };
        let leash = Leash { pid: Pid::from_child(&child), fate, reaped: Arc::new(Mutex::new(false)) };
        let (tell, ended) = oneshot::channel();
        let reaped = Arc::clone(&leash.reaped);
        // A thread of its own: it sleeps in the kernel, and a browser may run for days.
        std::thread::Builder::new()
            .name("child".to_owned())
            .spawn(move || reap(child, fate, &reaped, tell))
            .map_err(refused)?;
        Ok((Self { leash, ended }, streams))
    }
}

/// Waits for the child, ends what it leaves behind in its group, and only then gives its number back.
fn reap(mut child: Child, fate: Fate, reaped: &Mutex<bool>, tell: oneshot::Sender<ExitStatus>) {
    let pid = Pid::from_child(&child);
    while let Err(Errno::INTR) = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT) {}
    let mut reaped = reaped.lock().unwrap_or_else(PoisonError::into_inner);
    if fate == Fate::Bound {
        let _ = kill_process_group(pid, Signal::KILL);
    }
    let status = child.wait();
    *reaped = true;
    drop(reaped);
    if let Ok(status) = status {
        // Nobody may listen any more.
        let _ = tell.send(status);
    }
}

fn of_status(status: ExitStatus) -> How {
    status.code().map_or_else(|| How::Signal(status.signal().unwrap_or(0)), How::Code)
}

/// Writes what the child shall read. One that does not want it closes the pipe, which is its right.
async fn feed(pipe: Option<OwnedFd>, input: Vec<u8>) {
    if let Some(mut pipe) = pipe.and_then(|pipe| pipe::Sender::from_owned_fd(pipe).ok()) {
        let _ = pipe.write_all(&input).await;
    }
}

/// Takes what the child writes, up to a limit; then it finds its pipe closed.
async fn take(pipe: Option<OwnedFd>, most: usize, taken: &mut Vec<u8>) {
    let Some(pipe) = pipe.and_then(|pipe| pipe::Receiver::from_owned_fd(pipe).ok()) else { return };
    let most = u64::try_from(most).unwrap_or(u64::MAX);
    let _ = pipe.take(most).read_to_end(taken).await;
}
