//! The transcript through a command that the person writes: the line, the wait, and what came back.
//!
//! What a visitor wrote goes to the command by its standard input alone, and comes back as text made safe (security,
//! S27). Never pipes notes. A paste never runs anything: Enter counts only by itself.

use crate::domain::ConversationId;
use crate::text::{LineEditor, RawText, sanitize, wrap};

use super::action::Action;
use super::editing;
use super::effect::Effect;
use super::event::{PipeEnd, Piped};
use super::key::{Code, Key};
use super::keymap::{Context, Lookup};
use super::model::Model;
use super::notice::Weight;
use super::overlay::Overlay;
use super::transcript::transcript;
use super::triage;

/// The longest command that is pasted.
const LONGEST: usize = 2_000;
/// The most rows that are shown of an output.
const MOST_ROWS: usize = 50_000;

/// The line and the output.
#[derive(Clone, Debug, Default)]
pub struct Pipe {
    /// The command being written.
    pub editor: LineEditor,
    /// Whose transcript.
    pub of: Option<ConversationId>,
    /// The last command that ran, for Up.
    last: String,
    /// How many ran: the number of the last.
    asks: u64,
    /// What came back.
    output: Option<Piped>,
    /// The same as rows of this many cells.
    pub rows: Vec<String>,
    wrapped_to: usize,
    /// What has to be said of its end, if anything.
    pub end: Option<String>,
}

/// `!`: asks for the command.
pub fn open(model: &mut Model) {
    let now = model.now.mono;
    let id = model.panes.on_screen.clone().or_else(|| model.inbox.cursor.clone());
    let loaded = |id: &ConversationId| model.threads.get(id).is_some_and(|thread| !thread.messages.is_empty());
    if !id.as_ref().is_some_and(loaded) {
        let words = "nothing to pipe: nothing of the thread is loaded";
        model.notices.say(now, Weight::Plain, words, None);
        return;
    }
    let pipe = &mut model.overlays.pipe;
    pipe.editor.clear();
    pipe.of = id;
    model.overlays.show(Overlay::PipePrompt, now);
}

/// Text for the line from a paste: its first line.
pub fn insert(model: &mut Model, text: &RawText) {
    let line = editing::first_line(text.as_raw(), LONGEST);
    model.overlays.pipe.editor.insert_str(&line);
}

/// A key while the line stands.
pub fn press(model: &mut Model, key: Key, effects: &mut Vec<Effect>) {
    let found = model.settings.keymap.look_up(Context::Prompt, None, key);
    let pipe = &mut model.overlays.pipe;
    let editor = &mut pipe.editor;
    match found {
        Lookup::Act(Action::SearchKeep) => run(model, effects),
        Lookup::Act(Action::SearchEnd) => model.overlays.open = None,
        Lookup::Act(Action::SearchPrevious) => recall(pipe),
        Lookup::Act(Action::EditLeft) => editor.left(),
        Lookup::Act(Action::EditRight) => editor.right(),
        Lookup::Act(Action::EditWordLeft) => editor.word_left(),
        Lookup::Act(Action::EditWordRight) => editor.word_right(),
        Lookup::Act(Action::EditHome) => editor.home(),
        Lookup::Act(Action::EditEnd) => editor.end(),
        Lookup::Act(Action::EditBackspace) if editor.is_empty() => model.overlays.open = None,
        Lookup::Act(Action::EditBackspace) => editor.backspace(),
        Lookup::Act(Action::EditDelete) => editor.delete(),
        Lookup::Act(Action::EditDeleteWord) => editor.delete_word_left(),
        Lookup::Act(Action::EditKillToEnd) => editor.kill_to_end(),
        Lookup::Act(Action::EditKillToStart) => editor.kill_to_start(),
        Lookup::Act(Action::EditYank) => editor.yank(),
        Lookup::Act(Action::EditUndo) => {
            editor.undo();
        }
        Lookup::Act(_) | Lookup::Prefix | Lookup::Nothing => match key.typed() {
            Some(char) => editor.insert_char(char),
            None if key == Key::plain(Code::Up) => recall(pipe),
            None => {}
        },
    }
}

/// The command that ran last, if the line is empty.
fn recall(pipe: &mut Pipe) {
    if pipe.editor.is_empty() {
        let last = pipe.last.clone();
        pipe.editor.insert_str(&last);
    }
}

fn run(model: &mut Model, effects: &mut Vec<Effect>) {
    let now = model.now.mono;
    let command = model.overlays.pipe.editor.text().trim().to_owned();
    if command.is_empty() {
        model.overlays.open = None;
        return;
    }
    let id = model.overlays.pipe.of.clone();
    let Some((id, thread)) = id.and_then(|id| Some((id.clone(), model.threads.get(&id)?))) else {
        model.overlays.open = None;
        model.notices.say(now, Weight::Plain, "not run: nothing of the thread is loaded any more", None);
        return;
    };
    let name = triage::name_of(model, &id).unwrap_or_default();
    let mut input = transcript(thread, &name, model.settings.zone);
    input.push('\n');
    let pipe = &mut model.overlays.pipe;
    pipe.asks += 1;
    pipe.last.clone_from(&command);
    let ask = pipe.asks;
    model.overlays.show(Overlay::PipeRunning { ask }, now);
    effects.push(Effect::Pipe { ask, command, input });
}

