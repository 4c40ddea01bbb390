//! Contract, section 11, questions 14 to 27.
//!
//! Questions 14 (the shape of webhooks), 15 (which turns fire one) and 16 (the age of a signature) are about deliveries.
//! The client never receives one: what does has its own tests, and whatever a delivery says is read again over REST,
//! which is what all the other tests here are about.

use serde_json::json;
use takeover::api::{ConversationsQuery, encode_note, encode_reply};
use takeover::domain::problem::Reached;
use takeover::domain::{Change, Conversation, MemberId, PartKind, Priority, Remedy, Status, UserId};
use takeover::sandbox::{Fault, FaultKind};

use crate::agent::{Agent, CLOSED, JOINED, RESOLVED, raw, refused, told};

// What the core makes of it: delivery.rs and outbox_histories (look first, then identical bytes under the same key).
#[tokio::test]
async fn section_11_question_17_a_second_try_while_the_first_runs_is_unknown_or_waits_and_there_is_one_message() {
    for (way, waits) in [("conflict", false), ("wait", true)] {
        let agent = Agent::under(&[("in_flight", json!(way))]).await;
        let id = agent.conversation("open");
        agent.town.fault(Fault::once(FaultKind::Slow { ms: 400 }).on("POST", "/messages"));
        let body = encode_reply(&raw("Once."), &[]);
        let first = agent.client.reply(&id, "the-key", body.clone());
        let second = async {
            let runs = |town: &crate::agent::Town| {
                town.attempts(&id).iter().any(|attempt| attempt.fault.is_some() && attempt.status.is_none())
            };
            agent.town.sees("the first is running", runs).await;
            agent.client.reply(&id, "the-key", body.clone()).await
        };
        let (first, second) = tokio::join!(first, second);
        let stored = first.result.expect("the first is delivered");
        match second.result {
            Ok(message) => assert!(waits && message.id == stored.id, "{way}"),
            Err(problem) => {
                assert!(!waits, "{way}: {problem:?}");
                assert_eq!((problem.remedy, problem.reached), (Remedy::Conflict, Reached::Unknown));
            }
        }
        assert_eq!(agent.town.stored("Once."), [(id.clone(), stored.id.to_string())], "{way}");
    }
}

#[tokio::test]
async fn section_11_question_17_identical_bytes_are_one_message_however_they_are_compared() {
    for compare in ["raw", "canonical"] {
        let agent = Agent::under(&[("body_compare", json!(compare))]).await;
        let id = agent.conversation("open");
        let body = encode_reply(&raw("Once \u{202e}\"\u{1f600}."), &[]);
        let first = agent.client.reply(&id, "the-key", body.clone()).await.result.expect("a message");
        let again = agent.client.reply(&id, "the-key", body.clone()).await.result.expect("the same message");
        assert_eq!(first.id, again.id, "{compare}");
        // Why a body is never encoded twice: the same text in other bytes is another body to some.
        let spaced = [b" ".as_slice(), &body].concat();
        let spaced = agent.client.reply(&id, "the-key", spaced).await.result;
        assert_eq!(spaced.is_ok(), compare == "canonical");
        assert_eq!(agent.town.stored("Once \u{202e}\"\u{1f600}.").len(), 1);
    }
}

#[tokio::test]
async fn section_11_question_17_after_a_definite_refusal_only_a_new_key_is_sure_to_be_read_anew() {
    for cached in [true, false] {
        let agent = Agent::under(&[("cache_refusals", json!(cached))]).await;
        let id = agent.conversation("resolved");
        let body = encode_reply(&raw("We are back."), &[]);
        let refusal = agent.client.reply(&id, "key-of-old", body.clone()).await.result;
        refused(refusal, 400, "invalid_state");
        agent.patch_status(&id, "open").await.expect("a change");
        let same = agent.client.reply(&id, "key-of-old", body.clone()).await.result;
        assert_eq!(same.is_err(), cached, "the old refusal comes again where it was kept");
        let new = agent.client.reply(&id, "a-new-key", body).await.result.expect("a message");
        assert_eq!(agent.town.stored("We are back.").len(), if cached { 1 } else { 2 });
        assert!(agent.town.stored("We are back.").contains(&(id.clone(), new.id.to_string())));
    }
}

