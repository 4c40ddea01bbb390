//! One event in, a list of orders out. What follows from an event is a call here, never a message to ourselves.

use std::time::Duration;

use crate::budget::Lane;
use crate::domain::Moment;
use crate::text::RawText;

use super::action::Action;
use super::chooser::Ask;
use super::effect::Effect;
use super::event::{Delivery, Event, Stamped};
use super::inbox::{Everything, THAWS_AFTER};
use super::key::{Code, Key};
use super::keymap::{Context, Keymap, Lookup};
use super::model::{Focus, Model};
use super::notice::Weight;
use super::overlay::{Overlay, Question};
use super::records::Which;
use super::{
    attention, choosing, copying, editing, fields, lesson, listing, moving, noting, piping, poller, popup, reading,
    reconcile, records, reloading, search, sending, undo, verbs, writing,
};

/// Clocks that part by more than this say that the machine slept, or that its clock was set.
const CLOCKS_AGREE_WITHIN: Duration = Duration::from_secs(5);
/// More printable keys than this in one read, outside a text field, are a paste (security, S6).
const TYPED_AT_MOST: usize = 8;

/// Handles one event.
pub fn update(model: &mut Model, stamped: Stamped<Event>) -> Vec<Effect> {
    let mut effects = Vec::new();
    let before = std::mem::replace(&mut model.now, stamped.at);
    let first = std::mem::replace(&mut model.step, stamped.step) == 0;
    if !first && apart(before, stamped.at) > CLOCKS_AGREE_WITHIN {
        poller::resync(model);
        sending::resync(model);
    }
    model.panes.dirty = true;
    match stamped.event {
        Event::Started | Event::TimeReached => {}
        Event::KeysPressed(keys) => keys_pressed(model, &keys, &mut effects),
        Event::Pasted(text) => pasted(model, text),
        Event::Resized(size) => model.panes.size = size,
        Event::FocusChanged(focused) => model.panes.terminal_focused = Some(focused),
        Event::Fetched { asked, fetch, found, reading } => {
            if let Some(reading) = reading {
                let limited = matches!(&found, Err(problem) if problem.status == Some(429));
                let left = model.poller.in_flight.iter().find(|read| read.asked == asked).map(|read| read.at);
                let now = model.now.mono;
                model.budget.observe(&reading, left.unwrap_or(now), now, limited);
            }
            reconcile::fetched(model, asked, &fetch, found, &mut effects);
        }
        Event::Journaled { ask, locals } => sending::journaled(model, ask, &locals, &mut effects),
        Event::JournalFailed { ask, reason } => sending::journal_failed(model, ask, &reason),
        Event::Attempted { local, attempt, delivery, reading, request_id } => {
            if let Some(reading) = reading {
                let limited = matches!(&delivery, Delivery::Failed(problem) if problem.status == Some(429));
                let now = model.now.mono;
                model.budget.observe(&reading, now, now, limited);
            }
            sending::attempted(model, local, attempt, delivery, request_id, &mut effects);
        }
        Event::LinkOpened { ask, result } => listing::opened(model, ask, result),
        Event::FileSaved { ask: _, result } => listing::saved(model, result),
        Event::Copied { result } => copying::told(model, result),
        Event::Piped { ask, result } => piping::ended(model, ask, result),
        Event::Reloaded { settings, problems, first } => reloading::reloaded(model, *settings, problems, first),
        Event::Resumed => {
            effects.push(Effect::Redraw);
            model.poller.list_due = model.now.mono;
        }
    }
    follow_up(model, &mut effects);
    effects
}

/// By how much one clock went on further than the other: the monotonic one stands still while a machine sleeps.
fn apart(before: Moment, now: Moment) -> Duration {
    let mono = i64::try_from(now.mono.saturating_sub(before.mono).as_millis()).unwrap_or(i64::MAX);
    let wall = (now.wall - before.wall).num_milliseconds();
    Duration::from_millis(mono.abs_diff(wall))
}

