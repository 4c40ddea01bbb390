//! The loop over a real terminal: keys first, then what is ready, then one frame.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use ratatui::Terminal;
use tokio::sync::{Notify, mpsc};

use crate::app::{CopiedBy, Effect, Event, Settings, Size};
use crate::terminal::{
    Clipboard, Colours, Guard, Heard, Input, NotTerminal, Screen, Signal, Signals, Tty, has_panicked,
    install_panic_hook, is_gone, mend,
};
use crate::text::RawText;
use crate::ui::{self, Theme};

use super::session::Session;

/// Never more than one frame in this time, except that a key is drawn at once.
const FRAME: Duration = Duration::from_millis(16);
/// How long the end waits for a fault's sentence to be written.
const TELLING: Duration = Duration::from_secs(1);
/// The most events taken before a frame.
const BATCH: usize = 64;
/// How many reads of the terminal may wait; a person is slower.
const KEYS: usize = 256;
/// How many readings of the configuration may wait.
const RELOADS: usize = 4;

/// How the loop ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The person quit.
    Quit,
    /// A signal asked for it: its number.
    Signal(i32),
    /// The terminal is gone.
    TerminalGone,
    /// A task or another thread panicked; the report was written.
    Panic,
}

/// Why the loop could not run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// There is no terminal.
    #[error(transparent)]
    NotTerminal(#[from] NotTerminal),
    /// The terminal failed.
    #[error("the terminal failed: {0}")]
    Io(#[from] io::Error),
}

/// The configuration as it was read again: settings and look.
#[derive(Clone, Debug)]
pub struct Reloaded {
    /// What the core reads.
    pub settings: Settings,
    /// What the terminal can show.
    pub colours: Colours,
    /// How it looks.
    pub theme: Theme,
    /// How many of its lines do not fit.
    pub problems: usize,
    /// The place of the first of them.
    pub first: Option<String>,
}

/// Reads the configuration again. Called away from the loop: files may take their time.
pub type Reload = Arc<dyn Fn() -> Reloaded + Send + Sync>;

/// What the loop draws with.
#[derive(Clone)]
pub struct Inbox {
    /// What the terminal can show.
    pub colours: Colours,
    /// How it looks.
    pub theme: Theme,
    /// How text gets to the clipboard.
    pub clipboard: Clipboard,
    /// Whether terminals disagree about the width of a cluster.
    pub is_doubtful: fn(&str) -> bool,
    /// Reads the configuration again.
    pub reload: Reload,
}

struct Painter {
    terminal: Terminal<Screen<crate::terminal::Output>>,
    theme: Theme,
}

impl Painter {
    fn size(&self) -> io::Result<Size> {
        let size = self.terminal.size()?;
        Ok(Size { columns: size.width, rows: size.height })
    }

    fn draw(&mut self, session: &mut Session) -> io::Result<()> {
        let size = self.size()?;
        session.settle(size);
        let (model, theme) = (&session.model, &self.theme);
        self.terminal.draw(|frame| {
            ui::view(model, theme, frame);
            mend(frame.buffer_mut());
        })?;
        session.model.panes.dirty = false;
        Ok(())
    }
}

/// Runs until the person leaves, a signal asks for it, or the terminal is gone. Gives the terminal back before it
/// returns, on every way out.
///
/// # Errors
/// There is no terminal, or it failed before the first frame.
pub async fn run(mut session: Session, inbox: Inbox) -> Result<End, RunError> {
    // Wherever it happens, the terminal is given back by then: nobody must go on behind it.
    let fault = Arc::new(Notify::new());
    let faults = Arc::clone(&fault);
    install_panic_hook(move || faults.notify_one());
    let tty = Arc::new(Tty::open()?);
    let mut signals = Signals::new()?;
    let guard = Guard::enter(Arc::clone(&tty), signals.ending())?;
    let (heard, mut keys) = mpsc::channel(KEYS);
    let reader = session.clock().clone();
    let input = Input::spawn(&guard, move || reader.now().mono, move |told| heard.blocking_send(told).is_ok())?;
    let screen = Screen::new(guard.output(), inbox.colours, inbox.is_doubtful);
    let mut painter = Painter { terminal: Terminal::new(screen)?, theme: inbox.theme };
    let (told_of_files, mut files) = mpsc::channel(RELOADS);
    let mut waiting: Vec<Effect> = session.handle(Event::Started);
    let clock = session.clock().clone();
    let mut last_frame = clock.now().mono;
    if let Err(error) = painter.draw(&mut session) {
        return finish(session, guard, keys, input, broken(error)).await;
    }
    let end = loop {
        let mut at_once = false;
        let mut cleared = Ok(());
        let due = last_frame + FRAME;
        let until_due = due.saturating_sub(clock.now().mono);
        tokio::select! {
            biased;
            told = keys.recv() => match told {
                Some(Heard::Event(event)) => {
                    at_once = true;
                    waiting.extend(session.handle(event));
                }
                Some(Heard::Gone) | None => break Ok(End::TerminalGone),
            },
            signal = signals.next() => match signal {
                Signal::Terminate => break Ok(End::Signal(15)),
                Signal::HangUp => break Ok(End::Signal(1)),
                Signal::Interrupt => break Ok(End::Signal(2)),
                Signal::Stop => waiting.push(Effect::Suspend),
                Signal::Continue => {
                    if guard.reassert().unwrap_or(false) {
                        input.query_sent();
                        painter.terminal.backend_mut().forget();
                        waiting.extend(session.handle(Event::Resumed));
                    }
                }
                Signal::Resize => match painter.size() {
                    Ok(size) => {
                        // Away and back again before this was heard: the terminal may have lost what stood there.
                        if size == session.model.panes.size {
                            cleared = painter.terminal.clear();
                        }
                        at_once = true;
                        waiting.extend(session.handle(Event::Resized(size)));
                    }
                    Err(error) => break broken(error),
                },
            },
            () = fault.notified() => break Ok(End::Panic),
            () = tokio::time::sleep(until_due), if session.model.panes.dirty => {}
            Some(Reloaded { settings, colours, theme, problems, first }) = files.recv() => {
                painter.theme = theme;
                painter.terminal.backend_mut().recolour(colours);
                cleared = painter.terminal.clear();
                at_once = true;
                let (settings, first) = (Box::new(settings), first.map(RawText::new));
                waiting.extend(session.handle(Event::Reloaded { settings, problems, first }));
            }
            event = session.next() => match event {
                Some(event) => waiting.extend(session.handle(event)),
                None => break Ok(End::Panic),
            },
        }
        for _ in 0..BATCH {
            match keys.try_recv() {
                Ok(Heard::Event(event)) => {
                    at_once = true;
                    waiting.extend(session.handle(event));
                }
                Ok(Heard::Gone) | Err(_) => break,
            }
        }
        for _ in 0..BATCH {
            let Some(event) = session.ready() else { break };
            waiting.extend(session.handle(event));
        }
        let mut quit = false;
        for effect in std::mem::take(&mut waiting) {
            match effect {
                Effect::RingBell => painter.terminal.backend_mut().ring_bell(),
                Effect::Redraw => cleared = painter.terminal.clear(),
                Effect::Suspend => {
                    if guard.suspend().unwrap_or(false) {
                        input.query_sent();
                        painter.terminal.backend_mut().forget();
                        cleared = painter.terminal.clear();
                        waiting.extend(session.handle(Event::Resumed));
                        at_once = true;
                    }
                }
                Effect::Quit => quit = true,
                Effect::Reload => {
                    let (reload, told) = (Arc::clone(&inbox.reload), told_of_files.clone());
                    tokio::task::spawn_blocking(move || drop(told.blocking_send(reload())));
                }
                Effect::Copy { text } => {
                    let result = match inbox.clipboard.sequence(&text) {
                        Ok(sequence) => {
                            painter.terminal.backend_mut().send(&sequence);
                            Ok(copied_by(inbox.clipboard))
                        }
                        Err(why) => Err(RawText::new(why.to_string())),
                    };
                    waiting.extend(session.handle(Event::Copied { result }));
                    at_once = true;
                }
                Effect::Fetch { .. }
                | Effect::Journal { .. }
                | Effect::Deliver { .. }
                | Effect::SaveNote { .. }
                | Effect::Change { .. }
                | Effect::ReplaceTags { .. }
                | Effect::CreateTag { .. }
                | Effect::DeleteTag { .. }
                | Effect::Conclude { .. }
                | Effect::OpenLink { .. }
                | Effect::SaveFile { .. }
                | Effect::Pipe { .. } => {}
            }
        }
        if quit {
            break Ok(End::Quit);
        }
        if let Err(error) = cleared {
            break broken(error);
        }
        let now = clock.now().mono;
        if session.model.panes.dirty && (at_once || now >= due) {
            last_frame = now;
            if let Err(error) = painter.draw(&mut session) {
                break broken(error);
            }
        }
    };
    let end = match end {
        Ok(End::Panic) => end,
        // A fault elsewhere gives the terminal back first: the loop may hear of that before it hears why.
        _ if has_panicked() => {
            let _ = tokio::time::timeout(TELLING, fault.notified()).await;
            Ok(End::Panic)
        }
        _ => end,
    };
    finish(session, guard, keys, input, end).await
}

const fn copied_by(clipboard: Clipboard) -> CopiedBy {
    match clipboard {
        Clipboard::Tmux => CopiedBy::Tmux,
        Clipboard::Terminal | Clipboard::None => CopiedBy::Terminal,
    }
}

fn broken(error: io::Error) -> Result<End, RunError> {
    if is_gone(&error) { Ok(End::TerminalGone) } else { Err(error.into()) }
}

/// The terminal first; then what is under way.
async fn finish(
    session: Session,
    guard: Guard,
    keys: mpsc::Receiver<Heard>,
    input: Input,
    end: Result<End, RunError>,
) -> Result<End, RunError> {
    guard.leave();
    drop(keys);
    input.stop();
    session.shutdown().await;
    end
}
