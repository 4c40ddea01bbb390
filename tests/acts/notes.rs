//! Notes: at once, signed, once, and never a reply.

use takeover::app::outbox::State;
use takeover::app::{Effect, acts, deciding};
use takeover::domain::Status;
use takeover::domain::outbox::{Intent, Kind};
use takeover::text::RawText;

use crate::desk::platform::Origin;
use crate::desk::{Desk, Meets, id};
use crate::{opened, requests};

fn note(desk: &mut Desk, text: &str) -> acts::Begun {
    desk.act(|model, effects| acts::note(model, &id(0), &RawText::new(text), text.len(), effects))
}

fn texts(desk: &Desk) -> Vec<String> {
    desk.platform.notes_of(0).iter().map(|note| note.content.as_raw().to_owned()).collect()
}

#[test]
fn a_note_leaves_without_a_hold_signed_and_stands_in_the_sidebar() {
    let mut desk = opened(Status::Open);
    assert_eq!(note(&mut desk, "Refund is in progress."), acts::Begun::Yes);
    desk.wait(0.5);
    assert_eq!(texts(&desk), ["Refund is in progress.\n\u{2014} Ada"]);
    let held = &desk.model.sidebar.get(&id(0)).unwrap().notes;
    assert_eq!(held.len(), 1);
    assert!(desk.said().starts_with("note added"), "{}", desk.said());
    assert_eq!(requests(&desk), ["note"]);
    assert!(desk.taken(0).is_empty(), "the visitor got it");
}

#[test]
fn a_note_whose_answer_was_lost_is_found_among_the_notes_and_not_sent_again() {
    let mut desk = opened(Status::Open);
    desk.meets.push((Kind::Note, Meets::LostAfter));
    let _ = note(&mut desk, "called back");
    desk.wait(30.0);
    assert_eq!(texts(&desk).len(), 1);
    assert_eq!(requests(&desk), ["note"]);
    assert!(desk.states(0).is_empty(), "{:?}", desk.states(0));
}

#[test]
fn a_note_that_was_lost_leaves_again_after_ten_seconds_under_the_same_key() {
    let mut desk = opened(Status::Open);
    desk.meets.push((Kind::Note, Meets::LostBefore));
    let _ = note(&mut desk, "called back");
    desk.wait(30.0);
    assert_eq!(texts(&desk).len(), 1);
    let times: Vec<_> = desk.ordered.iter().filter(|(_, effect)| matches!(effect, Effect::SaveNote { .. })).collect();
    assert_eq!(times.len(), 2);
    assert_eq!(times[0].1, times[1].1, "another entry");
    assert!(times[1].0 - times[0].0 >= crate::desk::seconds(10.0), "{times:?}");
}

#[test]
fn an_older_note_of_the_same_words_is_not_taken_for_a_lost_one() {
    let mut desk = opened(Status::Open);
    let now = desk.now;
    desk.platform.add_note(0, "old", &RawText::new("called back\n\u{2014} Ada"), now);
    desk.wait(70.0);
    desk.meets.push((Kind::Note, Meets::LostBefore));
    let _ = note(&mut desk, "called back");
    desk.wait(30.0);
    assert_eq!(texts(&desk).len(), 2, "{:?}", desk.states(0));
}

#[test]
fn a_refused_note_stands_until_a_person_decides_and_comes_back_as_a_note() {
    let mut desk = opened(Status::Open);
    desk.meets.push((Kind::Note, Meets::Refused(400)));
    let _ = note(&mut desk, "too long");
    desk.wait(1.0);
    assert!(matches!(desk.states(0).as_slice(), [State::Refused { .. }]), "{:?}", desk.states(0));
    assert!(desk.said().starts_with("note not added"), "{}", desk.said());
    let _ = desk.act(|model, effects| deciding::take_back(model, &id(0), effects));
    let taken = desk.act(|model, effects| deciding::take_back(model, &id(0), effects));
    assert_eq!(taken, deciding::TakenBack::Nothing);
    let _ = note(&mut desk, "too long");
    desk.wait(1.0);
    desk.meets.push((Kind::Note, Meets::Refused(400)));
    let _ = note(&mut desk, "again");
    desk.wait(1.0);
    desk.press("u");
    let draft = &desk.model.composer.notes[&id(0)];
    assert_eq!(draft.editor.text(), "again", "the signature stays where it belongs");
    assert_eq!(desk.draft(0), "", "a note's text in a reply's draft");
}

#[test]
fn a_refused_note_goes_out_anew_with_the_send_chord() {
    let mut desk = opened(Status::Open);
    desk.meets.push((Kind::Note, Meets::Refused(400)));
    let _ = note(&mut desk, "once more");
    desk.wait(1.0);
    let again = desk.act(|model, effects| deciding::send_now(model, &id(0), effects));
    assert_eq!(again, deciding::SendNow::Done);
    desk.wait(1.0);
    assert_eq!(texts(&desk).len(), 1);
    let journaled = desk.count(
        |effect| matches!(effect, Effect::Journal { steps, .. } if matches!(steps.as_slice(), [Intent::Note { .. }])),
    );
    assert_eq!(journaled, 2, "another try is another send");
}

#[test]
fn notes_are_read_once_a_thread_rests_on_the_screen_and_passing_costs_nothing() {
    let mut desk = Desk::new(8);
    for at in 0..8 {
        desk.platform.say(at, Origin::Visitor, "hello", desk.now);
    }
    desk.begin();
    desk.press("ga");
    desk.press("<enter>");
    let asides = |desk: &Desk| {
        desk.count(|effect| {
            use takeover::app::Fetch;
            matches!(effect, Effect::Fetch { fetch: Fetch::Notes { .. } | Fetch::Tags(_), .. })
        })
    };
    for _ in 0..60 {
        for key in ["J", "K"] {
            desk.press(key);
            desk.wait(0.9);
        }
    }
    assert_eq!(asides(&desk), 0, "passing read them");
    desk.wait(1.5);
    assert_eq!(asides(&desk), 2);
    desk.wait(57.0);
    assert_eq!(asides(&desk), 2);
    desk.wait(6.0);
    assert_eq!(asides(&desk), 4);
}
