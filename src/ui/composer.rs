//! The composer: the only heavy frame. Its borders say who will read this and what sending will do; those words come
//! first and are never cut by a name.

use ratatui::style::Style;

use crate::app::layout::Area;
use crate::app::outbox::State;
use crate::app::{Model, triage, words};
use crate::domain::{ConversationId, Status};
use crate::text::width;

use super::painter::{Painter, Pen};
use super::{Place, Scene, names};

/// Draws the composer, if one is open; the place of the insertion point.
pub(super) fn draw(scene: &Scene<'_>, painter: &mut Painter<'_>) -> Option<Place> {
    let model = scene.model;
    let area = model.screen.layout.composer;
    let target = model.composer.open.as_ref().filter(|_| !area.is_empty())?;
    let heavy = &scene.marks.heavy;
    let [left_top, right_top, left_bottom, right_bottom] = heavy.corners;
    let (above, below) = model.screen.composer_more;
    let last = area.height - 1;

    let mut top = Pen::on(area, 0);
    ends(painter, &mut top, left_top, right_top);
    more(scene, painter, &mut top, above, (" more above ", scene.marks.high));
    title(scene, painter, &mut top, target);
    painter.fill(&mut top, heavy.across, scene.theme.plain);

    for row in 1..last {
        ends(painter, &mut Pen::on(area, row), heavy.down, heavy.down);
    }
    let inside = inside(area);
    for (row, text) in (0..inside.height).zip(&model.screen.composer) {
        painter.write(&mut Pen::on(inside, row), text, scene.theme.plain);
    }
    if last > 0 {
        let mut bottom = Pen::on(area, last);
        ends(painter, &mut bottom, left_bottom, right_bottom);
        more(scene, painter, &mut bottom, below, (" more below ", scene.marks.low));
        fate(scene, painter, &mut bottom, target);
        painter.fill(&mut bottom, heavy.across, scene.theme.plain);
    }
    let (row, column) = model.screen.composer_cursor;
    let row = u16::try_from(row).unwrap_or(u16::MAX).min(inside.height.saturating_sub(1));
    // Behind a full row the insertion point stands on the blank before the frame.
    let column = u16::try_from(column).unwrap_or(u16::MAX).min(inside.width);
    Some((inside.x + column, inside.y + row))
}

/// The cells for text: within the frame and a blank on each side.
const fn inside(area: Area) -> Area {
    Area { x: area.x + 2, y: area.y + 1, width: area.width.saturating_sub(4), height: area.height.saturating_sub(2) }
}

fn ends(painter: &mut Painter<'_>, pen: &mut Pen, left: &'static str, right: &'static str) {
    painter.right(pen, right, Style::new());
    painter.write(pen, left, Style::new());
}

/// Rows of the draft that do not fit: in words, else by a mark; who reads it and what sending does goes before both.
fn more(scene: &Scene<'_>, painter: &mut Painter<'_>, pen: &mut Pen, there: bool, said: (&str, &str)) {
    let (words, mark) = said;
    let style = scene.theme.plain;
    if there && pen.rest() > 56 {
        painter.right(pen, scene.marks.heavy.across, style);
        painter.right(pen, words, style);
    } else if there && pen.rest() > 38 {
        painter.right(pen, " ", style);
        painter.right(pen, mark, style);
        painter.right(pen, " ", style);
    }
}

/// What kind of text this is, who sees it, what sending does, and for whom.
fn title(scene: &Scene<'_>, painter: &mut Painter<'_>, pen: &mut Pen, target: &ConversationId) {
    let model = scene.model;
    let status = model.inbox.rows.get(target).map(|row| &row.conversation.status);
    let ours = match status {
        Some(Status::AgentRequested) => "REPLY, visible, takes over: ",
        _ => "REPLY, visible: ",
    };
    pen.skip(1);
    painter.write(pen, ours, scene.theme.strong);
    if let Some(name) = triage::name_of(model, target) {
        let room = pen.rest().saturating_sub(3);
        painter.write(pen, &names::quoted(&name, room), scene.theme.strong);
    }
    pen.skip(1);
}

/// What stands in the way of the reply before this one, else where this one may also go.
fn fate(scene: &Scene<'_>, painter: &mut Painter<'_>, pen: &mut Pen, target: &ConversationId) {
    let (said, style) = match stopped(scene.model, target) {
        Some(said) => (said, scene.theme.warning),
        None => {
            let row = scene.model.inbox.rows.get(target);
            let mail = row.and_then(|row| row.conversation.contact_email.as_ref());
            let Some(mail) = mail.filter(|mail| !mail.as_raw().trim().is_empty()) else { return };
            (format!("may be mailed to {}", names::masked_mail(mail)), scene.theme.plain)
        }
    };
    let room = pen.rest().saturating_sub(2);
    pen.skip(1);
    let cells = u16::try_from(width(&said).min(room)).unwrap_or(u16::MAX);
    painter.field(pen, cells, &said, style);
    pen.skip(1);
}

fn stopped(model: &Model, target: &ConversationId) -> Option<String> {
    model.outbox.pending(target).find_map(|entry| match &entry.state {
        State::Stopped { reasons, .. } => Some(format!(
            "stopped: {}",
            reasons.first().map(|reason| words::because(model, reason)).unwrap_or_default()
        )),
        state if state.asks() => Some("not sent: see above".to_owned()),
        _ => None,
    })
}
