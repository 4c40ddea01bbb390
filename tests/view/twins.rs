//! Every screen with outside text in all its fields, beside the same screen with harmless text of the same shape: the two
//! differ in the cells of that text and nowhere else. What frames, marks, gutters and our own words look like, where they
//! stand, in which style, and where the cursor is, no text decides (security, S1 and S2).

use std::time::Duration;

use takeover::app::action::Goal;
use takeover::app::acts::{After, Before, Obstacle};
use takeover::app::chooser::{Ask, Chooser};
use takeover::app::event::{Event, PipeEnd, Piped, Size, Stamped};
use takeover::app::fields::{self, Field};
use takeover::app::guard::Reason;
use takeover::app::journal_log::{Logged, Result as Logs};
use takeover::app::key::Key;
use takeover::app::keymap::Context;
use takeover::app::links::Link;
use takeover::app::model::{Focus, Model};
use takeover::app::notice::Weight;
use takeover::app::outbox::State;
use takeover::app::overlay::{Overlay, Question};
use takeover::app::records::{Records, Which};
use takeover::app::screen::Fold;
use takeover::app::thread::ReadAt;
use takeover::app::{acts, editing, listing, noting, piping, prompt, search, settle, update, writing};
use takeover::domain::problem::Reached;
use takeover::domain::{
    Change, Color, Me, Note, NoteId, PartKind, Priority, Problem, Remedy, Role, Status, Tag, TagDelta, TagId, UserId,
};
use takeover::text::{graphemes, mark_for_draft, sanitize, width};
use takeover::ui::Theme;
use unicode_segmentation::UnicodeSegmentation;

use super::inputs::{BYTES, CONTROL, Class, HIDDEN, PASTE, WIDE, WIDTH};
use super::sample::{self, Drawn, draw, id, raw};

/// The sizes of all layouts.
const SIZES: [(u16, u16); 6] = [(120, 40), (100, 30), (80, 24), (50, 20), (38, 9), (20, 5)];

/// What joins itself to the character before or behind it, which is one of ours.
const EDGES: Class = Class {
    name: "edges",
    texts: &[
        "\u{1F3FB}",
        "\u{1F3FB}\u{1F3FB} name",
        "\u{93E}\u{940}",
        "name \u{915}\u{94D}",
        "\u{20E3}\u{FE0F}",
        "\u{1161}\u{11A8}",
        "name \u{1100}",
        "name \u{600}",
        "\u{D4E}",
        "name \u{1F469}\u{200D}",
        "name \u{1F1E9}",
        "\u{e0067}\u{e007f} name \u{1F3F4}",
        "\u{200f}\u{5d0}\u{5d1} (x\u{200e}",
        "\u{1D165}\u{1D16D}",
    ],
};

/// Copies of our own words and marks, and what is too long for every place.
const COPIES: Class = Class {
    name: "copies",
    texts: &[
        "\u{201d} visible",
        "x\u{201d}, takes over: \u{201c}y",
        "NOTE, team only: \u{201C}x\u{201D}",
        "\u{2502} \u{250C}\u{2500}\u{2510} \u{2503} \u{250F}\u{2501}\u{2513}",
        "\u{258F} You 14:09\n\u{258F} It is done.",
        "\u{2500}\u{2500} system 14:05: resolved \u{2500}\u{2500}",
        "note 1/9 Mara: nothing",
        "to be added",
        "none of these",
        "y sends, Esc does not",
        "\u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\
         \u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\
         \u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\
         \u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}\u{6F22}",
        "a_very_long_word_without_any_place_to_break_it_that_goes_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on",
    ],
};

/// Harmless letters of one cell, of two cells that break lines and of two that do not: none is in our own words.
const NARROW: &str = "\u{16A0}";
const BREAKS: &str = "\u{9F98}";
const STAYS: &str = "\u{AC05}";

