//! The last line: the keys that work here now, most useful first; or the sentence that stands, a prefix's
//! continuations, the demo's lesson.

use std::borrow::Cow;

use crate::app::chooser::Ask;
use crate::app::composer::Kind;
use crate::app::fields::{self, Field};
use crate::app::keymap::Context;
use crate::app::notice::{Notice, Weight};
use crate::app::outbox::State;
use crate::app::overlay::{Lesson, Overlay};
use crate::app::records::Which;
use crate::app::screen::{Fold, Line, LineKind};
use crate::app::search::{self, Prompt};
use crate::app::{Action, Model, acts, key_words, undo};
use crate::domain::Status;
use crate::text::width;

use super::painter::{Painter, Pen};
use super::{Place, Scene, field, names};

/// Blanks between hints, and where there is little room.
const BETWEEN: u16 = 3;
const BETWEEN_NARROW: u16 = 2;
const NARROW: u16 = 80;
/// What `u` would do takes at most one part in so many of the line.
const UNDO_TAKES: u16 = 4;

/// One hint: keys and what they do.
type Hint = (String, Cow<'static, str>);

/// Draws the line; the place of its first cell.
pub(super) fn draw(scene: &Scene<'_>, painter: &mut Painter<'_>) -> Option<Place> {
    let model = scene.model;
    let area = model.screen.layout.hints;
    if area.is_empty() {
        return None;
    }
    let mut pen = Pen::on(area, 0);
    pen.skip(1);
    pen.keep(1);
    let place = Some(pen.place());
    if let Some((overlay, since)) = &model.overlays.open {
        let said = model.notices.standing(model.now.mono).filter(|notice| stays(overlay) && notice.at >= *since);
        match said {
            Some(notice) => self::notice(scene, painter, &mut pen, notice),
            None => hints(scene, painter, &mut pen, over(overlay), None),
        }
    } else if let Some(prompt) = &model.reading.search.prompt {
        return Some(prompt_line(scene, painter, pen, prompt));
    } else if let Some(prefix) = model.overlays.prefix {
        painter.write(&mut pen, &prefix.to_string(), scene.theme.strong);
        painter.write(&mut pen, " then", scene.theme.dim);
        pen.skip(BETWEEN);
        let known = model.settings.keymap.continuations(scene.context(), prefix);
        let word = |action: Action| Cow::Borrowed(action.hint().unwrap_or(action.help()));
        let known = known.into_iter().map(|(key, action)| (key, word(action))).collect();
        hints(scene, painter, &mut pen, known, Some(("Esc".to_owned(), Cow::Borrowed("ends"))));
    } else if let Some(notice) = model.notices.standing(model.now.mono) {
        self::notice(scene, painter, &mut pen, notice);
    } else {
        // The lesson is about a reply.
        let apart = model.composer.note.is_some() || scene.context() == Context::Sidebar;
        let lesson = model.overlays.lesson.filter(|_| !apart);
        if let Some(words) = lesson.and_then(|lesson| taught(model, lesson)) {
            painter.cut(&mut pen, &words, scene.theme.accent);
            pen.skip(BETWEEN);
        }
        let help = named(model, scene.context(), Action::Help, None);
        hints(scene, painter, &mut pen, here(scene), help);
    }
    place
}

/// What was said, then what from outside belongs to it.
fn notice(scene: &Scene<'_>, painter: &mut Painter<'_>, pen: &mut Pen, notice: &Notice) {
    let style = match notice.weight {
        Weight::Plain => scene.theme.plain,
        Weight::Warning => scene.theme.warning,
    };
    painter.cut(pen, &notice.words, style);
    if let Some(outside) = &notice.outside {
        pen.skip(1);
        let room = pen.rest().saturating_sub(2);
        if room > 0 {
            painter.write(pen, &names::quoted(outside, room), style);
        }
    }
}

/// Whether it stays while its keys act: then what came of them is said although it stands open.
const fn stays(overlay: &Overlay) -> bool {
    match overlay {
        Overlay::Links(_) | Overlay::Records(_) => true,
        Overlay::Help { .. }
        | Overlay::WhoAmI { .. }
        | Overlay::PipePrompt
        | Overlay::PipeRunning { .. }
        | Overlay::PipeOutput { .. }
        | Overlay::Question(_)
        | Overlay::Choose(_)
        | Overlay::Prompt(_) => false,
    }
}

/// The line of a search being typed: the text, what it finds, and the place of its cursor.
fn prompt_line(scene: &Scene<'_>, painter: &mut Painter<'_>, mut pen: Pen, prompt: &Prompt) -> Place {
    painter.write(&mut pen, "search: ", scene.theme.strong);
    let said = search::prompt_words(scene.model, prompt);
    // What it finds gives way to what is typed.
    if pen.rest() >= width(&said) + PROMPT_AT_LEAST {
        painter.right(&mut pen, &said, scene.theme.dim);
        pen.keep(2);
    }
    let beginning = pen.place();
    field::draw(painter, &mut pen, &prompt.editor, scene.theme.plain).unwrap_or(beginning)
}

/// Cells that a search's text has before its finds are said.
const PROMPT_AT_LEAST: usize = 12;

/// As many as fit, with the last one kept whatever else gives way.
fn hints(scene: &Scene<'_>, painter: &mut Painter<'_>, pen: &mut Pen, list: Vec<Hint>, last: Option<Hint>) {
    let between = if scene.model.screen.layout.hints.width < NARROW { BETWEEN_NARROW } else { BETWEEN };
    let cells = |(keys, words): &Hint| width(keys) + 1 + width(words);
    let kept = last.as_ref().map_or(0, |last| cells(last) + usize::from(between));
    let mut room = pen.rest().saturating_sub(kept);
    let mut write = |hint: &Hint, pen: &mut Pen| {
        painter.write(pen, &hint.0, scene.theme.plain);
        pen.skip(1);
        painter.write(pen, &hint.1, scene.theme.dim);
        pen.skip(between);
    };
    for hint in &list {
        let wants = cells(hint);
        if wants > room {
            break;
        }
        room = room.saturating_sub(wants + usize::from(between));
        write(hint, pen);
    }
    if let Some(last) = last.filter(|last| cells(last) <= pen.rest()) {
        write(&last, pen);
    }
}

/// An action with its first key here; its own word, or another one that says what it does now.
fn named(model: &Model, context: Context, action: Action, word: Option<&'static str>) -> Option<Hint> {
    let key = model.settings.keymap.key_of(context, action)?;
    Some((key, Cow::Borrowed(word.or(action.hint()).unwrap_or(action.help()))))
}

/// What works here now.
fn here(scene: &Scene<'_>) -> Vec<Hint> {
    let model = scene.model;
    let context = scene.context();
    let mut list: Vec<(Action, Option<&'static str>)> = Vec::new();
    let target = model.panes.on_screen.as_ref().or(model.inbox.cursor.as_ref());
    let held = target
        .and_then(|target| model.outbox.pending(target).next_back())
        .is_some_and(|entry| entry.can_be_taken_back());
    let status = target.and_then(|target| acts::expected_status(model, target));
    let taken = if status == Some(Status::BotActive) { Some(Action::TakeOver) } else { None };
    let ended = matches!(status, Some(Status::Resolved | Status::Closed | Status::Archived));
    let verb = if ended { Action::Reopen } else { Action::Resolve };
    match context {
        Context::Composer => match model.composer.target() {
            Some((_, Kind::Note)) => note(model, &mut list),
            Some((_, Kind::Reply)) | None => composer(model, &mut list),
        },
        Context::List => {
            if model.inbox.new_rows > 0 {
                list.push((Action::Refresh, Some("show new")));
            }
            if held {
                list.push((Action::TakeBack, None));
            }
            list.extend([Action::Open, Action::Longest, Action::Reply].map(|it| (it, None)));
            list.extend([Action::Note, verb, Action::AssignToMe, Action::Tags].map(|it| (it, None)));
            list.extend([Action::Sidebar, Action::Palette, Action::Quit].map(|it| (it, None)));
        }
        Context::Thread => {
            if held {
                list.push((Action::TakeBack, None));
            }
            if model.reading.search.stands() {
                list.extend([Action::SearchNext, Action::SearchEnd].map(|it| (it, None)));
            }
            if model.screen.new_below > 0 {
                list.push((Action::Last, Some("newest")));
            }
            let folded = |line: &Line| matches!(line.kind, LineKind::Tool { fold: Some(Fold::Folded), .. });
            list.extend(taken.map(|action| (action, None)));
            list.extend(
                [Action::Reply, Action::Note, Action::Back, verb, Action::NextConversation].map(|it| (it, None)),
            );
            if model.screen.thread.iter().any(folded) {
                list.push((Action::Trace, None));
            }
            list.extend([Action::HandOver, Action::Tags].map(|it| (it, None)));
            list.extend([Action::Longest, Action::Sidebar, Action::Palette, Action::Quit].map(|it| (it, None)));
        }
        Context::Prompt => {}
        Context::Sidebar => {
            match fields::current(model) {
                Some(Field::Note(_)) => list.push((Action::Pin, Some("on top"))),
                Some(Field::Tags | Field::Owner) => list.push((Action::Open, Some("choose"))),
                Some(Field::Title | Field::Name | Field::Email | Field::Phone) => {
                    list.push((Action::Open, Some("edit")));
                }
                None => {}
            }
            list.push((Action::Next, Some("next field")));
            list.extend([Action::Back, Action::Note, Action::Reply].map(|it| (it, None)));
        }
    }
    let mut hints: Vec<Hint> =
        list.into_iter().filter_map(|(action, word)| named(model, context, action, word)).collect();
    // What `u` would do is said before it is done; in short where it would take the place of the keys behind it.
    if matches!(context, Context::List | Context::Thread | Context::Sidebar)
        && !held
        && let Some(order) = undo::would_do(model)
        && let Some((key, _)) = named(model, context, Action::TakeBack, None)
    {
        let columns = model.screen.layout.hints.width;
        let long = width(&order) > usize::from(columns / UNDO_TAKES);
        let order = if long { undo::would_do_in_short(model).unwrap_or(order) } else { order };
        let at = hints.len().min(if columns < NARROW { 3 } else { 2 });
        hints.insert(at, (key, Cow::Owned(order)));
    }
    hints
}

/// While a note is written.
fn note(model: &Model, list: &mut Vec<(Action, Option<&'static str>)>) {
    let Some((_, draft)) = model.composer.current_note() else { return };
    let narrow = model.screen.layout.hints.width < NARROW;
    if !draft.editor.is_empty() {
        list.push((Action::Send, Some(if draft.hands_over.is_some() { "hand over" } else { "save" })));
    }
    list.push((Action::Leave, narrow.then_some("keep draft")));
    if draft.hands_over.is_some() {
        list.push((Action::HandOverPriority, None));
    }
    list.extend([(Action::NewLine, Some("new line")), (Action::ThreadUp, None)]);
    if !draft.editor.is_empty() {
        list.push((Action::Discard, None));
    }
}

/// In the empty composer the send key and Up act on the reply before.
fn composer(model: &Model, list: &mut Vec<(Action, Option<&'static str>)>) {
    let Some((target, draft)) = model.composer.current() else { return };
    let before = model.outbox.pending(target).next();
    match before.filter(|_| draft.is_empty()) {
        Some(entry) => {
            list.push(match &entry.state {
                State::Stopped { .. } => (Action::Send, Some("send anyway")),
                State::Refused { .. } | State::Blocked { .. } | State::Unjournaled { .. } => {
                    (Action::Send, Some("try again"))
                }
                State::Unsent => (Action::Send, Some("send again")),
                _ => (Action::Send, Some("send now")),
            });
            if entry.can_be_taken_back() {
                list.push((Action::EditUp, Some("take back")));
            }
        }
        None if draft.is_empty() => {}
        None => list.push((Action::Send, None)),
    }
    let leave = if model.screen.layout.hints.width < NARROW { Some("keep draft") } else { None };
    if !draft.is_empty() {
        list.push((Action::SendAndResolve, None));
    }
    list.extend([(Action::Leave, leave), (Action::NewLine, Some("new line")), (Action::ThreadUp, None)]);
    list.push((Action::Attach, None));
    if !draft.attachments.is_empty() {
        list.push((Action::Detach, None));
    }
    if !draft.editor.is_empty() {
        list.push((Action::Discard, None));
    }
}

fn over(overlay: &Overlay) -> Vec<Hint> {
    let known: &[(&str, &'static str)] = match overlay {
        Overlay::Help { .. } => &[("Esc", "closes"), ("j k", "scroll")],
        Overlay::WhoAmI { .. } => &[("Enter", "chooses"), ("j k", "move"), ("Esc", "nobody of these")],
        Overlay::Links(_) => &[("Enter", "opens"), ("s", "saves"), ("j k", "move"), ("Esc", "closes")],
        Overlay::PipePrompt => &[("Enter", "runs it"), ("Up", "the last one"), ("Esc", "closes")],
        Overlay::PipeRunning { .. } => &[("Esc", "does not wait")],
        Overlay::PipeOutput { .. } => &[("Esc", "closes"), ("j k", "scroll")],
        Overlay::Question(_) => &[("y", "yes"), ("Esc", "no")],
        Overlay::Choose(chooser) => match &chooser.ask {
            Ask::Tags { delta, .. } if chooser.filter.is_empty() && !delta.is_empty() => {
                &[("Enter", "applies"), ("Space", "toggles"), ("Esc", "changes nothing")]
            }
            Ask::Tags { .. } => &[
                ("Enter", "toggles and applies"),
                ("Space", "toggles"),
                ("^D", "deletes the tag"),
                ("Esc", "changes nothing"),
            ],
            Ask::Command(_) => &[("Enter", "does it"), ("Up Down", "move"), ("Esc", "closes")],
            Ask::Owner(_) | Ask::HandOver(_) | Ask::TagColor { .. } | Ask::Status(_) => {
                &[("Enter", "chooses"), ("Up Down", "move"), ("Esc", "changes nothing")]
            }
        },
        Overlay::Prompt(_) => &[("Enter", "takes it"), ("Esc", "changes nothing")],
        Overlay::Records(records) => match records.which {
            Which::Outbox => &[("Enter", "shows it"), ("r", "tries again"), ("d", "back to draft"), ("Esc", "closes")],
            Which::Log => &[("Enter", "shows it"), ("j k", "move"), ("Esc", "closes")],
            Which::Drafts => &[("Enter", "opens it"), ("j k", "move"), ("Esc", "closes")],
        },
    };
    known.iter().map(|(key, words)| ((*key).to_owned(), Cow::Borrowed(*words))).collect()
}

/// What the demo asks for next; nothing where no key does it.
fn taught(model: &Model, lesson: Lesson) -> Option<String> {
    let key = |context, action| key_words::key(model, context, action);
    Some(match lesson {
        Lesson::Longest => format!("demo: press {}: who has waited longest", key(Context::List, Action::Longest)?),
        Lesson::Open => format!("demo: {} opens it", key(Context::List, Action::Open)?),
        Lesson::Reply => format!("demo: {} starts a reply", key(Context::Thread, Action::Reply)?),
        Lesson::Send => format!("demo: write, then {} sends it", key(Context::Composer, Action::Send)?),
    })
}
