//! Pictures of what an agent's hands touch: composers of both kinds, choosers, questions, lists, the sidebar; at the
//! sizes that people have.

use std::time::Duration;

use takeover::app::action::{Action, Goal};
use takeover::app::acts::{After, Before, Obstacle};
use takeover::app::chooser::{Ask, Chooser};
use takeover::app::fields::{self, Field};
use takeover::app::journal_log::{Logged, Result};
use takeover::app::key::Key;
use takeover::app::keymap::Context;
use takeover::app::model::{Focus, Model};
use takeover::app::outbox::State;
use takeover::app::overlay::{Overlay, Question};
use takeover::app::prompt;
use takeover::app::records::{Records, Which};
use takeover::app::thread::ReadAt;
use takeover::app::{acts, noting, update, writing};
use takeover::domain::problem::Reached;
use takeover::domain::{Color, Note, NoteId, Priority, Problem, Remedy, Status, Tag, TagDelta, TagId, UserId};
use takeover::ui::Theme;

use super::sample::{self, at, draw, id, raw};

const COLOURS: Theme = Theme::of(true, false);
/// The sizes of the four layouts, and one between.
const SIZES: [(u16, u16); 5] = [(120, 40), (100, 30), (80, 24), (50, 20), (38, 9)];

/// The same picture at every size, as text.
fn pictures(name: &str, model: &mut Model) {
    let drawn =
        SIZES.map(|(columns, rows)| format!("== {columns}x{rows}\n{}", draw(model, &COLOURS, columns, rows).text()));
    insta::assert_snapshot!(name, drawn.join("\n\n"));
}

/// A picture as text with its styles, in colours and without.
fn styled(name: &str, model: &mut Model, columns: u16, rows: u16) {
    let coloured = draw(model, &COLOURS, columns, rows);
    let plain = draw(model, &Theme::of(false, false), columns, rows);
    let told = format!("{}\n\n{}\n\n{}", coloured.text(), coloured.styles(), plain.styles());
    insta::assert_snapshot!(name, told);
}

pub(crate) fn tag(name: &str, color: Option<&str>) -> Tag {
    let color = color.and_then(Color::parse);
    Tag { id: TagId::parse(&name.to_lowercase().replace(' ', "-")).unwrap(), name: raw(name), color }
}

fn note(number: usize, author: Option<&str>, clock: &str, text: &str) -> Note {
    Note {
        id: NoteId::parse(&format!("note-{number}")).unwrap(),
        conversation_id: id("june"),
        author_id: author.and_then(UserId::parse),
        content: raw(text),
        created_at: at(clock),
        unreadable: None,
    }
}

/// June with notes and tags, a palette, and a colleague.
pub(crate) fn busy() -> Model {
    let mut model = sample::inbox();
    let now = model.now.mono;
    let read = Some(ReadAt { asked: 1, at: now, came: now, came_in: 1 });
    model.sidebar.palette.learn([
        tag("Billing", Some("#3e63dd")),
        tag("Refund", Some("#e5484d")),
        tag("VIP", None),
        tag("Needs care", Some("#30a46c")),
    ]);
    model.sidebar.palette.read = read;
    let aside = model.sidebar.entry(&id("june"));
    aside.learn_notes([
        note(1, Some("mara"), "13:02", "Wants the refund to the original card."),
        note(
            2,
            None,
            "14:03",
            "Photo looks like transport damage, the carrier was told about it twice.\n\u{2014} Ada Okafor",
        ),
    ]);
    aside.notes_read = read;
    aside.tags = vec![TagId::parse("refund").unwrap(), TagId::parse("vip").unwrap()];
    aside.tags_read = read;
    model
}

fn opened() -> Model {
    let mut model = busy();
    sample::open(&mut model, "june");
    model
}

fn choose(model: &mut Model, ask: Ask, typed: &str) {
    let mut chooser = Chooser::new(ask);
    chooser.filter.insert_str(typed);
    model.overlays.show(Overlay::Choose(chooser), Duration::ZERO);
}

fn ask(model: &mut Model, question: Question) {
    model.overlays.show(Overlay::Question(question), Duration::ZERO);
}

#[test]
fn a_note_being_written() {
    let mut model = opened();
    draw(&mut model, &COLOURS, 120, 40);
    noting::open(&mut model, &id("june"));
    noting::insert(&mut model, &raw("Photo looks like transport damage."));
    pictures("note", &mut model);
    styled("note_styled", &mut model, 80, 24);
    let ascii = draw(&mut model, &Theme::of(false, true), 80, 24);
    insta::assert_snapshot!("note_ascii", ascii.text());
}

