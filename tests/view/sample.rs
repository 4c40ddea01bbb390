//! A small inbox to draw, and the screen as text.

use std::time::Duration;

use chrono::{DateTime, FixedOffset};
use ratatui::Terminal;
use ratatui::backend::{Backend, TestBackend};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Position;
use ratatui::style::{Color, Modifier};
use takeover::app::event::Size;
use takeover::app::inbox::{Everything, Knowledge, Row, Since, View};
use takeover::app::model::Model;
use takeover::app::settings::Settings;
use takeover::app::thread::{Order, ReadAt, Side};
use takeover::app::{moving, settle, update, writing};
use takeover::domain::message::Metadata;
use takeover::domain::{
    Chatbot, ChatbotId, Conversation, ConversationId, Me, Member, MemberId, Message, MessageId, Moment, Origin, Part,
    PartKind, Priority, Role, Speaker, Status, Time, UserId, Zone,
};
use takeover::text::{RawText, width};
use takeover::ui::{self, Theme};

pub(crate) fn raw(text: &str) -> RawText {
    RawText::new(text)
}

pub(crate) fn id(name: &str) -> ConversationId {
    ConversationId::parse(name).unwrap()
}

/// A moment of 22 May 2026, UTC, as `13:51` or `13:51:20`.
pub(crate) fn at(clock: &str) -> Time {
    let seconds = if clock.len() == 5 { ":00" } else { "" };
    let text = format!("2026-05-22T{clock}{seconds}Z");
    Time::certain(DateTime::parse_from_rfc3339(&text).unwrap().to_utc())
}

pub(crate) fn conversation(name: &str, contact: Option<&str>, status: Status, last: &str) -> Conversation {
    Conversation {
        id: id(name),
        chatbot_id: ChatbotId::parse("bot-1"),
        status,
        priority: Priority::Medium,
        title: None,
        summary: None,
        sentiment_score: None,
        contact_email: None,
        contact_name: contact.map(raw),
        contact_phone: None,
        assigned_to: None,
        last_message_preview: Some(raw(last)),
        last_message_at: Some(at("14:07")),
        resolved_at: None,
        closed_at: None,
        created_at: at("13:51"),
        origin: None,
        unreadable: None,
    }
}

pub(crate) fn message(of: &str, number: usize, role: Role, source: Option<&str>, clock: &str, text: &str) -> Message {
    parts(of, number, role, source, clock, vec![PartKind::Text(raw(text))])
}

pub(crate) fn parts(
    of: &str,
    number: usize,
    role: Role,
    source: Option<&str>,
    clock: &str,
    kinds: Vec<PartKind>,
) -> Message {
    Message {
        id: MessageId::parse(&format!("{of}-{number}")).unwrap(),
        conversation_id: id(of),
        role,
        metadata: Metadata { source: source.map(raw), shape: raw("object:source") },
        parts: (0..).zip(kinds).map(|(order, kind)| Part { order, kind }).collect(),
        created_at: at(clock),
    }
}

/// Puts a row into the inbox; with who spoke last and since when the visitor waits, where the thread is known.
pub(crate) fn put(model: &mut Model, conversation: Conversation, known: Option<(Speaker, Option<&str>)>) {
    let mut row = Row::new(conversation, 1, model.now.wall);
    row.knowledge = known.map(|(speaker, waiting)| Knowledge {
        for_last: row.conversation.last_message_at,
        newest: row.conversation.last_message_at,
        speaker: Some(speaker),
        waiting: waiting.map(|clock| Since { at: at(clock).at, certain: true }),
        answered: None,
    });
    model.inbox.rows.insert(row.conversation.id.clone(), row);
    model.inbox.unsettled = true;
}

/// Reads a thread whole.
pub(crate) fn read(model: &mut Model, of: &str, messages: Vec<Message>) {
    let now = model.now.mono;
    let step = model.step;
    let thread = model.threads.entry(&id(of));
    thread.order = Some(Order::OldestFirst);
    thread.merge(messages, Side::Newer, step, now);
    thread.reaches_start();
    thread.loaded_in.get_or_insert(step);
    thread.read = Some(ReadAt { asked: step, at: now, came: now, came_in: step });
}

/// An empty inbox at 14:11.
pub(crate) fn empty() -> Model {
    let zone = Zone::Fixed(FixedOffset::east_opt(0).unwrap());
    let mut model = Model::new(Settings { zone, me: UserId::parse("ada"), ..Settings::default() });
    model.now = Moment { mono: Duration::from_secs(1_000), wall: at("14:11").at };
    model.step = 10;
    model.inbox.complete = true;
    model.inbox.everything = Everything::Complete;
    model.inbox.unsettled = true;
    model.link.list_read_at = Some(Duration::from_secs(998));
    model.poller.changed_at = Duration::from_secs(990);
    model.directory.credential =
        Some(Me { organisation_id: None, organisation_name: Some(raw("Acme Inc")), user_id: None });
    model.directory.members = vec![member("ada", "Ada", "Okafor"), member("mara", "Mara", "Lindqvist")];
    model.directory.chatbots = vec![Chatbot { id: ChatbotId::parse("bot-1").unwrap(), name: raw("Shop helper") }];
    model.overlays.introduced = true;
    model
}

