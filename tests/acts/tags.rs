//! Tags: the API replaces whole sets, the last writer wins; both of two agents keep theirs, or it is said.

use takeover::app::acts::{self, Begun};
use takeover::app::outbox::State;
use takeover::app::{Effect, Fetch};
use takeover::domain::outbox::Kind;
use takeover::domain::{Status, Tag, TagDelta, TagId};
use takeover::text::RawText;

use crate::desk::platform::office::tag;
use crate::desk::{Desk, Meets, id, seconds};
use crate::{opened, requests};

fn tagged(standing: &[&str]) -> Desk {
    let mut desk = opened(Status::Open);
    for name in ["vip", "spam", "billing", "later"] {
        desk.platform.office.palette.push(Tag { id: tag(name), name: RawText::new(name), color: None });
    }
    let standing: Vec<TagId> = standing.iter().map(|name| tag(name)).collect();
    desk.platform.replace_tags(0, &standing);
    desk.wait(61.0);
    desk
}

fn delta(add: &[&str], remove: &[&str]) -> TagDelta {
    let ids = |names: &[&str]| names.iter().map(|name| tag(name)).collect();
    TagDelta { add: ids(add), remove: ids(remove) }
}

fn change(desk: &mut Desk, delta: TagDelta) -> Begun {
    desk.act(|model, effects| acts::tags(model, &id(0), delta, effects))
}

fn standing(desk: &Desk) -> Vec<String> {
    let mut names: Vec<String> = desk.platform.tags_of(0).iter().map(ToString::to_string).collect();
    names.sort();
    names
}

#[test]
fn a_delta_is_applied_to_what_stands_by_then() {
    let mut desk = tagged(&["spam"]);
    // A colleague's tag that this screen has not seen.
    desk.platform.replace_tags(0, &[tag("spam"), tag("billing")]);
    assert_eq!(change(&mut desk, delta(&["vip"], &["spam"])), Begun::Yes);
    desk.wait(15.0);
    assert_eq!(standing(&desk), ["billing", "vip"]);
    assert_eq!(requests(&desk), ["tags"]);
    assert_eq!(desk.model.sidebar.get(&id(0)).unwrap().tags, desk.platform.tags_of(0));
}

#[test]
fn what_was_written_is_looked_at_at_once_after_two_seconds_and_after_ten() {
    let mut desk = tagged(&[]);
    let _ = change(&mut desk, delta(&["vip"], &[]));
    while desk.platform.office.sets.is_empty() {
        desk.wait(0.01);
    }
    let written = desk.now;
    desk.wait(30.0);
    let looks: Vec<f64> = desk
        .ordered
        .iter()
        .filter(|(at, effect)| *at > written && matches!(effect, Effect::Fetch { fetch: Fetch::Tags(_), .. }))
        .map(|(at, _)| (*at - written).as_secs_f64())
        .collect();
    assert!(looks.len() >= 3, "{looks:?}");
    assert!(looks[0] < 0.5 && (1.9..2.5).contains(&looks[1]) && (9.9..10.5).contains(&looks[2]), "{looks:?}");
}

#[test]
fn two_agents_who_tag_at_once_keep_both_tags_when_the_colleague_writes_last() {
    let mut desk = tagged(&[]);
    let _ = change(&mut desk, delta(&["vip"], &[]));
    while desk.platform.office.sets.is_empty() {
        desk.wait(0.01);
    }
    // She read before our write, and writes after it.
    desk.platform.replace_tags(0, &[tag("billing")]);
    desk.wait(30.0);
    assert_eq!(standing(&desk), ["billing", "vip"]);
    assert!(desk.said().contains("set again"), "{}", desk.said());
}

#[test]
fn a_tag_of_a_colleague_that_stood_when_ours_was_written_stays() {
    let mut desk = tagged(&[]);
    // She writes first, after our screen was read; ours is told from a fresh read.
    desk.platform.replace_tags(0, &[tag("billing")]);
    let _ = change(&mut desk, delta(&["vip"], &[]));
    desk.wait(30.0);
    assert_eq!(standing(&desk), ["billing", "vip"]);
}

#[test]
fn what_others_keep_replacing_is_made_again_three_times_and_then_said() {
    let mut desk = tagged(&[]);
    let _ = change(&mut desk, delta(&["vip"], &[]));
    for _ in 0..2_000 {
        desk.wait(0.05);
        if desk.platform.tags_of(0).contains(&tag("vip")) {
            desk.platform.replace_tags(0, &[tag("billing")]);
        }
    }
    assert_eq!(desk.platform.office.sets.len(), 4, "once, and three times again");
    assert_eq!(standing(&desk), ["billing"]);
    let said: Vec<_> = requests(&desk);
    assert_eq!(said.len(), 4);
}