#[test]
fn a_hand_over_being_written() {
    let mut model = opened();
    noting::open_hand_over(&mut model, &id("june"), UserId::parse("mara").unwrap());
    noting::insert(&mut model, &raw("She knows the order."));
    noting::act(&mut model, Action::HandOverPriority, &mut Vec::new());
    pictures("hand_over", &mut model);
}

#[test]
fn a_reply_says_what_sending_does_in_every_status() {
    let mut told = Vec::new();
    for status in [
        Status::BotActive,
        Status::AgentRequested,
        Status::Open,
        Status::Resolved,
        Status::Closed,
        Status::Archived,
        Status::parse("on_hold"),
    ] {
        for (columns, owner) in [(120, None), (80, None), (50, None), (120, Some("ada")), (120, Some("mara"))] {
            let mut model = opened();
            let conversation = &mut model.inbox.rows.get_mut(&id("june")).unwrap().conversation;
            conversation.status = status.clone();
            conversation.assigned_to = owner.and_then(UserId::parse);
            sample::write(&mut model, "june", "hi");
            let drawn = draw(&mut model, &COLOURS, columns, 24);
            let frame = model.screen.layout.composer;
            let edges = [frame.y, frame.y + frame.height - 1].map(|y| drawn.row_from(frame.x, y).trim_end().to_owned());
            told.push(format!("{status:?} {columns} {owner:?}\n{}\n{}", edges[0], edges[1]));
        }
    }
    insta::assert_snapshot!("reply_borders", told.join("\n"));
}

#[test]
fn a_reply_with_attachments() {
    let mut model = opened();
    sample::write(&mut model, "june", "Here is your label.");
    writing::attach(&mut model, &id("june"), raw("https://files.example.com/labels/4421.pdf"));
    pictures("attachments", &mut model);
}

#[test]
fn the_choosers() {
    let mut model = opened();
    choose(&mut model, Ask::Owner(id("june")), "");
    pictures("choose_owner", &mut model);
    choose(&mut model, Ask::HandOver(id("june")), "ma");
    pictures("choose_colleague", &mut model);
    let delta = TagDelta { add: vec![TagId::parse("billing").unwrap()], remove: vec![TagId::parse("vip").unwrap()] };
    choose(&mut model, Ask::Tags { conversation: id("june"), delta }, "");
    pictures("choose_tags", &mut model);
    styled("choose_tags_styled", &mut model, 80, 24);
    choose(&mut model, Ask::Tags { conversation: id("june"), delta: TagDelta::default() }, "needs ca");
    pictures("choose_new_tag", &mut model);
    choose(&mut model, Ask::TagColor { conversation: id("june"), name: raw("Late"), delta: TagDelta::default() }, "");
    pictures("choose_colour", &mut model);
    choose(&mut model, Ask::Status(id("june")), "");
    pictures("choose_status", &mut model);
    choose(&mut model, Ask::Command(Context::Thread), "res");
    pictures("palette", &mut model);
    choose(&mut model, Ask::Owner(id("june")), "zz");
    let drawn = draw(&mut model, &COLOURS, 80, 24).text();
    assert!(drawn.contains("nothing fits what was typed"), "{drawn}");
}

#[test]
fn the_statuses_behind_their_prefix() {
    let mut model = opened();
    model.overlays.prefix = Some(Key::char('s'));
    pictures("status_prefix", &mut model);
}

#[test]
fn the_questions() {
    let mut model = opened();
    let (conversation, none) = (id("june"), After::Nothing);
    let questions = [
        Question::Send { conversation: conversation.clone(), before: Before::TakeOver, then: none },
        Question::Send { conversation: conversation.clone(), before: Before::Reopen, then: After::Resolve },
        Question::TakeOver { conversation: conversation.clone() },
        Question::Become {
            conversation: conversation.clone(),
            goal: Goal::Resolved,
            advance: true,
            obstacle: Obstacle::Draft,
        },
        Question::Become {
            conversation: conversation.clone(),
            goal: Goal::Archived,
            advance: false,
            obstacle: Obstacle::Unsent,
        },
        Question::DeleteTag { conversation, tag: TagId::parse("needs-care").unwrap() },
    ];
    let mut told = Vec::new();
    for question in questions {
        ask(&mut model, question);
        for (columns, rows) in [(80, 14), (50, 12), (38, 9)] {
            let drawn = draw(&mut model, &COLOURS, columns, rows).text();
            told.push(
                drawn.lines().filter(|line| line.contains(['│', '┌', '└']) || rows == 9).collect::<Vec<_>>().join("\n"),
            );
        }
    }
    insta::assert_snapshot!("agent_questions", told.join("\n\n"));
}

