//! The screen as a function of the model. Writes nothing but cells.
//!
//! Owns how things look: places come from the layout that `app::settle` measured, words from `app::words`, and every
//! cell goes through one painter. Never changes the model, never measures text by itself, never decides anything.

mod age;
mod chooser;
mod composer;
mod field;
mod hints;
mod links;
mod list;
mod marks;
mod names;
mod noteline;
mod painter;
mod piping;
mod popup;
mod prompt;
mod questions;
mod records;
mod sidebar;
mod status;
mod swatch;
pub mod theme;
mod thread;

use ratatui::Frame;

pub use age::Age;
pub use theme::Theme;

use crate::app::keymap::Context;
use crate::app::layout::{Area, Fit};
use crate::app::model::Focus;
use crate::app::{Model, update};

use marks::Marks;
use painter::{Painter, Pen};

/// What every part of the screen draws from.
#[derive(Clone, Copy)]
struct Scene<'a> {
    model: &'a Model,
    theme: &'a Theme,
    marks: &'static Marks,
}

impl Scene<'_> {
    /// Where a key pressed now would be looked up.
    fn context(&self) -> Context {
        update::context(self.model)
    }
}

/// A place for the hardware cursor: column, row.
type Place = (u16, u16);

/// Paints the model, as `app::settle` made it ready for this size, and puts the hardware cursor where the eye belongs.
pub fn view(model: &Model, theme: &Theme, frame: &mut Frame<'_>) {
    let ascii = theme.ascii || model.settings.ascii;
    let scene = Scene { model, theme, marks: Marks::of(ascii) };
    let layout = model.screen.layout;
    let bounds = frame.area();
    let mut painter = Painter::new(frame.buffer_mut(), ascii);
    let place = if layout.fit == Fit::Line {
        status::too_small(&scene, &mut painter);
        popup::tiny(&scene, &mut painter).or(Some((layout.status.x, layout.status.y)))
    } else {
        status::draw(&scene, &mut painter);
        rules(&scene, &mut painter);
        let on_row = list::draw(&scene, &mut painter);
        let on_line = thread::draw(&scene, &mut painter);
        noteline::draw(&scene, &mut painter);
        let in_text = composer::draw(&scene, &mut painter);
        let on_section = sidebar::draw(&scene, &mut painter);
        let on_hint = hints::draw(&scene, &mut painter);
        let on_popup = popup::draw(&scene, &mut painter);
        let focused = match model.panes.focus {
            Focus::List => on_row,
            Focus::Thread => on_line,
            Focus::Sidebar => on_section,
            Focus::Composer => in_text,
        };
        let in_prompt = on_hint.filter(|_| model.reading.search.prompt.is_some());
        on_popup.or(in_prompt).or(focused).or(on_hint)
    };
    if let Some((x, y)) = place.filter(|(x, y)| *x < bounds.right() && *y < bounds.bottom()) {
        frame.set_cursor_position((x, y));
    }
}

/// The one column between panes.
fn rules(scene: &Scene<'_>, painter: &mut Painter<'_>) {
    let layout = scene.model.screen.layout;
    if layout.pane.is_empty() {
        return;
    }
    let body = layout.pane;
    let mut rule = |x: u16| {
        for row in 0..body.height {
            let mut pen = Pen::on(Area { x, width: 1, ..body }, row);
            painter.write(&mut pen, scene.marks.between, scene.theme.dim);
        }
    };
    // What stands left of the pane ends one column before it; so does the pane before what stands right of it.
    if body.x > 0 {
        rule(body.x - 1);
    }
    if layout.sidebar.x > body.x {
        rule(layout.sidebar.x.saturating_sub(1));
    }
}