/// What holds after every event.
fn follow_up(model: &mut Model, effects: &mut Vec<Effect>) {
    settle_rows(model);
    attention::told(model, effects);
    sending::drive(model, effects);
    settle_rows(model);
    poller::plan(model, effects);
    popup::introduce(model);
}

/// Views and counts, after rows changed; the order stands still while a person moves in the list or reads.
pub fn settle_rows(model: &mut Model) {
    let frozen = frozen(model);
    if model.inbox.frozen && !frozen {
        model.inbox.unsettled = true;
    }
    model.inbox.frozen = frozen;
    let me = model.directory.me.clone();
    // Other rows may stand on the screen now: what is filled in next is told anew.
    model.poller.fill_unsettled |= model.inbox.unsettled;
    model.inbox.settle(frozen, me.as_ref(), model.now.wall, &model.settings);
    if model.panes.last_key.is_none() && model.inbox.at > 0 {
        // Nobody has moved yet: the cursor stays on the first row while the order is being told.
        model.inbox.move_to(0);
    }
}

fn frozen(model: &Model) -> bool {
    let moved = model.panes.last_key.is_some_and(|at| model.now.mono < at + THAWS_AFTER);
    moved || model.panes.on_screen.is_some()
}

fn keys_pressed(model: &mut Model, keys: &[Key], effects: &mut Vec<Effect>) {
    let now = model.now.mono;
    model.panes.last_key = Some(now);
    if rushed(model, keys) {
        let text: String = keys.iter().filter_map(|key| written_by(*key)).collect();
        pasted(model, RawText::new(text));
        return;
    }
    for key in keys {
        // With Enter as a send key a raw paste could send: Enter is one only alone in its read, else a new line.
        let enter = *key == Key::plain(Code::Enter) && keys.len() > 1 && model.settings.enter_sends;
        if enter && context(model) == Context::Composer && takes_text(model) {
            act(model, Action::NewLine, effects);
        } else {
            press(model, *key, effects);
        }
    }
}

/// Whether keys of one read have to be text: many printable ones, not all the same, and neither a reply nor a note begun
/// by the first.
fn rushed(model: &Model, keys: &[Key]) -> bool {
    let in_text = model.panes.focus == Focus::Composer || model.reading.search.prompt.is_some();
    if in_text && model.overlays.open.is_none() {
        return false;
    }
    // A line that came with its Enter was not typed: it may be read before it runs.
    if matches!(model.overlays.open, Some((Overlay::PipePrompt, _))) {
        return keys.len() > 1 && keys.contains(&Key::plain(Code::Enter));
    }
    let mut typed = keys.iter().filter_map(|key| key.typed());
    let count = typed.clone().count();
    let Some(first) = typed.next() else { return false };
    let free = model.overlays.open.is_none() && model.overlays.prefix.is_none();
    let opens = |key: &Key| matches!(meant(model, None, *key).0, Lookup::Act(Action::Reply | Action::Note));
    let begins_text = free && keys.first().is_some_and(opens);
    count > TYPED_AT_MOST && !typed.all(|char| char == first) && !begins_text
}

fn written_by(key: Key) -> Option<char> {
    match key.code {
        Code::Enter => Some('\n'),
        Code::Tab => Some('\t'),
        _ => key.typed(),
    }
}

fn pasted(model: &mut Model, text: RawText) {
    model.panes.last_key = Some(model.now.mono);
    if text.is_empty() {
        return;
    }
    if matches!(model.overlays.open, Some((Overlay::PipePrompt, _))) {
        piping::insert(model, &text);
        return;
    }
    if let Some((overlay, _)) = &mut model.overlays.open {
        if let Some(field) = overlay.field_mut() {
            editing::paste(field, text.as_raw());
            return;
        }
        let now = model.now.mono;
        let words = "pasted text was ignored: close this first, then paste again";
        model.notices.say(now, Weight::Plain, words, None);
        return;
    }
    model.overlays.prefix = None;
    if model.reading.search.prompt.is_some() {
        search::insert(model, &text);
    } else if model.panes.focus == Focus::Composer && model.composer.note.is_some() {
        noting::insert(model, &text);
    } else if model.panes.focus == Focus::Composer {
        writing::insert(model, &text);
    } else {
        writing::offer_paste(model, text);
    }
}

