//! Popups: the keys that work here, who I am, and questions. They stand over the panes in a light frame, never larger
//! than the screen, and what lies under them is cleared whole.

use ratatui::style::Style;

use crate::app::action::{Action, Goal};
use crate::app::chooser as chooser_rows;
use crate::app::layout::Area;
use crate::app::overlay::{Overlay, Question};
use crate::app::verbs;
use crate::text::{sanitize_line, width, wrap};

use super::painter::{Painter, Pen};
use super::{Place, Scene, chooser, links, piping, prompt, questions, records};

/// The widest popup, frame included.
const WIDEST: u16 = 76;
/// The cells of the statuses.
const STATUSES: usize = 50;
/// The widest question.
const QUESTION: u16 = 56;

/// Draws the popup that stands, if one does; the place of what the keys act on.
pub(super) fn draw(scene: &Scene<'_>, painter: &mut Painter<'_>) -> Option<Place> {
    let Some((overlay, _)) = scene.model.overlays.open.as_ref() else {
        statuses(scene, painter);
        return None;
    };
    match overlay {
        Overlay::Help { top } => help(scene, painter, *top),
        Overlay::WhoAmI { chosen } => who_am_i(scene, painter, *chosen),
        Overlay::Links(listing) => links::draw(scene, painter, listing),
        Overlay::PipePrompt => piping::prompt(scene, painter),
        Overlay::PipeRunning { .. } => piping::running(scene, painter),
        Overlay::PipeOutput { top } => piping::output(scene, painter, *top),
        Overlay::Question(question) => ask(scene, painter, question),
        Overlay::Choose(chooser) => chooser::draw(scene, painter, chooser),
        Overlay::Prompt(prompt) => prompt::draw(scene, painter, prompt),
        Overlay::Records(records) => records::draw(scene, painter, records),
    }
}

/// While the prefix of the statuses waits: each with its key, and why it does not go.
fn statuses(scene: &Scene<'_>, painter: &mut Painter<'_>) {
    let model = scene.model;
    let Some(prefix) = model.overlays.prefix else { return };
    let known = model.settings.keymap.continuations(scene.context(), prefix);
    let goals: Vec<(String, Goal)> = known
        .into_iter()
        .filter_map(|(key, action)| match action {
            Action::Become(goal) => Some((key, goal)),
            _ => None,
        })
        .collect();
    let Some(target) = verbs::target(model).filter(|_| !goals.is_empty()) else { return };
    let inside = frame(scene, painter, (STATUSES, goals.len()), " status ", "");
    for (row, (key, goal)) in (0..inside.height).zip(&goals) {
        let (detail, refused) = chooser_rows::legal(model, &target, *goal);
        let style = if refused.is_some() { scene.theme.dim } else { scene.theme.plain };
        let mut pen = Pen::on(inside, row);
        painter.field(&mut pen, 3, key, if refused.is_some() { scene.theme.dim } else { scene.theme.strong });
        painter.field(&mut pen, 16, goal.word(), style);
        painter.cut(&mut pen, refused.unwrap_or(detail), scene.theme.dim);
    }
}

/// What takes the keys on a screen that has no room for panes: it has the whole of it.
pub(super) fn tiny(scene: &Scene<'_>, painter: &mut Painter<'_>) -> Option<Place> {
    let size = scene.model.panes.size;
    let area = Area { x: 0, y: 0, width: size.columns, height: size.rows };
    let (overlay, _) = scene.model.overlays.open.as_ref().filter(|_| !area.is_empty())?;
    match overlay {
        Overlay::Choose(chooser) => chooser::tiny(scene, painter, area, chooser),
        Overlay::Prompt(prompt) => prompt::tiny(scene, painter, area, prompt),
        Overlay::Records(records) => records::tiny(scene, painter, area, records),
        Overlay::Help { .. }
        | Overlay::WhoAmI { .. }
        | Overlay::Links(_)
        | Overlay::PipePrompt
        | Overlay::PipeRunning { .. }
        | Overlay::PipeOutput { .. }
        | Overlay::Question(_) => None,
    }
}

/// A frame of at most this size in the middle of the panes; the cells within it.
pub(super) fn frame(
    scene: &Scene<'_>,
    painter: &mut Painter<'_>,
    wants: (usize, usize),
    title: &str,
    foot: &str,
) -> Area {
    let layout = &scene.model.screen.layout;
    let screen = Area {
        x: 0,
        y: layout.status.height,
        width: layout.status.width,
        height: layout.hints.y.saturating_sub(layout.status.height),
    };
    let width = u16::try_from(wants.0 + 4).unwrap_or(u16::MAX).min(screen.width);
    let height = u16::try_from(wants.1 + 2).unwrap_or(u16::MAX).min(screen.height);
    let area =
        Area { x: screen.x + (screen.width - width) / 2, y: screen.y + (screen.height - height) / 2, width, height };
    painter.clear(area);
    if area.is_empty() {
        return area;
    }
    let light = &scene.marks.light;
    let style = scene.theme.plain;
    let [left_top, right_top, left_bottom, right_bottom] = light.corners;
    for row in 0..height {
        let (left, right, words) = match row {
            0 => (left_top, right_top, title),
            row if row == height - 1 => (left_bottom, right_bottom, foot),
            _ => (light.down, light.down, ""),
        };
        let mut pen = Pen::on(area, row);
        painter.right(&mut pen, right, style);
        painter.write(&mut pen, left, style);
        if row == 0 || row == height - 1 {
            if !words.is_empty() {
                painter.write(&mut pen, light.across, style);
                painter.cut(&mut pen, words, scene.theme.strong);
            }
            painter.fill(&mut pen, light.across, style);
        }
    }
    Area { x: area.x + 2, y: area.y + 1, width: width.saturating_sub(4), height: height.saturating_sub(2) }
}

