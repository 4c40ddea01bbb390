//! A text of one line that is asked for, as it is drawn.

use crate::app::layout::Area;
use crate::app::prompt::{Prompt, Wanted};
use crate::app::triage;

use super::painter::{Painter, Pen};
use super::{Place, Scene, field, names, popup};

/// Cells within the frame, wherever there is room.
const WIDTH: usize = 56;

/// Draws it over the panes; the place of the insertion point.
pub(super) fn draw(scene: &Scene<'_>, painter: &mut Painter<'_>, prompt: &Prompt) -> Option<Place> {
    let (conversation, what) = asked(prompt);
    let name = triage::name_of(scene.model, conversation);
    let foot = name.map(|name| format!(" of {} ", names::quoted(&name, 30))).unwrap_or_default();
    let title = format!(" {what} ");
    let inside = popup::frame(scene, painter, (WIDTH, 2), &title, &foot);
    body(scene, painter, inside, prompt)
}

/// The same without a frame.
pub(super) fn tiny(scene: &Scene<'_>, painter: &mut Painter<'_>, area: Area, prompt: &Prompt) -> Option<Place> {
    painter.clear(area);
    let mut pen = Pen::on(area, 0);
    painter.cut(&mut pen, asked(prompt).1, scene.theme.strong);
    painter.write(&mut pen, ": ", scene.theme.strong);
    if area.height > 1 {
        let below = Area { y: area.y + 1, height: area.height - 1, ..area };
        return body(scene, painter, below, prompt);
    }
    field::draw(painter, &mut pen, &prompt.editor, scene.theme.plain)
}

fn asked(prompt: &Prompt) -> (&crate::domain::ConversationId, &'static str) {
    match &prompt.wanted {
        Wanted::Field { conversation, field } => (conversation, field.word()),
        Wanted::Attachment { conversation } => (conversation, "attach: a public https address"),
    }
}

fn body(scene: &Scene<'_>, painter: &mut Painter<'_>, area: Area, prompt: &Prompt) -> Option<Place> {
    let theme = scene.theme;
    let place = field::draw(painter, &mut Pen::on(area, 0), &prompt.editor, theme.plain);
    let (words, style) = match (prompt.complaint, &prompt.wanted) {
        (Some(complaint), _) => (complaint, theme.warning),
        (None, Wanted::Field { .. }) => ("empty: none", theme.dim),
        (None, Wanted::Attachment { .. }) => ("the visitor gets the link", theme.dim),
    };
    painter.cut(&mut Pen::on(area, 1), words, style);
    place
}
