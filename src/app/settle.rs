//! Wraps and measures what the next frame will show, and notes what a person has thereby seen. Runs once before a draw.

use std::time::Duration;

use crate::domain::ConversationId;
use crate::text::{self, sanitize_line};

use super::blocks::{self, View};
use super::event::Size;
use super::guard::{self, Baseline};
use super::layout;
use super::model::Model;
use super::outbox::Work;
use super::screen::{BlockLine, Line, LineKind};
use super::thread::{Anchor, Thread};
use super::viewport::{self, Viewport, Window};
use super::{piping, triage, words};

/// The preview beside the list follows the cursor once it rests this long: held keys do not draw threads.
pub const PREVIEW_AFTER: Duration = Duration::from_millis(120);
const FRAME: usize = 2;
const COMPOSER_ROWS: usize = 2;
/// A field of one line is as wide as it needs to be; the view shows the part around its cursor.
const ONE_LINE: usize = 100_000;

/// Makes the model ready to be drawn at this size.
pub fn settle(model: &mut Model, size: Size) {
    model.panes.size = size;
    preview(model);
    let shown = model.shown().cloned();
    let width_of_pane = pane_width(model, size);
    let (composer_wants, blocks_want) = wants(model, shown.as_ref(), width_of_pane);
    let opened = model.panes.on_screen.is_some();
    let noted = shown.as_ref().is_some_and(|id| model.sidebar.get(id).is_some_and(|aside| !aside.notes.is_empty()));
    let layout = layout::divide(size, model.panes.focus, opened, noted, blocks_want, composer_wants);
    model.screen.layout = layout;
    model.screen.rows_each = if layout.list.width >= 60 { 1 } else { 2 };
    model.screen.list_fits = usize::from(layout.list.height / model.screen.rows_each.max(1)).max(1);
    keep_in_view(model);
    piping::settle(model);
    composer(model);
    thread(model, shown.as_ref());
    seen(model);
}

/// The row whose thread stands beside the list.
fn preview(model: &mut Model) {
    let rested = model.now.mono >= model.panes.rests_since + PREVIEW_AFTER;
    if model.panes.on_screen.is_some() {
        model.panes.previewed.clone_from(&model.panes.on_screen);
    } else if rested || model.panes.previewed.is_none() {
        model.panes.previewed.clone_from(&model.inbox.cursor);
    }
}

fn pane_width(model: &Model, size: Size) -> u16 {
    layout::divide(size, model.panes.focus, model.panes.on_screen.is_some(), false, 0, 0).header.width
}

/// The rows that composer and blocks want.
fn wants(model: &mut Model, shown: Option<&ConversationId>, width: u16) -> (usize, usize) {
    let inside = usize::from(width).saturating_sub(4).max(1);
    let composer = match model.composer.editor_mut() {
        Some(editor) => {
            editor.prepare(inside);
            editor.row_count().max(COMPOSER_ROWS) + FRAME
        }
        None => 0,
    };
    if let Some((overlay, _)) = &mut model.overlays.open
        && let Some(field) = overlay.field_mut()
    {
        field.prepare(ONE_LINE);
    }
    let blocks = shown.map(|id| block_lines(model, id, inside)).unwrap_or_default();
    model.screen.blocks = blocks;
    (composer, model.screen.blocks.len())
}

fn keep_in_view(model: &mut Model) {
    let fits = model.screen.list_fits;
    let inbox = &mut model.inbox;
    inbox.top = inbox.top.min(inbox.at);
    if inbox.at >= inbox.top + fits {
        inbox.top = inbox.at + 1 - fits;
    }
    // No empty rows at the end while there are rows above.
    inbox.top = inbox.top.min(inbox.order.len().saturating_sub(fits));
}

fn composer(model: &mut Model) {
    model.screen.composer.clear();
    let layout = model.screen.layout;
    let rows = usize::from(layout.composer.height).saturating_sub(FRAME);
    let Some(editor) = model.composer.editor() else { return };
    if rows == 0 {
        return;
    }
    let (row, column) = editor.cursor_cell();
    let count = editor.row_count();
    let first = (row + 1).saturating_sub(rows).min(count.saturating_sub(1));
    let visible = editor.visible_rows(first, rows);
    model.screen.composer_more = (first > 0, first + rows < count);
    model.screen.composer = visible.into_iter().map(|row| row.text).collect();
    model.screen.composer_cursor = (row - first, column);
}