#[tokio::test]
async fn section_11_question_17_what_failed_on_the_way_is_unknown_and_the_same_key_settles_it() {
    let faults = [
        FaultKind::ResetAfterAccept,
        FaultKind::ResetBeforeAccept,
        FaultKind::TruncatedBody,
        FaultKind::StatusAfterAccept { status: 502, body: None },
        FaultKind::NonJson { status: 200, body: "<html>".to_owned() },
    ];
    for fault in faults {
        let agent = Agent::new().await;
        let id = agent.conversation("open");
        let body = encode_note(&raw("Once."));
        agent.town.fault(Fault::once(fault.clone()).on("POST", "/notes"));
        let lost = agent.client.add_note(&id, "the-key", body.clone()).await.result.expect_err("nobody knows");
        assert_eq!((lost.remedy, lost.reached), (Remedy::TryLater, Reached::Unknown), "{fault:?}");
        let note = agent.client.add_note(&id, "the-key", body).await.result.expect("a note");
        assert_eq!(agent.notes(&id, 25).await, [note], "{fault:?}");
        // A change has no key: it is read before anybody asks again.
        agent.town.fault(Fault::once(fault.clone()).on("PATCH", "/conversations"));
        let lost = agent.change(&id, Change::Priority(Priority::High)).await.expect_err("nobody knows");
        assert_eq!((lost.remedy, lost.reached), (Remedy::TryLater, Reached::Unknown), "{fault:?}");
        let read = agent.read(&id).await;
        assert_eq!(agent.town.record(&id)["priority"], json!(read.priority.word()), "{fault:?}");
        agent.change(&id, Change::Priority(Priority::High)).await.expect("a change");
        assert_eq!(agent.read(&id).await.priority, Priority::High);
    }
}

#[tokio::test]
async fn section_11_question_18_stamps_after_reopening_are_the_servers() {
    for clears in [true, false] {
        let agent = Agent::under(&[("reopen_clears_stamps", json!(clears))]).await;
        let id = agent.conversation("open");
        let resolved = agent.patch_status(&id, "resolved").await.expect("a change");
        let reopened = agent.patch_status(&id, "open").await.expect("a change");
        let expected = if clears { None } else { resolved.resolved_at };
        assert_eq!((reopened.resolved_at, agent.read(&id).await.resolved_at), (expected, expected));
    }
}

// Question 19 through the client: section_8, `a_visitor_writes_into_an_ended_conversation`. Here: what follows it.
#[tokio::test]
async fn section_11_question_19_what_the_server_reports_decides_whether_a_reply_is_taken() {
    for (way, taken) in [("reopen", true), ("refuse", false), ("new", false)] {
        let agent = Agent::under(&[("visitor_to_ended", json!(way))]).await;
        let id = agent.conversation("resolved");
        let command = takeover::sandbox::Command::visitor(id.as_str(), "One more thing.");
        assert_eq!(agent.town.sandbox.control(command).is_err(), way == "refuse");
        let status = agent.read(&id).await.status;
        assert_eq!(status == Status::Open, taken, "{way}");
        let reply = agent.reply(&id, "Yes?").await;
        if taken {
            reply.expect("a message");
        } else {
            refused(reply, 400, "invalid_state");
        }
    }
}

#[tokio::test]
async fn section_11_question_20_markers_may_move_the_preview_or_not() {
    for bumps in [true, false] {
        let agent = Agent::under(&[("markers_bump", json!(bumps))]).await;
        let id = agent.conversation("open");
        let before = agent.read(&id).await;
        let after = agent.patch_status(&id, "resolved").await.expect("a change");
        let preview = if bumps { Some(raw(RESOLVED)) } else { before.last_message_preview.clone() };
        assert_eq!((&after.last_message_preview, after.last_message_at != before.last_message_at), (&preview, bumps));
        assert!(after.last_activity() >= before.last_activity());
        let seen = agent.thread(&id).await;
        assert_eq!(seen.last().map(|message| message.raw_text()), Some(raw(RESOLVED)), "the thread tells either way");
    }
}

