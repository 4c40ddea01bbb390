//! The outbox, the log and the drafts, as they are drawn: one line a row, our own words in columns of their own.

use ratatui::style::Style;

use crate::app::composer::Kind;
use crate::app::layout::Area;
use crate::app::records::{Records, RowId, Which, steps};
use crate::app::{act_words, triage, words};
use crate::domain::ConversationId;
use crate::text::{RawText, sanitize_line};

use super::painter::{Painter, Pen};
use super::{Place, Scene, names, popup};

/// The widest of these lists, within its frame.
const WIDTH: usize = 100;

/// Cells that how a step ended keeps beside the request id.
const RESULT: usize = 22;

/// Draws the list over the panes; the place of the row under the cursor.
pub(super) fn draw(scene: &Scene<'_>, painter: &mut Painter<'_>, records: &Records) -> Option<Place> {
    let rows = records.rows(scene.model);
    let fits = popup::fits(scene).max(1);
    let at = records.at(&rows);
    let title = format!(" {} ", records.which.word());
    let foot = if rows.len() > fits { format!(" {} of {} ", at + 1, rows.len()) } else { String::new() };
    let inside = popup::frame(scene, painter, (WIDTH, rows.len().clamp(3, fits)), &title, &foot);
    body(scene, painter, inside, records, &rows)
}

/// The same without a frame.
pub(super) fn tiny(scene: &Scene<'_>, painter: &mut Painter<'_>, area: Area, records: &Records) -> Option<Place> {
    painter.clear(area);
    let rows = records.rows(scene.model);
    body(scene, painter, area, records, &rows)
}

fn body(scene: &Scene<'_>, painter: &mut Painter<'_>, area: Area, records: &Records, rows: &[RowId]) -> Option<Place> {
    if rows.is_empty() {
        let words = match records.which {
            Which::Outbox => "nothing is on its way",
            Which::Log => "nothing was done yet",
            Which::Drafts => "no draft lies anywhere",
        };
        painter.cut(&mut Pen::on(area, 0), words, scene.theme.dim);
        return Some((area.x, area.y));
    }
    let at = records.at(rows);
    let fits = usize::from(area.height).max(1);
    let top = (at + 1).saturating_sub(fits);
    let mut place = None;
    for (row, (number, id)) in (0..area.height).zip(rows.iter().enumerate().skip(top)) {
        let line = Area { y: area.y + row, height: 1, ..area };
        let mut tone = (scene.theme.plain, scene.theme.dim);
        if number == at {
            tone = (scene.theme.selected, scene.theme.selected);
            painter.style(line, scene.theme.selected);
            place = Some((line.x, line.y));
        }
        self::line(scene, painter, &mut Pen::on(line, 0), id, tone);
    }
    place
}

fn line(scene: &Scene<'_>, painter: &mut Painter<'_>, pen: &mut Pen, id: &RowId, tone: (Style, Style)) {
    match id {
        RowId::Step(..) => step(scene, painter, pen, id, tone),
        RowId::Line(at) => logged(scene, painter, pen, *at, tone),
        RowId::Draft(conversation, kind) => draft(scene, painter, pen, conversation, *kind, tone),
    }
}

/// Who it is about, in a column of its own.
fn who(scene: &Scene<'_>, painter: &mut Painter<'_>, pen: &mut Pen, conversation: &ConversationId, style: Style) {
    let cells: u16 = if pen.rest() > 70 { 20 } else { 12 };
    let name = triage::name_of(scene.model, conversation);
    let name = name.map(|name| sanitize_line(&name).to_string()).unwrap_or_default();
    painter.field(pen, cells, &name, style);
    pen.skip(1);
}

fn step(scene: &Scene<'_>, painter: &mut Painter<'_>, pen: &mut Pen, id: &RowId, tone: (Style, Style)) {
    let listed = steps(scene.model);
    let Some((_, entry)) = listed.iter().find(|(held, _)| held == id) else { return };
    let (plain, dim) = tone;
    painter.field(pen, 10, act_words::kind(&entry.work), plain);
    pen.skip(1);
    who(scene, painter, pen, &entry.conversation, plain);
    let (said, warning) = words::fate(scene.model, entry);
    let style = if warning { scene.theme.warning.patch(plain) } else { dim };
    painter.cut(pen, &said, style);
    if !entry.text.is_empty() && pen.rest() > 8 {
        pen.skip(2);
        painter.cut(pen, sanitize_line(&entry.text).as_str(), dim);
    }
}

fn logged(scene: &Scene<'_>, painter: &mut Painter<'_>, pen: &mut Pen, at: usize, tone: (Style, Style)) {
    let Some(line) = scene.model.acts.log.get(at) else { return };
    let (plain, dim) = tone;
    let clock = scene.model.settings.zone.civil(line.at).format("%H:%M:%S").to_string();
    painter.field(pen, 9, &clock, dim);
    who(scene, painter, pen, &line.conversation, plain);
    painter.field(pen, 11, line.kind, plain);
    pen.skip(1);
    if let Some(id) = &line.request_id {
        let id = names::quoted(id, 24);
        if pen.rest() > RESULT + crate::text::width(&id) {
            painter.right(pen, &id, dim);
            pen.keep(1);
        }
    }
    painter.cut(pen, line.result.words(), plain);
}

fn draft(
    scene: &Scene<'_>,
    painter: &mut Painter<'_>,
    pen: &mut Pen,
    conversation: &ConversationId,
    kind: Kind,
    tone: (Style, Style),
) {
    let composer = &scene.model.composer;
    let (plain, dim) = tone;
    let (word, text) = match kind {
        Kind::Reply => ("reply", composer.drafts.get(conversation).map(|draft| draft.editor.text())),
        Kind::Note => ("note", composer.notes.get(conversation).map(|draft| draft.editor.text())),
    };
    painter.field(pen, 6, word, plain);
    who(scene, painter, pen, conversation, plain);
    let beginning: String = text.unwrap_or_default().chars().take(400).collect();
    painter.cut(pen, sanitize_line(&RawText::new(beginning)).as_str(), dim);
}
