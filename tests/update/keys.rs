//! Keys by context: what they do, and above all what they do not.

use std::sync::Arc;
use std::time::Duration;

use takeover::app::acts::Before;
use takeover::app::inbox::View;
use takeover::app::keymap::{Change, Context, Keymap, Keys};
use takeover::app::langmap::Langmap;
use takeover::app::overlay::{Overlay, Question};
use takeover::app::{Effect, Event, Focus};
use takeover::domain::Status;
use takeover::text::RawText;

use crate::desk::platform::Origin;
use crate::desk::{Desk, id, sends};

/// One conversation in each status, all in the view of everything; the last has a status that nobody knows.
fn statuses() -> Vec<Status> {
    vec![
        Status::BotActive,
        Status::AgentRequested,
        Status::Open,
        Status::Resolved,
        Status::Closed,
        Status::Archived,
        Status::Other(RawText::new("escalated")),
    ]
}

/// All conversations are known: the list of everything was read while the unknown status was still a known one.
fn of_each_status() -> Desk {
    let statuses = statuses();
    let mut desk = Desk::new(statuses.len());
    for (at, status) in statuses.iter().enumerate() {
        desk.platform.say(at, Origin::Visitor, "hello", Duration::ZERO);
        let unknown = matches!(status, Status::Other(_));
        desk.platform.held[at].conversation.status = if unknown { Status::Open } else { status.clone() };
    }
    desk.begin();
    desk.press("ga");
    desk.wait(1.0);
    for (at, status) in statuses.into_iter().enumerate() {
        desk.platform.held[at].conversation.status = status;
    }
    desk.wait(45.0);
    let row = desk.model.inbox.rows.get(&id(6)).unwrap();
    assert!(matches!(row.conversation.status, Status::Other(_)));
    desk
}

fn put_cursor(desk: &mut Desk, at: usize) {
    desk.press("gg");
    let row = desk.model.inbox.order.iter().position(|held| *held == id(at)).unwrap();
    desk.press(&"j".repeat(row));
    assert_eq!(desk.model.inbox.cursor, Some(id(at)));
}

fn writes_only(effects: &[(Duration, Effect)]) -> bool {
    effects.iter().all(|(_, effect)| matches!(effect, Effect::Fetch { .. }))
}

#[test]
fn r_and_a_text_in_one_read_put_the_text_into_the_composer_and_do_nothing_else_in_every_status() {
    for at in 0..statuses().len() {
        for opened in [false, true] {
            let mut desk = of_each_status();
            put_cursor(&mut desk, at);
            if opened {
                desk.press("<enter>");
                desk.wait(1.0);
            }
            let before = desk.ordered.len();
            desk.press("rplease help");
            desk.wait(1.0);
            assert_eq!(desk.draft(at), "please help");
            assert_eq!(desk.model.composer.open, Some(id(at)));
            assert_eq!(desk.model.panes.focus, Focus::Composer);
            assert!(desk.model.overlays.open.is_none());
            assert_eq!(desk.model.inbox.view, View::All);
            assert!(writes_only(&desk.ordered[before..]), "{:?}", &desk.ordered[before..]);
            let others = (0..statuses().len()).filter(|other| *other != at);
            assert!(others.into_iter().all(|other| desk.draft(other).is_empty()));
        }
    }
}

#[test]
fn escape_and_another_key_in_one_read_send_nothing_in_the_composer() {
    for second in ["<enter>", "j", "r", "<c-s>", "<up>", "w", "u"] {
        let mut desk = Desk::new(1);
        desk.platform.say(0, Origin::Visitor, "hello", Duration::ZERO);
        desk.begin();
        desk.open(0);
        desk.press("r");
        desk.typed("half a sentence");
        desk.press(&format!("<esc>{second}"));
        desk.wait(5.0);
        assert_eq!(desk.count(sends), 0, "{second}");
        assert_eq!(desk.draft(0), "half a sentence", "{second}");
    }
}