/// Where a key pressed now is looked up.
#[must_use]
pub fn context(model: &Model) -> Context {
    match model.panes.focus {
        _ if model.reading.search.prompt.is_some() => Context::Prompt,
        Focus::List => Context::List,
        Focus::Thread => Context::Thread,
        Focus::Sidebar => Context::Sidebar,
        Focus::Composer => Context::Composer,
    }
}

/// Whether a character typed now is text: a letter of another alphabet stands for a key everywhere else.
fn takes_text(model: &Model) -> bool {
    match &model.overlays.open {
        Some((overlay, _)) => overlay.takes_text(),
        None => model.overlays.prefix.is_none() && context(model).is_text(),
    }
}

/// What a key means in the panes. Outside text a letter without a meaning of its own is the Latin key in its place.
fn meant(model: &Model, prefix: Option<Key>, key: Key) -> (Lookup, Key) {
    let (keymap, context) = (&model.settings.keymap, context(model));
    let found = keymap.look_up(context, prefix, key);
    let text = takes_text(model) && key.typed().is_some();
    match model.settings.langmap.latin(key).filter(|_| found == Lookup::Nothing && !text) {
        Some(latin) => (keymap.look_up(context, prefix, latin), latin),
        None => (found, key),
    }
}

fn press(model: &mut Model, key: Key, effects: &mut Vec<Effect>) {
    if model.panes.leaving {
        return;
    }
    if key == Key::control('c') {
        interrupt(model, effects);
        return;
    }
    model.panes.interrupted = false;
    if let Some(effect) = always(model, key) {
        effects.push(effect);
        return;
    }
    if model.overlays.open.is_some() {
        let latin = model.settings.langmap.latin(key).filter(|_| !takes_text(model));
        popup::press(model, latin.unwrap_or(key), effects);
        return;
    }
    let prefix = model.overlays.prefix;
    let (found, latin) = meant(model, prefix, key);
    if prefix.is_some() {
        model.overlays.prefix = None;
        // Esc, and any key that means nothing here, ends the prefix and does nothing else.
        if let Lookup::Act(action) = found {
            act(model, action, effects);
        }
        return;
    }
    // Esc ends a search before it leaves the pane.
    if key == Key::plain(Code::Escape) && ends_search(model) {
        search::end(model);
        return;
    }
    match found {
        Lookup::Act(action) => act(model, action, effects),
        Lookup::Prefix => model.overlays.prefix = Some(latin),
        Lookup::Nothing => match (context(model), key.typed()) {
            (Context::Composer, Some(char)) if model.composer.note.is_some() => noting::type_char(model, char),
            (Context::Composer, Some(char)) => writing::type_char(model, char),
            (Context::Prompt, Some(char)) => search::type_char(model, char),
            (Context::Composer | Context::Prompt | Context::List | Context::Thread | Context::Sidebar, _) => {}
        },
    }
    lesson::follow(model);
}

/// Whether there is a search that Esc ends here.
fn ends_search(model: &Model) -> bool {
    match context(model) {
        Context::List | Context::Thread | Context::Prompt => model.reading.search.stands(),
        Context::Sidebar | Context::Composer => false,
    }
}

/// Drawing again and suspending work whatever stands open; neither ends a prefix.
fn always(model: &Model, key: Key) -> Option<Effect> {
    if model.overlays.open.is_some() && key.typed().is_some() {
        return None;
    }
    let prefix = model.overlays.prefix;
    let found = match meant(model, prefix, key).0 {
        Lookup::Nothing if prefix.is_some() => meant(model, None, key).0,
        found => found,
    };
    match found {
        Lookup::Act(Action::Redraw) => Some(Effect::Redraw),
        Lookup::Act(Action::Suspend) => Some(Effect::Suspend),
        Lookup::Act(_) | Lookup::Prefix | Lookup::Nothing => None,
    }
}

