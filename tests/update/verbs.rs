//! What the keys of an agent do to a conversation, and what they do not.

use std::time::Duration;

use takeover::app::acts::Before;
use takeover::app::chooser::{Ask, Choice};
use takeover::app::composer::Kind;
use takeover::app::fields::{self, Field};
use takeover::app::inbox::View;
use takeover::app::keymap::{BINDINGS, Context};
use takeover::app::overlay::{Overlay, Question};
use takeover::app::settings::Advance;
use takeover::app::{Effect, Event, Focus};
use takeover::domain::outbox::Intent;
use takeover::domain::{Change, Priority, Status, Tag, TagId};
use takeover::text::RawText;

use crate::desk::platform::{Origin, user};
use crate::desk::{Desk, id, sends};

/// So many open conversations of nobody whose visitors wait.
fn desk_of(conversations: usize) -> Desk {
    let mut desk = Desk::new(conversations);
    for at in 0..conversations {
        desk.platform.say(at, Origin::Visitor, "hello", Duration::from_secs(at as u64));
        desk.platform.held[at].conversation.status = Status::Open;
    }
    desk.begin();
    desk.wait(5.0);
    desk
}

fn of_status(status: Status) -> Desk {
    let mut desk = Desk::new(1);
    desk.platform.say(0, Origin::Visitor, "hello", Duration::ZERO);
    desk.platform.held[0].conversation.status = status;
    desk.begin();
    desk.press("ga");
    desk.wait(1.0);
    desk.open(0);
    desk
}

fn tag(number: usize, name: &str) -> Tag {
    Tag { id: TagId::parse(&format!("t{number}")).unwrap(), name: RawText::new(name), color: None }
}

fn changes(desk: &Desk) -> Vec<Change> {
    desk.platform.office.changed.iter().map(|(_, change)| change.clone()).collect()
}

fn asked(desk: &Desk) -> Option<&Question> {
    match &desk.model.overlays.open {
        Some((Overlay::Question(question), _)) => Some(question),
        _ => None,
    }
}

fn note(desk: &Desk, at: usize) -> String {
    desk.model.composer.notes.get(&id(at)).map(|draft| draft.editor.text().to_owned()).unwrap_or_default()
}

fn notes_saved(desk: &Desk) -> Vec<String> {
    desk.platform.office.notes.iter().map(|note| note.content.as_raw().to_owned()).collect()
}

#[test]
fn n_opens_a_note_in_every_status_and_its_text_never_becomes_a_reply() {
    for status in [
        Status::BotActive,
        Status::AgentRequested,
        Status::Open,
        Status::Resolved,
        Status::Closed,
        Status::Archived,
        Status::Other(RawText::new("escalated")),
    ] {
        let mut desk = of_status(Status::Open);
        desk.platform.held[0].conversation.status = status.clone();
        desk.wait(60.0);
        desk.press("n");
        assert_eq!(desk.model.composer.target(), Some((&id(0), Kind::Note)), "{status:?}");
        desk.typed("secret");
        desk.press("<esc>r");
        assert_eq!(desk.model.composer.target(), Some((&id(0), Kind::Reply)));
        assert_eq!((desk.draft(0).as_str(), note(&desk, 0).as_str()), ("", "secret"));
        desk.typed("public");
        desk.press("<esc>n");
        assert_eq!((desk.draft(0).as_str(), note(&desk, 0).as_str()), ("public", "secret"));
        desk.press("<c-s>");
        desk.wait(4.0);
        assert!(desk.model.overlays.open.is_none(), "a note asks nothing");
        assert_eq!(notes_saved(&desk), ["secret\n\u{2014} Ada"], "{status:?}");
        assert!(desk.taken(0).is_empty());
        assert_eq!((desk.draft(0).as_str(), note(&desk, 0).as_str()), ("public", ""));
        // The composer stays where it was, empty.
        assert_eq!(desk.model.composer.target(), Some((&id(0), Kind::Note)));
    }
}

