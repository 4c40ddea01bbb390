//! The world's acts, without a platform around them.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::made::JOINED;
use super::{ActError, Amendment, Fill, ListQuery, NewConversation, Priority, Status, World, WorldEvent};
use crate::random::Random;
use crate::sandbox::switches::{OpenMarker, Switches, VisitorToEnded};

fn moment() -> DateTime<Utc> {
    "2026-05-22T14:00:00Z".parse().unwrap()
}

fn world() -> World {
    let mut world = World::new(Switches::default(), Random::seeded(7));
    world.add_chatbot("Support bot", "ax7q9m", moment());
    world.add_member(Some("Mara"), None, "agent", moment());
    world
}

fn with_status(world: &mut World, status: Status) -> Arc<str> {
    world.add_conversation(NewConversation { status: Some(status), ..NewConversation::default() }, moment())
}

fn texts(world: &World, id: &str) -> Vec<String> {
    world.record(world.slot(id).unwrap()).unwrap().messages().map(|message| message.text()).collect()
}

#[test]
fn a_reply_to_one_who_waits_writes_the_marker_first_then_opens_then_says_it() {
    let mut world = world();
    let id = with_status(&mut world, Status::BotActive);
    world.visitor_says(&id, "help", moment()).unwrap();
    world.escalate(&id, moment()).unwrap();
    world.reply(&id, "hello", &[], moment()).unwrap();
    assert_eq!(texts(&world, &id), ["help", "The visitor asked for a person.", JOINED, "hello"]);
    assert_eq!(world.conversation(&id).unwrap().status, Status::Open);
    assert_eq!(world.conversation(&id).unwrap().assigned_to, None);
}

#[test]
fn a_reply_is_taken_in_two_statuses_alone() {
    for status in Status::KNOWN {
        let mut world = world();
        let id = with_status(&mut world, status.clone());
        let taken = world.reply(&id, "hello", &[], moment()).is_ok();
        assert_eq!(taken, matches!(status, Status::Open | Status::AgentRequested), "{status:?}");
    }
}

#[test]
fn messages_of_the_same_instant_keep_their_order_and_have_times_of_their_own() {
    let mut world = world();
    let id = with_status(&mut world, Status::Open);
    let said: Vec<String> = (0..50).map(|n| format!("line {n}")).collect();
    for line in &said {
        world.visitor_says(&id, line, moment()).unwrap();
    }
    assert_eq!(texts(&world, &id), said);
    let record = world.record(world.slot(&id).unwrap()).unwrap();
    let times: Vec<_> = record.messages().map(|message| message.created_at).collect();
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]));
}

#[test]
fn a_walk_by_keyset_sees_each_row_once_though_rows_arrive_between_pages() {
    let mut world = world();
    world.fill(&Fill { conversations: 130, messages: 2, seed: 3, ..Fill::default() }, moment());
    for sort in ["created_at", "-created_at"] {
        let mut seen = std::collections::HashSet::new();
        let mut cursor = None;
        loop {
            let text = match &cursor {
                None => format!("limit=17&sort={sort}"),
                Some(cursor) => format!("limit=17&sort={sort}&cursor={cursor}"),
            };
            let query = ListQuery::parse(Some(&text), &world.switches).unwrap();
            let page = world.conversations_page(&query);
            for item in page.items {
                let row: Value = serde_json::from_str(&item).unwrap();
                assert!(seen.insert(row["id"].as_str().unwrap().to_owned()));
            }
            with_status(&mut world, Status::Open);
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
            assert!(seen.len() < 400);
        }
        assert!(seen.len() >= 130);
        assert!(world.records().iter().take(130).all(|row| seen.contains(&*row.conversation.id)));
    }
}

#[test]
fn the_same_seed_makes_the_same_data_and_threads_read_the_same_each_time() {
    let make = || {
        let mut world = World::new(Switches::default(), Random::seeded(1));
        let ids = world.fill(&Fill { conversations: 40, messages: 9, seed: 5, ..Fill::default() }, moment());
        let rows: Vec<_> = (0..40).filter_map(|slot| world.conversation_json(slot)).collect();
        let threads: Vec<_> = ids.iter().map(|id| texts(&world, id)).collect();
        (rows, threads)
    };
    let (first, second) = (make(), make());
    assert_eq!(first, second);
    assert!(first.1.iter().all(|thread| thread.len() == 9));
}

#[test]
fn words_added_to_a_made_thread_come_last_and_old_ones_find_their_place() {
    let mut world = world();
    let fill = Fill { conversations: 1, messages: 6, seed: 5, statuses: vec![Status::Open], ..Fill::default() };
    let id = world.fill(&fill, moment()).pop().unwrap();
    world.visitor_says(&id, "newest", moment()).unwrap();
    world.visitor_says(&id, "oldest", DateTime::<Utc>::UNIX_EPOCH).unwrap();
    let texts = texts(&world, &id);
    assert_eq!(texts.len(), 8);
    assert_eq!(texts.first().map(String::as_str), Some("oldest"));
    assert_eq!(texts.last().map(String::as_str), Some("newest"));
    assert_eq!(world.conversation(&id).unwrap().last_message_preview.as_deref(), Some("newest"));
}

