//! The status bar: whose inbox, which view, how fresh. Quiet until something is wrong.
//!
//! Our own words get their place first; a name from outside takes what is left.

use crate::app::Action;
use crate::app::composer::Kind;
use crate::app::inbox::{Everything, Standing, View};
use crate::app::keymap::Context;
use crate::app::model::Model;
use crate::app::outbox::{State, Work};
use crate::app::overlay::Overlay;
use crate::app::words::{self, Unread};
use crate::app::{act_words, key_words, poller, triage};
use crate::text::{sanitize_line, truncate, width};

use super::age::{Age, span};
use super::names::quoted;
use super::painter::{Painter, Pen};
use super::{Scene, questions};

/// How many cells the organisation's name gets, and where there is little room.
const ORGANISATION: usize = 24;
const ORGANISATION_NARROW: usize = 12;
/// Below this width only the view on screen is named.
const NARROW: u16 = 80;
/// From this width on the right end says everything in words.
const WIDE: u16 = 100;

/// From here on the list is read so much less often than usual that it is said.
const STRETCHED: f64 = 1.25;

/// The one line of a screen that is too small for more.
pub(super) fn too_small(scene: &Scene<'_>, painter: &mut Painter<'_>) {
    let model = scene.model;
    let mut pen = Pen::on(model.screen.layout.status, 0);
    if let Some((Overlay::Question(question), _)) = &model.overlays.open {
        painter.cut(&mut pen, &questions::short(question), scene.theme.warning);
        return;
    }
    if let Some((_, kind)) = model.composer.target() {
        // What is typed goes on into the draft: that must not look like the list.
        let words = match kind {
            Kind::Reply => "REPLY, visible: no room to write here",
            Kind::Note => "NOTE, team only: no room to write here",
        };
        painter.cut(&mut pen, words, scene.theme.warning);
        return;
    }
    let size = model.panes.size;
    let said = match longest(model) {
        Some(longest) => format!("{} waiting, longest {}", model.inbox.waiting.len(), longest.as_str()),
        None if model.inbox.complete => "nobody waits".to_owned(),
        None => "reading the list…".to_owned(),
    };
    painter.cut(&mut pen, &said, scene.theme.strong);
    painter.cut(&mut pen, &format!(" ({}x{} too small)", size.columns, size.rows), scene.theme.dim);
}

/// How long the first of Waiting has waited.
fn longest(model: &Model) -> Option<Age> {
    let row = model.inbox.rows.get(model.inbox.waiting.first()?)?;
    Some(match row.waits() {
        Standing::Waits(since) => Age::since(since.at, since.certain, model.now.wall),
        Standing::Perhaps | Standing::No => Age::since(row.conversation.last_activity().at, false, model.now.wall),
    })
}

/// Draws the bar.
pub(super) fn draw(scene: &Scene<'_>, painter: &mut Painter<'_>) {
    let area = scene.model.screen.layout.status;
    let mut pen = Pen::on(area, 0);
    pen.skip(1);
    pen.keep(1);
    link(scene, painter, &mut pen, area.width);
    pen.keep(2);
    elsewhere(scene, painter, &mut pen);
    organisation(scene, painter, &mut pen, area.width < NARROW);
    if area.width < NARROW {
        one_view(scene, painter, &mut pen);
    } else {
        tabs(scene, painter, &mut pen);
    }
}

/// How old the list is, what is left of the hour, and what went wrong.
fn link(scene: &Scene<'_>, painter: &mut Painter<'_>, pen: &mut Pen, columns: u16) {
    let model = scene.model;
    let now = model.now.mono;
    let age = model.link.list_read_at.map(|at| span(now.saturating_sub(at)));
    if let Some(trouble) = trouble(model, pen.rest().saturating_sub(ORGANISATION_NARROW + 3)) {
        painter.right(pen, &trouble, scene.theme.warning);
        return;
    }
    let Some(age) = age else {
        painter.right(pen, "connecting…", scene.theme.dim);
        return;
    };
    let left = model.budget.remaining_hour(now);
    let cadence = if poller::stretch(model) >= STRETCHED {
        format!(", every {}", span(poller::list_cadence(model)))
    } else {
        String::new()
    };
    let said = if columns >= WIDE {
        format!("data {age}{cadence} · {left} left this hour")
    } else if columns >= NARROW {
        format!("data {age}{cadence} · {left} left")
    } else {
        format!("{age}{cadence} · {left} left")
    };
    painter.right(pen, &said, scene.theme.dim);
}