#[test]
fn escape_and_another_key_in_one_read_send_nothing_in_the_list() {
    for second in ["<enter>", "j", "r", "<c-s>"] {
        let mut desk = Desk::new(2);
        for at in 0..2 {
            desk.platform.say(at, Origin::Visitor, "hello", Duration::ZERO);
        }
        desk.begin();
        desk.press(&format!("<esc>{second}"));
        desk.wait(5.0);
        assert_eq!(desk.count(sends), 0, "{second}");
        assert_eq!(desk.model.composer.with_text(), 0, "{second}");
    }
}

#[test]
fn alt_and_enter_only_begins_a_line() {
    let mut desk = Desk::new(1);
    desk.begin();
    desk.open(0);
    desk.press("r");
    desk.press("one<a-enter>two<s-enter>three<c-j>four<enter>five");
    assert_eq!(desk.draft(0), "one\ntwo\nthree\nfour\nfive");
    assert_eq!(desk.count(sends), 0);
}

#[test]
fn a_burst_of_letters_that_begins_no_reply_runs_no_key_and_offers_itself_as_a_reply() {
    let letters = "quick brown foxes jump over wGJKR12345u lazy dogs ";
    let burst: String = letters.chars().cycle().take(200).collect();
    assert!(!burst.starts_with(['r', 'n']));
    let mut desk = Desk::new(3);
    for at in 0..3 {
        desk.platform.say(at, Origin::Visitor, "hello", Duration::ZERO);
    }
    desk.begin();
    desk.wait(5.0);
    let (cursor, view, before) = (desk.model.inbox.cursor.clone(), desk.model.inbox.view, desk.ordered.len());
    desk.press(&burst);
    assert_eq!(desk.ordered.len(), before, "{:?}", &desk.ordered[before..]);
    assert_eq!((&desk.model.inbox.cursor, desk.model.inbox.view), (&cursor, view));
    assert_eq!(desk.model.panes.focus, Focus::List);
    assert!(!desk.model.panes.leaving);
    let Some((Overlay::Question(Question::PasteAsReply { conversation, text }), _)) = &desk.model.overlays.open else {
        panic!("{:?}", desk.model.overlays.open);
    };
    assert_eq!((Some(conversation), text.as_raw()), (cursor.as_ref(), burst.as_str()));
    desk.wait(0.3);
    desk.press("y");
    let at = (0..3).find(|at| Some(id(*at)) == cursor).unwrap();
    assert_eq!(desk.draft(at), burst);
    desk.wait(5.0);
    assert_eq!(desk.count(sends), 0);
}

#[test]
fn a_held_key_is_no_paste() {
    let mut desk = Desk::new(30);
    desk.begin();
    desk.press(&"j".repeat(20));
    assert!(desk.model.overlays.open.is_none());
    assert_eq!(desk.model.inbox.at, 20);
}

#[test]
fn a_paste_never_sends_whatever_it_holds() {
    let text = "yes\u{13}\n\u{18}\r\n\u{1b}[201~\u{13}y\r";
    let mut desk = Desk::new(1);
    desk.platform.say(0, Origin::Visitor, "hello", Duration::ZERO);
    desk.begin();
    desk.open(0);
    desk.press("r");
    desk.handle(Event::Pasted(RawText::new(text)));
    desk.wait(5.0);
    assert_eq!(desk.count(sends), 0);
    let draft = desk.draft(0);
    assert!(draft.starts_with("yes") && !draft.contains(['\u{13}', '\u{18}', '\u{1b}']), "{draft:?}");
    desk.press("<esc>");
    desk.handle(Event::Pasted(RawText::new(text)));
    desk.wait(5.0);
    assert_eq!(desk.count(sends), 0);
    assert!(matches!(desk.model.overlays.open, Some((Overlay::Question(Question::PasteAsReply { .. }), _))));
    // A second paste answers no question.
    desk.handle(Event::Pasted(RawText::new("y")));
    assert!(desk.model.overlays.open.is_some());
    assert_eq!(desk.draft(0), draft);
}

