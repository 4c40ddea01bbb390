//! Contract, section 8: each transition, and a reply in each status.
//!
//! The column of webhooks, in their order, is the sandbox's to tell and whoever receives them to read: the world's own
//! tests hold the order (`events_come_in_the_documented_order_from_the_first_word_to_the_summary`).

use serde_json::{Value, json};
use takeover::domain::legality::{self, Legality};
use takeover::domain::{ConversationId, MessageId, Role, Status};
use takeover::sandbox::Command;
use takeover::sandbox::command::{Advance, Visitor};

use crate::agent::{Agent, CLOSED, JOINED, PATCHABLE, RESOLVED, STATUSES, raw, refused};

/// The emulator's default matrix: which status a PATCH leads to from which.
const MATRIX: [(&str, &[&str]); 6] = [
    ("bot_active", &["agent_requested", "open", "resolved", "closed"]),
    ("agent_requested", &["resolved", "closed"]),
    ("open", &["agent_requested", "resolved", "closed"]),
    ("resolved", &["open", "closed", "archived"]),
    ("closed", &["open", "resolved", "archived"]),
    ("archived", &["closed", "open"]),
];

fn legality_of(from: &str, to: &str) -> Legality {
    legality::change_status(&Status::parse(from), &Status::parse(to))
}

/// A PATCH that is taken: the answer, a read and the server's record all say so.
async fn is_taken(agent: &Agent, id: &ConversationId, to: &str) {
    let changed = agent.patch_status(id, to).await.unwrap_or_else(|problem| panic!("to {to}: {problem:?}"));
    assert_eq!((&changed.id, changed.status.word()), (id, Some(to)));
    assert_eq!((agent.status(id).await, &agent.town.record(id)["status"]), (to, &json!(to)));
}

/// A PATCH that is refused: it is a definite refusal, and nothing changed.
async fn is_refused(agent: &Agent, id: &ConversationId, to: &str) {
    let (before, said) = (agent.town.record(id), agent.town.thread(id).len());
    refused(agent.patch_status(id, to).await, 400, "invalid_state");
    assert_eq!((agent.town.record(id), agent.town.thread(id).len()), (before, said), "to {to}");
}

/// A transition that the documentation leaves open, under both answers.
async fn either_way(from: &str, to: &str) {
    assert_ne!(legality_of(from, to), Legality::Illegal, "{from} to {to} is offered, since it may be possible");
    let agent = Agent::under(&[("transitions", json!(format!("{from}>{to}=allow")))]).await;
    is_taken(&agent, &agent.conversation(from), to).await;
    agent.town.switch("transitions", format!("{from}>{to}=refuse"));
    is_refused(&agent, &agent.conversation(from), to).await;
}

#[tokio::test]
async fn section_8_the_default_matrix_is_what_the_client_meets_and_our_legality_never_contradicts_it() {
    let agent = Agent::new().await;
    for (from, allowed) in MATRIX {
        for to in PATCHABLE {
            if from == to {
                continue;
            }
            let id = agent.conversation(from);
            if allowed.contains(&to) {
                is_taken(&agent, &id, to).await;
                assert_ne!(legality_of(from, to), Legality::Illegal, "{from} to {to}");
            } else {
                is_refused(&agent, &id, to).await;
                assert_ne!(legality_of(from, to), Legality::Allowed, "{from} to {to}");
            }
        }
    }
}

#[tokio::test]
async fn section_8_a_new_conversation_is_the_bots() {
    let agent = Agent::new().await;
    let made = agent.town.control(Command::Visitor(Visitor { text: "Hello?".to_owned(), ..Visitor::default() }));
    let id = ConversationId::parse(made["conversation_id"].as_str().unwrap()).unwrap();
    assert_eq!(agent.status(&id).await, "bot_active");
}

#[tokio::test]
async fn section_8_bot_active_to_agent_requested_by_patch_or_by_the_visitor_with_or_without_a_marker() {
    for (marker, markers) in [(true, vec!["A person, please."]), (false, vec![])] {
        let switches = [("escalation_marker", json!(marker)), ("escalation_text", json!("A person, please."))];
        let agent = Agent::under(&switches).await;
        let by_patch = agent.conversation("bot_active");
        is_taken(&agent, &by_patch, "agent_requested").await;
        assert_eq!(agent.markers(&by_patch).await, markers);
        let by_visitor = agent.conversation("bot_active");
        agent.town.escalate(&by_visitor);
        assert_eq!(agent.status(&by_visitor).await, "agent_requested");
        assert_eq!(agent.markers(&by_visitor).await, markers);
    }
}

