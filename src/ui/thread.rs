//! The thread pane above the composer: whose thread it is, the messages, and replies on their way.
//!
//! Owns the gutters: every row of a message begins with two cells that only we write, by role; separators and markers
//! are the only rows without them, and no message can look like one (security, S2).

use chrono::{Datelike, NaiveDate};
use ratatui::style::Style;

use crate::app::inbox::Standing;
use crate::app::layout::Area;
use crate::app::screen::{BlockLine, LineKind};
use crate::app::{blocks, triage, words};
use crate::domain::Speaker;
use crate::text::sanitize_line;

use super::age::Age;
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
    for (row, line) in (0..area.height).zip(&screen.thread) {
        self::line(scene, painter, Pen::on(area, row), &line.kind);
        place = Some((area.x, area.y + row));
    }
    for (row, line) in (0..screen.layout.blocks.height).zip(&screen.blocks) {
        block(scene, painter, Pen::on(screen.layout.blocks, row), line);
    }
    place
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
    let mut pen = Pen::on(area, 1);
    below(scene, painter, &mut pen);
    let conversation = &row.conversation;
    let mut said = words::status(&conversation.status);
    if let Standing::Waits(since) = row.waits() {
        let age = Age::since(since.at, since.certain, model.now.wall);
        said.push_str(if age.as_str() == "now" { ", waiting since just " } else { ", waiting " });
        said.push_str(age.as_str());
    }
    let owner = names::owner(model, conversation.assigned_to.as_ref());
    for part in words::priority(&conversation.priority).into_iter().chain([owner]) {
        said.push_str(" · ");
        said.push_str(&part);
    }
    painter.cut(&mut pen, &said, scene.theme.plain);
}

/// What stands below the last line drawn: said up here, where it covers no line of the thread.
fn below(scene: &Scene<'_>, painter: &mut Painter<'_>, pen: &mut Pen) {
    let screen = &scene.model.screen;
    if screen.new_below > 0 {
        painter.right(pen, &format!("  {} new below", screen.new_below), scene.theme.accent);
    } else if screen.below > 0 {
        painter.right(pen, &format!("  {} below", screen.below), scene.theme.dim);
    }
}

/// The two cells before every row of a message.
fn gutter(scene: &Scene<'_>, painter: &mut Painter<'_>, pen: &mut Pen, speaker: Speaker) {
    let mut cells = pen.split(u16::try_from(blocks::GUTTER).unwrap_or(2));
    painter.write(&mut cells, scene.marks.gutter(speaker), scene.theme.plain);
}

/// A separator or a marker: a rule across with our words first.
fn rule(scene: &Scene<'_>, painter: &mut Painter<'_>, pen: &mut Pen, words: &str, style: Style) {
    painter.rule(pen, scene.marks.rule, words, (scene.theme.dim, style));
}

fn line(scene: &Scene<'_>, painter: &mut Painter<'_>, mut pen: Pen, kind: &LineKind) {
    let theme = scene.theme;
    let pen = &mut pen;
    match kind {
        LineKind::Day(date) => rule(scene, painter, pen, &day(*date, scene), theme.dim),
        LineKind::Marker { time, text } => rule(scene, painter, pen, &format!("system {time}: {text}"), theme.dim),
        LineKind::SinceYouBegan(count) => {
            let word = if *count == 1 { "message" } else { "messages" };
            rule(scene, painter, pen, &format!("since you began writing: {count} {word}"), theme.warning);
        }
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
            painter.right(pen, time, theme.dim);
            pen.keep(1);
            painter.name(pen, name, theme.strong);
        }
        LineKind::Text { speaker, text } => {
            gutter(scene, painter, pen, *speaker);
            painter.write(pen, text, theme.plain);
        }
        LineKind::Tool { speaker, name, failed } => {
            gutter(scene, painter, pen, *speaker);
            painter.write(pen, scene.marks.fold, theme.dim);
            painter.write(pen, if failed.is_some() { " tool failed: " } else { " tool: " }, theme.dim);
            painter.name(pen, name, theme.dim);
            if let Some(why) = failed {
                painter.write(pen, ", ", theme.dim);
                painter.cut(pen, why, theme.dim);
            }
        }
        LineKind::File { speaker, text } => {
            gutter(scene, painter, pen, *speaker);
            painter.write(pen, scene.marks.fold, theme.dim);
            painter.write(pen, " file: ", theme.dim);
            painter.cut(pen, text, theme.plain);
        }
        LineKind::Unreadable { speaker, text } => {
            gutter(scene, painter, pen, *speaker);
            painter.write(pen, "unreadable: ", theme.warning);
            painter.cut(pen, text, theme.dim);
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
