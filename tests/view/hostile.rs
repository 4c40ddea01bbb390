//! What holds at any size and for any text: nothing that comes from outside can drive the terminal, leave its place, or
//! pass for something of ours (security, S1 and S2).

use std::time::Duration;

use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::Color;
use takeover::app::action::Goal;
use takeover::app::acts::{After, Before, Obstacle};
use takeover::app::chooser::{Ask, Chooser};
use takeover::app::event::Size;
use takeover::app::fields::Field;
use takeover::app::guard::Reason;
use takeover::app::journal_log::{Logged, Result};
use takeover::app::key::Key;
use takeover::app::keymap::Context;
use takeover::app::layout::Fit;
use takeover::app::links::Link;
use takeover::app::model::{Focus, Model};
use takeover::app::notice::Weight;
use takeover::app::outbox::State;
use takeover::app::overlay::{Overlay, Question};
use takeover::app::records::{Records, Which};
use takeover::app::screen::Fold;
use takeover::app::screen::LineKind;
use takeover::app::thread::ReadAt;
use takeover::app::{Action, listing, noting, prompt, search, sending, settle};
use takeover::domain::problem::Reached;
use takeover::domain::{
    Me, Note, NoteId, PartKind, Priority, Problem, Remedy, Role, Speaker, Status, Tag, TagDelta, TagId, UserId,
};
use takeover::text::width;
use takeover::ui::{self, Theme};

use super::sample::{self, Drawn, draw, id, raw};

const THEME: Theme = Theme::of(true, false);

/// Pieces that outside text is made of: what drives terminals, what is wide, what copies our own lines.
const PIECES: [&str; 38] = [
    "hello",
    " ",
    "\u{1b}[2J",
    "\u{1b}]52;c;aGk=\u{7}",
    "\u{9b}31m",
    "\u{0}\u{7}\u{8}\u{b}\u{c}\u{e}\u{7f}",
    "\u{85}\u{90}\u{9d}",
    "\r",
    "\n",
    "\t",
    "\u{202e}\u{2066}abc\u{2069}\u{202c}",
    "\u{200e}\u{200f}\u{61c}",
    "\u{e0041}\u{e0042}\u{e007f}",
    "שלום עולם",
    "漢字かな",
    "👨\u{200d}👩\u{200d}👧\u{200d}👦",
    "🇩🇪🇫",
    "❤\u{fe0f}1\u{fe0f}\u{20e3}",
    "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    "\u{301}",
    "\u{200d}\u{fe0f}",
    "┃ ┏━┓ │ ──── Friday 22 May ────",
    "▏ You                  14:09",
    "── system 14:05: resolved ──",
    "REPLY, visible, takes over: \u{201c}x\u{201d}",
    "\u{201d} visible \"",
    " ^S send   Esc leave",
    "\u{1100}\u{1100}\u{1161}\u{3164}\u{115f}",
    "\u{fdfd}\u{12031}",
    "**bold** _and_ `code` ",
    "\n```\n**x**\n```\n# a heading\n",
    "https://bank.example@evil.example/",
    " https://bаnk.example/x\u{7}\u{1b}[0m ",
    "[https://bank.example](https://evil.example) ",
    "{\"a\":[1,{\"b\":\"\\u001b\"}],",
    "javascript:alert(1) file:///etc/passwd ",
    "▸ file on bank.example: x ▸ not as it is written: it leads to bank.example ",
    "a_very_long_word_without_any_place_to_break_it_that_goes_on_and_on_and_on_and_on",
];

fn outside() -> impl Strategy<Value = String> {
    let pieces = proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..12);
    prop_oneof![
        8 => pieces.prop_map(|pieces| pieces.concat()),
        1 => Just("漢".repeat(300)),
        1 => Just("👨\u{200d}👩\u{200d}👧".repeat(60)),
        1 => Just("\u{301}".repeat(500)),
    ]
}