#[tokio::test]
async fn section_8_bot_active_to_open_by_patch_and_whenever_the_marker_comes_there_is_at_most_one() {
    for (when, after_patch, after_reply) in [("patch", 1, 1), ("first_reply", 0, 1), ("none", 0, 0)] {
        let agent = Agent::under(&[("open_marker", json!(when))]).await;
        let id = agent.conversation("bot_active");
        is_taken(&agent, &id, "open").await;
        assert_eq!(agent.markers(&id).await, vec![JOINED; after_patch], "{when}");
        agent.reply(&id, "I am here.").await.expect("a reply");
        agent.reply(&id, "Still here.").await.expect("a reply");
        assert_eq!(agent.markers(&id).await, vec![JOINED; after_reply], "{when}");
    }
    either_way("bot_active", "open").await;
}

#[tokio::test]
async fn section_8_agent_requested_to_open_by_the_first_reply_which_is_what_the_answer_holds() {
    for (marker, joined) in [(true, 1), (false, 0)] {
        let agent = Agent::under(&[("takeover_marker", json!(marker))]).await;
        let id = agent.conversation("agent_requested");
        let message = agent.reply(&id, "I am here.").await.expect("a reply");
        assert_eq!((message.role, message.parts.len()), (Role::Assistant, 1), "the reply, not the marker");
        assert_eq!(agent.status(&id).await, "open");
        let thread = agent.thread(&id).await;
        let texts: Vec<_> = thread.iter().skip(1).map(|it| it.raw_text().as_raw().to_owned()).collect();
        let expected: Vec<_> = std::iter::repeat_n(JOINED, joined).chain(["I am here."]).collect();
        assert_eq!(texts, expected, "the marker stands before the reply");
        assert_eq!(thread.last().map(|it| &it.id), Some(&message.id));
        agent.reply(&id, "Anything else?").await.expect("a reply");
        assert_eq!(agent.markers(&id).await.len(), joined, "nobody joins twice");
    }
}

#[tokio::test]
async fn section_8_a_colleague_who_takes_over_between_a_read_and_a_reply_stops_nothing() {
    let agent = Agent::new().await;
    let id = agent.conversation("agent_requested");
    assert_eq!(agent.status(&id).await, "agent_requested");
    agent.town.colleague(&id, "Hello, I am Jonas.");
    agent.reply(&id, "I am here.").await.expect("no 409: it lands on open");
    assert_eq!((agent.status(&id).await, agent.markers(&id).await), ("open", vec![JOINED.to_owned()]));
}

#[tokio::test]
async fn section_8_agent_requested_to_open_never_by_patch() {
    // The core never asks for it: `legality` calls it illegal whatever the server would say (question 6).
    assert_eq!(legality_of("agent_requested", "open"), Legality::Illegal);
    let agent = Agent::new().await;
    is_refused(&agent, &agent.conversation("agent_requested"), "open").await;
    agent.town.switch("transitions", "agent_requested>open=allow");
    is_taken(&agent, &agent.conversation("agent_requested"), "open").await;
}

#[tokio::test]
async fn section_8_open_to_resolved_is_stamped_marked_and_summed_up_later() {
    for (marker, markers) in [(true, vec![RESOLVED]), (false, vec![])] {
        let agent = Agent::under(&[("ending_markers", json!(marker))]).await;
        let id = agent.conversation("open");
        let changed = agent.patch_status(&id, "resolved").await.expect("a change");
        assert_eq!((changed.status, changed.closed_at), (Status::Resolved, None));
        assert!(changed.resolved_at.is_some_and(|time| time.certain), "the answer has the stamp");
        assert_eq!((changed.summary, changed.sentiment_score), (None, None), "they come later");
        assert_eq!(agent.markers(&id).await, markers);
        agent.town.control(Command::Advance(Advance { ms: 0, seconds: 120 }));
        let later = agent.read(&id).await;
        assert!(later.summary.is_some_and(|summary| !summary.is_empty()) && later.sentiment_score.is_some());
    }
}