#[test]
fn a_question_takes_y_and_escape_alone_and_is_deaf_for_a_moment() {
    let asked = || {
        let mut desk = Desk::new(1);
        desk.platform.say(0, Origin::Visitor, "hello", Duration::ZERO);
        desk.begin();
        desk.open(0);
        desk.press("r");
        desk.typed("text");
        desk.press("<esc>q");
        assert!(matches!(desk.model.overlays.open, Some((Overlay::Question(Question::Quit { drafts: 1, .. }), _))));
        desk
    };
    let quits = |desk: &Desk| desk.count(|effect| *effect == Effect::Quit) > 0;
    let mut desk = asked();
    desk.wait(0.15);
    desk.press("y");
    desk.press("<esc>");
    assert!(desk.model.overlays.open.is_some() && !quits(&desk), "within the first 200 ms no key answers");
    desk.wait(0.1);
    for key in ["Y", "<enter>", "n", "q", "<space>", "j", "r", "<c-s>", "<c-y>", "<tab>"] {
        desk.press(key);
        assert!(desk.model.overlays.open.is_some() && !quits(&desk), "{key}");
    }
    desk.press("<esc>");
    assert!(desk.model.overlays.open.is_none() && !quits(&desk));
    assert_eq!(desk.draft(0), "text");
    let mut desk = asked();
    desk.wait(0.25);
    desk.press("y");
    assert!(quits(&desk));
}

#[test]
fn an_unknown_second_key_ends_a_prefix_and_does_nothing() {
    let mut desk = Desk::new(3);
    desk.begin();
    for second in ["x", "i", "<esc>", "w", "<enter>", "z"] {
        let (cursor, view, before) = (desk.model.inbox.cursor.clone(), desk.model.inbox.view, desk.ordered.len());
        desk.press("g");
        assert!(desk.model.overlays.prefix.is_some());
        desk.press(second);
        assert!(desk.model.overlays.prefix.is_none() && desk.model.overlays.open.is_none(), "{second}");
        assert_eq!((&desk.model.inbox.cursor, desk.model.inbox.view), (&cursor, view), "{second}");
        assert_eq!(desk.model.panes.focus, Focus::List, "{second}");
        assert_eq!(desk.ordered.len(), before, "{second}");
    }
    desk.open(0);
    desk.press("r");
    desk.typed("text");
    for second in ["y", "s", "<esc>", "<c-s>", "<up>"] {
        desk.press("<c-x>");
        desk.press(second);
        assert_eq!(desk.draft(0), "text", "{second}");
        assert_eq!(desk.model.panes.focus, Focus::Composer, "{second}");
    }
    assert_eq!(desk.count(sends), 0);
}

#[test]
fn a_prefix_waits_without_a_limit() {
    let mut desk = Desk::new(3);
    desk.begin();
    desk.press("g");
    desk.wait(120.0);
    desk.press("a");
    assert_eq!(desk.model.inbox.view, View::All);
}

#[test]
fn the_send_chord_where_sending_does_more_asks_once_and_goes_on_with_y_alone() {
    for (at, before) in [(0, Before::TakeOver), (3, Before::Reopen), (4, Before::Reopen), (5, Before::Reopen)] {
        let mut desk = of_each_status();
        put_cursor(&mut desk, at);
        desk.press("r");
        desk.typed("please");
        for _ in 0..2 {
            desk.press("<c-s>");
            let Some((Overlay::Question(Question::Send { before: asked, .. }), _)) = &desk.model.overlays.open else {
                panic!("{:?}", desk.model.overlays.open);
            };
            assert_eq!(*asked, before);
            // Deaf at first, then deaf to everything but the two.
            desk.press("y");
            desk.wait(0.3);
            desk.press("<c-s>");
            desk.press("<enter>");
            desk.wait(4.0);
            desk.press("<esc>");
            assert_eq!((desk.draft(at).as_str(), desk.model.panes.focus), ("please", Focus::Composer));
            assert_eq!(desk.count(sends), 0);
            assert!(desk.states(at).is_empty());
        }
        desk.press("<c-s>");
        desk.wait(0.3);
        desk.press("y");
        assert_eq!(desk.draft(at), "");
        desk.wait(8.0);
        assert_eq!(desk.taken(at), ["please"], "{:?}", desk.states(at));
        assert_eq!(desk.platform.held[at].conversation.status, Status::Open);
        // What was asked is done: the next reply goes out unasked.
        desk.typed("more");
        desk.press("<c-s>");
        assert!(desk.model.overlays.open.is_none());
        desk.wait(8.0);
        assert_eq!(desk.taken(at), ["please", "more"]);
    }
}