/// Everything that can come from outside, in one model.
fn hostile(texts: &[String]) -> Model {
    let mut texts = texts.iter().cycle().map(|text| raw(text));
    let mut next = || texts.next().unwrap_or_default();
    let mut model = sample::everything();
    model.directory.credential = Some(Me { organisation_id: None, organisation_name: Some(next()), user_id: None });
    for member in &mut model.directory.members {
        member.first_name = Some(next());
    }
    for bot in &mut model.directory.chatbots {
        bot.name = next();
    }
    let mut names: Vec<_> = model.inbox.rows.keys().cloned().collect();
    names.sort();
    for name in names {
        let conversation = &mut model.inbox.rows.get_mut(&name).unwrap().conversation;
        conversation.contact_name = Some(next());
        conversation.contact_email = Some(next());
        conversation.contact_phone = Some(next());
        conversation.title = Some(next());
        conversation.summary = Some(next());
        conversation.last_message_preview = Some(next());
    }
    let roles = [Role::User, Role::Assistant, Role::System, Role::Other(raw("odd"))];
    let messages = roles.into_iter().cycle().take(12).enumerate().map(|(number, role)| {
        let source = ["bot", "api", "other"][number % 3];
        let tool =
            PartKind::Tool { name: Some(next()), input: Some(next()), output: Some(next()), error_text: Some(next()) };
        let file = PartKind::File { url: next(), media_type: Some(next()), filename: Some(next()) };
        let host = raw(&format!("https://{}.example/{}", "h".repeat(number * 20), next().as_raw()));
        let lies = PartKind::File { url: host, media_type: Some(next()), filename: Some(next()) };
        let kinds = vec![PartKind::Text(next()), tool, file, lies, PartKind::Unreadable(next())];
        sample::parts("june", 300 + number, role, Some(source), &format!("14:10:{number:02}"), kinds)
    });
    let messages: Vec<_> = messages.collect();
    sample::read(&mut model, "june", messages);
    let now = model.now.mono;
    let read = Some(ReadAt { asked: 1, at: now, came: now, came_in: 1 });
    let tags: Vec<Tag> = (0..5)
        .map(|number| Tag {
            id: TagId::parse(&format!("tag-{number}")).unwrap(),
            name: next(),
            color: (number % 2 == 0).then_some(takeover::domain::Color { red: 200, green: 10, blue: 10 }),
        })
        .collect();
    let notes: Vec<Note> = (0..5)
        .map(|number| Note {
            id: NoteId::parse(&format!("note-{number}")).unwrap(),
            conversation_id: id("june"),
            author_id: ["ada", "gone"].get(number).and_then(|author| UserId::parse(author)),
            content: raw(&format!("{}\n\u{2014} {}", next().as_raw(), next().as_raw())),
            created_at: sample::at(&format!("14:0{number}")),
            unreadable: (number == 4).then(&mut next),
        })
        .collect();
    let aside = model.sidebar.entry(&id("june"));
    aside.learn_notes(notes);
    aside.notes_read = read;
    aside.tags = tags.iter().map(|tag| tag.id.clone()).collect();
    aside.tags_read = read;
    model.sidebar.palette.learn(tags);
    model.sidebar.palette.read = read;
    for name in ["june", "zoe", "nobody-knows"] {
        let conversation = id(name);
        let request_id = Some(next());
        model.acts.write(Logged {
            at: model.now.wall,
            conversation,
            kind: "note",
            result: Result::Refused,
            request_id,
        });
    }
    model.inbox.put_cursor(&id("june"));
    model
}

/// A refusal in the platform's words.
fn refusal(text: &str) -> Problem {
    Problem {
        remedy: Remedy::FixTheInput,
        reached: Reached::Refused,
        status: Some(400),
        code: Some(raw(text)),
        message: raw(text),
        request_id: Some(raw(text)),
        fields: vec![(raw(text), raw(text)), (raw(""), raw(text))],
    }
}

/// How many overlays there are.
const OVERLAYS: usize = 28;
/// How many things can have the focus.
const FOCUSES: usize = 6;

