//! The line of a command that gets the transcript, and what the command wrote.

use crate::app::piping::Pipe;
use crate::app::triage;

use super::painter::{Painter, Pen};
use super::popup::frame;
use super::{Place, Scene, field, names};

/// The widest line.
const WIDEST: usize = 88;
/// What stands before the command.
const MARK: &str = "| ";

/// Draws the line; the cursor's place.
pub(super) fn prompt(scene: &Scene<'_>, painter: &mut Painter<'_>) -> Option<Place> {
    let pipe = &scene.model.overlays.pipe;
    let inside = frame(scene, painter, (WIDEST, 2), " pipe the transcript to a command ", "");
    let mut pen = Pen::on(inside, 0);
    painter.write(&mut pen, MARK, scene.theme.strong);
    let place = field::draw(painter, &mut pen, &pipe.editor, scene.theme.plain);
    if inside.height > 1 {
        painter.cut(&mut Pen::on(inside, 1), &what(scene, pipe), scene.theme.dim);
    }
    place
}

/// What the command will read.
fn what(scene: &Scene<'_>, pipe: &Pipe) -> String {
    let Some(id) = &pipe.of else { return String::new() };
    let count = scene.model.threads.get(id).map_or(0, |thread| thread.messages.len());
    let word = if count == 1 { "message" } else { "messages" };
    let name = triage::name_of(scene.model, id).map(|name| names::quoted(&name, 30));
    format!("it reads {count} {word}, no notes, of {}", name.unwrap_or_default())
}

/// Draws the wait.
pub(super) fn running(scene: &Scene<'_>, painter: &mut Painter<'_>) -> Option<Place> {
    let inside = frame(scene, painter, (WIDEST, 1), " the command runs ", "");
    painter.cut(&mut Pen::on(inside, 0), "10 s at most", scene.theme.dim);
    Some((inside.x, inside.y))
}

/// Draws what came back.
pub(super) fn output(scene: &Scene<'_>, painter: &mut Painter<'_>, top: usize) -> Option<Place> {
    let pipe = &scene.model.overlays.pipe;
    let count = pipe.rows.len();
    let title = pipe.end.as_ref().map_or_else(|| " output ".to_owned(), |end| format!(" output: {end} "));
    let shown = count.min(super::popup::fits(scene));
    let foot = if shown < count { format!(" {} to {} of {count} ", top + 1, top + shown) } else { String::new() };
    let across = usize::from(scene.model.panes.size.columns).saturating_sub(4);
    let inside = frame(scene, painter, (across, count.max(1)), &title, &foot);
    for (row, words) in (0..inside.height).zip(pipe.rows.iter().skip(top)) {
        painter.cut(&mut Pen::on(inside, row), words, scene.theme.plain);
    }
    Some((inside.x, inside.y))
}