/// Fills the thread area from where the reader stands.
fn thread(model: &mut Model, shown: Option<&ConversationId>) {
    model.screen.thread.clear();
    model.screen.wants_older = None;
    model.screen.below = 0;
    model.screen.new_below = 0;
    model.screen.selected = None;
    model.screen.thread_of = shown.cloned();
    let scroll = std::mem::take(&mut model.screen.scroll);
    let area = model.screen.layout.thread;
    let Some(id) = shown.filter(|_| !area.is_empty()).cloned() else { return };
    let rule = |kind| Line { message: None, kind };
    let Some(thread) = model.threads.held.get_mut(&id) else {
        model.screen.thread.push(rule(LineKind::Loading));
        return;
    };
    if thread.messages.is_empty() {
        let read = thread.read.is_some();
        model.screen.thread = match &thread.problem.clone() {
            Some(problem) => {
                let why = words::unread(model, problem, words::Unread::Thread);
                let said = format!("the thread cannot be read: {why}");
                wrapped(&said, usize::from(area.width)).into_iter().map(|row| rule(LineKind::Failed(row))).collect()
            }
            None if read => vec![rule(LineKind::Empty)],
            None => vec![rule(LineKind::Loading)],
        };
        return;
    }
    if model.panes.on_screen.as_ref() == Some(&id) {
        freshen(thread);
    }
    let drawn = look(model, &id, |viewport, above| {
        let from = viewport.place(&viewport.view.thread.anchor);
        let bottom = viewport.moved(from, scroll);
        let window = viewport.window(bottom, above);
        let whole = whole(viewport, &window);
        let anchor = viewport.anchor(&window);
        (window, whole, anchor)
    });
    if let Some((window, whole, anchor)) = drawn {
        note(model, &id, window, &whole, anchor);
    }
}

