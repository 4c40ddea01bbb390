//! The thread pane above the composer: whose thread it is, the messages, and replies on their way.
//!
//! Owns the gutters: every row of a message begins with two cells that only we write, by role; separators and markers
//! are the only rows without them, and no message can look like one (security, S2).

use chrono::{Datelike, NaiveDate};
use ratatui::style::{Modifier, Style};

use crate::app::inbox::Standing;
use crate::app::keymap::Context;
use crate::app::layout::Area;
use crate::app::links::Odd;
use crate::app::screen::{BlockLine, Fold, Line, LineKind, Look, Span};
use crate::app::trace::{LABEL, NARROW, Row};
use crate::app::words::OUTSIDE_CELLS;
use crate::app::{Action, Focus, blocks, key_words, triage, words};
use crate::domain::Speaker;
use crate::text::{sanitize_line, width};

use super::age::Age;
use super::links::ending;
use super::painter::{Painter, Pen};
use super::{Place, Scene, names};

/// Draws the pane; the place of the last line of the thread.
pub(super) fn draw(scene: &Scene<'_>, painter: &mut Painter<'_>) -> Option<Place> {
    let screen = &scene.model.screen;
    if screen.layout.pane.is_empty() {
        return None;
    }
    header(scene, painter, screen.layout.header);
    let area = screen.layout.thread;
    let mut place = None;
    let mut on_selected = None;
    for (row, line) in (0..area.height).zip(&screen.thread) {
        let selected = line.message.is_some() && line.message == screen.selected;
        self::line(scene, painter, Pen::on(area, row), line, selected);
        place = Some((area.x, area.y + row));
        if selected && on_selected.is_none() {
            on_selected = place;
            here(scene, painter, area, row);
        }
    }
    for (row, line) in (0..screen.layout.blocks.height).zip(&screen.blocks) {
        block(scene, painter, Pen::on(screen.layout.blocks, row), line);
    }
    on_selected.or(place)
}

/// The mark beside the message that keys act on: in the cell of air before the gutter, which stays the role's alone.
fn here(scene: &Scene<'_>, painter: &mut Painter<'_>, area: Area, row: u16) {
    if scene.model.panes.focus == Focus::Thread && area.x > 0 {
        let mut pen = Pen::on(Area { x: area.x - 1, width: 1, ..area }, row);
        painter.write(&mut pen, scene.marks.here, scene.theme.selected);
    }
}

/// When the message under the cursor was written: in full, and how long ago; shorter forms for less room.
fn written_at(scene: &Scene<'_>) -> Option<[String; 3]> {
    let model = scene.model;
    let id = model.screen.selected.as_ref().filter(|_| model.panes.focus == Focus::Thread)?;
    let thread = model.threads.get(model.screen.thread_of.as_ref()?)?;
    let at = thread.messages.get(thread.position(id)?)?.message.created_at;
    let civil = model.settings.zone.civil(at.at);
    let mark = if at.certain { "" } else { "~" };
    let age = Age::since(at.at, at.certain, model.now.wall);
    let full = format!("{mark}{}", civil.format("%a %-d %b %Y %H:%M:%S"));
    let short = format!("{mark}{}", civil.format("%Y-%m-%d %H:%M"));
    let age = if age.as_str().ends_with("now") { age.as_str().to_owned() } else { format!("{} ago", age.as_str()) };
    Some([format!("{full}, {age}"), full, short])
}