/// What the agent's keys open, with this text wherever one can stand.
fn agents(model: &mut Model, overlay: usize, text: &str) {
    let june = || id("june");
    let choose = |ask, typed: &str| {
        let mut chooser = Chooser::new(ask);
        chooser.filter.insert_str(typed);
        Overlay::Choose(chooser)
    };
    let tags = || Ask::Tags { conversation: june(), delta: TagDelta::default() };
    let list = |which| Overlay::Records(Records { which, chosen: None });
    let reply = |before| Question::Send { conversation: june(), before, then: After::Resolve };
    let overlay = match overlay {
        0 => choose(Ask::Owner(june()), ""),
        1 => choose(Ask::HandOver(june()), text),
        2 => choose(tags(), ""),
        3 => choose(tags(), text),
        4 => choose(Ask::TagColor { conversation: june(), name: raw(text), delta: TagDelta::default() }, ""),
        5 => choose(Ask::Status(june()), ""),
        6 => choose(Ask::Command(Context::List), text),
        7 => Overlay::Question(reply(Before::TakeOver)),
        8 => Overlay::Question(Question::TakeOver { conversation: june() }),
        9 => {
            let (conversation, goal) = (june(), Goal::Resolved);
            Overlay::Question(Question::Become { conversation, goal, advance: true, obstacle: Obstacle::Unsent })
        }
        10 => {
            let tag = TagId::parse("tag-1").unwrap();
            Overlay::Question(Question::DeleteTag { conversation: june(), tag })
        }
        11 => {
            prompt::edit_field(model, &june(), Field::Title);
            return;
        }
        12 => {
            prompt::attach(model, &june());
            if let Some((Overlay::Prompt(held), _)) = &mut model.overlays.open {
                held.editor.insert_str(&text.replace('\n', " "));
            }
            return;
        }
        13 => list(Which::Outbox),
        14 => list(Which::Log),
        15 => list(Which::Drafts),
        _ => {
            model.overlays.prefix = Some(Key::char('s'));
            return;
        }
    };
    model.overlays.show(overlay, Duration::ZERO);
}

/// Everything that can stand over or beside the panes.
fn dress(model: &mut Model, focus: usize, overlay: usize, text: &str) {
    match focus {
        0 => {}
        1 => sample::open(model, "june"),
        2 => model.panes.focus = Focus::Sidebar,
        3 => sample::write(model, "june", text),
        4 => {
            sample::open(model, "june");
            noting::open(model, &id("june"));
            noting::insert(model, &raw(text));
        }
        _ => {
            sample::open(model, "june");
            noting::open_hand_over(model, &id("june"), UserId::parse("mara").unwrap());
            noting::insert(model, &raw(text));
        }
    }
    if focus > 1 {
        for (name, state) in [
            ("june", State::Stopped { reasons: vec![Reason::Email(Some(raw(text)), None)], since: Duration::ZERO }),
            ("zoe", State::Unjournaled { reason: raw(text) }),
            ("tomas", State::Refused { problem: refusal(text) }),
        ] {
            let mut effects = Vec::new();
            sending::submit(model, &id(name), raw(text), 0, Default::default(), &mut effects);
            model.outbox.entries.last_mut().unwrap().state = state;
        }
    }
    let question = Question::PasteAsReply { conversation: id("june"), text: raw(text) };
    match overlay {
        1 => model.overlays.show(Overlay::Help { top: 3 }, Duration::ZERO),
        2 => model.overlays.show(Overlay::WhoAmI { chosen: 2 }, Duration::ZERO),
        3 => model.overlays.show(Overlay::Question(question), Duration::ZERO),
        4 => model.overlays.prefix = Some(Key::char('g')),
        5 => model.notices.say(model.now.mono, Weight::Warning, "our words:", Some(raw(text))),
        0 | 6 => {}
        7 => unfolded(model),
        8 | 9 => {
            settle(model, Size { columns: 120, rows: 40 });
            model.panes.on_screen = Some(id("june"));
            listing::open(model);
            if overlay == 9 {
                let link = Link::parse(&format!("https://{}.example", "x".repeat(200))).unwrap();
                let question = Question::SaveFile { link, name: raw(text) };
                model.overlays.show(Overlay::Question(question), Duration::ZERO);
            }
        }
        10 => {
            search::open(model);
            search::insert(model, &raw(text));
        }
        more => agents(model, more - 11, text),
    }
}