#[test]
fn a_burst_that_begins_with_n_is_a_note() {
    let mut desk = desk_of(2);
    let cursor = desk.model.inbox.cursor.clone();
    desk.press("nothing of this burst is a key or a reply");
    assert_eq!(desk.model.composer.target(), cursor.as_ref().map(|id| (id, Kind::Note)));
    let text: Vec<String> = (0..2).map(|at| note(&desk, at)).collect();
    assert_eq!(text.concat(), "othing of this burst is a key or a reply");
    assert_eq!(desk.count(sends), 0);
    assert_eq!(desk.draft(0) + &desk.draft(1), "");
}

#[test]
fn a_note_is_discarded_and_comes_back_as_a_note() {
    let mut desk = of_status(Status::Open);
    desk.press("n");
    desk.typed("keep me");
    desk.press("<c-x>d");
    assert_eq!(note(&desk, 0), "");
    desk.press("<c-_>");
    assert_eq!(note(&desk, 0), "keep me");
    desk.press("<c-x>d");
    desk.press("<esc>u");
    assert_eq!((note(&desk, 0).as_str(), desk.draft(0).as_str()), ("keep me", ""));
}

#[test]
fn without_a_signature_a_note_is_saved_as_it_is() {
    let mut desk = of_status(Status::Open);
    desk.model.settings.note_signature = false;
    desk.press("n");
    desk.typed("call back");
    desk.press("<c-x><enter>");
    desk.wait(3.0);
    assert_eq!(notes_saved(&desk), ["call back"]);
}

#[test]
fn a_pasted_text_stays_in_the_note_and_saves_nothing() {
    let mut desk = of_status(Status::Open);
    desk.press("n");
    desk.handle(Event::Pasted(RawText::new("one\u{13}\n\u{18}two\u{1b}[201~")));
    desk.wait(2.0);
    assert!(note(&desk, 0).starts_with("one") && !note(&desk, 0).contains(['\u{13}', '\u{18}', '\u{1b}']));
    assert_eq!((desk.count(sends), desk.draft(0).as_str()), (0, ""));
}

#[test]
fn in_a_note_the_keys_that_send_a_reply_send_nothing() {
    let mut desk = of_status(Status::Open);
    desk.press("n");
    desk.typed("note");
    desk.press("<c-x>r");
    desk.press("<c-x>a");
    desk.press("<c-x>x");
    desk.wait(4.0);
    assert_eq!(desk.count(sends), 0);
    assert!(desk.model.overlays.open.is_none());
    assert_eq!(note(&desk, 0), "note");
}

#[test]
fn no_key_of_the_composer_turns_a_note_into_a_reply() {
    let mut keys: Vec<&str> =
        BINDINGS.iter().filter(|row| row.contexts.contains(&Context::Composer)).map(|row| row.keys).collect();
    keys.sort_unstable();
    for key in keys {
        let mut desk = of_status(Status::Open);
        desk.press("n");
        desk.typed("secret");
        desk.press(key);
        desk.wait(3.0);
        desk.press("<esc>");
        desk.press("r");
        desk.press("<c-s>");
        desk.press("<up>");
        desk.wait(5.0);
        assert!(!desk.draft(0).contains("secret"), "{key}");
        let replies = desk.ordered.iter().filter_map(|(_, effect)| match effect {
            Effect::Journal { steps, .. } => Some(steps),
            _ => None,
        });
        assert!(replies.flatten().all(|intent| !matches!(intent, Intent::Reply { .. })), "{key}");
        assert!(desk.taken(0).is_empty(), "{key}");
    }
}