#[test]
fn the_send_chord_in_an_unknown_status_tries_and_shows_the_refusal() {
    let mut desk = of_each_status();
    put_cursor(&mut desk, 6);
    desk.press("<enter>");
    desk.wait(1.0);
    desk.press("r");
    desk.typed("please");
    desk.press("<c-s>");
    desk.wait(6.0);
    assert_eq!(desk.count(|effect| matches!(effect, Effect::Deliver { .. })), 1);
    assert!(matches!(desk.states(6)[..], [takeover::app::outbox::State::Refused { .. }]), "{:?}", desk.states(6));
    assert!(desk.taken(6).is_empty());
}

#[test]
fn nothing_and_blanks_are_not_sent() {
    let mut desk = Desk::new(1);
    desk.platform.say(0, Origin::Visitor, "hello", Duration::ZERO);
    desk.begin();
    desk.open(0);
    desk.press("r");
    desk.press("<c-s>");
    assert_eq!(desk.said(), "nothing to send");
    desk.typed("<space><space><enter>");
    desk.press("<c-s>");
    desk.wait(5.0);
    assert_eq!(desk.count(sends), 0);
    assert_eq!(desk.draft(0), "  \n");
}

#[test]
fn after_a_send_the_composer_stays_open_and_empty_on_the_same_target() {
    let mut desk = Desk::new(1);
    desk.platform.say(0, Origin::Visitor, "hello", Duration::ZERO);
    desk.begin();
    desk.open(0);
    desk.press("r");
    desk.typed("one");
    desk.press("<c-x><enter>");
    assert_eq!((desk.model.panes.focus, desk.draft(0).as_str()), (Focus::Composer, ""));
    assert_eq!(desk.model.composer.open, Some(id(0)));
    desk.wait(3.0);
    assert_eq!(desk.taken(0), ["one"]);
}

#[test]
fn up_takes_the_held_reply_back_with_its_cursor_and_later_only_says_that_it_was_sent() {
    let mut desk = Desk::new(1);
    desk.platform.say(0, Origin::Visitor, "hello", Duration::ZERO);
    desk.begin();
    desk.open(0);
    desk.press("r");
    desk.typed("one two<c-left>");
    desk.press("<c-s>");
    desk.wait(1.0);
    desk.press("<up>");
    desk.typed("and ");
    assert_eq!(desk.draft(0), "one and two");
    desk.wait(20.0);
    assert!(desk.taken(0).is_empty());
    desk.press("<c-s>");
    desk.wait(2.5);
    assert_eq!(desk.taken(0), ["one and two"]);
    desk.press("<up>");
    assert_eq!((desk.said().as_str(), desk.draft(0).as_str()), ("already sent", ""));
    desk.wait(4.0);
    desk.press("<up>");
    assert_eq!(desk.draft(0), "one and two");
}

#[test]
fn u_outside_takes_the_held_reply_back_into_a_draft_and_brings_a_discarded_one_back() {
    let mut desk = Desk::new(1);
    desk.platform.say(0, Origin::Visitor, "hello", Duration::ZERO);
    desk.begin();
    desk.open(0);
    desk.press("r");
    desk.typed("one");
    desk.press("<c-s><esc>");
    desk.wait(0.5);
    desk.press("u");
    assert_eq!(desk.draft(0), "one");
    desk.press("r");
    desk.press("<c-x>d");
    assert_eq!(desk.draft(0), "");
    desk.press("<esc>u");
    assert_eq!(desk.draft(0), "one");
    desk.wait(20.0);
    assert!(desk.taken(0).is_empty());
}

