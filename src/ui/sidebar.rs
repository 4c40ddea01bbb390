//! The sidebar: what colleagues noted, who the visitor is, tags, whose the conversation is, where it came from.
//!
//! Headings and marks begin one column in, everything under them three: no text from outside stands in the headings'
//! columns, so that no note can copy a heading or another note's author.

use ratatui::style::Style;

use crate::app::fields::{self, Field};
use crate::app::inbox::Row;
use crate::app::layout::Area;
use crate::app::model::{Focus, Model};
use crate::app::{Action, key_words};
use crate::domain::{Color, ConversationId, Note, NoteId, Origin, Time};
use crate::text::{RawText, sanitize, sanitize_line, truncate, width, wrap};

use super::painter::{Painter, Pen};
use super::{Place, Scene, names, swatch};

const INDENT: u16 = 2;
/// The most rows of a summary.
const SUMMARY_ROWS: usize = 12;
/// The most rows of a note, and of the one under the cursor.
const NOTE_ROWS: usize = 6;
const NOTE_ROWS_SELECTED: usize = 200;

/// That a note says itself who wrote it.
const SIGNED: &str = " (signed)";

/// What stands in the columns before the text.
#[derive(Clone, Copy)]
enum Before {
    Nothing,
    Note,
    Swatch(Option<Color>),
}

/// One line.
struct Line {
    field: Option<Field>,
    before: Before,
    heading: bool,
    words: String,
    right: String,
    style: Style,
}

/// Draws the sidebar; the place of the field under the cursor.
pub(super) fn draw(scene: &Scene<'_>, painter: &mut Painter<'_>) -> Option<Place> {
    let model = scene.model;
    let area = model.screen.layout.sidebar;
    if area.is_empty() {
        return None;
    }
    let area = Area { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let Some((id, row)) = model.shown().and_then(|id| Some((id, model.inbox.rows.get(id)?))) else {
        return Some((area.x, area.y));
    };
    let focused = model.panes.focus == Focus::Sidebar;
    let current = fields::current(model).filter(|_| focused);
    let mut column = Column { scene, width: area.width, lines: Vec::new() };
    column.notes(id, current.as_ref());
    column.contact(row);
    column.tags(id);
    column.heading("OWNER", "");
    column.add(Field::Owner, names::owner(model, row.conversation.assigned_to.as_ref()), scene.theme.plain);
    column.visitor(model, row);
    column.heading("TITLE", "");
    column.given(Field::Title, row.conversation.title.as_ref(), "no title");
    column.summary(row);
    let lines = column.lines;
    let top = top(&lines, current.as_ref(), usize::from(area.height));
    let mut place = None;
    for (number, line) in (0..area.height).zip(lines.iter().skip(top)) {
        let chosen = line.field.is_some() && line.field == current;
        if chosen && place.is_none() {
            place = Some((area.x, area.y + number));
        }
        self::line(scene, painter, Area { y: area.y + number, height: 1, ..area }, line, chosen);
    }
    place.or(Some((area.x, area.y)))
}

/// The first line drawn: the field under the cursor is seen from its beginning, as much of it as fits.
fn top(lines: &[Line], current: Option<&Field>, height: usize) -> usize {
    let Some(first) = current.and_then(|field| lines.iter().position(|line| line.field.as_ref() == Some(field))) else {
        return 0;
    };
    let last = lines.iter().rposition(|line| line.field.as_ref() == current).unwrap_or(first);
    (last + 2).saturating_sub(height).min(first)
}

fn line(scene: &Scene<'_>, painter: &mut Painter<'_>, area: Area, line: &Line, chosen: bool) {
    let theme = scene.theme;
    let mut style = line.style;
    if chosen {
        style = theme.selected.patch(style);
        painter.style(area, style);
    }
    let mut pen = Pen::on(area, 0);
    if !line.right.is_empty() {
        painter.right(&mut pen, &line.right, if chosen { style } else { theme.dim });
        pen.keep(1);
    }
    if !line.heading {
        match line.before {
            Before::Nothing => pen.skip(INDENT),
            Before::Note => painter.field(&mut pen, INDENT, scene.marks.note, if chosen { style } else { theme.dim }),
            Before::Swatch(color) => {
                let shade = if chosen { style } else { swatch::style(theme, color) };
                painter.field(&mut pen, INDENT, scene.marks.swatch, shade);
            }
        }
    }
    painter.cut(&mut pen, &line.words, style);
}

struct Column<'a> {
    scene: &'a Scene<'a>,
    width: u16,
    lines: Vec<Line>,
}