#[test]
fn shift_t_takes_over_after_one_question_and_only_from_the_bot() {
    let mut desk = of_status(Status::BotActive);
    desk.press("T");
    assert!(matches!(asked(&desk), Some(Question::TakeOver { .. })));
    desk.press("y");
    assert!(desk.model.overlays.open.is_some(), "deaf at first");
    desk.wait(0.3);
    desk.press("<esc>");
    desk.wait(4.0);
    assert!(changes(&desk).is_empty());
    desk.press("T");
    desk.wait(0.3);
    desk.press("y");
    desk.wait(6.0);
    assert_eq!(changes(&desk), [Change::Status(Status::Open)]);
    for (status, says) in [(Status::AgentRequested, "first reply takes over"), (Status::Open, "no bot")] {
        let mut desk = of_status(status);
        desk.press("T");
        assert!(desk.model.overlays.open.is_none());
        assert!(desk.said().contains(says), "{}", desk.said());
        desk.wait(4.0);
        assert!(changes(&desk).is_empty());
    }
}

#[test]
fn reopening_what_the_bot_answers_asks_as_taking_over_does() {
    for keys in ["o", "so"] {
        let mut desk = of_status(Status::BotActive);
        desk.press(keys);
        assert!(matches!(asked(&desk), Some(Question::TakeOver { .. })), "{keys}");
    }
}

#[test]
fn a_status_that_does_not_go_says_why_and_sends_nothing() {
    for (status, keys, why) in [
        (Status::AgentRequested, "so", "first reply takes over"),
        (Status::Open, "so", "already"),
        (Status::Resolved, "sr", "already"),
    ] {
        let mut desk = of_status(status.clone());
        desk.press(keys);
        desk.wait(4.0);
        assert!(changes(&desk).is_empty(), "{status:?} {keys}");
        desk.press(keys);
        assert!(desk.said().contains(why), "{status:?} {keys}: {}", desk.said());
    }
}

#[test]
fn each_status_key_asks_for_its_status() {
    for (keys, to) in [
        ("sh", Status::AgentRequested),
        ("sr", Status::Resolved),
        ("sc", Status::Closed),
        ("e", Status::Resolved),
        ("E", Status::Resolved),
        ("c", Status::Closed),
    ] {
        let mut desk = of_status(Status::Open);
        desk.press(keys);
        desk.wait(6.0);
        assert_eq!(changes(&desk), [Change::Status(to)], "{keys}");
    }
    for (keys, to) in [("o", Status::Open), ("so", Status::Open), ("sa", Status::Archived)] {
        let mut desk = of_status(Status::Resolved);
        desk.press(keys);
        desk.wait(6.0);
        assert_eq!(changes(&desk), [Change::Status(to)], "{keys}");
    }
}

#[test]
fn what_a_visitor_sees_is_held_and_u_takes_it_back() {
    let mut desk = of_status(Status::Open);
    desk.press("E");
    desk.wait(1.0);
    desk.press("u");
    desk.wait(10.0);
    assert!(changes(&desk).is_empty());
    assert_eq!(desk.platform.held[0].conversation.status, Status::Open);
}

#[test]
fn a_draft_in_the_way_of_a_resolve_is_asked_about_and_stays() {
    for keys in ["e", "c"] {
        let mut desk = of_status(Status::Open);
        desk.press("r");
        desk.typed("half");
        desk.press("<esc>");
        desk.press(keys);
        assert!(matches!(asked(&desk), Some(Question::Become { .. })), "{keys}");
        desk.wait(0.3);
        desk.press("<esc>");
        desk.wait(4.0);
        assert!(changes(&desk).is_empty());
        desk.press(keys);
        desk.wait(0.3);
        desk.press("y");
        desk.wait(6.0);
        assert_eq!(changes(&desk).len(), 1, "{keys}");
        assert_eq!(desk.draft(0), "half");
    }
}