#[test]
fn control_c_goes_back_like_escape_and_twice_at_the_top_asks_to_leave() {
    let mut desk = Desk::new(1);
    desk.begin();
    desk.open(0);
    desk.press("r");
    desk.typed("text");
    desk.press("<c-c>");
    assert_eq!(desk.model.panes.focus, Focus::Thread);
    desk.press("<c-c>");
    assert_eq!(desk.model.panes.focus, Focus::List);
    desk.press("<c-c>");
    assert!(desk.model.overlays.open.is_none());
    desk.press("<c-c>");
    assert!(matches!(desk.model.overlays.open, Some((Overlay::Question(Question::Quit { drafts: 1, .. }), _))));
    assert_eq!(desk.draft(0), "text");
}

#[test]
fn letters_of_another_alphabet_are_keys_outside_text_and_text_within_it() {
    let mut desk = of_each_status();
    let mut langmap = Langmap::default();
    langmap.add("russian").unwrap();
    desk.model.settings.langmap = Arc::new(langmap);
    desk.press("пп");
    let first = desk.model.inbox.cursor.clone();
    desk.press("о");
    assert_ne!(desk.model.inbox.cursor, first, "the key where j is");
    desk.press("л");
    assert_eq!(desk.model.inbox.cursor, first, "the key where k is");
    desk.press("к");
    assert_eq!(desk.model.panes.focus, Focus::Composer, "the key where r is");
    desk.press("окно");
    let (_, draft) = desk.model.composer.current().unwrap();
    assert_eq!(draft.editor.text(), "окно");
    // A prefix takes no text: the key where d is discards.
    desk.press("<c-x>в");
    let (_, draft) = desk.model.composer.current().unwrap();
    assert!(draft.editor.is_empty());
}

#[test]
fn own_keys_lead_and_ctrl_c_cancels_whatever_became_of_esc() {
    let mut desk = of_each_status();
    let change = |context, keys: &str, action| Change { context, keys: Keys::parse(keys).unwrap(), action };
    let (keymap, refusals) = Keymap::changed(&[
        change(Context::List, "<f5>", Some(takeover::app::Action::Reply)),
        change(Context::Composer, "<f6>", Some(takeover::app::Action::Leave)),
        change(Context::Composer, "<esc>", None),
        change(Context::List, "r", None),
    ]);
    assert_eq!(refusals, []);
    desk.model.settings.keymap = Arc::new(keymap);
    desk.press("r");
    assert_eq!(desk.model.panes.focus, Focus::List);
    desk.press("<f5>");
    assert_eq!(desk.model.panes.focus, Focus::Composer);
    desk.press("<esc>");
    assert_eq!(desk.model.panes.focus, Focus::Composer);
    desk.press("<c-c>");
    assert_ne!(desk.model.panes.focus, Focus::Composer);
}

#[test]
fn where_enter_sends_it_does_so_only_alone_in_its_read() {
    let mut desk = of_each_status();
    let mut settings = desk.model.settings.clone();
    settings.enter_sends = true;
    desk.model.adopt(settings);
    put_cursor(&mut desk, 2);
    desk.press("r");
    desk.handle(Event::KeysPressed(takeover::app::Key::parse_all("one<enter>two").unwrap()));
    let (_, draft) = desk.model.composer.current().unwrap();
    assert_eq!(draft.editor.text(), "one\ntwo", "a raw paste sends nothing");
    desk.handle(Event::KeysPressed(takeover::app::Key::parse_all("<enter>").unwrap()));
    let (target, draft) = desk.model.composer.current().unwrap();
    assert!(draft.editor.is_empty());
    assert_eq!(desk.model.outbox.pending(target).count(), 1);
}