/// What cannot be read and what to do, in at most so many cells, behind how old that is which stands there. A thread of
/// which nothing was read says it itself.
fn trouble(model: &Model, room: usize) -> Option<String> {
    let now = model.now.mono;
    let (ours, problem, what) = if let Some(problem) = &model.link.problem {
        let ours = match model.link.list_read_at {
            Some(at) => format!("data {} old: ", span(now.saturating_sub(at))),
            None => "no data yet: ".to_owned(),
        };
        (ours, problem, Unread::List)
    } else {
        let thread = model.shown().and_then(|id| model.threads.get(id))?;
        let (problem, read) = (thread.problem.as_ref()?, thread.read?);
        (format!("thread {} old: ", span(now.saturating_sub(read.at))), problem, Unread::Thread)
    };
    let room = room.saturating_sub(width(&ours));
    Some(ours + &words::unread_within(model, problem, what, room))
}

/// A reply to somebody who is not on screen: what happens to it, and to whom. One that a person must decide on is
/// named before one that goes on by itself.
fn elsewhere(scene: &Scene<'_>, painter: &mut Painter<'_>, pen: &mut Pen) {
    let model = scene.model;
    let shown = model.screen.thread_of.as_ref();
    let mut others =
        model.outbox.entries.iter().filter(|entry| !entry.state.is_final() && Some(&entry.conversation) != shown);
    let count = others.clone().count();
    let Some(entry) = others.clone().find(|entry| entry.state.asks()).or_else(|| others.next()) else { return };
    let theme = scene.theme;
    let (ours, then, style) = match &entry.state {
        State::Journaling => ("being written down".to_owned(), " for ", theme.plain),
        State::Held { until } => {
            let left = until.saturating_sub(model.now.mono).as_millis().div_ceil(1_000).max(1);
            // An act is called by what the visitor will see of it, not by the step that opens it.
            let steps = model.outbox.entries.iter().filter(|step| step.act == entry.act);
            let seen = steps.clone().find(|step| matches!(step.work, Work::Reply { .. }));
            let seen = seen.or_else(|| steps.clone().find(|step| step.work.is_visible())).unwrap_or(entry);
            let what = if matches!(seen.work, Work::Reply { .. }) { "" } else { act_words::kind(&seen.work) };
            let between = if what.is_empty() { "" } else { " " };
            (format!("{what}{between}held {left}s"), " for ", theme.plain)
        }
        State::Ready { .. } | State::Sending | State::ReadBack { .. } => ("sending".to_owned(), " to ", theme.plain),
        State::Uncertain { .. } => ("not known whether it arrived".to_owned(), ": ", theme.warning),
        State::Waiting { .. } => ("not sent yet".to_owned(), " to ", theme.warning),
        State::Stopped { .. } => ("stopped".to_owned(), ": ", theme.warning),
        State::Refused { .. } | State::Blocked { .. } | State::Unjournaled { .. } => {
            let then = if matches!(entry.work, Work::Reply { .. }) { " to " } else { ": " };
            (act_words::not_done(&entry.work).to_owned(), then, theme.warning)
        }
        State::Unsent => ("unsent".to_owned(), " to ", theme.warning),
        State::Delivered { .. } => ("sent".to_owned(), " to ", theme.plain),
        State::Done { .. } => ("done".to_owned(), " for ", theme.plain),
    };
    let more = if count > 1 { format!("{} more, ", count - 1) } else { String::new() };
    let mut said = format!("{more}{ours}");
    let room = pen.rest().saturating_sub(width(&said) + width(then) + ORGANISATION_NARROW + 4);
    if let Some(name) = triage::name_of(model, &entry.conversation).filter(|_| room > 1) {
        said.push_str(then);
        said.push_str(&quoted(&name, room));
    }
    painter.right(pen, &said, style);
    pen.keep(2);
}