/// Ctrl-C cancels the innermost like Esc; twice at the top it leaves.
fn interrupt(model: &mut Model, effects: &mut Vec<Effect>) {
    let at_top = model.overlays.open.is_none()
        && model.overlays.prefix.is_none()
        && !model.reading.search.stands()
        && model.panes.focus == Focus::List
        && model.panes.on_screen.is_none();
    if at_top && model.panes.interrupted {
        model.panes.interrupted = false;
        ask_to_quit(model, effects);
    } else if at_top {
        model.panes.interrupted = true;
        let now = model.now.mono;
        model.notices.say(now, Weight::Plain, "^C again quits", None);
    } else if model.overlays.open.is_some() || model.overlays.prefix.is_some() {
        press(model, Key::plain(Code::Escape), effects);
    } else if ends_search(model) {
        search::end(model);
    } else if let Lookup::Act(action) = Keymap::defaults().look_up(context(model), None, Key::plain(Code::Escape)) {
        // What Esc does by default, whatever a person made of that key.
        act(model, action, effects);
    }
}

/// Carries an action out where the keys go now.
pub fn act(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::Redraw => effects.push(Effect::Redraw),
        Action::Reload => effects.push(Effect::Reload),
        Action::Suspend => effects.push(Effect::Suspend),
        Action::Help => {
            let now = model.now.mono;
            model.overlays.show(Overlay::Help { top: 0 }, now);
        }
        Action::Quit => quit(model, effects),
        Action::Pipe => piping::open(model),
        Action::TakeBack => undo::undo(model, effects),
        Action::Palette => choosing::open(model, Ask::Command(context(model)), effects),
        Action::Outbox => records::open(model, Which::Outbox),
        Action::Log => records::open(model, Which::Log),
        Action::Drafts => records::open(model, Which::Drafts),
        Action::Note
        | Action::TakeOver
        | Action::AssignToMe
        | Action::Assign
        | Action::HandOver
        | Action::Tags
        | Action::Prioritize(_)
        | Action::Become(_)
        | Action::ChooseStatus
        | Action::Resolve
        | Action::ResolveAndStay
        | Action::Close
        | Action::Reopen
        | Action::Redo
        | Action::Repeat => verbs::act(model, action, effects),
        Action::Pin => fields::act(model, action, effects),
        Action::Open if model.panes.focus == Focus::Sidebar => fields::act(model, action, effects),
        Action::Refresh => refresh(model, effects),
        Action::Reply => match verbs::target(model) {
            Some(target) => writing::open(model, &target),
            None => {
                let now = model.now.mono;
                model.notices.say(now, Weight::Plain, "no conversation is selected", None);
            }
        },
        Action::Unfold => reading::unfold(model),
        Action::Trace => reading::trace(model),
        Action::Source => reading::source(model),
        Action::Links => listing::open(model),
        Action::CopyId | Action::CopyMessage | Action::CopyTranscript | Action::CopyLink | Action::CopyEmail => {
            copying::act(model, action, effects)
        }
        Action::Search => search::open(model),
        Action::SearchNext | Action::SearchPrevious if model.reading.search.prompt.is_none() => {
            search::next(model, action == Action::SearchNext);
        }
        Action::SearchNext | Action::SearchPrevious | Action::SearchKeep | Action::SearchEnd => {
            search::act(model, action);
        }
        Action::EditLeft
        | Action::EditRight
        | Action::EditWordLeft
        | Action::EditWordRight
        | Action::EditHome
        | Action::EditEnd
        | Action::EditBackspace
        | Action::EditDelete
        | Action::EditDeleteWord
        | Action::EditKillToEnd
        | Action::EditKillToStart
        | Action::EditYank
        | Action::EditUndo
            if model.reading.search.prompt.is_some() =>
        {
            search::act(model, action);
        }
        Action::Send
        | Action::NewLine
        | Action::Leave
        | Action::Discard
        | Action::EditUp
        | Action::EditDown
        | Action::EditLeft
        | Action::EditRight
        | Action::EditWordLeft
        | Action::EditWordRight
        | Action::EditHome
        | Action::EditEnd
        | Action::EditBackspace
        | Action::EditDelete
        | Action::EditDeleteWord
        | Action::EditKillToEnd
        | Action::EditKillToStart
        | Action::EditYank
        | Action::EditUndo
        | Action::EditTab
        | Action::ThreadUp
        | Action::ThreadDown
        | Action::SendAndResolve
        | Action::Attach
        | Action::Detach
        | Action::HandOverPriority => {
            if model.composer.note.is_some() {
                noting::act(model, action, effects);
            } else {
                writing::act(model, action, effects);
            }
        }
        Action::Next
        | Action::Previous
        | Action::PageDown
        | Action::PageUp
        | Action::First
        | Action::Last
        | Action::Open
        | Action::Back
        | Action::NextConversation
        | Action::PreviousConversation
        | Action::NextChanged
        | Action::PreviousChanged
        | Action::NextView
        | Action::PreviousView
        | Action::Show(_)
        | Action::Longest
        | Action::Sidebar => moving::act(model, action),
    }
}