#[tokio::test]
async fn section_8_open_to_closed_is_stamped_and_marked() {
    for (marker, markers) in [(true, vec![CLOSED]), (false, vec![])] {
        let agent = Agent::under(&[("ending_markers", json!(marker))]).await;
        let id = agent.conversation("open");
        let changed = agent.patch_status(&id, "closed").await.expect("a change");
        assert_eq!((changed.status, changed.resolved_at), (Status::Closed, None));
        assert!(changed.closed_at.is_some_and(|time| time.certain), "the answer has the stamp");
        assert_eq!(agent.markers(&id).await, markers);
    }
}

#[tokio::test]
async fn section_8_resolved_and_closed_to_open_with_stamps_cleared_or_kept() {
    for clears in [true, false] {
        for ended in ["resolved", "closed"] {
            let agent = Agent::under(&[("reopen_clears_stamps", json!(clears))]).await;
            let id = agent.conversation("open");
            is_taken(&agent, &id, ended).await;
            let reopened = agent.patch_status(&id, "open").await.expect("a change");
            let stamps = [reopened.resolved_at, reopened.closed_at];
            assert_eq!(stamps.iter().flatten().count(), usize::from(!clears), "{ended}: as the server has it");
            assert_eq!(agent.read(&id).await, reopened);
            agent.reply(&id, "We are back.").await.expect("an open conversation takes replies");
        }
    }
}

#[tokio::test]
async fn section_8_archived_to_closed() {
    let agent = Agent::new().await;
    let id = agent.conversation("archived");
    is_taken(&agent, &id, "closed").await;
    assert_eq!(agent.markers(&id).await.len(), 0, "the visitor is told of nothing");
}

#[tokio::test]
async fn section_8_archived_to_open_which_the_documents_disagree_about_and_the_way_around() {
    either_way("archived", "open").await;
    let agent = Agent::under(&[("transitions", json!("archived>open=refuse"))]).await;
    let id = agent.conversation("archived");
    is_refused(&agent, &id, "open").await;
    is_taken(&agent, &id, "closed").await;
    is_taken(&agent, &id, "open").await;
}

#[tokio::test]
async fn section_8_any_to_archived() {
    for from in ["bot_active", "agent_requested", "open", "resolved", "closed"] {
        either_way(from, "archived").await;
    }
}

#[tokio::test]
async fn section_8_open_to_agent_requested() {
    either_way("open", "agent_requested").await;
    for ended in ["resolved", "closed", "archived"] {
        either_way(ended, "agent_requested").await;
    }
}

#[tokio::test]
async fn section_8_agent_requested_and_bot_active_to_resolved_and_closed() {
    for from in ["agent_requested", "bot_active"] {
        for to in ["resolved", "closed"] {
            either_way(from, to).await;
        }
    }
}

#[tokio::test]
async fn section_8_resolved_to_closed_closed_to_resolved_and_archived_to_resolved() {
    either_way("resolved", "closed").await;
    either_way("closed", "resolved").await;
    either_way("archived", "resolved").await;
}

#[tokio::test]
async fn section_8_any_to_bot_active_never() {
    let agent = Agent::new().await;
    for from in STATUSES {
        assert_eq!(legality_of(from, "bot_active"), Legality::Illegal);
        let id = agent.conversation(from);
        // Our encoder does not write it at all: `patch_status` checks that too.
        let fields = refused(agent.patch_status(&id, "bot_active").await, 400, "invalid_payload");
        assert_eq!((fields, agent.status(&id).await), (vec!["status".to_owned()], from));
    }
}

#[tokio::test]
async fn section_8_same_to_same_is_nothing_or_refused() {
    let agent = Agent::new().await;
    for status in PATCHABLE {
        assert_eq!(legality_of(status, status), Legality::Illegal, "nobody is offered what is already so");
        let id = agent.conversation(status);
        let before = agent.town.record(&id);
        agent.town.switch("same_status", "no_op");
        is_taken(&agent, &id, status).await;
        agent.town.switch("same_status", "refuse");
        is_refused(&agent, &id, status).await;
        assert_eq!((agent.town.record(&id), agent.markers(&id).await.len()), (before, 0), "{status}");
    }
}

