//! The composer: the only heavy frame. Its borders say who will read this and what sending will do; those words come
//! first and are never cut by a name. A note's frame is dashed, so that the two differ without colour.

use ratatui::style::Style;

use crate::app::action::Level;
use crate::app::acts::Before;
use crate::app::composer::Kind;
use crate::app::layout::Area;
use crate::app::outbox::{State, Work};
use crate::app::{Model, acts, triage, words};
use crate::domain::{ConversationId, Status};
use crate::text::{RawText, width};

use super::marks::Frame;
use super::painter::{Painter, Pen};
use super::{Place, Scene, names};

/// Draws the composer, if one is open; the place of the insertion point.
pub(super) fn draw(scene: &Scene<'_>, painter: &mut Painter<'_>) -> Option<Place> {
    let model = scene.model;
    let area = model.screen.layout.composer;
    let (target, kind) = model.composer.target().filter(|_| !area.is_empty())?;
    let frame = match kind {
        Kind::Reply => &scene.marks.heavy,
        Kind::Note => &scene.marks.dashed,
    };
    let [left_top, right_top, left_bottom, right_bottom] = frame.corners;
    let (above, below) = model.screen.composer_more;
    let last = area.height - 1;

    let mut top = Pen::on(area, 0);
    ends(painter, &mut top, left_top, right_top);
    more(scene, painter, &mut top, frame, above, (" more above ", scene.marks.high));
    let ours = match kind {
        Kind::Reply => reply_title(model, target, top.rest()),
        Kind::Note => note_title(model),
    };
    title(scene, painter, &mut top, ours, target);
    painter.fill(&mut top, frame.across, scene.theme.plain);

    for row in 1..last {
        ends(painter, &mut Pen::on(area, row), frame.down, frame.down);
    }
    let inside = inside(area);
    for (row, text) in (0..inside.height).zip(&model.screen.composer) {
        painter.write(&mut Pen::on(inside, row), text, scene.theme.plain);
    }
    if last > 0 {
        let mut bottom = Pen::on(area, last);
        ends(painter, &mut bottom, left_bottom, right_bottom);
        more(scene, painter, &mut bottom, frame, below, (" more below ", scene.marks.low));
        let room = bottom.rest().saturating_sub(2);
        let (said, style) = match kind {
            Kind::Reply => reply_fate(scene, target, room),
            Kind::Note => (note_fate(model, room), scene.theme.plain),
        };
        bottom_words(painter, &mut bottom, &said, style);
        painter.fill(&mut bottom, frame.across, scene.theme.plain);
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
fn more(scene: &Scene<'_>, painter: &mut Painter<'_>, pen: &mut Pen, frame: &Frame, there: bool, said: (&str, &str)) {
    let (words, mark) = said;
    let style = scene.theme.plain;
    if there && pen.rest() > 56 {
        painter.right(pen, frame.across, style);
        painter.right(pen, words, style);
    } else if there && pen.rest() > 38 {
        painter.right(pen, " ", style);
        painter.right(pen, mark, style);
        painter.right(pen, " ", style);
    }
}

/// What kind of text this is and who sees it, in our words; then for whom.
fn title(scene: &Scene<'_>, painter: &mut Painter<'_>, pen: &mut Pen, ours: &str, target: &ConversationId) {
    pen.skip(1);
    painter.write(pen, ours, scene.theme.strong);
    if let Some(name) = triage::name_of(scene.model, target) {
        let room = pen.rest().saturating_sub(3);
        painter.write(pen, &names::quoted(&name, room), scene.theme.strong);
    }
    pen.skip(1);
}

/// The title gives way to the name before it loses what sending does.
const NAME_AT_LEAST: usize = 10;

fn reply_title(model: &Model, target: &ConversationId, room: usize) -> &'static str {
    let from_the_bot = "REPLY, visible, takes over from the bot: ";
    match acts::expected_status(model, target) {
        Some(Status::BotActive) if width(from_the_bot) + NAME_AT_LEAST <= room => from_the_bot,
        Some(Status::AgentRequested | Status::BotActive) => "REPLY, visible, takes over: ",
        Some(Status::Resolved | Status::Closed | Status::Archived) => "REPLY, visible, reopens: ",
        Some(Status::Open | Status::Other(_)) | None => "REPLY, visible: ",
    }
}

fn note_title(model: &Model) -> &'static str {
    let hands_over = model.composer.current_note().is_some_and(|(_, draft)| draft.hands_over.is_some());
    if hands_over { "NOTE, team only, hands over: " } else { "NOTE, team only: " }
}