/// Whose inbox this is.
fn organisation(scene: &Scene<'_>, painter: &mut Painter<'_>, pen: &mut Pen, narrow: bool) {
    let model = scene.model;
    let most = if narrow { ORGANISATION_NARROW } else { ORGANISATION }.min(pen.rest());
    let name = model.directory.credential.as_ref().and_then(|me| me.organisation_name.as_ref());
    let safe = name.map(sanitize_line);
    let (said, style) = match &safe {
        _ if model.settings.demo => ("DEMO", scene.theme.strong),
        Some(name) => (name.as_str(), scene.theme.plain),
        None if model.directory.credential.is_some() => ("(no name)", scene.theme.dim),
        None => ("not connected", scene.theme.dim),
    };
    let cut = truncate(said, most);
    painter.write(pen, &cut.text, style);
}

/// The view on screen; with a thread open, how many wait and whose thread it is.
fn one_view(scene: &Scene<'_>, painter: &mut Painter<'_>, pen: &mut Pen) {
    let model = scene.model;
    let dot = |painter: &mut Painter<'_>, pen: &mut Pen| {
        pen.skip(1);
        painter.write(pen, scene.marks.dot, scene.theme.dim);
        pen.skip(1);
    };
    let Some(name) = model.panes.on_screen.as_ref().and_then(|id| triage::name_of(model, id)) else {
        let tab = tab(model, model.inbox.view);
        if width(&tab) + 2 < pen.rest() {
            pen.skip(2);
            painter.write(pen, &tab, scene.theme.selected);
        }
        return;
    };
    let waiting = format!("{} waiting", model.inbox.waiting.len());
    if width(&waiting) + 3 < pen.rest() {
        dot(painter, pen);
        painter.write(pen, &waiting, scene.theme.plain);
    }
    if pen.rest() > 9 {
        dot(painter, pen);
        let room = pen.rest().saturating_sub(2);
        painter.write(pen, &quoted(&name, room), scene.theme.plain);
    }
}

/// The views, as many as fit; the one on screen always.
fn tabs(scene: &Scene<'_>, painter: &mut Painter<'_>, pen: &mut Pen) {
    let model = scene.model;
    let mut tabs: Vec<(View, String)> = View::ALL.into_iter().map(|view| (view, tab(model, view))).collect();
    pen.skip(2);
    while tabs.iter().map(|(_, words)| width(words)).sum::<usize>() > pen.rest() {
        let Some(last) = tabs.iter().rposition(|(view, _)| *view != model.inbox.view) else { return };
        tabs.remove(last);
    }
    for (view, words) in &tabs {
        let style = if *view == model.inbox.view { scene.theme.selected } else { scene.theme.plain };
        painter.write(pen, words, style);
    }
}

/// A view as a tab: its key, its name, its rows; `+` while more of them may be unread at the server.
fn tab(model: &Model, view: View) -> String {
    let key = key_words::clause(model, (Context::List, Action::Show(view)), " ", "");
    let count = model.inbox.counts.get(view.index()).copied().unwrap_or(0);
    let complete = model.inbox.knows_all_of(view);
    // Of what was never looked at, a count would tell nothing.
    if view != View::All && model.inbox.walk(view) == Some(&Everything::Unasked) {
        return format!("{key} {} ", view.word());
    }
    match (count, complete) {
        (0, false) => format!("{key} {} ", view.word()),
        (count, true) => format!("{key} {} {count} ", view.word()),
        (count, false) => format!("{key} {} {count}+ ", view.word()),
    }
}
