//! The list: two lines a row, or one where it is wide. Names and previews give way, the age never.
//!
//! Columns are fixed: state, priority, name, age; below, who spoke last, preview, draft. Text from outside stands only
//! in the columns of name and preview, so that none of it can pass for a mark of ours.

use chrono::{DateTime, Utc};
use ratatui::style::Style;

use crate::app::Action;
use crate::app::inbox::{Everything, Row, Standing, View};
use crate::app::keymap::Context;
use crate::app::layout::Area;
use crate::app::model::{Focus, Model};
use crate::app::{key_words, triage, words};
use crate::domain::{ConversationId, Priority, Speaker, Status};
use crate::text::{sanitize_line, truncate, wrap};

use super::age::Age;
use super::painter::{Painter, Pen};
use super::{Place, Scene, swatch};

/// Where state mark, priority and names begin.
const MARGIN: u16 = 1;
/// Cells of an age.
const AGE: u16 = 4;
/// Cells of the name where a row is one line.
const NAME_OF_ONE: u16 = 20;

/// At most so many tags, each of at most so many cells, and the cells that the preview keeps beside them.
const TAGS: usize = 2;
const TAG: usize = 12;
const PREVIEW: usize = 14;

/// How one row is painted.
#[derive(Clone, Copy)]
struct Tone {
    plain: Style,
    dim: Style,
    accent: Style,
    strong: Style,
}

/// Draws the list; the place of the row under the cursor.
pub(super) fn draw(scene: &Scene<'_>, painter: &mut Painter<'_>) -> Option<Place> {
    let model = scene.model;
    let area = model.screen.layout.list;
    if area.is_empty() {
        return None;
    }
    let inbox = &model.inbox;
    if inbox.order.is_empty() {
        nobody(scene, painter, area);
        return Some((area.x, area.y));
    }
    let each = model.screen.rows_each.max(1);
    let mut place = None;
    let mut used: u16 = 0;
    for (at, id) in inbox.order.iter().enumerate().skip(inbox.top).take(model.screen.list_fits) {
        if used + each > area.height {
            break;
        }
        let lines = Area { y: area.y + used, height: each, ..area };
        used += each;
        let Some(row) = inbox.rows.get(id) else { continue };
        let selected = at == inbox.at;
        if selected {
            place = Some((lines.x, lines.y));
        }
        let tone = tone(scene, id, selected);
        if selected {
            painter.style(lines, tone.plain);
        }
        if each == 1 {
            one_line(scene, painter, lines, id, row, tone);
        } else {
            two_lines(scene, painter, lines, id, row, tone);
        }
    }
    foot(scene, painter, area, used);
    place
}

fn tone(scene: &Scene<'_>, id: &ConversationId, selected: bool) -> Tone {
    let model = scene.model;
    let theme = scene.theme;
    if selected {
        let style = if model.panes.focus == Focus::List { theme.selected } else { theme.resting };
        return Tone { plain: style, dim: style, accent: style, strong: style.patch(theme.strong) };
    }
    if !model.inbox.belongs(id, model.directory.me.as_ref(), model.now.wall, &model.settings) {
        // It left the view while the order stands still.
        return Tone { plain: theme.dim, dim: theme.dim, accent: theme.dim, strong: theme.dim };
    }
    Tone { plain: theme.plain, dim: theme.dim, accent: theme.accent, strong: theme.strong }
}

fn two_lines(scene: &Scene<'_>, painter: &mut Painter<'_>, area: Area, id: &ConversationId, row: &Row, tone: Tone) {
    let mut pen = Pen::on(area, 0);
    pen.keep(1);
    painter.right(&mut pen, &aligned(&age(row, scene.model.now.wall)), age_style(row, tone));
    pen.keep(1);
    marks(scene, painter, &mut pen, row, tone);
    name(painter, &mut pen, row, tone);
    let mut pen = Pen::on(area, 1);
    pen.keep(1);
    pen.skip(MARGIN + 4);
    words_of(scene, painter, &mut pen, id, row, tone);
}

fn one_line(scene: &Scene<'_>, painter: &mut Painter<'_>, area: Area, id: &ConversationId, row: &Row, tone: Tone) {
    let mut pen = Pen::on(area, 0);
    pen.keep(1);
    marks(scene, painter, &mut pen, row, tone);
    name(painter, &mut pen.split(NAME_OF_ONE), row, tone);
    pen.skip(1);
    painter.field(&mut pen, AGE, &aligned(&age(row, scene.model.now.wall)), age_style(row, tone));
    pen.skip(2);
    words_of(scene, painter, &mut pen, id, row, tone);
}