#[test]
fn after_a_resolve_the_next_one_of_the_view_comes_as_it_is_set() {
    let opened = |advance: Advance, at: usize| {
        let mut desk = desk_of(4);
        desk.model.settings.advance = advance;
        let order = desk.model.inbox.order.clone();
        desk.press(&"j".repeat(at));
        desk.press("<enter>");
        desk.wait(1.5);
        desk.press("e");
        (order, desk)
    };
    let (order, desk) = opened(Advance::Next, 1);
    assert_eq!(desk.model.panes.on_screen.as_ref(), order.get(2));
    let (order, desk) = opened(Advance::Previous, 1);
    assert_eq!(desk.model.panes.on_screen.as_ref(), order.first());
    let (order, desk) = opened(Advance::Stay, 1);
    assert_eq!(desk.model.panes.on_screen.as_ref(), order.get(1));
    let (order, desk) = opened(Advance::List, 1);
    assert_eq!((&desk.model.panes.on_screen, desk.model.panes.focus), (&None, Focus::List));
    assert_eq!(desk.model.inbox.cursor.as_ref(), order.get(1));
    // The last one leads back to the list, and it is said.
    let (order, desk) = opened(Advance::Next, 3);
    assert_eq!((&desk.model.panes.on_screen, desk.model.inbox.cursor.as_ref()), (&None, order.get(3)));
    assert!(desk.said().contains("last one"), "{}", desk.said());
    // E stays wherever it is.
    let mut desk = desk_of(2);
    desk.press("<enter>");
    desk.wait(1.5);
    let here = desk.model.panes.on_screen.clone();
    desk.press("E");
    assert_eq!(desk.model.panes.on_screen, here);
}

#[test]
fn what_is_on_its_way_to_being_resolved_is_passed_over() {
    let mut desk = desk_of(4);
    let order = desk.model.inbox.order.clone();
    desk.press("j");
    desk.press("E");
    desk.press("ke");
    assert_eq!(desk.model.inbox.cursor.as_ref(), order.get(2));
}

#[test]
fn the_chooser_of_owners_offers_nobody_and_holds_ids() {
    let mut desk = desk_of(1);
    desk.platform.held[0].conversation.assigned_to = Some(user("u-other"));
    desk.wait(25.0);
    desk.press("3a");
    desk.typed("gra");
    let Some((Overlay::Choose(chooser), _)) = &desk.model.overlays.open else { panic!() };
    assert_eq!(chooser.current(&desk.model).map(|item| item.choice), Some(Choice::Member(user("u-other"))));
    // What comes meanwhile neither closes it nor moves the cursor to another.
    desk.model.directory.members.reverse();
    desk.platform.say(0, Origin::Visitor, "hello?", desk.now);
    desk.wait(30.0);
    let Some((Overlay::Choose(chooser), _)) = &desk.model.overlays.open else { panic!() };
    assert_eq!(chooser.current(&desk.model).map(|item| item.choice), Some(Choice::Member(user("u-other"))));
    desk.press("<esc>");
    assert!(changes(&desk).is_empty());
    desk.press("a");
    desk.typed("nob");
    desk.press("<enter>");
    desk.wait(3.0);
    assert_eq!(changes(&desk), [Change::Owner(None)]);
}

#[test]
fn assigning_to_who_owns_it_already_sends_nothing() {
    let mut desk = desk_of(1);
    desk.platform.held[0].conversation.assigned_to = Some(user("u-me"));
    desk.wait(25.0);
    desk.press("m");
    assert_eq!(desk.said(), "it is yours already");
    desk.wait(3.0);
    assert_eq!((desk.count(sends), changes(&desk).len()), (0, 0));
}

#[test]
fn tags_are_collected_with_space_and_applied_with_enter() {
    let mut desk = desk_of(1);
    desk.platform.office.palette = vec![tag(0, "Billing"), tag(1, "Refund"), tag(2, "VIP")];
    desk.platform.office.tags.insert(id(0), vec![TagId::parse("t0").unwrap()]);
    desk.press("t");
    desk.wait(1.0);
    desk.typed("ref<space>");
    desk.typed("bil<space>");
    assert!(changes(&desk).is_empty() && desk.count(sends) == 0, "nothing happens before Enter");
    desk.press("<enter>");
    assert!(desk.model.overlays.open.is_none());
    desk.wait(5.0);
    assert_eq!(desk.platform.office.tags[&id(0)], [TagId::parse("t1").unwrap()]);
    // Esc leaves everything as it was.
    desk.press("t");
    desk.typed("vip<space>");
    desk.press("<esc>");
    desk.wait(5.0);
    assert_eq!(desk.platform.office.tags[&id(0)], [TagId::parse("t1").unwrap()]);
}

