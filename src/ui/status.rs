//! The status bar: whose inbox, which view, how fresh. Quiet until something is wrong.
//!
//! Our own words are placed first and never give way to a name from outside.

use ratatui::style::Style;

use crate::app::Action;
use crate::app::inbox::{Everything, Standing, View};
use crate::app::keymap::{self, Context};
use crate::app::model::Model;
use crate::app::outbox::{Entry, State};
use crate::app::overlay::{Overlay, Question};
use crate::app::poller;
use crate::app::triage;
use crate::app::words;
use crate::text::{sanitize_line, width};

use super::age::{Age, span};
use super::names::quoted;
use super::painter::{Painter, Pen};
use super::{Scene, popup};

/// How many cells the organisation's name gets.
const ORGANISATION: u16 = 24;
const ORGANISATION_NARROW: u16 = 12;

/// The one line of a screen that is too small for more.
pub(super) fn too_small(scene: &Scene<'_>, painter: &mut Painter<'_>) {
    let model = scene.model;
    let area = model.screen.layout.status;
    let mut pen = Pen::on(area, 0);
    if let Some((Overlay::Question(question), _)) = &model.overlays.open {
        let words = match question {
            Question::Quit { .. } => "quit and lose text? y leaves, Esc stays".to_owned(),
            Question::PasteAsReply { text, .. } => popup::paste_words(text),
        };
        painter.cut(&mut pen, &words, scene.theme.warning);
        return;
    }
    let size = model.panes.size;
    let said = match longest(model) {
        Some(longest) => format!("{} waiting, longest {}", model.inbox.waiting.len(), longest.as_str()),
        None if model.inbox.complete => "nobody waits".to_owned(),
        None => "reading the list…".to_owned(),
    };
    painter.write(&mut pen, &said, scene.theme.strong);
    painter.cut(&mut pen, &format!(" ({}x{} too small)", size.columns, size.rows), scene.theme.dim);
}

/// How long the first of Waiting has waited.
fn longest(model: &Model) -> Option<Age> {
    let row = model.inbox.rows.get(model.inbox.waiting.first()?)?;
    let now = model.now.wall;
    Some(match row.waits() {
        Standing::Waits(since) => Age::since(since.at, since.certain, now),
        Standing::Perhaps | Standing::No => Age::since(row.conversation.last_activity().at, false, now),
    })
}

/// Draws the bar.
pub(super) fn draw(scene: &Scene<'_>, painter: &mut Painter<'_>) {
    let model = scene.model;
    let area = model.screen.layout.status;
    let mut pen = Pen::on(area, 0);
    pen.skip(1);
    pen.keep(1);
    let narrow = area.width < 80;
    right_end(scene, painter, &mut pen, area.width);
    let name_cells = if narrow { ORGANISATION_NARROW } else { ORGANISATION };
    let before = pen.place().0;
    organisation(scene, painter, &mut pen.split(name_cells.min(u16::try_from(pen.rest()).unwrap_or(0))));
    let _ = before;
    if narrow {
        one_view(scene, painter, &mut pen);
    } else {
        tabs(scene, painter, &mut pen);
    }
}