/// Everything in the thread at its fullest: traces, markers and sources unfolded, a search, a line before what is new.
fn unfolded(model: &mut Model) {
    settle(model, Size { columns: 120, rows: 40 });
    model.reading.source = model.step.is_multiple_of(2);
    model.settings.absolute_times = true;
    let thread = model.threads.entry(&id("june"));
    thread.trace = true;
    let folds: Vec<_> = thread.messages.iter().map(|entry| (entry.message.id.clone(), Fold::Some)).collect();
    thread.folds.extend(folds);
    let first = thread.messages.get(3).map(|entry| (entry.message.id.clone(), sample::at("14:00").at));
    thread.fresh = first;
    search::open(model);
    search::insert(model, &raw("e"));
    search::act(model, Action::SearchKeep);
}

/// No cell holds what may not be drawn, and no wide cluster lacks its second cell.
pub(crate) fn cells_are_whole(drawn: &Drawn) {
    let area = drawn.buffer.area;
    for y in 0..area.height {
        let mut x = 0;
        while x < area.width {
            let symbol = drawn.cell(x, y).symbol();
            let hidden = ['\u{202a}'..='\u{202e}', '\u{2060}'..='\u{206f}', '\u{e0000}'..='\u{e00ff}'];
            let bad = |char: char| char.is_control() || hidden.iter().any(|range| range.contains(&char));
            let flag = symbol.starts_with('\u{1f3f4}');
            assert!(flag || !symbol.chars().any(bad), "{symbol:?} at {x}, {y}");
            let cells = u16::try_from(width(symbol)).unwrap();
            assert!((1..=2).contains(&cells), "{symbol:?} at {x}, {y}");
            assert!(x + cells <= area.width, "{symbol:?} reaches out at {x}, {y}");
            if cells == 2 {
                assert_eq!(drawn.cell(x + 1, y).symbol(), " ", "behind {symbol:?} at {x}, {y}");
            }
            x += cells;
        }
    }
}