pub(crate) fn member(user: &str, first: &str, last: &str) -> Member {
    Member {
        id: MemberId::parse(&format!("m-{user}")).unwrap(),
        user_id: UserId::parse(user).unwrap(),
        first_name: Some(raw(first)),
        last_name: Some(raw(last)),
        role: None,
    }
}

/// A small inbox at work: June waits for a person, others wait, are answered, or are the bot's.
pub(crate) fn inbox() -> Model {
    let mut model = empty();
    let mut june = conversation("june", Some("June Park"), Status::AgentRequested, "hello? anybody there?");
    june.priority = Priority::High;
    june.title = Some(raw("Refund request — order 4421"));
    june.contact_email = Some(raw("june@example.com"));
    june.origin = Some(Origin::QrCode);
    put(&mut model, june, Some((Speaker::Visitor, Some("14:07"))));
    let mut tomas = conversation("tomas", Some("Tomás Reyes"), Status::Open, "and the invoice?");
    tomas.priority = Priority::High;
    tomas.assigned_to = UserId::parse("ada");
    tomas.last_message_at = Some(at("14:09"));
    put(&mut model, tomas, Some((Speaker::Visitor, Some("14:09"))));
    let mut zoe = conversation("zoe", Some("Zoë Fuchs"), Status::Open, "hello?");
    zoe.last_message_at = Some(at("14:10:10"));
    put(&mut model, zoe, Some((Speaker::Visitor, Some("14:10:10"))));
    put(&mut model, conversation("7f3a9d2e", None, Status::Open, "my tracking link is broken"), None);
    let mut answered = conversation("lee", Some("Lee Wong"), Status::Open, "You are welcome!");
    answered.assigned_to = UserId::parse("mara");
    answered.last_message_at = Some(at("13:20"));
    put(&mut model, answered, Some((Speaker::Person, None)));
    let mut bot = conversation("ines", Some("Inês 山田"), Status::BotActive, "We are open from nine to five.");
    bot.last_message_at = Some(at("13:00"));
    put(&mut model, bot, Some((Speaker::Bot, None)));
    let mut resolved = conversation("omar", Some("Omar"), Status::Resolved, "thanks, that was it");
    resolved.priority = Priority::Low;
    resolved.last_message_at = Some(at("09:30"));
    put(&mut model, resolved, Some((Speaker::Visitor, None)));
    for row in model.inbox.rows.values_mut() {
        row.unread = matches!(row.conversation.id.as_str(), "june" | "zoe");
    }
    let said = |number, role, source, clock, text| message("june", number, role, source, clock, text);
    let tool = PartKind::Tool {
        name: Some(raw("lookup_order")),
        input: None,
        output: None,
        error_text: Some(raw("no such order")),
    };
    let bot_says = "I'm sorry to hear that. Could you send me the order number?";
    let messages = vec![
        said(1, Role::User, None, "13:51", "Hi, my parcel arrived damaged."),
        parts("june", 2, Role::Assistant, Some("bot"), "13:51:30", vec![PartKind::Text(raw(bot_says)), tool]),
        said(3, Role::User, None, "14:02", "4421. I'd like to send it back, please."),
        said(4, Role::System, None, "14:05", "The visitor asked for a person."),
        said(5, Role::User, None, "14:07", "hello? anybody there?"),
    ];
    read(&mut model, "june", messages);
    rest(&mut model);
    model
}

/// The order is told and the cursor stands on the first row.
pub(crate) fn rest(model: &mut Model) {
    update::settle_rows(model);
    model.inbox.move_to(0);
}