impl Column<'_> {
    fn push(&mut self, field: Option<Field>, before: Before, words: String, style: Style) {
        self.lines.push(Line { field, before, heading: false, words, right: String::new(), style });
    }

    fn heading(&mut self, words: &str, right: &str) {
        let style = self.scene.theme.strong;
        if !self.lines.is_empty() {
            self.push(None, Before::Nothing, String::new(), self.scene.theme.plain);
        }
        let (words, right) = (words.to_owned(), right.to_owned());
        self.lines.push(Line { field: None, before: Before::Nothing, heading: true, words, right, style });
    }

    fn add(&mut self, field: Field, words: String, style: Style) {
        self.push(Some(field), Before::Nothing, words, style);
    }

    fn words(&mut self, words: &str, style: Style) {
        self.push(None, Before::Nothing, words.to_owned(), style);
    }

    fn given(&mut self, field: Field, text: Option<&RawText>, none: &str) {
        match text.filter(|text| !text.as_raw().trim().is_empty()) {
            Some(text) => self.add(field, sanitize_line(text).to_string(), self.scene.theme.plain),
            None => self.add(field, none.to_owned(), self.scene.theme.dim),
        }
    }

    /// The cells of a line of text.
    fn room(&self) -> usize {
        usize::from(self.width.saturating_sub(INDENT)).max(1)
    }

    fn notes(&mut self, id: &ConversationId, current: Option<&Field>) {
        let model = self.scene.model;
        let Some(aside) = model.sidebar.get(id).filter(|aside| aside.notes_read.is_some() || !aside.notes.is_empty())
        else {
            return;
        };
        self.heading("NOTES", &aside.notes.len().to_string());
        if aside.notes.is_empty() {
            let writes = key_words::clause(model, (key_words::pane(model), Action::Note), ", ", " writes one");
            self.words(&format!("none{writes}"), self.scene.theme.dim);
        }
        let mut first = true;
        for note in fields::notes(model, id) {
            let Some(held) = aside.notes.iter().find(|held| held.id == note) else { continue };
            if !first {
                self.push(None, Before::Nothing, String::new(), self.scene.theme.plain);
            }
            first = false;
            let selected = current == Some(&Field::Note(note.clone()));
            self.note(held, &note, aside.pinned.as_ref() == Some(&note), selected);
        }
    }

    fn note(&mut self, note: &Note, id: &NoteId, pinned: bool, selected: bool) {
        let theme = self.scene.theme;
        let model = self.scene.model;
        let mut said = format!(", {}", clock(model, note.created_at));
        if pinned {
            said.push_str(", on top");
        }
        let (mut author, claimed) = names::author(model, note, self.room());
        // A name that the note only gives itself is not certain: in words, else by the mark for that.
        if claimed && width(&author) + width(&said) + width(SIGNED) <= self.room() {
            said.insert_str(0, SIGNED);
        } else if claimed {
            author.insert_str(0, self.scene.marks.uncertain);
        }
        let author = truncate(&author, self.room().saturating_sub(width(&said)).max(4)).text.into_owned();
        self.push(Some(Field::Note(id.clone())), Before::Note, author + &said, theme.strong);
        if let Some(reason) = &note.unreadable {
            self.add(Field::Note(id.clone()), format!("unreadable: {}", sanitize_line(reason)), theme.dim);
            return;
        }
        let (body, _) = note.signed();
        let most = if selected { NOTE_ROWS_SELECTED } else { NOTE_ROWS };
        for row in self.wrapped(body, most) {
            self.add(Field::Note(id.clone()), row, theme.plain);
        }
    }

    /// Text from outside as at most so many rows.
    fn wrapped(&self, text: &str, most: usize) -> Vec<String> {
        // No row takes more characters than this: what lies behind is not wrapped in vain.
        let beginning: String = text.chars().take(most * 200).collect();
        let safe = sanitize(&RawText::new(beginning));
        let rows = wrap(safe.as_str(), self.room());
        let whole = rows.len() <= most;
        let taken = rows.iter().take(most).enumerate();
        taken
            .map(|(at, row)| {
                let text = safe.as_str().get(row.start..row.end).unwrap_or_default();
                if !whole && at + 1 == most { format!("{text}…") } else { text.to_owned() }
            })
            .collect()
    }

    fn contact(&mut self, row: &Row) {
        self.heading("CONTACT", "");
        self.given(Field::Name, row.conversation.contact_name.as_ref(), "no name");
        self.given(Field::Email, row.conversation.contact_email.as_ref(), "no e-mail");
        self.given(Field::Phone, row.conversation.contact_phone.as_ref(), "no phone");
    }

    fn tags(&mut self, id: &ConversationId) {
        let model = self.scene.model;
        let theme = self.scene.theme;
        self.heading("TAGS", "");
        match model.sidebar.get(id).filter(|aside| aside.tags_read.is_some()) {
            None => self.add(Field::Tags, "not read yet".to_owned(), theme.dim),
            Some(aside) if aside.tags.is_empty() => self.add(Field::Tags, "none".to_owned(), theme.dim),
            Some(aside) => {
                for tag in &aside.tags {
                    let known = model.sidebar.palette.get(tag);
                    let name = known.map_or_else(|| tag.to_string(), |tag| sanitize_line(&tag.name).to_string());
                    let before = Before::Swatch(known.and_then(|tag| tag.color));
                    self.push(Some(Field::Tags), before, name, theme.plain);
                }
            }
        }
    }

    fn visitor(&mut self, model: &Model, row: &Row) {
        let theme = self.scene.theme;
        let conversation = &row.conversation;
        self.heading("VISITOR", "");
        match conversation.origin {
            Some(Origin::QrCode) => self.words("came by QR code", theme.plain),
            Some(Origin::Product) => self.words("came by a product page", theme.plain),
            Some(Origin::Object) => self.words("came by an object page", theme.plain),
            None => {}
        }
        if let Some(name) = conversation.chatbot_id.as_ref().and_then(|id| model.directory.chatbot(id)) {
            let room = usize::from(self.width).saturating_sub(9);
            self.words(&format!("bot {}", names::quoted(name, room)), theme.plain);
        } else if conversation.chatbot_id.is_none() {
            self.words("its bot was deleted", theme.dim);
        }
        self.words(&moment(model, conversation.created_at), theme.dim);
    }

    fn summary(&mut self, row: &Row) {
        let theme = self.scene.theme;
        let conversation = &row.conversation;
        let text = conversation.summary.as_ref().filter(|text| !text.as_raw().trim().is_empty());
        if text.is_none() && conversation.sentiment_score.is_none() {
            return;
        }
        self.heading("SUMMARY", "");
        if let Some(score) = conversation.sentiment_score {
            self.words(&format!("sentiment {score} of 100"), theme.plain);
        }
        for row in text.map(|text| self.wrapped(text.as_raw(), SUMMARY_ROWS)).unwrap_or_default() {
            self.words(&row, theme.plain);
        }
    }
}

/// When it began, in local time.
fn moment(model: &Model, time: Time) -> String {
    let mark = if time.certain { "" } else { "~" };
    format!("{mark}{}", model.settings.zone.civil(time.at).format("%Y-%m-%d %H:%M"))
}

/// The time of day, with the day where that is not today.
fn clock(model: &Model, time: Time) -> String {
    let (then, now) = (model.settings.zone.civil(time.at), model.settings.zone.civil(model.now.wall));
    let form = if then.date() == now.date() { "%H:%M" } else { "%-d %b %H:%M" };
    let mark = if time.certain { "" } else { "~" };
    format!("{mark}{}", then.format(form))
}