#[test]
fn it_is_said_that_they_did_not_stay() {
    let mut desk = tagged(&[]);
    let _ = change(&mut desk, delta(&["vip"], &[]));
    for _ in 0..2_000 {
        desk.wait(0.05);
        if desk.platform.tags_of(0).contains(&tag("vip")) {
            desk.platform.replace_tags(0, &[tag("billing")]);
        }
        if desk.said().starts_with("your tags did not stay") {
            return;
        }
    }
    panic!("nobody was told: {}", desk.said());
}

#[test]
fn a_later_change_of_the_same_tag_is_not_undone_by_the_verification_of_an_earlier_one() {
    let mut desk = tagged(&[]);
    let _ = change(&mut desk, delta(&["vip"], &[]));
    desk.wait(1.0);
    let _ = change(&mut desk, delta(&[], &["vip"]));
    desk.wait(40.0);
    assert!(standing(&desk).is_empty());
    assert_eq!(requests(&desk), ["tags", "tags"]);
}

#[test]
fn a_set_whose_answer_was_lost_is_read_and_written_again_only_where_it_does_not_stand() {
    for (met, writes) in [(Meets::LostAfter, 1), (Meets::LostBefore, 2), (Meets::Refused(502), 2)] {
        let mut desk = tagged(&["billing"]);
        desk.meets.push((Kind::Tags, met));
        let _ = change(&mut desk, delta(&["vip"], &[]));
        desk.wait(40.0);
        assert_eq!(standing(&desk), ["billing", "vip"], "{met:?}");
        assert_eq!(requests(&desk).len(), writes, "{met:?}");
        assert!(desk.states(0).is_empty());
    }
}

#[test]
fn what_stands_already_is_not_written() {
    let mut desk = tagged(&["vip"]);
    let _ = change(&mut desk, delta(&["vip"], &["spam"]));
    desk.wait(15.0);
    assert!(requests(&desk).is_empty());
    assert!(desk.states(0).is_empty());
}

#[test]
fn a_new_tag_is_made_and_put_on_in_two_steps() {
    let mut desk = tagged(&["billing"]);
    let name = RawText::new("Refund");
    let begun = desk.act(|model, effects| acts::create_and_add_tag(model, &id(0), &name, None, effects));
    assert_eq!(begun, Begun::Yes);
    desk.wait(15.0);
    assert_eq!(requests(&desk), ["create", "tags"]);
    let made = desk.platform.office.palette.iter().find(|tag| tag.name == name).unwrap().id.clone();
    assert_eq!(desk.platform.tags_of(0), [tag("billing"), made]);
}

#[test]
fn a_name_that_exists_is_that_tag() {
    let mut desk = tagged(&[]);
    // Not on any screen of ours: only the platform knows it.
    let now = desk.now;
    let made = desk.platform.create_tag(&RawText::new("Refund"), None).unwrap();
    let begun =
        desk.act(|model, effects| acts::create_and_add_tag(model, &id(0), &RawText::new("REFUND"), None, effects));
    assert_eq!(begun, Begun::Yes);
    desk.wait(15.0);
    assert_eq!(requests(&desk), ["create", "tags"], "{:?}", desk.states(0));
    assert_eq!(desk.platform.tags_of(0), [made.id]);
    assert!(desk.now - now <= seconds(16.0));
}

#[test]
fn a_tag_whose_making_nobody_knows_of_is_made_once() {
    for met in [Meets::LostAfter, Meets::LostBefore, Meets::Refused(502)] {
        let mut desk = tagged(&[]);
        desk.meets.push((Kind::CreateTag, met));
        let name = RawText::new("Refund");
        let _ = desk.act(|model, effects| acts::create_and_add_tag(model, &id(0), &name, None, effects));
        desk.wait(40.0);
        assert_eq!(desk.platform.office.palette.iter().filter(|tag| tag.name == name).count(), 1, "{met:?}");
        assert_eq!(desk.platform.tags_of(0).len(), 1, "{met:?} {:?}", desk.states(0));
    }
}

#[test]
fn a_tag_that_is_refused_is_not_put_on() {
    let mut desk = tagged(&[]);
    desk.meets.push((Kind::CreateTag, Meets::Refused(400)));
    let name = RawText::new("Refund");
    let _ = desk.act(|model, effects| acts::create_and_add_tag(model, &id(0), &name, None, effects));
    desk.wait(20.0);
    assert_eq!(requests(&desk), ["create"]);
    assert!(matches!(desk.states(0).as_slice(), [State::Refused { .. }, State::Ready { .. }]));
}

#[test]
fn a_tag_is_deleted_and_one_that_is_gone_already_counts_as_deleted() {
    for met in [None, Some(Meets::LostAfter), Some(Meets::LostBefore), Some(Meets::Refused(404))] {
        let mut desk = tagged(&["vip"]);
        desk.meets.extend(met.map(|met| (Kind::DeleteTag, met)));
        let _ = desk.act(|model, effects| acts::delete_tag(model, &id(0), tag("vip"), effects));
        desk.wait(40.0);
        assert!(desk.states(0).is_empty(), "{met:?} {:?}", desk.states(0));
        assert!(desk.model.sidebar.palette.get(&tag("vip")).is_none());
    }
}
