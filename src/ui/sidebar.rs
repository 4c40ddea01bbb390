//! The sidebar: who the visitor is, whose the conversation is, where it came from.
//!
//! Headings begin one column in, everything under them three: no text from outside stands in the headings' columns.

use ratatui::style::Style;

use crate::app::inbox::Row;
use crate::app::layout::Area;
use crate::app::model::Model;
use crate::domain::{Origin, Time};
use crate::text::{RawText, sanitize, sanitize_line, wrap};

use super::painter::{Painter, Pen};
use super::{Place, Scene, names};

const INDENT: u16 = 2;
/// The most rows of a summary.
const SUMMARY_ROWS: usize = 12;

/// Draws the sidebar; the place of its first heading.
pub(super) fn draw(scene: &Scene<'_>, painter: &mut Painter<'_>) -> Option<Place> {
    let model = scene.model;
    let area = model.screen.layout.sidebar;
    if area.is_empty() {
        return None;
    }
    let area = Area { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let Some(row) = model.shown().and_then(|id| model.inbox.rows.get(id)) else {
        return Some((area.x, area.y));
    };
    let mut column = Column { painter, scene, area, row: 0 };
    contact(&mut column, row);
    column.heading("OWNER");
    column.words(&names::owner(model, row.conversation.assigned_to.as_ref()), scene.theme.plain);
    visitor(&mut column, model, row);
    summary(&mut column, row);
    Some((area.x, area.y))
}

struct Column<'s, 'a, 'b> {
    painter: &'s mut Painter<'b>,
    scene: &'s Scene<'a>,
    area: Area,
    row: u16,
}

impl Column<'_, '_, '_> {
    fn heading(&mut self, words: &str) {
        if self.row > 0 {
            self.row += 1;
        }
        self.painter.cut(&mut Pen::on(self.area, self.row), words, self.scene.theme.strong);
        self.row += 1;
    }

    fn words(&mut self, words: &str, style: Style) {
        let mut pen = Pen::on(self.area, self.row);
        pen.skip(INDENT);
        self.painter.cut(&mut pen, words, style);
        self.row += 1;
    }

    fn given(&mut self, text: Option<&RawText>, none: &str) {
        match text.filter(|text| !text.as_raw().trim().is_empty()) {
            Some(text) => self.words(sanitize_line(text).as_str(), self.scene.theme.plain),
            None => self.words(none, self.scene.theme.dim),
        }
    }
}

fn contact(column: &mut Column<'_, '_, '_>, row: &Row) {
    column.heading("CONTACT");
    column.given(row.conversation.contact_name.as_ref(), "no name");
    column.given(row.conversation.contact_email.as_ref(), "no e-mail");
    column.given(row.conversation.contact_phone.as_ref(), "no phone");
}

fn visitor(column: &mut Column<'_, '_, '_>, model: &Model, row: &Row) {
    let theme = column.scene.theme;
    let conversation = &row.conversation;
    column.heading("VISITOR");
    match conversation.origin {
        Some(Origin::QrCode) => column.words("came by QR code", theme.plain),
        Some(Origin::Product) => column.words("came by a product page", theme.plain),
        Some(Origin::Object) => column.words("came by an object page", theme.plain),
        None => {}
    }
    if let Some(name) = conversation.chatbot_id.as_ref().and_then(|id| model.directory.chatbot(id)) {
        let room = usize::from(column.area.width).saturating_sub(9);
        column.words(&format!("bot {}", names::quoted(name, room)), theme.plain);
    } else if conversation.chatbot_id.is_none() {
        column.words("its bot was deleted", theme.dim);
    }
    column.words(&moment(model, conversation.created_at), theme.dim);
}

/// When it began, in local time.
fn moment(model: &Model, time: Time) -> String {
    let mark = if time.certain { "" } else { "~" };
    format!("{mark}{}", model.settings.zone.civil(time.at).format("%Y-%m-%d %H:%M"))
}

fn summary(column: &mut Column<'_, '_, '_>, row: &Row) {
    let theme = column.scene.theme;
    let conversation = &row.conversation;
    let text = conversation.summary.as_ref().filter(|text| !text.as_raw().trim().is_empty());
    if text.is_none() && conversation.sentiment_score.is_none() {
        return;
    }
    column.heading("SUMMARY");
    if let Some(score) = conversation.sentiment_score {
        column.words(&format!("sentiment {score} of 100"), theme.plain);
    }
    let Some(text) = text else { return };
    let left = usize::from(column.area.height.saturating_sub(column.row)).min(SUMMARY_ROWS);
    // No row takes more characters than this: what lies behind is not wrapped in vain.
    let beginning: String = text.as_raw().chars().take(SUMMARY_ROWS * 200).collect();
    let safe = sanitize(&RawText::new(beginning));
    let rows = wrap(safe.as_str(), usize::from(column.area.width.saturating_sub(INDENT)).max(1));
    let whole = rows.len() <= left;
    for (at, line) in rows.iter().take(left).enumerate() {
        let text = safe.as_str().get(line.start..line.end).unwrap_or_default();
        if !whole && at + 1 == left {
            column.words(&format!("{text}…"), theme.plain);
        } else {
            column.words(text, theme.plain);
        }
    }
}