/// Every state of a conversation and every kind of line.
pub(crate) fn everything() -> Model {
    let mut model = inbox();
    let mut closed = conversation("ken", Some("Ken"), Status::Closed, "never mind");
    closed.last_message_at = Some(at("08:00"));
    put(&mut model, closed, Some((Speaker::Visitor, None)));
    let mut archived = conversation("pia", Some("Pia"), Status::Archived, "old");
    archived.last_message_at = Some(at("07:00"));
    put(&mut model, archived, None);
    let mut paused = conversation("bo", Some("Bo"), Status::parse("on_hold"), "hm");
    paused.last_message_at = Some(at("06:00"));
    put(&mut model, paused, Some((Speaker::Unknown, None)));
    let mut broken = conversation("broken", None, Status::parse("?"), "");
    broken.unreadable = Some(raw("its id is missing"));
    broken.last_message_at = Some(at("05:00"));
    put(&mut model, broken, None);
    model.inbox.show(View::All);
    rest(&mut model);
    let said = |number, role, source, clock, text| message("june", number, role, source, clock, text);
    let file = PartKind::File {
        url: raw("https://files.example.com/p.jpg"),
        media_type: Some(raw("image/jpeg")),
        filename: Some(raw("parcel.jpg")),
    };
    model.threads.entry(&id("june")).owns(&MessageId::parse("june-8").unwrap());
    let more = vec![
        parts("june", 6, Role::User, None, "14:08", vec![file]),
        said(7, Role::Assistant, Some("dashboard"), "14:08:30", "Mara here, one moment."),
        said(8, Role::Assistant, Some("api"), "14:09", "And Ada."),
        said(9, Role::Other(raw("robot")), None, "14:09:10", "beep"),
        parts("june", 10, Role::User, None, "14:10", vec![PartKind::Unreadable(raw("a part without a type"))]),
    ];
    read(&mut model, "june", more);
    model
}

pub(crate) fn open(model: &mut Model, name: &str) {
    moving::open(model, &id(name));
}

pub(crate) fn write(model: &mut Model, name: &str, text: &str) {
    if model.panes.on_screen.is_none() {
        open(model, name);
    }
    settle(model, Size { columns: 120, rows: 40 });
    writing::open(model, &id(name));
    writing::insert(model, &raw(text));
    model.notices.latest = None;
}

/// What was drawn.
pub(crate) struct Drawn {
    pub(crate) buffer: Buffer,
    pub(crate) cursor: Option<(u16, u16)>,
}

pub(crate) fn draw(model: &mut Model, theme: &Theme, columns: u16, rows: u16) -> Drawn {
    settle(model, Size { columns, rows });
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    terminal.draw(|frame| ui::view(model, theme, frame)).unwrap();
    let backend = terminal.backend_mut();
    let cursor = backend.get_cursor_position().ok().map(|Position { x, y }| (x, y));
    Drawn { buffer: backend.buffer().clone(), cursor }
}

impl Drawn {
    pub(crate) fn cell(&self, x: u16, y: u16) -> &Cell {
        self.buffer.cell(Position { x, y }).unwrap()
    }

    /// A row as text, with the blanks at its end.
    pub(crate) fn row(&self, y: u16) -> String {
        self.row_from(0, y)
    }

    /// The same from a column on.
    pub(crate) fn row_from(&self, mut x: u16, y: u16) -> String {
        let mut text = String::new();
        while x < self.buffer.area.width {
            let symbol = self.cell(x, y).symbol();
            text.push_str(symbol);
            x += u16::try_from(width(symbol).max(1)).unwrap();
        }
        text
    }

    pub(crate) fn text(&self) -> String {
        let rows = (0..self.buffer.area.height).map(|y| self.row(y).trim_end().to_owned());
        let mut text = rows.collect::<Vec<_>>().join("\n");
        if let Some((x, y)) = self.cursor {
            text.push_str(&format!("\n[cursor: column {x}, row {y}]"));
        }
        text
    }

    /// The styles, one letter a cell: `.` plain, `b` bold, `d` dim, `i` italic, `u` underlined, `r` reversed (`B` bold
    /// too, `D` dim too), `a` accent, `w` warning, `t` a tag's colour.
    pub(crate) fn styles(&self) -> String {
        let letter = |cell: &Cell| match (cell.fg, cell.bg, cell.modifier) {
            (Color::Reset, Color::Reset, modifier) if modifier.is_empty() => '.',
            (Color::Reset, Color::Reset, Modifier::BOLD) => 'b',
            (Color::Reset, Color::Reset, Modifier::DIM) => 'd',
            (Color::Reset, Color::Reset, Modifier::ITALIC) => 'i',
            (Color::Reset, Color::Reset, Modifier::UNDERLINED) => 'u',
            (Color::Reset, Color::Reset, Modifier::REVERSED) => 'r',
            (Color::Magenta, Color::Reset, Modifier::BOLD) => 'a',
            (Color::Red, Color::Reset, Modifier::BOLD) => 'w',
            (Color::Reset, Color::Reset, modifier) if modifier == Modifier::REVERSED | Modifier::BOLD => 'B',
            (Color::Reset, Color::Reset, modifier) if modifier == Modifier::REVERSED | Modifier::DIM => 'D',
            (Color::Reset, Color::Reset, modifier) if modifier.contains(Modifier::REVERSED) => 'E',
            (Color::Blue | Color::Green | Color::Red, Color::Reset, modifier) if modifier.is_empty() => 't',
            _ => '?',
        };
        let row = |y| (0..self.buffer.area.width).map(|x| letter(self.cell(x, y))).collect::<String>();
        let rows = (0..self.buffer.area.height).map(|y| row(y).trim_end_matches('.').to_owned());
        rows.collect::<Vec<_>>().join("\n")
    }
}
