//! The one line of notes above the thread, where the sidebar has no place of its own: what colleagues said last stays in
//! sight, also while one writes.

use crate::domain::Note;
use crate::text::{sanitize_line, width};

use super::painter::{Painter, Pen};
use super::{Scene, names};

/// The most cells of the author's name.
const AUTHOR: usize = 20;

/// Draws the line, if there is one.
pub(super) fn draw(scene: &Scene<'_>, painter: &mut Painter<'_>) {
    let model = scene.model;
    let area = model.screen.layout.note;
    let Some(aside) = model.shown().filter(|_| !area.is_empty()).and_then(|id| model.sidebar.get(id)) else { return };
    let Some(note) = aside.top_note() else { return };
    let newest_first = aside.notes.iter().rev().position(|held| held.id == note.id).unwrap_or(0) + 1;
    let mut pen = Pen::on(area, 0);
    painter.cut(&mut pen, &format!("note {newest_first}/{} ", aside.notes.len()), scene.theme.strong);
    let (author, _) = names::author(model, note, AUTHOR.min(pen.rest().saturating_sub(8)));
    if pen.rest() > width(&author) + 4 {
        painter.write(&mut pen, &author, scene.theme.plain);
        painter.write(&mut pen, ": ", scene.theme.plain);
    }
    painter.cut(&mut pen, &beginning(note), scene.theme.plain);
}

/// What a note says, on one line.
fn beginning(note: &Note) -> String {
    if note.unreadable.is_some() {
        return "unreadable".to_owned();
    }
    let (body, _) = note.signed();
    let beginning: String = body.chars().take(400).collect();
    sanitize_line(&crate::text::RawText::new(beginning)).to_string()
}