/// The same shape in harmless letters: as wide, cluster by cluster, and broken into lines at the same places.
fn shape(safe: &str) -> String {
    let ideographic = |char: char| {
        matches!(char, '\u{2E80}'..='\u{312F}' | '\u{3190}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
            | '\u{FF01}'..='\u{FF60}' | '\u{1F300}'..='\u{1FAFF}' | '\u{20000}'..='\u{3FFFF}')
    };
    let mut shaped = String::new();
    let whole = |cluster: &str| -> String {
        // What is wider than two cells is cut as one though it is drawn in pieces: no harmless letter is like that.
        if width(cluster) > 2 { cluster.to_owned() } else { shape_of(cluster, ideographic) }
    };
    for cluster in UnicodeSegmentation::graphemes(safe, true) {
        shaped.push_str(&whole(cluster));
    }
    shaped
}

/// The same of one cluster.
fn shape_of(safe: &str, ideographic: impl Fn(char) -> bool) -> String {
    let mut shaped = String::new();
    for (cluster, cells) in graphemes(safe) {
        let first = cluster.chars().next().unwrap_or(' ');
        let last = cluster.chars().next_back().unwrap_or(' ');
        let kept = cluster == "\n" || cluster == "\t" || cluster == " " || cluster == "\u{3000}";
        if kept
            || "\u{3001}\u{3002}\u{300C}\u{300D})]},.:;!?%\u{2026}\u{201D}\u{203A}([{\u{201C}\u{2039}".contains(first)
        {
            shaped.push_str(cluster);
        } else {
            match (cells, ideographic(first), ideographic(last)) {
                (0, ..) => {}
                (1, ..) => shaped.push_str(NARROW),
                (2, true, true) => shaped.push_str(BREAKS),
                // Before it a line may be broken, behind it not.
                (2, true, false) => shaped.push_str("\u{9F98}\u{FE0F}"),
                (2, false, _) => shaped.push_str(STAYS),
                (cells, ..) => panic!("{cluster:?} has {cells} cells"),
            }
        }
    }
    shaped
}

/// The harmless twin of outside text, with its line breaks and tabs as they came.
fn twin(text: &str) -> String {
    let breaks = |char: char| matches!(char, '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}');
    let mut shaped = String::new();
    for line in text.split_inclusive(breaks) {
        let said = line.trim_end_matches(breaks);
        shaped.push_str(&shape(sanitize(&raw(said)).as_str()));
        shaped.extend(line.chars().next_back().filter(|last| breaks(*last)));
    }
    shaped
}

/// The harmless twin of text that is typed or pasted.
fn typed_twin(text: &str) -> String {
    // What a draft shows in another shape than a message does has no harmless twin.
    let marked = mark_for_draft(text).0;
    if is_odd(text) { marked } else { shape(&marked) }
}

/// Whether a draft and a message show it in two shapes: a draft keeps its stacks, its tabs, and its marks of direction.
fn is_odd(text: &str) -> bool {
    let marked = mark_for_draft(text).0;
    text.contains('\t') || shape(&marked) != shape(sanitize(&raw(&marked)).as_str())
}

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

fn tag(name: &str) -> TagId {
    TagId::parse(name).unwrap()
}