/// What is ours stands where it belongs, whatever the text.
fn ours_stands(model: &Model, drawn: &Drawn) {
    let layout = model.screen.layout;
    let covered = model.overlays.open.is_some() || model.overlays.prefix == Some(Key::char('s'));
    if layout.fit == Fit::Line || covered {
        return;
    }
    let pane = layout.pane;
    for row in 0..pane.height {
        if pane.x > 0 {
            assert_eq!(drawn.cell(pane.x - 1, pane.y + row).symbol(), "│");
        }
        if layout.sidebar.x > pane.x {
            assert_eq!(drawn.cell(layout.sidebar.x - 1, pane.y + row).symbol(), "│");
        }
    }
    let area = layout.thread;
    for (row, line) in (0..area.height).zip(&model.screen.thread) {
        let cells = [drawn.cell(area.x, area.y + row).symbol(), drawn.cell(area.x + 1, area.y + row).symbol()];
        let role = match &line.kind {
            LineKind::Header { speaker, .. }
            | LineKind::Text { speaker, .. }
            | LineKind::Tool { speaker, .. }
            | LineKind::Trace { speaker, .. }
            | LineKind::File { speaker, .. }
            | LineKind::Leads { speaker, .. }
            | LineKind::Unreadable { speaker, .. } => Some(*speaker),
            _ => None,
        };
        let expected = match role {
            Some(Speaker::Visitor) => ["▌", " "],
            Some(Speaker::Person) => ["▏", " "],
            Some(Speaker::Bot) => ["┊", " "],
            Some(Speaker::Unknown | Speaker::Marker) => ["╎", " "],
            None => {
                assert!(["─", " "].contains(&cells[0]), "{cells:?} begins a rule");
                continue;
            }
        };
        assert_eq!(cells, expected, "{:?}", line.kind);
    }
    if !layout.note.is_empty() {
        let said = drawn.row_from(layout.note.x, layout.note.y);
        assert!(said.starts_with("note "), "{said}");
    }
    let frame = layout.composer;
    if frame.height > 1 {
        let right = frame.x + frame.width - 1;
        let note = model.composer.note.is_some();
        let side = if note { "╏" } else { "┃" };
        for row in 1..frame.height - 1 {
            assert_eq!(drawn.cell(frame.x, frame.y + row).symbol(), side);
            assert_eq!(drawn.cell(right, frame.y + row).symbol(), side);
        }
        assert_eq!(drawn.cell(right, frame.y).symbol(), "┓");
        assert_eq!(drawn.cell(right, frame.y + frame.height - 1).symbol(), "┛");
        let ours = if note { "┏ NOTE, team only" } else { "┏ REPLY, visible, takes over: \u{201c}" };
        assert!(drawn.row(frame.y).contains(ours), "{}", drawn.row(frame.y));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 160, ..ProptestConfig::default() })]

    #[test]
    fn nothing_from_outside_leaves_its_place_at_any_size(
        columns in 0_u16..=200,
        rows in 0_u16..=60,
        texts in proptest::collection::vec(outside(), 1..9),
        focus in 0_usize..FOCUSES,
        overlay in 0_usize..OVERLAYS,
        ascii in any::<bool>(),
    ) {
        let mut model = hostile(&texts);
        dress(&mut model, focus, overlay, texts.first().map(String::as_str).unwrap_or_default());
        let drawn = draw(&mut model, &Theme::of(true, ascii), columns, rows);
        cells_are_whole(&drawn);
        if !ascii {
            ours_stands(&model, &drawn);
        }
    }

    #[test]
    fn without_colours_no_cell_has_one(texts in proptest::collection::vec(outside(), 1..5), overlay in 0_usize..OVERLAYS) {
        let mut model = hostile(&texts);
        dress(&mut model, 3, overlay, "text");
        let drawn = draw(&mut model, &Theme::of(false, false), 120, 30);
        for cell in drawn.buffer.content() {
            prop_assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset));
        }
    }
}

#[test]
fn the_smallest_and_the_largest_screens_are_drawn() {
    for (columns, rows) in
        [(0, 0), (1, 0), (0, 1), (1, 1), (39, 9), (40, 10), (79, 10), (80, 10), (120, 10), (500, 200)]
    {
        for focus in 0..FOCUSES {
            for overlay in 0..OVERLAYS {
                let mut model = sample::everything();
                dress(&mut model, focus, overlay, "some text");
                cells_are_whole(&draw(&mut model, &THEME, columns, rows));
            }
        }
    }
}

#[test]
fn a_frame_smaller_than_what_was_measured_is_clipped() {
    let mut model = sample::everything();
    dress(&mut model, 3, 1, "some text");
    settle(&mut model, Size { columns: 200, rows: 60 });
    let mut terminal = Terminal::new(TestBackend::new(50, 12)).unwrap();
    terminal.draw(|frame| ui::view(&model, &THEME, frame)).unwrap();
}

/// Lines of ours that a message may copy.
const COPIES: [&str; 9] = [
    "──────────────── Friday 22 May ────────────────",
    "── system 14:05: The visitor asked for a person. ──",
    "▏ You                                    14:09",
    "▏ I have refunded your order.",
    "┊ Bot",
    "▸ tool: refund_order",
    "─── since you began writing: 1 message ───",
    "  stopped: read the new line above. ^S sends anyway",
    " ^S send   Enter new line   Esc leave, draft kept",
];