#[tokio::test]
async fn section_11_question_21_only_a_listed_members_user_id_is_sure_to_be_taken() {
    let stranger = UserId::parse("00000000-0000-4000-8000-000000000000").unwrap();
    for (answer, taken) in [("refuse", false), ("accept", true)] {
        let agent = Agent::under(&[("foreign_assignee", json!(answer))]).await;
        let id = agent.conversation("open");
        for member in agent.client.members().await.result.expect("members").items {
            let changed = agent.change(&id, Change::Owner(Some(member.user_id.clone()))).await.expect("a change");
            assert_eq!(changed.assigned_to.as_ref(), Some(&member.user_id));
            // The membership's id is nobody's user id.
            let wrong = UserId::parse(member.id.as_str());
            let wrong = agent.change(&id, Change::Owner(wrong)).await;
            assert_eq!(refused(wrong, 400, "invalid_payload"), ["assigned_to"]);
            assert_eq!(agent.read(&id).await.assigned_to, Some(member.user_id));
        }
        let foreign = agent.change(&id, Change::Owner(Some(stranger.clone()))).await;
        if taken {
            // Then it points at nobody who is listed: shown by its id.
            assert_eq!(foreign.expect("a change").assigned_to.as_ref(), Some(&stranger));
        } else {
            assert_eq!(refused(foreign, 400, "invalid_payload"), ["assigned_to"]);
        }
        let nobody = agent.change(&id, Change::Owner(None)).await.expect("a change");
        assert_eq!(nobody.assigned_to, None);
    }
}