/// The text in every field of every object; what a message says is given apart, since links say where they lead.
fn filled(text: &str, said: &str) -> Model {
    let mut model = sample::everything();
    let now = model.now.mono;
    let read = Some(ReadAt { asked: 1, at: now, came: now, came_in: 1 });
    model.directory.credential = Some(Me { organisation_id: None, organisation_name: Some(raw(text)), user_id: None });
    for member in &mut model.directory.members {
        (member.first_name, member.last_name) = (Some(raw(text)), None);
    }
    for bot in &mut model.directory.chatbots {
        bot.name = raw(text);
    }
    for row in model.inbox.rows.values_mut() {
        let conversation = &mut row.conversation;
        for field in [
            &mut conversation.contact_name,
            &mut conversation.contact_email,
            &mut conversation.contact_phone,
            &mut conversation.title,
            &mut conversation.summary,
            &mut conversation.last_message_preview,
        ] {
            *field = Some(raw(text));
        }
        if let Some(unreadable) = &mut conversation.unreadable {
            *unreadable = raw(text);
        }
        if conversation.status == Status::Closed {
            (conversation.status, conversation.priority) = (Status::parse(text), Priority::parse(text));
        }
    }
    model.inbox.rows.get_mut(&id("june")).unwrap().conversation.assigned_to = UserId::parse("mara");
    let file = |url: &str| PartKind::File { url: raw(url), media_type: Some(raw(text)), filename: Some(raw(text)) };
    let kinds = || {
        let call = (Some(raw(text)), Some(raw(text)), Some(raw(text)), Some(raw(text)));
        let tool = PartKind::Tool { name: call.0, input: call.1, output: call.2, error_text: call.3 };
        let files = [file("https://files.example/x"), file("javascript:alert(1)")];
        let mut kinds = vec![PartKind::Text(raw(said)), tool, PartKind::Unreadable(raw(text))];
        kinds.extend(files);
        kinds
    };
    let roles = [Role::User, Role::Assistant, Role::Other(raw("odd")), Role::System, Role::Assistant, Role::User];
    let messages = roles.into_iter().enumerate().map(|(at, role)| {
        let source = Some(["api", "bot"][at % 2]);
        sample::parts("june", 300 + at, role, source, &format!("14:10:{at:02}"), kinds())
    });
    let messages: Vec<_> = messages.collect();
    sample::read(&mut model, "june", messages);
    let tags = [("one", Some(0xE5)), ("two", None), ("three", Some(0x10))].map(|(name, red)| Tag {
        id: tag(name),
        name: raw(text),
        color: red.map(|red| Color { red, green: 0x30, blue: 0x40 }),
    });
    model.sidebar.palette.learn(tags);
    model.sidebar.palette.read = read;
    let contents =
        [text.to_owned(), format!("{text}\n\u{2014} {text}"), format!("said\n\u{2014} {text}"), String::new()];
    let notes = contents.into_iter().enumerate().map(|(at, content)| Note {
        id: NoteId::parse(&format!("note-{at}")).unwrap(),
        conversation_id: id("june"),
        author_id: [Some("mara"), None, None, Some("gone")][at].and_then(UserId::parse),
        content: raw(&content),
        created_at: sample::at(&format!("14:0{at}")),
        unreadable: (at == 3).then(|| raw(text)),
    });
    let aside = model.sidebar.entry(&id("june"));
    aside.learn_notes(notes);
    aside.notes_read = read;
    (aside.tags, aside.tags_read) = (vec![tag("one"), tag("two"), tag("unknown")], read);
    for name in ["june", "zoe", "nobody"] {
        let (at, request_id) = (model.now.wall, Some(raw(text)));
        model.acts.write(Logged { at, conversation: id(name), kind: "note", result: Logs::Refused, request_id });
    }
    model.settings.absolute_times = false;
    model.inbox.put_cursor(&id("june"));
    model
}

/// Acts of every kind in every state that tells something.
fn acted(model: &mut Model, typed: &str) {
    let mut effects = Vec::new();
    // What I sign with stands behind our own dash.
    model.directory.members[0].first_name = Some(raw("0"));
    let reply = |url: &str| acts::Reply {
        text: raw(&mark_for_draft(typed).0),
        cursor: 0,
        attachments: vec![raw(url)],
        baseline: Default::default(),
    };
    let (own, text) = (raw(&mark_for_draft(typed).0), model.directory.chatbots[0].name.as_raw().to_owned());
    let text = text.as_str();
    // No tag of the palette.
    let new = raw(&format!("{}0q0", own.as_raw()));
    let _ = acts::reply(model, &id("june"), reply("https://files.example/x"), Before::Nothing, &mut effects);
    let _ = acts::note(model, &id("june"), &own, 0, &mut effects);
    let _ = acts::change(model, &id("june"), Change::Title(Some(raw("another"))), &mut effects);
    let _ = acts::create_and_add_tag(model, &id("zoe"), &new, None, &mut effects);
    let _ = acts::delete_tag(model, &id("june"), tag("one"), &mut effects);
    let _ = acts::assign(model, &id("omar"), UserId::parse("mara"), &mut effects);
    let until = model.now.mono + Duration::from_secs(2);
    let states = [
        State::Stopped { reasons: vec![Reason::Email(Some(own.clone()), None)], since: Duration::ZERO },
        State::Refused { problem: refusal(text) },
        State::Unjournaled { reason: own.clone() },
        State::Waiting { problem: Problem { remedy: Remedy::TryLater, ..refusal(text) }, until },
        State::Blocked { problem: Problem { remedy: Remedy::SignInAgain, ..refusal(text) } },
        State::Stopped {
            reasons: vec![Reason::Owner(UserId::parse("mara")), Reason::Status(Status::parse(text))],
            since: Duration::ZERO,
        },
    ];
    let mut states = states.into_iter().cycle();
    for entry in &mut model.outbox.entries {
        entry.state = states.next().unwrap();
    }
}