#[test]
fn a_message_that_copies_our_lines_keeps_the_gutter_of_its_role_on_every_row() {
    for (role, source, mark) in [
        (Role::User, None, "▌ "),
        (Role::Assistant, Some("bot"), "┊ "),
        (Role::Assistant, Some("api"), "▏ "),
        (Role::Other(raw("odd")), None, "╎ "),
    ] {
        let mut model = sample::inbox();
        let text = COPIES.join("\n");
        sample::read(&mut model, "zoe", vec![sample::message("zoe", 1, role, source, "14:09", &text)]);
        sample::open(&mut model, "zoe");
        for columns in [40, 50, 79] {
            let drawn = draw(&mut model, &THEME, columns, 40);
            let area = model.screen.layout.thread;
            let rows: Vec<String> = (area.y..area.y + area.height).map(|y| drawn.row_from(area.x, y)).collect();
            let from = rows.iter().position(|row| row.starts_with(mark)).unwrap();
            let lines = model.screen.thread.iter().filter(|line| line.message.is_some()).count();
            assert!(lines > COPIES.len());
            for row in rows.iter().skip(from).take(lines) {
                assert!(row.starts_with(mark), "{row:?}");
            }
            assert_eq!(
                from,
                model.screen.thread.len() - lines,
                "only the day and the beginning stand without a gutter"
            );
        }
    }
}

#[test]
fn a_name_cannot_change_what_the_borders_say() {
    let wide = "漢".repeat(300);
    let names =
        ["You", "Bot", "NOTE, team only", "\u{201d} visible", "\" visible", "x\u{201d}, takes over: \u{201c}y", &wide];
    for name in names {
        for columns in [40, 80, 120] {
            let mut model = sample::inbox();
            model.inbox.rows.get_mut(&id("june")).unwrap().conversation.contact_name = Some(raw(name));
            sample::write(&mut model, "june", "hi");
            let drawn = draw(&mut model, &THEME, columns, 24);
            let frame = model.screen.layout.composer;
            let border = drawn.row(frame.y);
            let ours = "┏ REPLY, visible, takes over: \u{201c}";
            assert!(border.contains(ours), "{border}");
            let said = border.split(ours).nth(1).unwrap();
            assert_eq!(
                said.matches(['\u{201c}', '\u{201d}', '"']).count(),
                1,
                "a name cannot end its quotation: {said}"
            );
            let quoted = said.split('\u{201d}').next().unwrap();
            assert!(width(quoted) <= 40, "{quoted}");
            assert!(border.contains('┓'), "{border}");
        }
    }
}

#[test]
fn a_reply_to_an_open_conversation_does_not_say_that_it_takes_over() {
    let mut model = sample::inbox();
    sample::write(&mut model, "zoe", "hi");
    let drawn = draw(&mut model, &THEME, 50, 20);
    let frame = model.screen.layout.composer;
    assert!(
        drawn.row_from(frame.x, frame.y).starts_with("┏ REPLY, visible: \u{201c}Zoë Fuchs\u{201d} ━"),
        "{}",
        drawn.text()
    );
    let last = drawn.row_from(frame.x, frame.y + frame.height - 1);
    assert!(last.starts_with("┗ claims it ━━━"), "no mail address, no words about mail: {last}");
    let row = model.inbox.rows.get_mut(&id("zoe")).unwrap();
    row.conversation.assigned_to = UserId::parse("ada");
    let drawn = draw(&mut model, &THEME, 50, 20);
    let last = drawn.row_from(frame.x, frame.y + frame.height - 1);
    assert!(last.starts_with("┗━━━"), "it is mine already: {last}");
}

#[test]
fn the_marks_of_a_row_depend_on_its_state_alone() {
    let list = |name: &str, preview: &str| {
        let mut model = sample::inbox();
        for row in model.inbox.rows.values_mut() {
            row.conversation.contact_name = Some(raw(name));
            row.conversation.last_message_preview = Some(raw(preview));
        }
        let drawn = draw(&mut model, &THEME, 80, 24);
        let marks = |y: u16| (0..5).map(|x| drawn.cell(x, y).symbol().to_owned()).collect::<String>();
        let age = |y: u16| (24..30).map(|x| drawn.cell(x, y).symbol().to_owned()).collect::<String>();
        let spoke = |y: u16| (0..7).map(|x| drawn.cell(x, y).symbol().to_owned()).collect::<String>();
        (1..9).map(|y| if y % 2 == 1 { marks(y) + &age(y) } else { spoke(y) }).collect::<Vec<_>>()
    };
    let plain = list("June", "hello");
    assert_eq!(plain[..4], [" ! ↑    4m ", "     ▸ ", " • ↑    2m ", "     ▸ "]);
    for (name, preview) in [
        ("! ↑ June", "‹ I have answered"),
        ("x 2d", "      ✎ unsent"),
        (&*"漢".repeat(300), &*"👨\u{200d}👩\u{200d}👧".repeat(60)),
        ("", "\u{1b}[2K‹"),
    ] {
        assert_eq!(list(name, preview), plain);
    }
}