/// What stands in the way of the reply before this one; else what sending does besides, and where it may also go. What
/// a mistake would cost most is the last to give way.
fn reply_fate(scene: &Scene<'_>, target: &ConversationId, room: usize) -> (String, Style) {
    let model = scene.model;
    if let Some(said) = stopped(model, target) {
        return (said, scene.theme.warning);
    }
    let row = model.inbox.rows.get(target);
    let mail = row.and_then(|row| row.conversation.contact_email.as_ref());
    let mail = mail.filter(|mail| !mail.as_raw().trim().is_empty());
    let mail = mail.map(|mail| format!("may be mailed to {}", names::masked_mail(mail)));
    let status = match acts::needed_before(model, target) {
        Before::TakeOver => Some("bot is answering: sending takes over"),
        Before::Reopen => Some(match acts::expected_status(model, target) {
            Some(Status::Closed) => "closed: sending reopens",
            Some(Status::Archived) => "archived: sending reopens",
            _ => "resolved: sending reopens",
        }),
        Before::Nothing => None,
    };
    let claims = acts::claims(model, target).then(|| "claims it".to_owned());
    let parts = [status.map(str::to_owned), claims, mail];
    let mut kept: Vec<bool> = vec![false; parts.len()];
    let mut left = room;
    // The mail address first (security, S11), then what sending does, then whose it becomes.
    for at in [2, 0, 1] {
        let wants = parts.get(at).and_then(Option::as_ref).map(|part| width(part));
        if let (Some(wants), Some(keep)) = (wants, kept.get_mut(at)) {
            let between = if left == room { 0 } else { 3 };
            // The first one is cut rather than left out.
            *keep = left == room || wants + between <= left;
            if *keep {
                left = left.saturating_sub(wants + between).min(room.saturating_sub(1));
            }
        }
    }
    let said: Vec<String> = parts.into_iter().zip(kept).filter_map(|(part, keep)| part.filter(|_| keep)).collect();
    (said.join(" · "), scene.theme.plain)
}

/// To whom it goes with the note, else the name that will stand under it.
fn note_fate(model: &Model, room: usize) -> String {
    let hands_over = model.composer.current_note().and_then(|(_, draft)| draft.hands_over.as_ref());
    if let Some(hands_over) = hands_over {
        let priority = match hands_over.priority {
            Some(Level::High) => "priority high, ",
            Some(Level::Medium) => "priority medium, ",
            Some(Level::Low) => "priority low, ",
            None => "",
        };
        let name = model.directory.member(&hands_over.to).unwrap_or_else(|| RawText::new(hands_over.to.as_str()));
        let ours = format!("{priority}to ");
        return format!("{ours}{}", names::quoted(&name, room.saturating_sub(width(&ours) + 2)));
    }
    let name = acts::signature(model).and_then(|_| model.directory.member(model.directory.me.as_ref()?));
    name.map(|name| format!("signed {}", names::quoted(&name, room.saturating_sub(9)))).unwrap_or_default()
}

fn bottom_words(painter: &mut Painter<'_>, pen: &mut Pen, said: &str, style: Style) {
    if said.is_empty() {
        return;
    }
    let room = pen.rest().saturating_sub(2);
    pen.skip(1);
    let cells = u16::try_from(width(said).min(room)).unwrap_or(u16::MAX);
    painter.field(pen, cells, said, style);
    pen.skip(1);
}

fn stopped(model: &Model, target: &ConversationId) -> Option<String> {
    model.outbox.pending(target).find_map(|entry| match &entry.state {
        State::Stopped { reasons, .. } if matches!(entry.work, Work::Reply { .. }) => Some(format!(
            "stopped: {}",
            reasons.first().map(|reason| words::because(model, reason)).unwrap_or_default()
        )),
        state if state.asks() => Some("not sent: see above".to_owned()),
        _ => None,
    })
}