/// A screen: its name, and how it opens over a filled model with text that is typed into it.
type Screen = (&'static str, fn(&mut Model, &str));

fn choose(model: &mut Model, ask: Ask, typed: &str) {
    let mut chooser = Chooser::new(ask);
    editing::paste(&mut chooser.filter, typed);
    model.overlays.show(Overlay::Choose(chooser), Duration::ZERO);
}

fn ask(model: &mut Model, question: Question) {
    model.overlays.show(Overlay::Question(question), Duration::ZERO);
}

fn opened(model: &mut Model) {
    sample::open(model, "june");
    settle(model, Size { columns: 120, rows: 40 });
}

fn tags_of_june(delta: TagDelta) -> Ask {
    Ask::Tags { conversation: id("june"), delta }
}

fn field(model: &mut Model, field: Field) {
    prompt::edit_field(model, &id("june"), field);
}

fn records(model: &mut Model, which: Which) {
    model.overlays.show(Overlay::Records(Records { which, chosen: None }), Duration::ZERO);
}

/// One line alone is searched for; a first line would be found in all other lines that have its shape.
fn in_one_line(typed: &str) -> String {
    typed.replace("\r\n", "0").replace(['\n', '\r', '\u{2028}', '\u{2029}'], "0")
}

/// Names that what is typed can find are our own, so that the rows of a chooser depend on its words alone.
fn plain_names(model: &mut Model) {
    for member in &mut model.directory.members {
        member.first_name = Some(raw("0"));
    }
    for tag in &mut model.sidebar.palette.tags {
        tag.name = raw("0");
    }
}

const SCREENS: &[Screen] = &[
    ("the list", |_, _| {}),
    ("the thread", |model, _| opened(model)),
    ("the thread with blocks", |model, typed| {
        opened(model);
        acted(model, typed);
    }),
    ("a trace", |model, _| {
        opened(model);
        let thread = model.threads.entry(&id("june"));
        thread.trace = true;
        let folds: Vec<_> = thread.messages.iter().map(|entry| (entry.message.id.clone(), Fold::Some)).collect();
        thread.folds.extend(folds);
    }),
    ("the sidebar", |model, _| {
        opened(model);
        model.panes.focus = Focus::Sidebar;
    }),
    ("the sidebar's last field", |model, _| {
        opened(model);
        model.panes.focus = Focus::Sidebar;
        model.panes.field = Some(Field::Title);
    }),
    ("a note on top", |model, _| {
        opened(model);
        model.panes.focus = Focus::Sidebar;
        let note = fields::notes(model, &id("june")).last().cloned().unwrap();
        model.sidebar.entry(&id("june")).pinned = Some(note.clone());
        model.panes.field = Some(Field::Note(note));
    }),
    ("a reply", |model, typed| sample::write(model, "june", typed)),
    ("a reply with an attachment", |model, typed| {
        sample::write(model, "june", "words");
        writing::attach(model, &id("june"), raw(typed));
    }),
    ("a note", |model, typed| {
        opened(model);
        noting::open(model, &id("june"));
        noting::insert(model, &raw(typed));
        model.notices.latest = None;
    }),
    ("a hand-over", |model, typed| {
        opened(model);
        noting::open_hand_over(model, &id("june"), UserId::parse("mara").unwrap());
        noting::insert(model, &raw(typed));
        model.notices.latest = None;
    }),
    ("whose desk", |model, _| model.overlays.show(Overlay::WhoAmI { chosen: 1 }, Duration::ZERO)),
    ("owners", |model, _| choose(model, Ask::Owner(id("june")), "")),
    ("colleagues", |model, _| choose(model, Ask::HandOver(id("june")), "")),
    ("owners, narrowed", |model, typed| {
        plain_names(model);
        choose(model, Ask::Owner(id("june")), typed);
    }),
    ("tags", |model, _| {
        let delta = TagDelta { add: vec![tag("three")], remove: vec![tag("one")] };
        choose(model, tags_of_june(delta), "");
    }),
    ("tags, narrowed", |model, typed| {
        plain_names(model);
        choose(model, tags_of_june(TagDelta::default()), typed);
    }),
    ("a new tag's colour", |model, _| {
        let name = model.directory.chatbots[0].name.clone();
        choose(model, Ask::TagColor { conversation: id("june"), name, delta: TagDelta::default() }, "");
    }),
    ("statuses", |model, _| choose(model, Ask::Status(id("june")), "")),
    ("statuses behind their prefix", |model, _| model.overlays.prefix = Some(Key::char('s'))),
    ("the palette", |model, typed| {
        choose(model, Ask::Command(Context::List), typed);
        let Some((Overlay::Choose(chooser), _)) = &mut model.overlays.open else { panic!("no chooser") };
        // No action has this in its name, whatever was typed before.
        chooser.filter.insert_str("0q0");
    }),
    ("may it be sent", |model, _| {
        ask(model, Question::Send { conversation: id("june"), before: Before::TakeOver, then: After::Resolve });
    }),
    ("may it be pasted", |model, _| ask(model, Question::PasteAsReply { conversation: id("june"), text: raw("four") })),
    ("may it be taken over", |model, _| ask(model, Question::TakeOver { conversation: id("june") })),
    ("may it be resolved", |model, _| {
        let (conversation, goal, obstacle) = (id("june"), Goal::Resolved, Obstacle::Draft);
        ask(model, Question::Become { conversation, goal, advance: true, obstacle });
    }),
    ("may the tag be deleted", |model, _| {
        ask(model, Question::DeleteTag { conversation: id("june"), tag: tag("two") });
    }),
    ("may the file be saved", |model, typed| {
        let link = Link::parse("https://files.example/x").unwrap();
        ask(model, Question::SaveFile { link, name: raw(typed) });
    }),
    ("the title", |model, _| field(model, Field::Title)),
    ("the name", |model, _| field(model, Field::Name)),
    ("the e-mail, refused", |model, typed| {
        field(model, Field::Email);
        let Some((Overlay::Prompt(held), _)) = &mut model.overlays.open else { panic!("no line") };
        held.editor.clear();
        editing::paste(&mut held.editor, typed);
        held.complaint = Some("an e-mail address has one @ and no blanks");
    }),
    ("the telephone", |model, _| field(model, Field::Phone)),
    ("an address to attach", |model, typed| {
        prompt::attach(model, &id("june"));
        let Some((Overlay::Prompt(held), _)) = &mut model.overlays.open else { panic!("no line") };
        editing::paste(&mut held.editor, typed);
    }),
    ("the outbox", |model, typed| {
        acted(model, typed);
        records(model, Which::Outbox);
    }),
    ("the log", |model, _| records(model, Which::Log)),
    ("the drafts", |model, typed| {
        sample::write(model, "zoe", typed);
        noting::open(model, &id("june"));
        noting::insert(model, &raw(typed));
        model.notices.latest = None;
        records(model, Which::Drafts);
    }),
    ("links and files", |model, _| {
        opened(model);
        listing::open(model);
        assert!(matches!(model.overlays.open, Some((Overlay::Links(_), _))));
    }),
    ("a search being typed", |model, typed| {
        opened(model);
        search::open(model);
        search::insert(model, &raw(&in_one_line(typed)));
    }),
    ("a search of the rows", |model, typed| {
        search::open(model);
        search::insert(model, &raw(&in_one_line(typed)));
    }),
    ("a command being typed", |model, typed| {
        opened(model);
        piping::open(model);
        piping::insert(model, &raw(&in_one_line(typed)));
        assert!(matches!(model.overlays.open, Some((Overlay::PipePrompt, _))));
    }),
    ("what a command wrote", |model, _| {
        opened(model);
        model.overlays.show(Overlay::PipeRunning { ask: 3 }, Duration::ZERO);
        let text = model.directory.chatbots[0].name.clone();
        let piped = Piped { output: text.clone(), errors: text, cut: true, end: PipeEnd::Code(3) };
        piping::ended(model, 3, Ok(piped));
    }),
    ("a command that did not run", |model, _| {
        model.overlays.show(Overlay::PipeRunning { ask: 3 }, Duration::ZERO);
        let why = model.directory.chatbots[0].name.clone();
        piping::ended(model, 3, Err(why));
    }),
    ("a file that was saved", |model, _| {
        let name = model.directory.chatbots[0].name.clone();
        listing::saved(model, Ok(name));
    }),
    ("a link that did not open", |model, _| {
        let why = model.directory.chatbots[0].name.clone();
        listing::opened(model, 1, Err(why));
        model.notices.say(
            model.now.mono,
            Weight::Warning,
            "our words:",
            model.directory.chatbots.first().map(|it| it.name.clone()),
        );
    }),
    ("a list that cannot be read", |model, _| {
        let text = model.directory.chatbots[0].name.as_raw().to_owned();
        model.link.problem = Some(refusal(&text));
        model.inbox.rows.clear();
        model.inbox.complete = false;
        model.inbox.unsettled = true;
    }),
    ("a list that is old", |model, _| {
        let text = model.directory.chatbots[0].name.as_raw().to_owned();
        model.link.problem = Some(refusal(&text));
        model.link.list_read_at = Some(Duration::from_secs(500));
    }),
];

/// A cell is the text's where its twin holds one of the twin's letters, or is the second half of one.
fn is_texts(twin: &Drawn, x: u16, y: u16) -> bool {
    let letters = |symbol: &str| [NARROW, BREAKS, STAYS, "\u{9F98}\u{FE0F}"].contains(&symbol);
    letters(twin.cell(x, y).symbol()) || x > 0 && width(twin.cell(x - 1, y).symbol()) == 2
}

/// Where two pictures differ in more than the text: the first such cell, with its row in both.
fn difference(hostile: &Drawn, twin: &Drawn) -> Option<String> {
    let area = hostile.buffer.area;
    for y in 0..area.height {
        for x in 0..area.width {
            let (ours, theirs) = (twin.cell(x, y), hostile.cell(x, y));
            if ours == theirs {
                continue;
            }
            let looks = |cell: &ratatui::buffer::Cell| (cell.fg, cell.bg, cell.modifier);
            let what = if !is_texts(twin, x, y) && theirs.symbol() != ours.symbol() {
                "a cell of ours"
            } else if width(theirs.symbol()) != width(ours.symbol()) {
                "the shape"
            } else if looks(theirs) != looks(ours) {
                "the style"
            } else {
                continue;
            };
            return Some(format!("{what} at {x}, {y}\n  {}\n  {}", hostile.row(y), twin.row(y)));
        }
    }
    (hostile.cursor != twin.cursor).then(|| format!("the cursor at {:?}, not {:?}", hostile.cursor, twin.cursor))
}

/// All screens at all sizes with the texts of a class.
fn stands(class: &Class) {
    let themes = [Theme::standard(), Theme::light(), Theme::dark(), Theme::mono(), Theme::of(true, true)];
    let mut told = Vec::new();
    for (number, text) in class.texts.iter().enumerate() {
        let harmless = twin(text);
        for (at, (name, open)) in SCREENS.iter().enumerate() {
            // They begin with the text as a draft.
            if is_odd(text) && ["the title", "the name", "the telephone"].contains(name) {
                continue;
            }
            let said = if text.contains("http") { ("no link", "no link") } else { (*text, &*harmless) };
            let (mut model, mut other) = (filled(text, said.0), filled(&harmless, said.1));
            open(&mut model, text);
            open(&mut other, &typed_twin(text));
            // A third of the sizes with each text, another third with the next.
            for (columns, rows) in SIZES.into_iter().skip((number + at) % 3).step_by(3) {
                let theme = &themes[(number + at) % themes.len()];
                let drawn = draw(&mut model, theme, columns, rows);
                super::hostile::cells_are_whole(&drawn);
                let same = draw(&mut other, theme, columns, rows);
                let found = difference(&drawn, &same);
                told.extend(found.map(|found| format!("{name} at {columns}x{rows}, {text:?}: {found}")));
            }
        }
    }
    assert!(
        told.is_empty(),
        "{}: {} screens changed\n{}",
        class.name,
        told.len(),
        told[..told.len().min(12)].join("\n")
    );
}

#[test]
fn control_sequences_change_no_screen() {
    stands(&CONTROL);
}

#[test]
fn hidden_text_changes_no_screen() {
    stands(&HIDDEN);
}

#[test]
fn clusters_of_doubtful_width_change_no_screen() {
    stands(&WIDTH);
}

#[test]
fn wide_characters_and_characters_of_several_bytes_change_no_screen() {
    stands(&WIDE);
    stands(&BYTES);
}

#[test]
fn what_is_pasted_changes_no_screen() {
    stands(&PASTE);
}

#[test]
fn what_joins_itself_to_our_characters_changes_no_screen() {
    stands(&EDGES);
}

#[test]
fn copies_of_our_own_words_change_no_screen() {
    stands(&COPIES);
}

#[test]
fn every_screen_shows_text_from_outside_where_it_has_some() {
    let bare = draw(&mut filled(NARROW, NARROW), &Theme::standard(), 120, 40).text();
    for (name, open) in SCREENS {
        let mut model = filled(NARROW, NARROW);
        open(&mut model, BREAKS);
        let drawn = draw(&mut model, &Theme::standard(), 120, 40);
        let letters = drawn.buffer.content().iter().filter(|cell| [NARROW, BREAKS].contains(&cell.symbol())).count();
        assert!(letters > 0, "{name}");
        assert!(*name == "the list" || drawn.text() != bare, "{name} is nothing but the list");
    }
}

#[test]
fn a_field_of_one_line_holds_what_it_shows_whatever_is_pasted() {
    type Opens = fn(&mut Model);
    let fields: [(&str, Opens); 5] = [
        ("a chooser", |model| choose(model, Ask::Command(Context::List), "")),
        ("a title", |model| {
            field(model, Field::Title);
            let Some((Overlay::Prompt(held), _)) = &mut model.overlays.open else { panic!("no line") };
            held.editor.clear();
        }),
        ("an address", |model| prompt::attach(model, &id("june"))),
        ("a search", |model| {
            opened(model);
            search::open(model);
        }),
        ("a command", |model| {
            opened(model);
            piping::open(model);
        }),
    ];
    for class in [&CONTROL, &HIDDEN, &WIDTH, &WIDE, &BYTES, &PASTE, &EDGES, &COPIES] {
        for text in class.texts {
            for (name, open) in &fields {
                let mut model = filled("0", "0");
                open(&mut model);
                let event = Event::Pasted(raw(text));
                let stamped = Stamped { step: model.step + 1, at: model.now, event };
                let _ = update(&mut model, stamped);
                let held = match &model.overlays.open {
                    Some((Overlay::Choose(chooser), _)) => chooser.filter.text(),
                    Some((Overlay::Prompt(prompt), _)) => prompt.editor.text(),
                    Some((Overlay::PipePrompt, _)) => model.overlays.pipe.editor.text(),
                    _ => model.reading.search.prompt.as_ref().unwrap().editor.text(),
                };
                // A true flag is the one place for its letters.
                let flagless = held.replace("\u{1F3F4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}", "");
                let hidden = flagless.chars().find(|char| takeover::text::is_forbidden(*char));
                assert_eq!(hidden, None, "{name}, {text:?}: {held:?}");
                let held = held.to_owned();
                let drawn = draw(&mut model, &Theme::standard(), 200, 40);
                let (_, y) = drawn.cursor.unwrap();
                let clusters = |text: &str| {
                    graphemes(text).filter(|(_, cells)| *cells > 0).map(|(it, _)| it.to_owned()).collect::<String>()
                };
                assert!(
                    drawn.row(y).contains(&clusters(&held)) || width(&held) > 50,
                    "{name}: {held:?} in {}",
                    drawn.row(y)
                );
            }
        }
    }
}