#[test]
fn a_name_that_does_not_exist_makes_a_tag_with_a_colour() {
    let mut desk = desk_of(1);
    desk.platform.office.palette = vec![tag(0, "Billing")];
    desk.press("t");
    desk.wait(1.0);
    desk.typed("needs<space>care");
    desk.press("<enter>");
    let Some((Overlay::Choose(chooser), _)) = &desk.model.overlays.open else { panic!() };
    assert!(matches!(&chooser.ask, Ask::TagColor { name, .. } if name.as_raw() == "needs care"));
    desk.typed("red");
    desk.press("<enter>");
    desk.wait(6.0);
    let made = desk.platform.office.palette.iter().find(|tag| tag.name.as_raw() == "needs care").unwrap();
    assert_eq!(made.color.map(|color| color.hex()), Some("#e5484d".to_owned()));
    assert_eq!(desk.platform.office.tags[&id(0)], std::slice::from_ref(&made.id));
    // The name of one that exists, whatever the case, makes none.
    desk.press("t");
    desk.wait(1.0);
    desk.typed("BILLING");
    let Some((Overlay::Choose(chooser), _)) = &desk.model.overlays.open else { panic!() };
    assert!(chooser.items(&desk.model).iter().all(|item| item.choice != Choice::NewTag));
}

#[test]
fn a_tag_is_deleted_everywhere_after_a_question() {
    let mut desk = desk_of(2);
    desk.platform.office.palette = vec![tag(0, "Billing"), tag(1, "Spam")];
    desk.press("t");
    desk.wait(1.0);
    desk.typed("spam<c-d>");
    assert!(matches!(asked(&desk), Some(Question::DeleteTag { .. })));
    desk.wait(0.3);
    desk.press("<esc>");
    desk.wait(3.0);
    assert_eq!(desk.platform.office.palette.len(), 2);
    desk.press("t");
    desk.typed("spam<c-d>");
    desk.wait(0.3);
    desk.press("y");
    desk.wait(4.0);
    assert_eq!(desk.platform.office.palette.iter().map(|tag| tag.name.as_raw()).collect::<Vec<_>>(), ["Billing"]);
}

#[test]
fn a_burst_in_a_chooser_narrows_it_and_chooses_nothing() {
    let mut desk = desk_of(1);
    desk.press("a");
    desk.press("grace<enter>and<enter>more");
    let Some((Overlay::Choose(chooser), _)) = &desk.model.overlays.open else { panic!() };
    assert_eq!(chooser.filter.text(), "grace and more");
    desk.handle(Event::Pasted(RawText::new("x\ny\u{1b}")));
    desk.wait(3.0);
    assert!(changes(&desk).is_empty());
}

#[test]
fn the_chooser_of_statuses_greys_what_does_not_go_and_takes_it_for_nothing() {
    let mut desk = of_status(Status::AgentRequested);
    desk.press("ss");
    let Some((Overlay::Choose(chooser), _)) = &desk.model.overlays.open else { panic!() };
    let items = chooser.items(&desk.model);
    let of = |word: &str| items.iter().find(|item| item.label == word).unwrap();
    assert_eq!(of("open").refused, Some("your first reply takes over"));
    assert!(of("resolved").refused.is_none() && of("resolved").detail.contains("not documented"));
    desk.typed("open");
    desk.press("<enter>");
    assert!(desk.model.overlays.open.is_some());
    desk.wait(3.0);
    assert!(changes(&desk).is_empty());
    desk.press("<c-u>");
    desk.typed("clo");
    desk.press("<enter>");
    desk.wait(6.0);
    assert_eq!(changes(&desk), [Change::Status(Status::Closed)]);
}