fn aligned(age: &Age) -> String {
    format!("{:>4}", age.as_str())
}

fn age_style(row: &Row, tone: Tone) -> Style {
    match row.waits() {
        Standing::Waits(_) => tone.plain,
        Standing::Perhaps | Standing::No => tone.dim,
    }
}

/// How long the visitor waits, else how long ago something happened.
fn age(row: &Row, now: DateTime<Utc>) -> Age {
    let last = row.conversation.last_activity();
    match row.waits() {
        Standing::Waits(since) => Age::since(since.at, since.certain, now),
        Standing::Perhaps => Age::since(last.at, false, now),
        Standing::No => Age::since(last.at, last.certain, now),
    }
}

/// State and priority.
fn marks(scene: &Scene<'_>, painter: &mut Painter<'_>, pen: &mut Pen, row: &Row, tone: Tone) {
    let marks = scene.marks;
    let (state, style) = match (&row.conversation.status, row.waits()) {
        (_, _) if row.conversation.unreadable.is_some() => (marks.unknown, tone.plain),
        (Status::AgentRequested, _) => (marks.needs_person, tone.accent),
        (Status::Open, Standing::Waits(_)) => (marks.waits, tone.accent),
        (Status::Open, Standing::Perhaps) => (marks.uncertain, tone.plain),
        (Status::Open, Standing::No) => (marks.answered, tone.plain),
        (Status::BotActive, _) => (marks.bot_has_it, tone.dim),
        (Status::Resolved, _) => (marks.resolved, tone.dim),
        (Status::Closed, _) => (marks.closed, tone.dim),
        (Status::Archived, _) => (marks.archived, tone.dim),
        (Status::Other(_), _) => (marks.unknown, tone.plain),
    };
    pen.skip(MARGIN);
    painter.field(pen, 2, state, style);
    let (priority, style) = match row.conversation.priority {
        Priority::High => (marks.high, tone.plain),
        Priority::Low => (marks.low, tone.dim),
        Priority::Medium => (" ", tone.plain),
        Priority::Other(_) => (marks.unknown, tone.dim),
    };
    painter.field(pen, 2, priority, style);
}

fn name(painter: &mut Painter<'_>, pen: &mut Pen, row: &Row, tone: Tone) {
    let style = if row.unread { tone.strong } else { tone.plain };
    painter.cut(pen, sanitize_line(&triage::name_of_row(row)).as_str(), style);
}

/// Who spoke last and how it begins; a mark at the end where a draft or an unsent reply lies.
fn words_of(scene: &Scene<'_>, painter: &mut Painter<'_>, pen: &mut Pen, id: &ConversationId, row: &Row, tone: Tone) {
    let model = scene.model;
    let marks = scene.marks;
    let unsent = model.outbox.pending(id).any(|entry| entry.state.asks());
    if unsent {
        painter.right(pen, " unsent", scene.theme.warning.patch(tone.plain));
    } else if model.composer.has_text(id) {
        painter.right(pen, marks.draft, tone.plain);
        pen.keep(1);
    }
    let speaker = match row.exact() {
        Some(knowledge) => match knowledge.speaker {
            Some(Speaker::Visitor) => marks.visitor,
            Some(Speaker::Person) => marks.us,
            Some(Speaker::Bot) => marks.bot,
            Some(Speaker::Unknown) => marks.unknown,
            Some(Speaker::Marker) | None => " ",
        },
        None if row.live() => marks.uncertain,
        None => " ",
    };
    painter.field(pen, 2, speaker, tone.dim);
    tags(scene, painter, pen, id, tone);
    if let Some(reason) = &row.conversation.unreadable {
        painter.cut(pen, "unreadable: ", tone.plain);
        painter.cut(pen, sanitize_line(reason).as_str(), tone.dim);
    } else if let Some(preview) = &row.conversation.last_message_preview {
        painter.cut(pen, sanitize_line(preview).as_str(), tone.dim);
    }
}