/// A look at a thread in the area that was measured last, with what stands above its first message. None where nothing
/// of it is here.
pub(super) fn look<R>(
    model: &mut Model,
    id: &ConversationId,
    at: impl FnOnce(&mut Viewport<'_>, LineKind) -> R,
) -> Option<R> {
    let area = model.screen.layout.thread;
    let thread = model.threads.held.remove(id)?;
    if thread.messages.is_empty() {
        model.threads.held.insert(id.clone(), thread);
        return None;
    }
    let mut cache = std::mem::take(&mut model.screen.cache);
    cache.prepare(id, area.width, thread.version);
    let name = triage::name_of(model, id).map(|name| sanitize_line(&name).to_string()).unwrap_or_default();
    let view = View {
        model,
        thread: &thread,
        width: area.width,
        began: since_began(model, &thread, id),
        fresh: thread.fresh.as_ref().and_then(|(first, since)| Some((thread.position(first)?, *since))),
        name,
        needle: model.reading.search.needle(),
    };
    let above = first_line(model, &thread, id);
    let mut viewport = Viewport { view, cache: &mut cache, height: usize::from(area.height) };
    let seen = at(&mut viewport, above);
    model.screen.cache = cache;
    model.threads.held.insert(id.clone(), thread);
    Some(seen)
}

/// Where the line goes before what came since the reader last looked.
fn freshen(thread: &mut Thread) {
    if thread.looked_at {
        return;
    }
    let Some((read_to, since)) = &thread.read_to else { return };
    let Some(last) = thread.position(read_to) else { return };
    let news = thread.messages.iter().skip(last + 1).find(|entry| !thread.own.contains(&entry.message.id));
    if let Some(entry) = news {
        thread.fresh = Some((entry.message.id.clone(), *since));
    }
}

/// What is drawn of a thread goes to the screen, and what follows from it to the thread.
fn note(model: &mut Model, id: &ConversationId, window: Window, whole: &[usize], anchor: Anchor) {
    let now = model.now.mono;
    let Some(thread) = model.threads.held.get_mut(id) else { return };
    let last = thread.messages.len() - 1;
    let (at, at_tail) = (window.bottom.0, window.at_tail);
    for at in whole {
        if let Some(entry) = thread.messages.get_mut(*at) {
            entry.drawn_at = Some(now);
        }
    }
    thread.anchor = anchor;
    model.screen.below = last - at;
    if at_tail {
        thread.seen = thread.newest().map(|entry| entry.message.id.clone());
    } else {
        if thread.seen.is_none() {
            thread.seen = thread.messages.get(at).map(|entry| entry.message.id.clone());
        }
        let seen = viewport::position(thread, thread.seen.as_ref()).unwrap_or(last);
        model.screen.new_below = last.saturating_sub(seen.max(at));
    }
    let chosen = viewport::position(thread, thread.selected.as_ref());
    let selected = window.selected(chosen).and_then(|at| thread.messages.get(at)).map(|it| it.message.id.clone());
    if thread.selected.is_some() {
        thread.selected.clone_from(&selected);
    }
    model.screen.selected = selected;
    let top = window.messages().map_or(0, |(first, _)| first);
    if top <= 8 && thread.older.is_some() && model.panes.on_screen.as_ref() == Some(id) {
        model.screen.wants_older = Some(id.clone());
    }
    model.screen.thread = window.lines.into_iter().map(|(_, line)| line).collect();
}

fn first_line(model: &Model, thread: &Thread, id: &ConversationId) -> LineKind {
    if thread.from_start {
        return LineKind::Beginning;
    }
    let loading = model
        .poller
        .in_flight
        .iter()
        .any(|read| matches!(&read.fetch, super::effect::Fetch::Thread { conversation, .. } if conversation == id));
    LineKind::OlderNotLoaded { loading }
}

/// The first message that came since the draft (or the stopped reply) was begun, and how many did.
fn since_began(model: &Model, thread: &Thread, id: &ConversationId) -> Option<(usize, usize)> {
    let stopped = model.outbox.pending(id).find(|entry| entry.state.asks()).map(|entry| &entry.baseline);
    let draft = model.composer.drafts.get(id).filter(|draft| !draft.editor.is_empty()).map(|draft| &draft.baseline);
    let step = stopped.or(draft).and_then(|baseline: &Baseline| baseline.step)?;
    let mut first = None;
    let mut count = 0;
    for (at, entry) in thread.messages.iter().enumerate().rev() {
        if entry.first_seen > step && !thread.own.contains(&entry.message.id) {
            first = Some(at);
            count += 1;
        } else if first.is_some_and(|first| first > at + 200) {
            break;
        }
    }
    first.map(|first| (first, count))
}

/// The messages that stand whole in these lines and were not noted before; one taller than the area counts once its
/// end is there.
fn whole(viewport: &mut Viewport<'_>, window: &Window) -> Vec<usize> {
    let mut found = Vec::new();
    let Some((first, last)) = window.messages() else { return found };
    for at in first..=last {
        if viewport.view.thread.messages.get(at).is_none_or(|entry| entry.drawn_at.is_some()) {
            continue;
        }
        let Some((top, bottom)) = window.visible(at) else { continue };
        let (begins, count) = (viewport.first_own(at), viewport.count(at));
        let ends = bottom + 1 == count;
        if ends && (top == begins || count - begins > viewport.height) {
            found.push(at);
        }
    }
    found
}

/// What a person has seen by this frame: the opened thread's end, with a terminal that is not known to be unfocused.
fn seen(model: &mut Model) {
    let Some(id) = model.panes.on_screen.clone() else { return };
    if model.screen.thread_of.as_ref() != Some(&id) {
        return;
    }
    let Some(thread) = model.threads.held.get_mut(&id) else { return };
    let at_tail = thread.anchor == Anchor::Tail && thread.read.is_some();
    let looked_at = at_tail && model.panes.terminal_focused != Some(false);
    // What is held from before may be old: the line before what is new waits for the first answer.
    thread.looked_at = looked_at && thread.read.is_some_and(|read| read.came_in > thread.opened_in);
    if thread.looked_at || (looked_at && thread.read_to.is_none()) {
        thread.read_to = thread.newest().map(|entry| (entry.message.id.clone(), model.now.wall));
    }
    let thread = &*thread;
    if looked_at && let Some(row) = model.inbox.rows.get_mut(&id) {
        row.unread = false;
    }
    // A draft begun before anything of the thread was on the screen counts from the first time it is.
    if at_tail {
        let facts = model.inbox.rows.get(&id).map(|row| guard::Facts::of(&row.conversation));
        let step = model.step;
        let newest = guard::newest_drawn(thread);
        let draft = model.composer.drafts.get_mut(&id).map(|draft| &mut draft.baseline);
        if let Some(baseline) = draft {
            if baseline.step.is_none() {
                baseline.step = Some(step);
                baseline.newest = newest;
            }
            if baseline.facts.is_none() {
                baseline.facts.clone_from(&facts);
            }
        }
    }
}

/// What is on its way in a conversation, act by act: what happens to its next step, and the first rows of its words.
/// What no visitor sees and needs nobody is done in a moment: it is not drawn.
fn block_lines(model: &Model, id: &ConversationId, width: usize) -> Vec<BlockLine> {
    let mut lines = Vec::new();
    let mut acts: Vec<u64> = Vec::new();
    for entry in model.outbox.pending(id).filter(|entry| !entry.taken_back) {
        if acts.contains(&entry.act) {
            continue;
        }
        acts.push(entry.act);
        let steps = || model.outbox.pending(id).filter(|step| step.act == entry.act && !step.taken_back);
        if !model.outbox.is_seen(entry.act) && !steps().any(|step| words::worth_a_block(&step.state)) {
            continue;
        }
        // What to do stands at the end of the sentence: it must not be cut.
        let (words, warning) = words::entry(model, entry);
        lines.extend(wrapped(&words, width).into_iter().map(|words| BlockLine::State { words, warning }));
        let Some(said) = steps().find(|step| !step.text.is_empty()) else { continue };
        let note = said.work == Work::Note;
        let mut rows = blocks::rows(&said.text, width);
        for row in rows.by_ref().take(3) {
            lines.push(if note { BlockLine::Note(row) } else { BlockLine::Text(row) });
        }
        let more = rows.count();
        if more > 0 {
            lines.push(BlockLine::More(more));
        }
    }
    let written = model.composer.current().filter(|(target, _)| *target == id);
    for url in written.map(|(_, draft)| draft.attachments.as_slice()).unwrap_or_default() {
        lines.push(BlockLine::Attached(sanitize_line(url).to_string()));
    }
    lines
}

/// One of our own sentences as rows. What it quotes may be broken anywhere: only our own first word stands at the edge,
/// where gutters are (security, S2).
fn wrapped(words: &str, width: usize) -> Vec<String> {
    let Some(first) = text::wrap(words, width.max(1)).into_iter().next() else { return Vec::new() };
    let mut rows = vec![words.get(first.start..first.end).unwrap_or_default().trim_end().to_owned()];
    let rest = words.get(first.end..).unwrap_or_default().trim_start();
    if rest.is_empty() {
        return rows;
    }
    let before = " ".repeat(blocks::GUTTER.min(width.saturating_sub(1)));
    let across = width.saturating_sub(before.len()).max(1);
    let further = text::wrap(rest, across).into_iter();
    rows.extend(further.map(|row| {
        let said = rest.get(row.start..row.end).unwrap_or_default().trim_end();
        format!("{before}{said}")
    }));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_of_ours_is_whole_at_any_width_and_quotes_nothing_at_the_edge() {
        let said = "the thread cannot be read: example.com closed the connection in the middle of its answer";
        for width in 1..100 {
            let rows = wrapped(said, width);
            assert!(rows.iter().all(|row| text::width(row) <= width), "{width}: {rows:?}");
            assert!(rows.iter().skip(1).all(|row| width == 1 || row.starts_with(' ')), "{width}: {rows:?}");
            let letters = |text: &str| text.chars().filter(|char| !char.is_whitespace()).collect::<String>();
            assert_eq!(letters(&rows.concat()), letters(said), "{width}");
        }
    }
}