#[test]
fn the_palette_runs_an_action_where_it_was_opened() {
    for key in [":", "<c-k>"] {
        let mut desk = desk_of(2);
        desk.press("j");
        let cursor = desk.model.inbox.cursor.clone();
        desk.press(key);
        desk.typed("high");
        desk.press("<enter>");
        desk.wait(3.0);
        assert_eq!(changes(&desk), [Change::Priority(Priority::High)], "{key}");
        assert_eq!(desk.platform.office.changed.first().map(|(at, _)| id(*at)), cursor);
    }
    // In the composer Ctrl-K deletes and a colon is a colon.
    let mut desk = of_status(Status::Open);
    desk.press("r");
    desk.typed("a:b");
    desk.press("<c-a><c-k>");
    assert_eq!((desk.draft(0).as_str(), desk.model.overlays.open.is_none()), ("", true));
}

#[test]
fn the_hand_over_takes_a_priority_along() {
    let mut desk = of_status(Status::Open);
    desk.press("H");
    desk.typed("gr");
    desk.press("<enter>");
    desk.press("<c-s>");
    assert!(desk.said().contains("write one"), "{}", desk.said());
    desk.typed("take this");
    desk.press("<c-x>p");
    desk.press("<c-s>");
    desk.wait(6.0);
    assert_eq!(changes(&desk), [Change::Owner(Some(user("u-other"))), Change::Priority(Priority::High)]);
    assert_eq!(notes_saved(&desk), ["take this\n\u{2014} Ada"]);
    assert_eq!(desk.model.composer.target(), None);
    // A plain note goes nowhere but into the notes.
    desk.press("H");
    desk.typed("gr");
    desk.press("<enter>");
    desk.typed("half");
    desk.press("<esc>n");
    desk.press("<c-s>");
    desk.wait(6.0);
    assert_eq!(changes(&desk).len(), 2);
}

#[test]
fn a_field_of_the_sidebar_is_edited_and_an_unchanged_one_sends_nothing() {
    let mut desk = of_status(Status::Open);
    desk.platform.held[0].conversation.contact_name = Some(RawText::new("June\u{202e}kraP"));
    desk.wait(30.0);
    desk.press("v");
    assert_eq!(desk.model.panes.focus, Focus::Sidebar);
    while fields::current(&desk.model) != Some(Field::Name) {
        desk.press("j");
    }
    desk.press("<enter><enter>");
    desk.wait(3.0);
    assert!(changes(&desk).is_empty(), "opened and closed untouched");
    while fields::current(&desk.model) != Some(Field::Email) {
        desk.press("j");
    }
    desk.press("<enter>");
    desk.typed("june");
    desk.press("<enter>");
    assert!(matches!(&desk.model.overlays.open, Some((Overlay::Prompt(prompt), _)) if prompt.complaint.is_some()));
    desk.typed("@example.com");
    desk.press("<enter>");
    desk.wait(4.0);
    assert_eq!(changes(&desk), [Change::Email(Some(RawText::new("june@example.com")))]);
    desk.press("<enter><c-u><enter>");
    desk.wait(4.0);
    assert_eq!(changes(&desk).last(), Some(&Change::Email(None)), "empty is none");
}