/// Two lines: what comes from outside (name and title), then our own words.
fn header(scene: &Scene<'_>, painter: &mut Painter<'_>, area: Area) {
    let model = scene.model;
    let Some(row) = model.shown().and_then(|id| model.inbox.rows.get(id)) else {
        painter.middle(&mut Pen::on(area, 1), "no conversation is selected", scene.theme.dim);
        return;
    };
    let mut pen = Pen::on(area, 0);
    let name = sanitize_line(&triage::name_of_row(row));
    painter.name(&mut pen, name.as_str(), scene.theme.strong);
    if let Some(title) = row.conversation.title.as_ref().filter(|_| pen.rest() > 4) {
        pen.skip(1);
        painter.write(&mut pen, scene.marks.dot, scene.theme.dim);
        pen.skip(1);
        painter.cut(&mut pen, sanitize_line(title).as_str(), scene.theme.plain);
    }
    let conversation = &row.conversation;
    let mut said = words::status(&conversation.status);
    if let (Standing::Waits(since), true) = (row.waits(), model.settings.absolute_times) {
        let mark = if since.certain { "" } else { "~" };
        let (at, today) = (model.settings.zone.civil(since.at), model.settings.zone.civil(model.now.wall));
        let at = at.format(if at.date() == today.date() { "%H:%M" } else { "%Y-%m-%d %H:%M" });
        said.push_str(&format!(", waiting since {mark}{at}"));
    } else if let Standing::Waits(since) = row.waits() {
        let age = Age::since(since.at, since.certain, model.now.wall);
        said.push_str(if age.as_str() == "now" { ", waiting since just " } else { ", waiting " });
        said.push_str(age.as_str());
    }
    let owner = names::owner(model, conversation.assigned_to.as_ref());
    for part in words::priority(&conversation.priority).into_iter().chain([owner]) {
        said.push_str(" · ");
        said.push_str(&part);
    }
    let mut pen = Pen::on(area, 1);
    below(scene, painter, &mut pen, width(&said));
    painter.cut(&mut pen, &said, scene.theme.plain);
}

/// What stands below the last line drawn: said up here, where it covers no line of the thread. Beside it stand `said`
/// cells of our own words, which matter more than a date.
fn below(scene: &Scene<'_>, painter: &mut Painter<'_>, pen: &mut Pen, said: usize) {
    let screen = &scene.model.screen;
    if screen.new_below > 0 {
        painter.right(pen, &format!("  {} new below", screen.new_below), scene.theme.accent);
    } else if screen.below > 0 {
        painter.right(pen, &format!("  {} below", screen.below), scene.theme.dim);
    }
    // A message without a header of its own on the screen says here when it was written.
    let heads = |line: &Line| matches!(line.kind, LineKind::Header { .. }) && line.message == screen.selected;
    if !screen.thread.iter().any(heads)
        && let Some([_, full, short]) = written_at(scene)
        && let Some(at) = [full, short].into_iter().find(|at| pen.rest() >= said + width(at) + 2)
    {
        painter.right(pen, &format!("  {at}"), scene.theme.dim);
    }
}

/// The two cells before every row of a message.
fn gutter(scene: &Scene<'_>, painter: &mut Painter<'_>, pen: &mut Pen, speaker: Speaker) {
    let mut cells = pen.split(u16::try_from(blocks::GUTTER).unwrap_or(2));
    painter.write(&mut cells, scene.marks.gutter(speaker), scene.theme.gutter(speaker));
}

/// A separator or a marker: a rule across with our words first.
fn rule(scene: &Scene<'_>, painter: &mut Painter<'_>, pen: &mut Pen, words: &str, style: Style) {
    painter.rule(pen, scene.marks.rule, words, (scene.theme.dim, style));
}