/// `R`: the list and the thread on screen are read now, and what is new may take its place.
fn refresh(model: &mut Model, effects: &mut Vec<Effect>) {
    model.poller.list_due = model.now.mono;
    let view = model.inbox.view;
    if let Some(walk) = model.inbox.walk_mut(view) {
        *walk = Everything::Unasked;
    }
    moving::thaw(model);
    let Some(id) = model.panes.on_screen.clone() else { return };
    if let Some(thread) = model.threads.held.get_mut(&id) {
        thread.retry_at = Duration::ZERO;
    }
    if !poller::asks_newest(model, &id, 0) {
        poller::ask_newest(model, &id, Lane::OnScreen, effects);
    }
}

/// `q` closes what is open, at the top it leaves.
fn quit(model: &mut Model, effects: &mut Vec<Effect>) {
    let single = matches!(model.screen.layout.fit, super::layout::Fit::One);
    match model.panes.focus {
        Focus::Sidebar => moving::act(model, Action::Back),
        Focus::Thread if single => moving::act(model, Action::Back),
        Focus::Thread | Focus::List | Focus::Composer => ask_to_quit(model, effects),
    }
}

fn ask_to_quit(model: &mut Model, effects: &mut Vec<Effect>) {
    let (drafts, unsent) = (model.composer.with_text(), model.outbox.undelivered());
    if drafts == 0 && unsent == 0 {
        leave(model, effects);
    } else {
        let now = model.now.mono;
        model.overlays.show(Overlay::Question(Question::Quit { drafts, unsent }), now);
    }
}

/// The loop is to end.
pub fn leave(model: &mut Model, effects: &mut Vec<Effect>) {
    model.panes.leaving = true;
    effects.push(Effect::Quit);
}

/// When the core next wants to be woken (monotonic), whatever happens in between.
#[must_use]
pub fn next_wake(model: &Model) -> Option<Duration> {
    let now = model.now.mono;
    let notice = model.notices.latest.as_ref().map(|notice| notice.at + super::notice::STANDS_FOR);
    let thaw = model
        .panes
        .last_key
        .filter(|_| model.inbox.frozen && model.panes.on_screen.is_none())
        .filter(|_| model.inbox.new_rows + model.inbox.left > 0)
        .map(|at| at + THAWS_AFTER);
    let preview = (model.panes.on_screen.is_none() && model.panes.previewed != model.inbox.cursor)
        .then(|| model.panes.rests_since + super::settle::PREVIEW_AFTER);
    [sending::next_wake(model), poller::next_wake(model), notice, thaw, preview, Some(next_minute(model.now))]
        .into_iter()
        .flatten()
        .filter(|at| *at > now)
        .min()
}

/// Ages are drawn by the minute.
fn next_minute(now: Moment) -> Duration {
    let into = u64::try_from(now.wall.timestamp_millis().rem_euclid(60_000)).unwrap_or(0);
    now.mono + Duration::from_millis(60_000 - into)
}