#[test]
fn an_ended_conversation_reopens_refuses_or_begins_anew_as_the_switch_says() {
    let mut world = world();
    let id = with_status(&mut world, Status::Resolved);
    world.switches.visitor_to_ended = VisitorToEnded::Refuse;
    assert_eq!(world.visitor_says(&id, "hello?", moment()), Err(ActError::Ended));
    world.switches.visitor_to_ended = VisitorToEnded::New;
    assert_ne!(world.visitor_says(&id, "hello?", moment()).unwrap().conversation_id, id);
    world.switches.visitor_to_ended = VisitorToEnded::Reopen;
    assert_eq!(world.visitor_says(&id, "hello?", moment()).unwrap().conversation_id, id);
    let it = world.conversation(&id).unwrap();
    assert_eq!((it.status.clone(), it.resolved_at), (Status::Open, None));
}

/// What was told since the last time, each as one word: a marker's or speaker's role, or the fields that changed.
fn told(world: &mut World) -> Vec<String> {
    let line = |event: WorldEvent| match event {
        WorldEvent::ConversationCreated { .. } => "created".to_owned(),
        WorldEvent::ConversationUpdated { changes, .. } => {
            let fields: Vec<&str> = changes.iter().map(|it| it.field).collect();
            format!("updated {}", fields.join(" "))
        }
        WorldEvent::MessageCreated { message, .. } => format!("message {}", message.author.role()),
    };
    world.take_events().into_iter().map(line).collect()
}

fn patched(world: &mut World, from: &Status, to: Status) -> Vec<String> {
    let id = with_status(world, from.clone());
    let amendment = Amendment { status: Some(to), ..Amendment::default() };
    world.amend(&id, amendment, moment()).unwrap();
    told(world)
}

#[test]
fn each_patch_of_section_8_is_told_by_its_events_in_order() {
    use Status::{AgentRequested, Archived, BotActive, Closed, Open, Resolved};
    let marked = ["message system", "updated status"];
    let plain = ["updated status"];
    let cases: [(Status, Status, &[&str]); 13] = [
        (BotActive, AgentRequested, &plain),
        (BotActive, Open, &marked),
        (BotActive, Resolved, &marked),
        (AgentRequested, Closed, &marked),
        (Open, AgentRequested, &plain),
        (Open, Resolved, &marked),
        (Open, Closed, &marked),
        (Resolved, Open, &plain),
        (Closed, Open, &plain),
        (Resolved, Archived, &plain),
        (Closed, Archived, &plain),
        (Archived, Closed, &plain),
        (Archived, Open, &plain),
    ];
    let mut world = world();
    for (from, to, wanted) in cases {
        assert_eq!(patched(&mut world, &from, to.clone()), wanted, "{from:?} {to:?}");
    }
    assert!(patched(&mut world, &Open, Open).is_empty(), "what changes nothing is told by nothing");
    world.switches.open_marker = OpenMarker::None;
    assert_eq!(patched(&mut world, &BotActive, Open), plain);
    world.switches.escalation_message_event = true;
    assert_eq!(patched(&mut world, &BotActive, AgentRequested), marked);
}

#[test]
fn fields_and_status_of_one_patch_are_told_by_one_update_after_the_marker() {
    let mut world = world();
    let id = with_status(&mut world, Status::Open);
    let amendment = Amendment {
        status: Some(Status::Resolved),
        priority: Some(Priority::High),
        title: Some(Some("Refund".to_owned())),
        contact_phone: Some(None),
        ..Amendment::default()
    };
    world.amend(&id, amendment, moment()).unwrap();
    assert_eq!(told(&mut world), ["message system", "updated status priority title"]);
}

#[test]
fn what_ends_in_an_ended_conversation_is_told_as_it_happened() {
    let mut world = world();
    for (switch, wanted) in [
        (VisitorToEnded::Reopen, vec!["updated status", "message user"]),
        (VisitorToEnded::New, vec!["created", "message user"]),
        (VisitorToEnded::Refuse, vec![]),
    ] {
        world.switches.visitor_to_ended = switch;
        let id = with_status(&mut world, Status::Closed);
        // A refusal is one of the answers that are looked at.
        let _ = world.visitor_says(&id, "me again", moment());
        assert_eq!(told(&mut world), wanted);
    }
}

#[test]
fn notes_are_told_to_nobody_and_tags_only_where_the_switch_says_so() {
    let mut world = world();
    let id = with_status(&mut world, Status::Open);
    let tag = world.add_tag("Refund", None, moment()).unwrap().to_string();
    world.add_note(&id, None, "between us", moment()).unwrap();
    world.set_tags(&id, std::slice::from_ref(&tag), moment()).unwrap();
    assert!(world.take_events().is_empty());
    world.switches.tags_event = true;
    world.set_tags(&id, &[tag], moment()).unwrap();
    assert!(world.take_events().is_empty(), "the same set is no change");
    world.set_tags(&id, &[], moment()).unwrap();
    assert_eq!(told(&mut world), ["updated tags"]);
}

#[test]
fn a_summary_is_told_or_not_as_the_switch_says() {
    let mut world = world();
    for (told_of, wanted) in [(true, vec!["updated summary sentiment_score"]), (false, vec![])] {
        world.switches.summary_event = told_of;
        let id = with_status(&mut world, Status::Open);
        world.change_status(&id, Status::Resolved, moment()).unwrap();
        world.take_events();
        world.pass_time(moment() + TimeDelta::seconds(2));
        assert!(world.conversation(&id).unwrap().summary.is_some());
        assert_eq!(told(&mut world), wanted);
    }
}
