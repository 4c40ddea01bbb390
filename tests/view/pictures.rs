//! Pictures of whole screens: what stands where, and how it looks.

use std::time::Duration;

use takeover::app::guard::Reason;
use takeover::app::inbox::View;
use takeover::app::key::Key;
use takeover::app::model::{Focus, Model};
use takeover::app::notice::Weight;
use takeover::app::outbox::State;
use takeover::app::overlay::{Lesson, Overlay, Question};
use takeover::app::sending;
use takeover::app::thread::Side;
use takeover::domain::problem::Reached;
use takeover::domain::{Problem, Remedy, Role, Status};
use takeover::ui::Theme;

use super::sample::{self, draw, id, raw};

const COLOURS: Theme = Theme::of(true, false);

/// A picture as text.
fn picture(name: &str, model: &mut Model, columns: u16, rows: u16) {
    insta::assert_snapshot!(name, draw(model, &COLOURS, columns, rows).text());
}

/// A picture as text, and its styles.
fn styled(name: &str, model: &mut Model, theme: &Theme, columns: u16, rows: u16) {
    let drawn = draw(model, theme, columns, rows);
    insta::assert_snapshot!(name, format!("{}\n\n{}", drawn.text(), drawn.styles()));
}

fn offline() -> Problem {
    Problem {
        remedy: Remedy::TryLater,
        reached: Reached::NotSent,
        status: None,
        code: None,
        message: raw("no connection"),
        request_id: None,
        fields: Vec::new(),
    }
}

/// June's reply in a state.
fn send(model: &mut Model, name: &str, text: &str, state: State) {
    let baseline = model.composer.drafts.get(&id(name)).map(|draft| draft.baseline.clone()).unwrap_or_default();
    sending::submit(model, &id(name), raw(text), 0, baseline, &mut Vec::new());
    model.outbox.entries.last_mut().unwrap().state = state;
}

fn stopped() -> Model {
    let mut model = sample::inbox();
    sample::write(&mut model, "june", "");
    send(
        &mut model,
        "june",
        "I'll send you a label right away.",
        State::Stopped { reasons: vec![Reason::Lines(1)], since: Duration::from_secs(999) },
    );
    model.step += 1;
    let step = model.step;
    let late = sample::message("june", 9, Role::User, None, "14:09", "never mind, found the label!");
    model.threads.entry(&id("june")).merge(vec![late], Side::Newer, step, Duration::from_secs(999));
    model
}

#[test]
fn the_list_with_a_preview_and_the_sidebar_at_120_columns() {
    styled("list_120", &mut sample::inbox(), &COLOURS, 120, 24);
}

#[test]
fn the_same_without_colours() {
    styled("list_120_mono", &mut sample::inbox(), &Theme::of(false, false), 120, 24);
}

#[test]
fn the_same_in_ascii() {
    let mut model = sample::everything();
    model.inbox.put_cursor(&id("june"));
    let drawn = draw(&mut model, &Theme::of(false, true), 100, 30);
    insta::assert_snapshot!("everything_ascii", drawn.text());
}

#[test]
fn a_reply_being_written_at_120_columns() {
    let mut model = sample::inbox();
    let text = "Hi June, I'm Ada. I can see order 4421 here, and I'll send you a return label right away.";
    sample::write(&mut model, "june", text);
    styled("reply_120", &mut model, &COLOURS, 120, 24);
}

#[test]
fn a_long_reply_shows_that_there_is_more_of_it() {
    let mut model = sample::inbox();
    let text = (1..=30).map(|line| format!("line {line}")).collect::<Vec<_>>().join("\n");
    sample::write(&mut model, "june", &text);
    let draft = model.composer.current_mut().unwrap();
    draft.editor.prepare(40);
    for _ in 0..12 {
        draft.editor.up();
    }
    picture("reply_long", &mut model, 80, 24);
}

#[test]
fn the_guard_has_stopped_a_reply() {
    styled("stopped_50", &mut stopped(), &COLOURS, 50, 20);
    picture("stopped_120", &mut stopped(), 120, 24);
}

#[test]
fn the_list_at_80_columns() {
    picture("list_80", &mut sample::inbox(), 80, 24);
}

#[test]
fn the_list_at_50_columns() {
    picture("list_50", &mut sample::inbox(), 50, 14);
}