#[test]
fn a_field_being_edited() {
    let mut model = opened();
    prompt::edit_field(&mut model, &id("june"), Field::Email);
    pictures("edit_email", &mut model);
    let Some((Overlay::Prompt(held), _)) = &mut model.overlays.open else { panic!() };
    held.editor.insert_str(&"x".repeat(200));
    held.complaint = Some("an e-mail address has one @ and no blanks");
    pictures("edit_email_long", &mut model);
    prompt::attach(&mut model, &id("june"));
    pictures("attach", &mut model);
}

#[test]
fn the_sidebar_with_notes_and_tags() {
    let mut model = opened();
    pictures("notes_beside", &mut model);
    model.panes.focus = Focus::Sidebar;
    model.panes.field = Some(Field::Tags);
    let row = model.inbox.rows.get_mut(&id("june")).unwrap();
    row.conversation.summary = Some(raw("Her parcel arrived damaged."));
    row.conversation.sentiment_score = Some(22);
    pictures("sidebar", &mut model);
    styled("sidebar_styled", &mut model, 120, 40);
    let first = fields::notes(&model, &id("june")).last().cloned().unwrap();
    model.sidebar.entry(&id("june")).pinned = Some(first.clone());
    model.panes.field = Some(Field::Note(first));
    pictures("sidebar_pinned", &mut model);
}

#[test]
fn tags_stand_on_rows_where_there_is_room() {
    let mut model = busy();
    model.inbox.put_cursor(&id("zoe"));
    update::settle_rows(&mut model);
    styled("tags_on_rows", &mut model, 120, 14);
    let drawn = draw(&mut model, &COLOURS, 70, 14).text();
    assert!(drawn.contains("■Refund"), "{drawn}");
}

#[test]
fn the_lists_of_what_is_held() {
    let mut model = opened();
    let open = |model: &mut Model, which| {
        model.overlays.show(Overlay::Records(Records { which, chosen: None }), Duration::ZERO);
    };
    open(&mut model, Which::Outbox);
    let drawn = draw(&mut model, &COLOURS, 80, 24).text();
    assert!(drawn.contains("nothing is on its way"), "{drawn}");
    let refused = Problem {
        remedy: Remedy::FixTheInput,
        reached: Reached::Refused,
        status: Some(400),
        code: None,
        message: raw("Invalid payload"),
        request_id: Some(raw("req_0123456789ab")),
        fields: vec![(raw("contact_email"), raw("Invalid email"))],
    };
    let reply =
        acts::Reply { text: raw("Hello June"), cursor: 0, attachments: Vec::new(), baseline: Default::default() };
    let _ = acts::reply(&mut model, &id("june"), reply, Before::Nothing, &mut Vec::new());
    let _ = acts::note(&mut model, &id("tomas"), &raw("call back"), 0, &mut Vec::new());
    let _ = acts::priority(&mut model, &id("zoe"), Priority::High, &mut Vec::new());
    let states = [
        State::Held { until: Duration::from_secs(1_002) },
        State::Held { until: Duration::from_secs(1_002) },
        State::Sending,
        State::Refused { problem: refused },
    ];
    for (entry, state) in model.outbox.entries.iter_mut().zip(states) {
        entry.state = state;
    }
    pictures("outbox", &mut model);
    for (kind, result, request) in [("reply", Result::Done, "req_a"), ("note", Result::Refused, "req_b")] {
        let at = model.now.wall;
        let request_id = Some(raw(request));
        model.acts.write(Logged { at, conversation: id("june"), kind, result, request_id });
    }
    open(&mut model, Which::Log);
    pictures("log", &mut model);
    sample::write(&mut model, "tomas", "The invoice is attached.");
    noting::open(&mut model, &id("june"));
    noting::insert(&mut model, &raw("half a note"));
    open(&mut model, Which::Drafts);
    pictures("drafts", &mut model);
}

#[test]
fn what_undo_would_do_is_said_beforehand() {
    let mut model = opened();
    draw(&mut model, &COLOURS, 120, 40);
    let _ = acts::priority(&mut model, &id("june"), Priority::Low, &mut Vec::new());
    model.outbox.entries.last_mut().unwrap().state = State::Held { until: Duration::from_secs(1_002) };
    let hint = draw(&mut model, &COLOURS, 120, 24).row(23);
    assert!(hint.contains("u take back"), "{hint}");
}