/// A key while the command runs, or while its output stands.
pub fn press_output(model: &mut Model, key: Key) {
    let page = fits(model).saturating_sub(1).max(1);
    let last = model.overlays.pipe.rows.len().saturating_sub(fits(model));
    let Some((overlay, _)) = &mut model.overlays.open else { return };
    if key.code == Code::Escape || key == Key::char('q') {
        let runs = matches!(overlay, Overlay::PipeRunning { .. });
        model.overlays.open = None;
        if runs {
            let now = model.now.mono;
            model.notices.say(now, Weight::Plain, "the command goes on, its output is not shown", None);
        }
        return;
    }
    let Overlay::PipeOutput { top } = overlay else { return };
    let moved = match key.code {
        Code::Char('d') if key.control => top.saturating_add(page / 2),
        Code::Char('u') if key.control => top.saturating_sub(page / 2),
        Code::Char('j') | Code::Down => top.saturating_add(1),
        Code::Char('k') | Code::Up => top.saturating_sub(1),
        Code::PageDown | Code::Char(' ') => top.saturating_add(page),
        Code::PageUp => top.saturating_sub(page),
        Code::Char('g') | Code::Home => 0,
        Code::Char('G') | Code::End => last,
        _ => *top,
    };
    *top = moved.min(last);
}

/// The command ended. Its output opens only where the person still waits for it.
pub fn ended(model: &mut Model, ask: u64, result: Result<Piped, RawText>) {
    let now = model.now.mono;
    let waits = matches!(&model.overlays.open, Some((Overlay::PipeRunning { ask: waited }, _)) if *waited == ask);
    if !waits {
        return;
    }
    model.overlays.open = None;
    match result {
        Err(why) => model.notices.say(now, Weight::Warning, "not run:", Some(why)),
        Ok(piped) => {
            let pipe = &mut model.overlays.pipe;
            pipe.end = said_of(&piped);
            pipe.output = Some(piped);
            pipe.wrapped_to = 0;
            model.overlays.show(Overlay::PipeOutput { top: 0 }, now);
        }
    }
}

fn said_of(piped: &Piped) -> Option<String> {
    let cut = piped.cut.then(|| "only its first MiB".to_owned());
    let end = match piped.end {
        PipeEnd::Code(0) => None,
        // It was ended for writing too much.
        PipeEnd::Signal(_) if piped.cut => None,
        PipeEnd::Code(code) => Some(format!("it ended with {code}")),
        PipeEnd::Signal(signal) => Some(format!("signal {signal} ended it")),
        PipeEnd::TimeOver => Some("its time was over".to_owned()),
    };
    let parts: Vec<String> = [end, cut].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Cells of a row of the output, and rows, on this screen.
fn room(model: &Model) -> (usize, usize) {
    let layout = &model.screen.layout;
    let rows = usize::from(layout.hints.y.saturating_sub(layout.status.height)).saturating_sub(2);
    (usize::from(model.panes.size.columns).saturating_sub(4).max(1), rows.max(1))
}

fn fits(model: &Model) -> usize {
    room(model).1
}

/// Wraps the output for this screen. Part of settling a frame.
pub fn settle(model: &mut Model) {
    if !matches!(model.overlays.open, Some((Overlay::PipeOutput { .. }, _))) {
        // What nobody looks at takes no room.
        model.overlays.pipe.output = None;
        model.overlays.pipe.rows = Vec::new();
        return;
    }
    let (across, fits) = room(model);
    let pipe = &mut model.overlays.pipe;
    if pipe.wrapped_to != across
        && let Some(piped) = &pipe.output
    {
        pipe.wrapped_to = across;
        pipe.rows = wrapped(piped, across);
    }
    let last = pipe.rows.len().saturating_sub(fits);
    if let Some((Overlay::PipeOutput { top }, _)) = &mut model.overlays.open {
        *top = (*top).min(last);
    }
}

/// Both streams as safe rows, what was complained about last.
fn wrapped(piped: &Piped, across: usize) -> Vec<String> {
    let mut rows = Vec::new();
    for text in [&piped.output, &piped.errors] {
        let text = text.as_raw();
        for line in text.strip_suffix('\n').unwrap_or(text).split('\n').filter(|_| !text.is_empty()) {
            if rows.len() >= MOST_ROWS {
                break;
            }
            let safe = sanitize(&RawText::new(line));
            let safe = safe.as_str();
            rows.extend(
                wrap(safe, across)
                    .iter()
                    .map(|row| safe.get(row.start..row.end).unwrap_or_default().trim_end().to_owned()),
            );
        }
    }
    if rows.len() >= MOST_ROWS {
        rows.truncate(MOST_ROWS);
        rows.push(format!("\u{2026} only {MOST_ROWS} rows are shown"));
    }
    if rows.is_empty() {
        rows.push("no output".to_owned());
    }
    rows
}