#[tokio::test]
async fn section_11_question_22_a_missing_scope_is_told_with_words_and_a_request_id() {
    let agent = Agent::new().await;
    let id = agent.conversation("open");
    let viewer = agent.with_token(json!({ "oauth": true, "keep_old": true, "scopes": ["conversations.view"] }));
    assert!(viewer.conversation(&id).await.result.is_ok() && viewer.notes(&id, None, 25).await.result.is_ok());
    let problems = [
        viewer.reply(&id, "k-1", encode_reply(&raw("Hello."), &[])).await.result.expect_err("forbidden"),
        viewer.add_note(&id, "k-2", encode_note(&raw("Hello."))).await.result.expect_err("forbidden"),
        viewer.change(&id, br#"{"priority":"high"}"#.to_vec()).await.result.expect_err("forbidden"),
        viewer.replace_tags(&id, br#"{"tag_ids":[]}"#.to_vec()).await.result.expect_err("forbidden"),
        viewer.create_tag("k-3", br#"{"name":"VIP"}"#.to_vec()).await.result.expect_err("forbidden"),
    ];
    let blind = agent.with_token(json!({ "oauth": true, "keep_old": true, "scopes": [] }));
    let unseen = blind.conversation(&id).await.result.expect_err("forbidden");
    for problem in problems.into_iter().chain([unseen]) {
        assert_eq!((problem.remedy, problem.reached), (Remedy::SignInAgain, Reached::Refused));
        assert_eq!((problem.status, told(problem.code.as_ref())), (Some(403), Some("forbidden")));
        assert!(!problem.message.is_empty() && problem.request_id.is_some());
    }
    assert!(blind.me().await.result.is_ok(), "whose token it is can always be asked");
    assert_eq!((agent.town.stored("Hello."), agent.notes(&id, 25).await), (vec![], vec![]));
}

#[tokio::test]
async fn section_11_question_23_404s_and_5xxs_are_told_by_their_status_whatever_their_code() {
    for (not_found, internal) in [("not_found", "internal_error"), ("resource_missing", "oops"), ("", "")] {
        let agent = Agent::under(&[("not_found_code", json!(not_found)), ("internal_code", json!(internal))]).await;
        let nobody = MemberId::parse("00000000-0000-4000-8000-000000000000").unwrap();
        let gone = agent.client.member(&nobody).await.result.expect_err("not there");
        assert_eq!((gone.remedy, gone.reached, gone.status), (Remedy::NotThere, Reached::Refused, Some(404)));
        for status in [500, 502, 503] {
            let kind = FaultKind::Status {
                status,
                code: None,
                details: None,
                body: None,
                headers: std::collections::BTreeMap::default(),
            };
            agent.town.fault(Fault::once(kind).on("PATCH", "/conversations"));
            let id = agent.conversation("open");
            let broken = agent.change(&id, Change::Priority(Priority::High)).await.expect_err("broken");
            let expected = (Remedy::TryLater, Reached::Unknown, Some(status));
            assert_eq!((broken.remedy, broken.reached, broken.status), expected);
            assert_eq!(told(broken.code.as_ref()), (!internal.is_empty()).then_some(internal));
        }
    }
}

#[tokio::test]
async fn section_11_question_24_whatever_markers_say_and_whether_they_come_they_are_markers() {
    let texts = [
        ("escalation_text", json!("\u{1b}[2JPlease hold the line.")),
        ("reopen_text", json!("It goes on.")),
        ("archive_text", json!("Put away.")),
    ];
    let agent = Agent::under(&texts).await;
    let id = agent.conversation("bot_active");
    agent.patch_status(&id, "agent_requested").await.expect("a change");
    agent.reply(&id, "I am here.").await.expect("a reply");
    for status in ["resolved", "open", "closed", "archived"] {
        agent.patch_status(&id, status).await.expect("a change");
    }
    let said = agent.markers(&id).await;
    assert_eq!(said, ["\u{1b}[2JPlease hold the line.", JOINED, RESOLVED, "It goes on.", CLOSED, "Put away."]);
    let none =
        [("escalation_marker", json!(false)), ("takeover_marker", json!(false)), ("ending_markers", json!(false))];
    let agent = Agent::under(&none).await;
    let id = agent.conversation("bot_active");
    agent.patch_status(&id, "agent_requested").await.expect("a change");
    agent.reply(&id, "I am here.").await.expect("a reply");
    for status in ["resolved", "open", "closed", "archived"] {
        agent.patch_status(&id, status).await.expect("a change");
    }
    assert!(agent.markers(&id).await.is_empty());
}

#[tokio::test]
async fn section_11_question_25_files_without_words_are_taken_or_refused() {
    let url = "https://files.example.com/plan.pdf";
    for alone in [true, false] {
        let agent = Agent::under(&[("attachments_alone", json!(alone))]).await;
        let id = agent.conversation("open");
        let result = agent.reply_with(&id, "", &[url]).await;
        if alone {
            let message = result.expect("a message");
            let files: Vec<_> = message.parts.iter().map(|part| &part.kind).collect();
            assert!(matches!(files[..], [PartKind::File { url: file, .. }] if file.as_raw() == url), "{files:?}");
        } else {
            refused(result, 400, "invalid_payload");
        }
        let with_words = agent.reply_with(&id, "Here.", &[url]).await.expect("a message");
        assert_eq!((with_words.raw_text(), with_words.parts.len()), (raw("Here."), 2));
    }
}

/// Every act that there is, once.
async fn a_day(agent: &Agent) -> Conversation {
    let id = agent.conversation("agent_requested");
    agent.reply_with(&id, "I am here.", &["https://files.example.com/plan.pdf"]).await.expect("a reply");
    let note = agent.add_note(&id, "For us.").await.expect("a note");
    assert_eq!(agent.notes(&id, 25).await, [note]);
    let tag = agent.create_tag("VIP").await.expect("a tag");
    agent.put_tags(&id, std::slice::from_ref(&tag.id)).await.expect("a set");
    assert_eq!(agent.tags(&id).await, vec![tag.id.clone()]);
    for change in [
        Change::Priority(Priority::High),
        Change::Owner(Some(agent.town.member(0))),
        Change::Title(Some(raw("Refund"))),
        Change::Name(Some(raw("June Park"))),
        Change::Email(Some(raw("june@example.com"))),
        Change::Phone(Some(raw("+1 555 0100"))),
        Change::Status(Status::Resolved),
    ] {
        let changed = agent.change(&id, change.clone()).await.expect("a change");
        assert!(change.stands_in(&changed), "{change:?}");
    }
    assert_eq!(agent.client.delete_tag(&tag.id).await.result, Ok(()));
    assert!(agent.client.me().await.result.is_ok() && agent.client.members().await.result.is_ok());
    assert!(agent.client.chatbots(1).await.result.is_ok() && agent.client.palette(1).await.result.is_ok());
    assert!(agent.listed(ConversationsQuery::default()).await.contains(&id));
    assert_eq!(agent.thread(&id).await.len(), 4, "her line, two markers, one reply");
    agent.read(&id).await
}

#[tokio::test]
async fn section_11_question_26_no_act_sends_a_field_that_nobody_knows() {
    for answer in ["ignore", "refuse"] {
        let agent = Agent::under(&[("unknown_fields", json!(answer))]).await;
        a_day(&agent).await;
    }
}

#[tokio::test]
async fn section_11_question_27_headers_and_fields_that_nobody_knows_change_nothing() {
    let plain = a_day(&Agent::new().await).await;
    let agent = Agent::under(&[("version_headers", json!(true)), ("extra_fields", json!(true))]).await;
    let told_more = a_day(&agent).await;
    let same = Conversation { id: plain.id.clone(), ..told_more };
    assert_eq!(same, Conversation { assigned_to: same.assigned_to.clone(), ..plain });
}