#[tokio::test]
async fn section_8_a_visitor_writes_into_an_ended_conversation() {
    for ended in ["resolved", "closed", "archived"] {
        for (way, same_place, status) in [("reopen", true, "open"), ("refuse", true, ended), ("new", false, ended)] {
            let agent = Agent::under(&[("visitor_to_ended", json!(way))]).await;
            let id = agent.conversation(ended);
            let told = agent.town.sandbox.control(Command::visitor(id.as_str(), "One more thing."));
            assert_eq!(told.is_err(), way == "refuse", "{way}");
            assert_eq!(agent.status(&id).await, status, "{way}: whatever the server reports");
            let stored = agent.town.stored("One more thing.");
            assert_eq!(stored.len(), usize::from(way != "refuse"));
            for (place, message) in stored {
                assert_eq!(place == id, same_place, "{way}");
                let thread = agent.thread(&place).await;
                let last = thread.last().map(|it| (it.role.clone(), Some(it.id.clone())));
                assert_eq!(last, Some((Role::User, MessageId::parse(&message))));
                assert_eq!(agent.status(&place).await, if same_place { "open" } else { "bot_active" });
            }
        }
    }
}

#[tokio::test]
async fn section_8_a_reply_in_each_status() {
    let agent = Agent::new().await;
    for status in STATUSES {
        let id = agent.conversation(status);
        let text = format!("Hello while {status}.");
        let result = agent.reply(&id, &text).await;
        let legality = legality::reply(&Status::parse(status));
        match status {
            "open" | "agent_requested" => {
                assert_eq!(legality, Legality::Allowed);
                let message = result.expect("a message");
                assert_eq!(message.raw_text(), raw(&text));
                assert_eq!(agent.town.stored(&text), [(id.clone(), message.id.to_string())]);
                let joined = usize::from(status == "agent_requested");
                assert_eq!((agent.status(&id).await, agent.markers(&id).await.len()), ("open", joined));
            }
            _ => {
                assert_eq!(legality, Legality::Illegal);
                refused(result, 400, "invalid_state");
                assert_eq!((agent.status(&id).await, agent.town.stored(&text)), (status, vec![]), "nothing happened");
            }
        }
    }
}

#[tokio::test]
async fn section_8_both_ways_in_while_the_bot_answers() {
    let agent = Agent::new().await;
    for first in ["open", "agent_requested"] {
        let id = agent.conversation("bot_active");
        refused(agent.reply(&id, "Too early.").await, 400, "invalid_state");
        is_taken(&agent, &id, first).await;
        agent.reply(&id, "I am here.").await.expect("a reply");
        assert_eq!(agent.status(&id).await, "open");
        let joined = agent.markers(&id).await.iter().filter(|text| *text == JOINED).count();
        assert_eq!(joined, 1, "by way of {first}: the visitor sees one marker");
    }
}

#[tokio::test]
async fn section_8_notes_are_taken_in_every_status_and_change_none() {
    let agent = Agent::new().await;
    for status in STATUSES {
        let id = agent.conversation(status);
        let note = agent.add_note(&id, "For us alone.").await.expect("a note");
        assert_eq!(note.content, raw("For us alone."));
        assert_eq!((agent.status(&id).await, agent.thread(&id).await.len()), (status, 1), "the visitor sees nothing");
        assert_eq!(agent.notes(&id, 25).await, [note]);
    }
}

#[tokio::test]
async fn section_8_an_order_of_acts_that_two_people_make_at_once_ends_as_the_server_says() {
    let agent = Agent::new().await;
    let id = agent.conversation("agent_requested");
    let (reply, resolved) = tokio::join!(agent.reply(&id, "I am here."), agent.patch_status(&id, "resolved"));
    assert!(resolved.is_ok(), "from agent_requested and from open alike: {resolved:?}");
    assert_eq!(agent.status(&id).await, "resolved");
    let stored = agent.town.stored("I am here.").len();
    assert_eq!(stored, usize::from(reply.is_ok()), "what was answered is what happened");
    let thread = agent.thread(&id).await;
    assert_eq!(thread.iter().filter(|it| it.raw_text() == raw("I am here.")).count(), stored);
}

#[tokio::test]
async fn section_8_a_status_that_nobody_knows_is_shown_as_it_came_and_left_to_the_server() {
    let agent = Agent::new().await;
    let id = agent.conversation("open");
    let plant: Command = serde_json::from_value(
        json!({ "plant": { "conversation_id": id.as_str(), "fields": { "status": "on_hold" } } }),
    )
    .unwrap();
    let _: Value = agent.town.control(plant);
    assert_eq!(agent.read(&id).await.status, Status::Other(raw("on_hold")));
    let answer = agent.patch_status(&id, "resolved").await.expect("a change");
    assert_eq!(answer.status, Status::Other(raw("on_hold")), "the server's word, not ours");
}
