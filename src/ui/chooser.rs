//! A chooser as it is drawn: the line that narrows it, then its rows. Marks stand in a column that only we write, what we
//! say of a row stands at its right end; a name from outside fills what is left between.

use crate::app::chooser::{Ask, Choice, Chooser, Item, Mark};
use crate::app::layout::Area;
use crate::app::{Model, triage};
use crate::text::width;

use super::painter::{Painter, Pen};
use super::{Place, Scene, field, names, popup, swatch};

/// Cells within the frame, wherever there is room.
const WIDTH: usize = 56;
/// Rows at most: a list that is longer scrolls.
const ROWS: usize = 14;

/// Draws a chooser over the panes; the place of the insertion point.
pub(super) fn draw(scene: &Scene<'_>, painter: &mut Painter<'_>, chooser: &Chooser) -> Option<Place> {
    let model = scene.model;
    // As high as it is without a filter: nothing jumps while one types.
    let all = Chooser::new(chooser.ask.clone()).items(model).len().max(2);
    let rows = (all + 1).min(ROWS).min(popup::fits(scene).saturating_sub(1)).max(1);
    let title = format!(" {} ", title(chooser));
    let foot = foot(model, chooser);
    let inside = popup::frame(scene, painter, (WIDTH, rows + 1), &title, &foot);
    body(scene, painter, inside, chooser, "")
}

/// The same without a frame, on a screen that has no room for one.
pub(super) fn tiny(scene: &Scene<'_>, painter: &mut Painter<'_>, area: Area, chooser: &Chooser) -> Option<Place> {
    painter.clear(area);
    body(scene, painter, area, chooser, title(chooser))
}

/// What is asked for, in our words.
const fn title(chooser: &Chooser) -> &'static str {
    match &chooser.ask {
        Ask::Owner(_) => "assign to",
        Ask::HandOver(_) => "hand over to",
        Ask::Tags { .. } => "tags",
        Ask::TagColor { .. } => "colour of the new tag",
        Ask::Status(_) => "status",
        Ask::Command(_) => "actions",
    }
}

/// For whom, or what is still being read.
fn foot(model: &Model, chooser: &Chooser) -> String {
    let reading = match &chooser.ask {
        Ask::Tags { conversation, .. } => {
            let set = model.sidebar.get(conversation).is_some_and(|aside| aside.tags_read.is_some());
            model.sidebar.palette.read.is_none() || !set
        }
        Ask::Owner(_) | Ask::HandOver(_) => model.directory.members.is_empty(),
        Ask::TagColor { .. } | Ask::Status(_) | Ask::Command(_) => false,
    };
    if reading {
        return " reading… ".to_owned();
    }
    if let Ask::TagColor { name, .. } = &chooser.ask {
        return format!(" {} ", names::quoted(name, 30));
    }
    let name = chooser.conversation().and_then(|id| triage::name_of(model, id));
    name.map(|name| format!(" for {} ", names::quoted(&name, 30))).unwrap_or_default()
}

fn body(scene: &Scene<'_>, painter: &mut Painter<'_>, area: Area, chooser: &Chooser, before: &str) -> Option<Place> {
    let theme = scene.theme;
    let items = chooser.items(scene.model);
    let at = chooser.at(&items);
    let mut pen = Pen::on(area, 0);
    if !before.is_empty() {
        painter.cut(&mut pen, before, theme.strong);
        painter.write(&mut pen, ": ", theme.strong);
    } else {
        painter.write(&mut pen, scene.marks.prompt, theme.dim);
        pen.skip(1);
    }
    if area.height == 1 {
        // One line: what Enter would take stands behind what was typed.
        let item = items.get(at).map(|item| item.label.as_str()).unwrap_or_default();
        let mut typed = pen.split(u16::try_from(width(chooser.filter.text()) + 1).unwrap_or(u16::MAX));
        let place = field::draw(painter, &mut typed, &chooser.filter, theme.plain);
        painter.cut(&mut pen, item, theme.selected);
        return place;
    }
    let place = field::draw(painter, &mut pen, &chooser.filter, theme.plain);
    let fits = usize::from(area.height.saturating_sub(1));
    let top = (at + 1).saturating_sub(fits);
    for (row, (number, item)) in (1..area.height).zip(items.iter().enumerate().skip(top)) {
        line(scene, painter, Area { y: area.y + row, height: 1, ..area }, item, number == at);
    }
    if items.is_empty() {
        let mut pen = Pen::on(area, 1);
        pen.skip(2);
        painter.cut(&mut pen, empty(chooser), theme.dim);
    }
    place
}

const fn empty(chooser: &Chooser) -> &'static str {
    match &chooser.ask {
        Ask::Tags { .. } if chooser.filter.is_empty() => "no tag yet: type a name to make one",
        Ask::Owner(_) | Ask::HandOver(_) if chooser.filter.is_empty() => "the members are not known yet",
        Ask::Owner(_)
        | Ask::HandOver(_)
        | Ask::Tags { .. }
        | Ask::TagColor { .. }
        | Ask::Status(_)
        | Ask::Command(_) => "nothing fits what was typed",
    }
}

fn line(scene: &Scene<'_>, painter: &mut Painter<'_>, area: Area, item: &Item, selected: bool) {
    let theme = scene.theme;
    let refused = item.refused.is_some();
    let mut style = if refused { theme.dim } else { theme.plain };
    let mut quiet = theme.dim;
    if selected {
        style = theme.selected.patch(style);
        quiet = style;
        painter.style(area, style);
    }
    let mut pen = Pen::on(area, 0);
    let mark = match item.mark {
        Some(Mark::On) => scene.marks.chosen,
        Some(Mark::Adding) => "+",
        Some(Mark::Removing) => "-",
        Some(Mark::Off) | None if item.outside => " ",
        Some(Mark::Off) | None => scene.marks.own,
    };
    painter.field(&mut pen, 2, mark, quiet);
    let said = item.refused.unwrap_or(match item.mark {
        Some(Mark::Adding) => "to be added",
        Some(Mark::Removing) => "to be taken off",
        Some(Mark::On | Mark::Off) | None => item.detail.as_str(),
    });
    let room = pen.rest().saturating_sub(14);
    if !said.is_empty() && room > 3 {
        let cut = crate::text::truncate(said, room);
        painter.right(&mut pen, &cut.text, quiet);
        pen.keep(2);
    }
    if matches!(item.choice, Choice::Tag(_) | Choice::Color(_)) {
        let swatch = if selected { style } else { swatch::style(theme, item.color) };
        painter.field(&mut pen, 2, scene.marks.swatch, swatch);
    }
    painter.cut(&mut pen, &item.label, style);
}