fn line(scene: &Scene<'_>, painter: &mut Painter<'_>, mut pen: Pen, line: &Line, selected: bool) {
    let theme = scene.theme;
    let pen = &mut pen;
    match &line.kind {
        LineKind::Day(date) => rule(scene, painter, pen, &day(*date, scene), theme.dim),
        LineKind::Marker { time, text } => rule(scene, painter, pen, &format!("system {time}: {text}"), theme.dim),
        LineKind::SinceYouBegan(count) => {
            let word = if *count == 1 { "message" } else { "messages" };
            rule(scene, painter, pen, &format!("since you began writing: {count} {word}"), theme.warning);
        }
        LineKind::NewSince(time) => rule(scene, painter, pen, &format!("new since {time}"), theme.accent),
        LineKind::GapNotLoaded => rule(scene, painter, pen, "messages in between are not loaded yet", theme.dim),
        LineKind::Beginning => painter.middle(pen, "the beginning", theme.dim),
        LineKind::OlderNotLoaded { loading: true } => painter.middle(pen, "older messages are being read…", theme.dim),
        LineKind::OlderNotLoaded { loading: false } => {
            painter.middle(pen, "older messages load as you scroll", theme.dim);
        }
        LineKind::Failed(words) => painter.cut(pen, words, theme.warning),
        LineKind::Loading => painter.middle(pen, "reading the thread…", theme.dim),
        LineKind::Empty => painter.middle(pen, "nobody has said anything yet", theme.dim),
        LineKind::Header { speaker, name, time } => {
            gutter(scene, painter, pen, *speaker);
            let full = if selected { written_at(scene) } else { None };
            // The name has its room first.
            let fits = |said: &&String| width(said) + width(name).min(OUTSIDE_CELLS) + 2 <= pen.rest();
            let said = full.as_ref().and_then(|forms| forms.iter().find(fits)).unwrap_or(time).clone();
            painter.right(pen, &said, theme.dim);
            pen.keep(1);
            painter.name(pen, name, theme.strong);
        }
        LineKind::Text { speaker, text, spans } => {
            gutter(scene, painter, pen, *speaker);
            styled(scene, painter, pen, text, spans, selected);
        }
        LineKind::Tool { speaker, name, failed, fold } => {
            gutter(scene, painter, pen, *speaker);
            tool(scene, painter, pen, (name, failed.as_deref()), *fold);
        }
        LineKind::Trace { speaker, row } => {
            gutter(scene, painter, pen, *speaker);
            trace(scene, painter, pen, row);
        }
        LineKind::File { speaker, host, text } => {
            gutter(scene, painter, pen, *speaker);
            painter.write(pen, scene.marks.fold, theme.dim);
            match host {
                // Where it lies stands before the name that a visitor gave it.
                Some(host) => {
                    painter.write(pen, " file on ", theme.dim);
                    let room = pen.rest().saturating_sub(NAME_AT_LEAST).min(OUTSIDE_CELLS);
                    painter.write(pen, &ending(host, room), theme.plain);
                    painter.write(pen, ": ", theme.dim);
                }
                None => painter.write(pen, " file, bad link: ", theme.warning),
            }
            painter.cut(pen, text, theme.plain);
        }
        LineKind::Leads { speaker, host, odd } => {
            gutter(scene, painter, pen, *speaker);
            painter.write(pen, scene.marks.fold, theme.warning);
            painter.write(pen, " it leads to ", theme.warning);
            painter.write(pen, &ending(host, pen.rest().min(OUTSIDE_CELLS)), theme.strong);
            let words = match odd {
                Odd::Userinfo => ", behind the @",
                Odd::Written => ", not as written",
                Odd::Words => ", not as worded",
            };
            if width(words) <= pen.rest() {
                painter.write(pen, words, theme.dim);
            }
        }
        LineKind::Unreadable { speaker, text } => {
            gutter(scene, painter, pen, *speaker);
            painter.write(pen, "unreadable: ", theme.warning);
            painter.cut(pen, text, theme.dim);
        }
    }
}

/// Cells that a file's name has before its host gives way.
const NAME_AT_LEAST: usize = 12;

/// A row of text with the looks of its stretches laid over each other.
fn styled(scene: &Scene<'_>, painter: &mut Painter<'_>, pen: &mut Pen, text: &str, spans: &[Span], selected: bool) {
    let theme = scene.theme;
    if spans.is_empty() {
        painter.write(pen, text, theme.plain);
        return;
    }
    let hit = scene.model.reading.search.hit.as_ref();
    let look = |look: Look| match look {
        Look::Emphasis => theme.plain.add_modifier(Modifier::ITALIC),
        Look::Strong => theme.strong,
        Look::Dim => theme.dim,
        Look::Link => theme.plain.add_modifier(Modifier::UNDERLINED),
        // The hit under the cursor is reversed alone, so that it can be told from the others without a colour.
        Look::Hit(number) if selected && hit.is_some_and(|(_, at)| *at == number) => {
            theme.selected.add_modifier(Modifier::BOLD)
        }
        Look::Hit(_) => theme.selected,
    };
    let mut edges: Vec<usize> = spans.iter().flat_map(|span| [span.start, span.end]).chain([0, text.len()]).collect();
    edges.sort_unstable();
    edges.dedup();
    for pair in edges.windows(2) {
        let [from, to] = pair else { continue };
        let over = spans.iter().filter(|span| span.start <= *from && *to <= span.end);
        let style = over.fold(theme.plain, |style, span| style.patch(look(span.look)));
        painter.write(pen, text.get(*from..*to).unwrap_or_default(), style);
    }
}