#[test]
fn enter_on_owner_and_tags_opens_their_choosers_and_shift_p_keeps_a_note_on_top() {
    let mut desk = of_status(Status::Open);
    for text in ["first", "second"] {
        desk.press("n");
        desk.typed(text);
        desk.press("<c-s><esc>");
        desk.wait(3.0);
    }
    desk.press("v");
    let shown = fields::notes(&desk.model, &id(0));
    assert_eq!(shown.len(), 2);
    desk.press("jP");
    assert_eq!(fields::notes(&desk.model, &id(0)).first(), shown.last());
    assert_eq!(fields::current(&desk.model), shown.last().cloned().map(Field::Note));
    for (field, is) in [
        (Field::Tags, (|ask: &Ask| matches!(ask, Ask::Tags { .. })) as fn(&Ask) -> bool),
        (Field::Owner, |ask: &Ask| matches!(ask, Ask::Owner(_))),
    ] {
        while fields::current(&desk.model).as_ref() != Some(&field) {
            desk.press("j");
        }
        desk.press("<enter>");
        let Some((Overlay::Choose(chooser), _)) = &desk.model.overlays.open else { panic!("{field:?}") };
        assert!(is(&chooser.ask));
        desk.press("<esc>");
    }
    desk.press("<esc>");
    assert_eq!(desk.model.panes.focus, Focus::Thread);
}

#[test]
fn an_address_is_attached_checked_and_taken_off_again() {
    let mut desk = of_status(Status::Open);
    desk.press("r");
    desk.press("<c-x>a");
    desk.typed("http://example.com/x");
    desk.press("<enter>");
    assert!(matches!(&desk.model.overlays.open, Some((Overlay::Prompt(prompt), _)) if prompt.complaint.is_some()));
    desk.press("<c-u>");
    desk.typed("https://example.com/label.pdf");
    desk.press("<enter>");
    assert_eq!(desk.model.panes.focus, Focus::Composer);
    let attached = |desk: &Desk| desk.model.composer.drafts[&id(0)].attachments.clone();
    assert_eq!(attached(&desk), [RawText::new("https://example.com/label.pdf")]);
    desk.press("<c-x>x");
    assert!(attached(&desk).is_empty());
    desk.press("<c-x>a");
    desk.typed("https://example.com/label.pdf");
    desk.press("<enter>");
    desk.typed("your label");
    desk.press("<c-s>");
    let Some(Intent::Reply { attachments, .. }) = desk.ordered.iter().rev().find_map(|(_, effect)| match effect {
        Effect::Journal { steps, .. } => steps.first().cloned(),
        _ => None,
    }) else {
        panic!("no reply")
    };
    assert_eq!(attachments, [RawText::new("https://example.com/label.pdf")]);
    // Taken back, it has what went with it.
    desk.wait(0.5);
    desk.press("<up>");
    assert_eq!((desk.draft(0).as_str(), attached(&desk).len()), ("your label", 1));
    // Discarded, nothing is left that a send chord could send; undone, both are back.
    desk.press("<c-x>d");
    let before = desk.ordered.len();
    desk.press("<c-s>");
    assert!(attached(&desk).is_empty() && desk.ordered[before..].iter().all(|(_, effect)| !sends(effect)));
    desk.press("<c-_>");
    assert_eq!((desk.draft(0).as_str(), attached(&desk).len()), ("your label", 1));
}

#[test]
fn the_lists_of_what_is_held_lead_to_where_it_belongs() {
    let mut desk = desk_of(3);
    desk.press("r");
    desk.typed("a reply");
    desk.press("<esc><esc>jn");
    desk.typed("a note");
    desk.press("<esc><esc>");
    desk.press("gd");
    desk.press("j<enter>");
    assert_eq!(desk.model.composer.target().map(|(_, kind)| kind), Some(Kind::Note));
    desk.press("<esc><esc>gd<enter>");
    assert_eq!(desk.model.composer.target().map(|(_, kind)| kind), Some(Kind::Reply));
    desk.line = crate::desk::Line::Refuses;
    desk.press("<c-s><esc><esc>");
    desk.wait(6.0);
    desk.press("gq");
    desk.press("d");
    assert_eq!((0..3).map(|at| desk.draft(at)).collect::<String>(), "a reply");
    desk.press("<esc>gl");
    assert!(!desk.model.acts.log.is_empty());
    desk.press("<enter>");
    assert!(desk.model.panes.on_screen.is_some() && desk.model.overlays.open.is_none());
}