/// The tags at the end, as many as leave the preview most of the line; each behind a mark of ours, so that none passes
/// for a word of ours.
fn tags(scene: &Scene<'_>, painter: &mut Painter<'_>, pen: &mut Pen, id: &ConversationId, tone: Tone) {
    let sidebar = &scene.model.sidebar;
    let Some(aside) = sidebar.get(id).filter(|aside| aside.tags_read.is_some()) else { return };
    let shown: Vec<_> = aside.tags.iter().filter_map(|tag| sidebar.palette.get(tag)).take(TAGS).collect();
    for tag in shown.into_iter().rev() {
        let name = sanitize_line(&tag.name);
        let cut = truncate(name.as_str(), TAG);
        if pen.rest() < PREVIEW + cut.width + 3 {
            return;
        }
        painter.right(pen, &cut.text, tone.dim);
        let shade = if tone.plain == scene.theme.plain { swatch::style(scene.theme, tag.color) } else { tone.plain };
        painter.right(pen, scene.marks.swatch, shade);
        pen.keep(1);
    }
}

/// What stands below the rows: news that waits for its place, or that there is more to come.
fn foot(scene: &Scene<'_>, painter: &mut Painter<'_>, area: Area, used: u16) {
    let model = scene.model;
    let inbox = &model.inbox;
    let end = inbox.top + model.screen.list_fits >= inbox.order.len();
    let free = used < area.height;
    if inbox.new_rows > 0 {
        // No row moves for it: it stands below the last one, else on the last line.
        let line = if free { used } else { area.height - 1 };
        let line = Area { y: area.y + line, height: 1, ..area };
        painter.clear(line);
        let shows = key_words::clause(model, (Context::List, Action::Refresh), ", ", " shows them");
        let words = format!("{} new{shows}", inbox.new_rows);
        let mut pen = Pen::on(line, 0);
        pen.skip(1);
        pen.keep(1);
        painter.rule(&mut pen, scene.marks.rule, &words, (scene.theme.dim, scene.theme.accent));
    } else if free && end {
        let words = match inbox.walk(inbox.view) {
            Some(Everything::Complete) => return,
            Some(Everything::More(_)) => "more load as you scroll",
            Some(Everything::Unasked) => "reading more…",
            None if inbox.complete => return,
            None => "reading the list…",
        };
        let mut pen = Pen::on(area, used);
        pen.skip(MARGIN + 4);
        painter.cut(&mut pen, words, scene.theme.dim);
    }
}

/// An empty view says why, and what to do.
fn nobody(scene: &Scene<'_>, painter: &mut Painter<'_>, area: Area) {
    let model = scene.model;
    let (first, then) = empty_words(model);
    let inside = Area { x: area.x + 1, y: area.y + 1, width: area.width.saturating_sub(2), ..area };
    let inside = Area { height: area.height.saturating_sub(1), ..inside };
    let mut row = 0;
    for (words, style) in std::iter::once((first, scene.theme.plain)).chain(then.map(|then| (then, scene.theme.dim))) {
        for line in wrap(&words, usize::from(inside.width).max(1)) {
            let text = words.get(line.start..line.end).unwrap_or_default();
            painter.write(&mut Pen::on(inside, row), text, style);
            row += 1;
        }
    }
}

fn empty_words(model: &Model) -> (String, Option<String>) {
    let inbox = &model.inbox;
    let see_all = || {
        let key = key_words::key(model, Context::List, Action::Show(View::All))?;
        Some(format!("{key} shows all"))
    };
    let known = inbox.knows_all_of(inbox.view);
    if !known {
        return match &model.link.problem {
            Some(problem) => {
                (format!("the list cannot be read: {}", words::unread(model, problem, words::Unread::List)), None)
            }
            None => ("reading the list…".to_owned(), None),
        };
    }
    match inbox.view {
        View::Waiting => {
            let answered = inbox.rows.values().filter_map(|row| row.knowledge.as_ref()?.answered).max();
            let last = answered.map(|at| Age::since(at, true, model.now.wall));
            let last = match &last {
                Some(age) if age.as_str() == "now" => Some("the last answer went out just now".to_owned()),
                Some(age) => Some(format!("the last answer went out {} ago", age.as_str())),
                None => None,
            };
            let said: Vec<String> = last.into_iter().chain(see_all()).collect();
            ("nobody waits".to_owned(), Some(said.join("; ")).filter(|said| !said.is_empty()))
        }
        View::Mine if model.directory.me.is_none() => {
            ("nobody was chosen as you, so nothing is yours".to_owned(), see_all())
        }
        View::Mine => ("nothing is assigned to you".to_owned(), see_all()),
        View::Open => ("no conversation is open".to_owned(), see_all()),
        View::Unassigned => ("everything open belongs to somebody".to_owned(), see_all()),
        View::Bot => ("the bot answers nobody now".to_owned(), see_all()),
        View::Resolved => ("nothing was resolved yet".to_owned(), see_all()),
        View::All => ("no conversation yet".to_owned(), None),
    }
}