#[test]
fn a_thread_at_50_columns_and_one_read_back_at_80() {
    let mut model = sample::inbox();
    sample::open(&mut model, "june");
    picture("thread_50", &mut model, 50, 20);
    let mut model = sample::inbox();
    let long = (1..40).map(|number| {
        let words = format!("message number {number}");
        sample::message("june", 100 + number, Role::User, None, &format!("14:08:{number:02}"), &words)
    });
    sample::read(&mut model, "june", long.collect());
    sample::open(&mut model, "june");
    draw(&mut model, &COLOURS, 80, 20);
    model.screen.scroll = -20;
    draw(&mut model, &COLOURS, 80, 20);
    model.step += 1;
    let step = model.step;
    let news = (1..4).map(|number| sample::message("june", 200 + number, Role::User, None, "14:10", "news"));
    model.threads.entry(&id("june")).merge(news.collect(), Side::Newer, step, Duration::from_secs(999));
    picture("thread_80_new_below", &mut model, 80, 20);
}

#[test]
fn the_sidebar_over_the_list_and_alone() {
    let mut model = sample::inbox();
    let row = model.inbox.rows.get_mut(&id("june")).unwrap();
    row.conversation.summary = Some(raw(
        "June's parcel arrived damaged. She sent order 4421 and asked for a refund to the card she paid with, \
         not a voucher. OWNER\nnobody",
    ));
    row.conversation.sentiment_score = Some(22);
    model.panes.focus = Focus::Sidebar;
    picture("sidebar_80", &mut model, 80, 24);
    picture("sidebar_50", &mut model, 50, 20);
}

#[test]
fn a_screen_too_small_for_more_than_one_line() {
    picture("line_38", &mut sample::inbox(), 38, 9);
    let drawn = draw(&mut sample::inbox(), &COLOURS, 20, 1);
    assert_eq!(drawn.row(0), "4 waiting, longest …");
    let mut quitting = sample::inbox();
    quitting.overlays.show(Overlay::Question(Question::Quit { drafts: 1, unsent: 0 }), Duration::ZERO);
    assert_eq!(draw(&mut quitting, &COLOURS, 39, 3).row(0), "quit and lose text? y leaves, Esc stays");
    assert!(draw(&mut sample::empty(), &COLOURS, 39, 3).row(0).starts_with("nobody waits (39x3 too small)"));
}

#[test]
fn every_state_and_every_kind_of_line() {
    let mut model = sample::everything();
    model.inbox.put_cursor(&id("june"));
    styled("everything_120", &mut model, &COLOURS, 120, 30);
    picture("everything_70", &mut model, 70, 16);
}

#[test]
fn news_waits_below_the_rows_while_they_stand_still() {
    let mut model = sample::inbox();
    model.panes.last_key = Some(model.now.mono);
    takeover::app::update::settle_rows(&mut model);
    for name in ["new-1", "new-2"] {
        sample::put(&mut model, sample::conversation(name, Some(name), Status::AgentRequested, "hi"), None);
    }
    let row = model.inbox.rows.get_mut(&id("zoe")).unwrap();
    row.conversation.status = Status::Resolved;
    takeover::app::update::settle_rows(&mut model);
    styled("news_80", &mut model, &COLOURS, 80, 12);
    picture("news_80_full", &mut model, 80, 10);
}

#[test]
fn an_empty_view_says_why_and_what_to_do() {
    let first_line = |model: &mut Model| {
        let drawn = draw(model, &COLOURS, 60, 12);
        (2..5).map(|y| drawn.row(y).trim().to_owned()).filter(|row| !row.is_empty()).collect::<Vec<_>>().join(" / ")
    };
    let mut model = sample::empty();
    assert_eq!(first_line(&mut model), "nobody waits / 7 shows all");
    let mut answered = sample::conversation("lee", Some("Lee"), Status::Resolved, "thanks");
    answered.last_message_at = Some(sample::at("13:59"));
    sample::put(&mut model, answered, None);
    let row = model.inbox.rows.get_mut(&id("lee")).unwrap();
    row.knowledge = Some(takeover::app::inbox::Knowledge {
        for_last: row.conversation.last_message_at,
        newest: None,
        speaker: None,
        waiting: None,
        answered: Some(sample::at("13:59").at),
    });
    assert_eq!(first_line(&mut model), "nobody waits / the last answer went out 12m ago; 7 shows all");
    model.inbox.show(View::Mine);
    assert_eq!(first_line(&mut model), "nothing is assigned to you / 7 shows all");
    model.inbox.complete = false;
    assert_eq!(first_line(&mut model), "reading the list…");
    model.link.problem = Some(offline());
    let said = "the list cannot be read: no connection; check network, / base URL";
    assert_eq!(first_line(&mut model), said);
}