#[test]
fn the_outbox_tries_again() {
    let mut desk = of_status(Status::Open);
    desk.wait(3.0);
    desk.line = crate::desk::Line::Refuses;
    desk.press("r");
    desk.typed("please");
    desk.press("<c-s><esc>");
    desk.wait(6.0);
    desk.line = crate::desk::Line::Up;
    desk.press("gqr");
    desk.wait(6.0);
    assert_eq!(desk.taken(0), ["please"]);
}

#[test]
fn views_that_the_live_list_does_not_hold_are_read_when_they_are_looked_at() {
    let mut desk = desk_of(4);
    for (at, status) in [(1, Status::BotActive), (2, Status::Resolved)] {
        desk.platform.held[at].conversation.status = status;
    }
    desk.model.inbox.rows.clear();
    desk.model.inbox.unsettled = true;
    for (keys, view, rows) in [
        ("5", View::Bot, vec![id(1)]),
        ("gb", View::Bot, vec![id(1)]),
        ("6", View::Resolved, vec![id(2)]),
        ("gr", View::Resolved, vec![id(2)]),
        ("4", View::Unassigned, vec![id(0), id(3)]),
        ("gu", View::Unassigned, vec![id(0), id(3)]),
    ] {
        desk.press(keys);
        desk.wait(40.0);
        assert_eq!((desk.model.inbox.view, &desk.model.inbox.order), (view, &rows), "{keys}");
    }
    // One that leaves the view without passing through the live list is found out.
    desk.press("gb");
    desk.platform.held[1].conversation.status = Status::Closed;
    desk.wait(200.0);
    desk.press("R");
    desk.wait(40.0);
    assert_eq!(desk.model.inbox.order, []);
}

#[test]
fn redo_and_repeat_do_what_they_say() {
    let mut desk = desk_of(2);
    desk.press("ph");
    desk.wait(4.0);
    desk.press("u");
    desk.wait(4.0);
    desk.press("<c-r>");
    desk.wait(4.0);
    let high = Change::Priority(Priority::High);
    assert_eq!(changes(&desk), [high.clone(), Change::Priority(Priority::Medium), high.clone()]);
    desk.press("j.");
    desk.wait(4.0);
    let (at, change) = desk.platform.office.changed.last().unwrap();
    assert_eq!((Some(id(*at)), change), (desk.model.inbox.cursor.clone(), &high));
}

#[test]
fn a_question_that_is_no_longer_true_sends_what_is_true() {
    let mut desk = of_status(Status::Resolved);
    desk.press("r");
    desk.typed("one more thing");
    desk.press("<c-s>");
    assert!(matches!(asked(&desk), Some(Question::Send { before: Before::Reopen, .. })));
    // A colleague reopens it while the question stands.
    desk.platform.held[0].conversation.status = Status::Open;
    desk.wait(60.0);
    desk.press("y");
    desk.wait(10.0);
    let first = desk.ordered.iter().find_map(|(_, effect)| match effect {
        Effect::Journal { steps, .. } => Some(steps.len()),
        _ => None,
    });
    assert_eq!(first, Some(1), "it is open: nothing is reopened");
    assert!(changes(&desk).is_empty());
}

#[test]
fn with_enter_as_the_send_key_an_enter_within_a_burst_is_a_new_line() {
    let mut desk = of_status(Status::Open);
    desk.model.settings.enter_sends = true;
    desk.model.settings.keymap = std::sync::Arc::new(desk.model.settings.keymap.sending_by_enter());
    desk.press("r");
    desk.press("one<enter>two");
    assert_eq!((desk.draft(0).as_str(), desk.count(sends)), ("one\ntwo", 0));
    desk.typed("<c-j>three");
    desk.press("<enter>");
    desk.wait(5.0);
    assert_eq!(desk.taken(0), ["one\ntwo\nthree"]);
}