/// A tool call on its line: our words first, its name, why it failed, and the key that shows more.
fn tool(
    scene: &Scene<'_>,
    painter: &mut Painter<'_>,
    pen: &mut Pen,
    (name, failed): (&str, Option<&str>),
    fold: Option<Fold>,
) {
    let theme = scene.theme;
    let model = scene.model;
    let unfolded = fold.is_some_and(|fold| fold != Fold::Folded);
    let words = if failed.is_some() { " tool failed: " } else { " tool: " };
    if fold == Some(Fold::Folded)
        && model.panes.focus == Focus::Thread
        && let Some(key) = key_words::key(model, Context::Thread, Action::Trace)
    {
        // Where there is no room for it the hint line says it.
        let hint = format!("   {key} shows it");
        let why = failed.map_or(0, |why| 2 + width(why));
        if 1 + width(words) + width(name).min(OUTSIDE_CELLS) + why + width(&hint) <= pen.rest() {
            painter.right(pen, &hint, theme.dim);
        }
    }
    painter.write(pen, if unfolded { scene.marks.unfolded } else { scene.marks.fold }, theme.dim);
    painter.write(pen, words, theme.dim);
    painter.name(pen, name, theme.dim);
    if let Some(why) = failed.filter(|_| !unfolded) {
        painter.write(pen, ", ", theme.dim);
        painter.cut(pen, why, theme.dim);
    }
}

/// A row of what a tool was called with, or what came of it, behind a column that names the field.
fn trace(scene: &Scene<'_>, painter: &mut Painter<'_>, pen: &mut Pen, row: &Row) {
    let theme = scene.theme;
    let column = u16::try_from(LABEL).unwrap_or(8);
    match row {
        Row::Text { label, text } if text.is_empty() => painter.write(pen, label, theme.strong),
        Row::Text { label, text } => {
            if pen.rest() >= NARROW {
                painter.field(pen, column, label, theme.dim);
            }
            painter.write(pen, text, theme.plain);
        }
        Row::More { rows, at_least } => {
            if pen.rest() >= NARROW {
                pen.skip(column);
            }
            let least = if *at_least { "at least " } else { "" };
            let word = if *rows == 1 { "line" } else { "lines" };
            painter.cut(pen, &format!("… {least}{rows} more {word}"), theme.dim);
        }
    }
}

/// A day, with its year where that is not this one.
fn day(date: NaiveDate, scene: &Scene<'_>) -> String {
    let today = scene.model.settings.zone.civil(scene.model.now.wall).date();
    let form = if date.year() == today.year() { "%A %-d %B" } else { "%A %-d %B %Y" };
    date.format(form).to_string()
}

/// One line of a reply on its way.
fn block(scene: &Scene<'_>, painter: &mut Painter<'_>, mut pen: Pen, line: &BlockLine) {
    let theme = scene.theme;
    match line {
        BlockLine::State { words, warning } => {
            painter.cut(&mut pen, words, if *warning { theme.warning } else { theme.strong });
        }
        BlockLine::Text(text) => {
            gutter(scene, painter, &mut pen, Speaker::Person);
            painter.cut(&mut pen, text, theme.dim);
        }
        BlockLine::Note(text) => {
            painter.field(&mut pen, 2, scene.marks.note, theme.plain);
            painter.cut(&mut pen, text, theme.dim);
        }
        BlockLine::Attached(url) => {
            painter.write(&mut pen, scene.marks.fold, theme.dim);
            painter.write(&mut pen, " attached: ", theme.plain);
            painter.cut(&mut pen, url, theme.dim);
        }
        BlockLine::More(rows) => {
            gutter(scene, painter, &mut pen, Speaker::Person);
            let word = if *rows == 1 { "row" } else { "rows" };
            painter.cut(&mut pen, &format!("… {rows} more {word}"), theme.dim);
        }
    }
}