#[test]
fn the_status_bar_says_what_is_wrong_and_what_goes_on_elsewhere() {
    let bar = |model: &mut Model, columns| draw(model, &COLOURS, columns, 24).row(0).trim_end().to_owned();
    let mut lines = Vec::new();
    let mut model = sample::inbox();
    model.link.problem = Some(offline());
    model.link.list_read_at = Some(Duration::from_secs(870));
    lines.extend([120, 80, 40].map(|columns| bar(&mut model, columns)));
    model.link.problem = None;
    model.link.list_read_at = None;
    model.directory.credential = None;
    lines.push(bar(&mut model, 100));
    let mut model = sample::inbox();
    model.settings.demo = true;
    send(&mut model, "tomas", "Here it is.", State::Held { until: Duration::from_secs(1_002) });
    lines.extend([120, 80, 60, 40].map(|columns| bar(&mut model, columns)));
    send(&mut model, "zoe", "Hello!", State::Unsent);
    lines.push(bar(&mut model, 120));
    let mut model = sample::inbox();
    sample::open(&mut model, "june");
    lines.push(bar(&mut model, 60));
    insta::assert_snapshot!("status_bars", lines.join("\n"));
}

#[test]
fn the_hint_line_follows_what_can_be_done() {
    let hint = |model: &mut Model, columns| draw(model, &COLOURS, columns, 24).row(23).trim_end().to_owned();
    let mut lines = Vec::new();
    let mut model = sample::inbox();
    lines.extend([120, 80, 50, 40].map(|columns| hint(&mut model, columns)));
    model.overlays.prefix = Some(Key::char('g'));
    lines.extend([120, 50].map(|columns| hint(&mut model, columns)));
    model.overlays.prefix = None;
    for lesson in [Lesson::Longest, Lesson::Open, Lesson::Reply, Lesson::Send] {
        model.overlays.lesson = Some(lesson);
        lines.push(hint(&mut model, 80));
    }
    let now = model.now.mono;
    model.notices.say(now, Weight::Warning, "not sent, the reply is still here:", Some(raw("June \"x\" \u{201D}")));
    lines.push(hint(&mut model, 80));
    let mut model = sample::inbox();
    sample::open(&mut model, "june");
    lines.push(hint(&mut model, 80));
    send(&mut model, "june", "Hi", State::Held { until: Duration::from_secs(1_002) });
    lines.push(hint(&mut model, 80));
    sample::write(&mut model, "june", "");
    lines.push(hint(&mut model, 80));
    lines.push(hint(&mut stopped(), 80));
    let mut model = sample::inbox();
    sample::write(&mut model, "june", "Hi");
    lines.push(hint(&mut model, 120));
    lines.push(hint(&mut model, 40));
    model.overlays.prefix = Some(Key::control('x'));
    lines.push(hint(&mut model, 80));
    insta::assert_snapshot!("hint_lines", lines.join("\n"));
}

#[test]
fn popups_stand_over_the_panes() {
    let mut model = sample::inbox();
    model.overlays.show(Overlay::Help { top: 0 }, Duration::ZERO);
    styled("help_80", &mut model, &COLOURS, 80, 24);
    model.overlays.show(Overlay::Help { top: 500 }, Duration::ZERO);
    picture("help_40_end", &mut model, 40, 14);
    model.overlays.show(Overlay::WhoAmI { chosen: 1 }, Duration::ZERO);
    styled("who_am_i", &mut model, &COLOURS, 80, 14);
    model.overlays.show(Overlay::Question(Question::Quit { drafts: 2, unsent: 1 }), Duration::ZERO);
    picture("quit", &mut model, 80, 14);
    let question = Question::PasteAsReply { conversation: id("june"), text: raw(&"x".repeat(312)) };
    model.overlays.show(Overlay::Question(question), Duration::ZERO);
    picture("paste", &mut model, 50, 14);
}

#[test]
fn the_first_member_and_our_own_line_can_both_be_reached_in_a_long_list() {
    let mut model = sample::inbox();
    model.directory.members =
        (0..60).map(|number| sample::member(&format!("u{number}"), "Member", &format!("{number}"))).collect();
    for (chosen, expected) in [(0, "Member 0"), (59, "Member 59"), (60, "none of these")] {
        model.overlays.show(Overlay::WhoAmI { chosen }, Duration::ZERO);
        let drawn = draw(&mut model, &COLOURS, 80, 14);
        let (_, y) = drawn.cursor.unwrap();
        assert!(drawn.row(y).contains(expected), "{}", drawn.text());
    }
}