/// How many rows fit between the bars with a frame around them.
pub(super) fn fits(scene: &Scene<'_>) -> usize {
    let layout = &scene.model.screen.layout;
    usize::from(layout.hints.y.saturating_sub(layout.status.height)).saturating_sub(2)
}

fn help(scene: &Scene<'_>, painter: &mut Painter<'_>, top: usize) -> Option<Place> {
    let list = scene.model.settings.keymap.help_of(scene.context());
    let fits = fits(scene);
    // The end is not scrolled past.
    let top = top.min(list.len().saturating_sub(fits));
    let shown = list.len().min(fits);
    let keys = list.iter().map(|(keys, _)| width(keys)).max().unwrap_or(0);
    let words = list.iter().map(|(_, action)| width(action.help())).max().unwrap_or(0);
    let wants = (keys + 2 + words).min(usize::from(WIDEST - 4));
    let foot = if shown < list.len() {
        format!(" {} to {} of {}, j and k scroll ", top + 1, top + shown, list.len())
    } else {
        String::new()
    };
    let inside = frame(scene, painter, (wants, shown), " keys that work here ", &foot);
    // Where there is little room both columns give way, the words last.
    let keys = keys.min(usize::from(inside.width) * 2 / 5);
    for (row, (list_keys, action)) in (0..inside.height).zip(list.iter().skip(top)) {
        let mut pen = Pen::on(inside, row);
        painter.field(&mut pen, u16::try_from(keys).unwrap_or(u16::MAX), list_keys, scene.theme.strong);
        pen.skip(2);
        painter.cut(&mut pen, action.help(), scene.theme.plain);
    }
    Some((inside.x, inside.y))
}

fn who_am_i(scene: &Scene<'_>, painter: &mut Painter<'_>, chosen: usize) -> Option<Place> {
    let members = &scene.model.directory.members;
    let none = "none of these";
    // A blank line sets our own words apart from names.
    let rows = members.len() + 2;
    let at = if chosen >= members.len() { rows - 1 } else { chosen };
    let shown = rows.min(fits(scene)).max(1);
    let top = (at + 1).saturating_sub(shown);
    let visible: Vec<_> = members.iter().skip(top).take(shown).map(|member| sanitize_line(&member.name())).collect();
    let widest = visible.iter().map(|name| width(name.as_str())).max().unwrap_or(0).clamp(24, 44);
    let inside = frame(scene, painter, (widest, shown), " who are you? ", "");
    let mut place = None;
    for row in 0..inside.height {
        let line = top + usize::from(row);
        let (words, style) = match visible.get(usize::from(row)) {
            Some(name) => (name.as_str(), scene.theme.plain),
            None if line + 1 == rows => (none, scene.theme.dim),
            None => ("", scene.theme.plain),
        };
        let mut style = style;
        if line == at {
            style = scene.theme.selected;
            painter.style(Area { y: inside.y + row, height: 1, ..inside }, style);
            place = Some((inside.x, inside.y + row));
        }
        painter.cut(&mut Pen::on(inside, row), words, style);
    }
    place
}

fn ask(scene: &Scene<'_>, painter: &mut Painter<'_>, question: &Question) -> Option<Place> {
    let theme = scene.theme;
    let inside = usize::from(QUESTION.min(scene.model.screen.layout.status.width)).saturating_sub(4).max(1);
    // Our words come first, a name on a line of its own, then the keys.
    let said = questions::said(scene.model, question);
    let name = questions::outside(scene.model, question, inside);
    let keys = questions::keys(question);
    let said_rows = wrap(&said, inside);
    let mut lines: Vec<(&str, Style)> =
        said_rows.iter().map(|row| (said.get(row.start..row.end).unwrap_or_default(), theme.warning)).collect();
    if let Some(name) = &name {
        lines.push((name, theme.plain));
    }
    lines.push(("", theme.plain));
    lines.push((keys, theme.plain));
    let area = frame(scene, painter, (inside, lines.len()), "", "");
    // The keys are the last to give way.
    let skip = lines.len().saturating_sub(usize::from(area.height));
    let mut place = None;
    for (row, (words, style)) in (0..area.height).zip(lines.iter().skip(skip)) {
        painter.cut(&mut Pen::on(area, row), words, *style);
        place = Some((area.x, area.y + row));
    }
    place
}