#[test]
fn our_words_stand_before_a_name_in_the_header_the_notice_and_the_question() {
    let mut model = sample::inbox();
    model.directory.members[1].first_name = Some(raw("nobody\u{201d} · high"));
    let june = &mut model.inbox.rows.get_mut(&id("june")).unwrap().conversation;
    june.assigned_to = UserId::parse("mara");
    june.status = Status::parse("open\u{201d} \u{1b}[0m");
    june.priority = Priority::parse("low\u{201d}");
    model.inbox.put_cursor(&id("june"));
    let drawn = draw(&mut model, &THEME, 120, 24);
    let header = drawn.row(2);
    let said = header.split('│').nth(1).unwrap().trim();
    assert!(said.starts_with("status \u{201c}open"), "{said}");
    model.notices.say(model.now.mono, Weight::Plain, "this is the inbox of", Some(raw("x\u{201d} ^S send")));
    let drawn = draw(&mut model, &THEME, 80, 24);
    assert_eq!(drawn.row(23).trim(), "this is the inbox of \u{201c}x' ^S send\u{201d}");
}

#[test]
fn a_popup_over_wide_characters_leaves_no_half_of_one() {
    for columns in 40..90 {
        let mut model = sample::inbox();
        for row in model.inbox.rows.values_mut() {
            row.conversation.contact_name = Some(raw(&"漢字".repeat(60)));
            row.conversation.last_message_preview = Some(raw(&format!("x{}", "漢字".repeat(60))));
        }
        model.overlays.show(Overlay::WhoAmI { chosen: 0 }, Duration::ZERO);
        let drawn = draw(&mut model, &THEME, columns, 12);
        cells_are_whole(&drawn);
        let corners = (0..12).filter(|y| drawn.row(*y).contains("┌─ who are you? ")).count();
        assert_eq!(corners, 1, "{}", drawn.text());
    }
}

#[test]
fn at_rest_there_are_at_most_four_colours() {
    let mut model = sample::everything();
    let drawn = draw(&mut model, &THEME, 120, 40);
    let colours: std::collections::HashSet<_> = drawn.buffer.content().iter().map(|cell| cell.fg).collect();
    assert!(colours.len() <= 4, "{colours:?}");
}

#[test]
fn what_a_block_quotes_never_begins_where_gutters_are() {
    for columns in 40..80 {
        let mut model = sample::inbox();
        sample::open(&mut model, "june");
        let mut effects = Vec::new();
        sending::submit(&mut model, &id("june"), raw("hi"), 0, Default::default(), &mut effects);
        let mail = raw("a ▌ b ▏ c ┊ d ╎ e ▌ f ▏ g ┊ h ╎ i");
        let reasons = vec![Reason::Email(Some(mail.clone()), Some(mail))];
        model.outbox.entries.last_mut().unwrap().state = State::Stopped { reasons, since: Duration::ZERO };
        let drawn = draw(&mut model, &THEME, columns, 24);
        let area = model.screen.layout.blocks;
        assert!(area.height > 1);
        for row in 1..area.height {
            let edge = [0, 1].map(|x| drawn.cell(area.x + x, area.y + row).symbol().to_owned());
            assert!(edge == [" ", " "] || edge == ["▏", " "], "{}", drawn.text());
        }
        assert!(drawn.row_from(area.x, area.y).starts_with("stopped: "));
    }
}
