//! Contract, section 11, questions 1 to 13.

use std::collections::HashSet;

use serde_json::json;
use takeover::api::{ConversationsQuery, encode_note};
use takeover::domain::legality::{self, Legality};
use takeover::domain::problem::Reached;
use takeover::domain::speaker::speakers;
use takeover::domain::{Change, PartKind, Remedy, Speaker, Status, UserId};
use takeover::sandbox::Command;
use takeover::sandbox::command::{Bot, ToolCall};

use crate::agent::{Agent, raw, refused, told};
use crate::support::TestApp;

// The screen's side of question 1: live.rs, `both_message_orders_odd_timestamps_and_unknown_parts_give_the_same_thread_on_the_screen`.
#[tokio::test]
async fn section_11_question_1_a_walk_brings_every_message_once_in_either_order() {
    let agent = Agent::new().await;
    let id = agent.long_conversation(60);
    for (order, first) in [("desc", "line 59"), ("asc", "line 0")] {
        agent.town.switch("message_order", order);
        for limit in [7, 25, 100] {
            let pages = agent.pages(&id, limit).await;
            let ids: HashSet<_> = pages.iter().map(|it| it.id.clone()).collect();
            assert_eq!((pages.len(), ids.len()), (60, 60), "{order}, {limit} a page");
            assert_eq!(pages[0].raw_text(), raw(first), "in the server's order: the client does not turn it");
        }
        let texts: Vec<_> = agent.thread(&id).await.iter().map(|it| it.raw_text().as_raw().to_owned()).collect();
        assert_eq!(texts, (0..60).map(|at| format!("line {at}")).collect::<Vec<_>>(), "sorted here");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn section_11_question_2_and_3_the_program_never_sends_a_sort_and_always_a_status() {
    for (sort, archived) in [("created", true), ("activity", false)] {
        let agent = Agent::under(&[("default_sort", json!(sort)), ("archived_listed", json!(archived))]).await;
        let made: HashSet<_> = (0..60).map(|_| agent.conversation("open")).collect();
        agent.conversation("archived");
        let query = ConversationsQuery { statuses: vec![Status::Open], limit: 25, ..ConversationsQuery::default() };
        let listed = agent.listed(query).await;
        assert_eq!((listed.len(), listed.into_iter().collect::<HashSet<_>>()), (60, made), "{sort}");
        let mut app = TestApp::start(&agent.town);
        app.settled().await;
        assert_eq!(app.model().inbox.rows.len(), 60, "{}", app.dump());
        app.end().await;
        let lists: Vec<_> =
            agent.town.everything_asked().into_iter().filter(|it| it.path.ends_with("/conversations")).collect();
        assert!(lists.len() > 3);
        for list in lists {
            let query = list.query.unwrap_or_default();
            assert!(query.contains("status=") && !query.contains("sort"), "{query}");
        }
    }
}

#[tokio::test]
async fn section_11_question_3_archived_rows_come_where_they_are_asked_for() {
    let agent = Agent::new().await;
    let (open, archived) = (agent.conversation("open"), agent.conversation("archived"));
    let query =
        |statuses: &[Status]| ConversationsQuery { statuses: statuses.to_vec(), ..ConversationsQuery::default() };
    for listed in [true, false] {
        agent.town.switch("archived_listed", listed);
        assert_eq!(agent.listed(query(&[Status::Open])).await, vec![open.clone()]);
        assert_eq!(agent.listed(query(&[Status::Archived])).await, vec![archived.clone()]);
        let without = agent.listed(query(&[])).await;
        assert_eq!(without.contains(&archived), listed, "why a status is always sent");
    }
}

#[tokio::test]
async fn section_11_question_4_nobodys_rows_are_asked_for_only_beside_somebodys() {
    let agent = Agent::new().await;
    let (me, other) = (agent.town.member(0), agent.town.member(1));
    let (mine, theirs, nobodys) = (agent.conversation("open"), agent.conversation("open"), agent.conversation("open"));
    for (id, owner) in [(&mine, me.clone()), (&theirs, other)] {
        agent.change(id, Change::Owner(Some(owner))).await.expect("a change");
    }
    let query = |assigned_to: Vec<UserId>| ConversationsQuery {
        assigned_to,
        include_unassigned: true,
        ..ConversationsQuery::default()
    };
    for alone in ["only", "ignored"] {
        agent.town.switch("unassigned_alone", alone);
        let beside: HashSet<_> = agent.listed(query(vec![me.clone()])).await.into_iter().collect();
        assert_eq!(beside, HashSet::from([mine.clone(), nobodys.clone()]), "{alone}");
        let all: HashSet<_> = agent.listed(query(vec![])).await.into_iter().collect();
        assert_eq!(all, HashSet::from([mine.clone(), theirs.clone(), nobodys.clone()]), "{alone}: filtered here");
    }
    for list in agent.town.requests("GET", "/conversations") {
        let query = list.query.unwrap_or_default();
        assert!(!query.contains("include_unassigned") || query.contains("assigned_to"), "{query}");
    }
}

#[tokio::test]
async fn section_11_question_5_a_wrong_state_is_a_refusal_under_whatever_code_and_the_read_tells_the_state() {
    let answers = [
        ("invalid_state", 400, true),
        ("invalid_state", 400, false),
        ("invalid_payload", 400, false),
        ("conflict", 400, true),
        ("something_new", 422, true),
        ("conflict", 409, true),
    ];
    for (code, status, details) in answers {
        let switches = [
            ("wrong_state_code", json!(code)),
            ("wrong_state_status", json!(status)),
            ("wrong_state_details", json!(details)),
        ];
        let agent = Agent::under(&switches).await;
        let id = agent.conversation("closed");
        let reply = agent.reply(&id, "Hello?").await.expect_err("refused");
        let change = agent.patch_status(&id, "agent_requested").await.expect_err("refused");
        for problem in [&reply, &change] {
            assert_eq!((problem.status, told(problem.code.as_ref())), (Some(status), Some(code)));
            assert!(!problem.message.is_empty() && problem.request_id.is_some());
        }
        let remedy = if status == 409 { Remedy::Conflict } else { Remedy::FixTheInput };
        assert_eq!((&reply.remedy, &change.remedy), (&remedy, &remedy));
        // Under a key a 409 may also say that the first try still runs: then it is looked for.
        let reached = if status == 409 { Reached::Unknown } else { Reached::Refused };
        assert_eq!((reply.reached, change.reached), (reached, Reached::Refused), "{code} {status}");
        assert_eq!((agent.status(&id).await, agent.town.stored("Hello?")), ("closed", vec![]));
    }
}

#[tokio::test]
async fn section_11_question_6_open_is_never_asked_for_while_a_person_is_requested_and_a_reply_takes_over_either_way() {
    // The way that the core decides by; what it sends is shown where its steps are tested.
    let (from, to) = (Status::AgentRequested, Status::Open);
    assert_eq!(legality::change_status(&from, &to), Legality::Illegal);
    for answer in ["agent_requested>open=refuse", "agent_requested>open=allow"] {
        let agent = Agent::under(&[("transitions", json!(answer))]).await;
        let id = agent.conversation("agent_requested");
        agent.reply(&id, "I am here.").await.expect("a reply claims it");
        assert_eq!(agent.status(&id).await, "open", "{answer}");
    }
}

#[tokio::test]
async fn section_11_question_7_what_is_too_long_names_its_field_and_nothing_is_stored() {
    let limits = [
        ("text_limit", json!(10)),
        ("note_limit", json!(10)),
        ("title_limit", json!(10)),
        ("contact_limit", json!(10)),
        ("attachment_limit", json!(1)),
    ];
    let agent = Agent::under(&limits).await;
    let id = agent.conversation("open");
    let (fits, over) = ("\u{1f600}".repeat(5), "x".repeat(11));
    agent.reply(&id, &fits).await.expect("a reply of ten units");
    assert_eq!(refused(agent.reply(&id, &over).await, 400, "invalid_payload"), ["text"]);
    agent.add_note(&id, &fits).await.expect("a note of ten units");
    assert_eq!(refused(agent.add_note(&id, &over).await, 400, "invalid_payload"), ["content"]);
    assert_eq!(refused(agent.add_note(&id, "").await, 400, "invalid_payload"), ["content"]);
    agent.change(&id, Change::Title(Some(raw(&fits)))).await.expect("a title of ten units");
    let title = agent.change(&id, Change::Title(Some(raw(&over)))).await;
    assert_eq!(refused(title, 400, "invalid_payload"), ["title"]);
    let name = agent.change(&id, Change::Name(Some(raw(&over)))).await;
    assert_eq!(refused(name, 400, "invalid_payload"), ["contact_name"]);
    let url = "https://files.example.com/a.png";
    agent.reply_with(&id, "", &[url]).await.expect("one file");
    assert_eq!(refused(agent.reply_with(&id, "", &[url, url]).await, 400, "invalid_payload"), ["attachments"]);
    let plain = agent.reply_with(&id, "", &["http://files.example.com/a.png"]).await;
    assert_eq!(refused(plain, 400, "invalid_payload"), ["attachments"]);
    assert_eq!(refused(agent.reply(&id, "").await, 400, "invalid_payload"), ["text"]);
    assert_eq!((agent.town.stored(&over), agent.notes(&id, 25).await.len()), (vec![], 1));
    assert_eq!(agent.read(&id).await.title, Some(raw(&fits)));
}

#[tokio::test]
async fn section_11_question_8_any_good_status_of_a_post_is_a_success() {
    for status in [200, 201, 202, 203] {
        let agent = Agent::under(&[("post_status", json!(status))]).await;
        let id = agent.conversation("open");
        let message = agent.reply(&id, "I am here.").await.expect("a message");
        assert_eq!(agent.town.stored("I am here."), [(id.clone(), message.id.to_string())]);
        let note = agent.add_note(&id, "For us.").await.expect("a note");
        assert_eq!(agent.notes(&id, 25).await, [note]);
        let tag = agent.create_tag("VIP").await.expect("a tag");
        assert_eq!(agent.client.palette(1).await.result.expect("the palette").items, [tag]);
    }
}

#[tokio::test]
async fn section_11_question_9_a_deletion_may_answer_200_with_a_body_or_204_without() {
    for status in [200, 202, 204] {
        let agent = Agent::under(&[("delete_status", json!(status))]).await;
        let tag = agent.create_tag("VIP").await.expect("a tag");
        assert_eq!(agent.client.delete_tag(&tag.id).await.result, Ok(()), "{status}");
        assert_eq!(agent.client.palette(1).await.result.expect("the palette").items, []);
    }
}

#[tokio::test]
async fn section_11_question_10_a_part_is_what_its_fields_say_with_or_without_a_type() {
    for (part_type, unknown_parts) in [(true, false), (false, false), (true, true), (false, true)] {
        let agent = Agent::under(&[("part_type", json!(part_type)), ("unknown_parts", json!(unknown_parts))]).await;
        let id = agent.conversation("open");
        let tool = ToolCall { name: "present_page".to_owned(), input: json!({ "page": 1 }), ..ToolCall::default() };
        let bot = Bot { conversation_id: id.to_string(), text: "See here.".to_owned(), tool: Some(tool) };
        agent.town.control(Command::Bot(bot));
        agent.reply_with(&id, "And this.", &["https://files.example.com/a.png"]).await.expect("a reply");
        let kinds: Vec<_> = agent
            .thread(&id)
            .await
            .into_iter()
            .flat_map(|message| message.parts)
            .filter_map(|part| match part.kind {
                PartKind::Text(_) => Some("text"),
                PartKind::File { .. } => Some("file"),
                PartKind::Tool { .. } => Some("tool"),
                PartKind::Empty => None,
                PartKind::Unreadable(_) => Some("unreadable"),
            })
            .collect();
        assert_eq!(kinds, ["text", "tool", "text", "text", "file"], "{part_type} {unknown_parts}");
    }
}

// What the screen says of them: live.rs, `who_spoke`.
#[tokio::test]
async fn section_11_question_11_who_spoke_is_told_as_far_as_anybody_can() {
    for bot in ["source", "null", "other"] {
        for dashboard in ["source", "null", "same_as_bot"] {
            let agent = Agent::under(&[("bot_metadata", json!(bot)), ("dashboard_metadata", json!(dashboard))]).await;
            let id = agent.conversation("bot_active");
            let says = Bot { conversation_id: id.to_string(), text: "Beep.".to_owned(), tool: None };
            agent.town.control(Command::Bot(says));
            agent.town.colleague(&id, "I am Jonas.");
            agent.reply(&id, "And I am Mara.").await.expect("a reply");
            let thread = agent.thread(&id).await;
            let colleague = match (bot, dashboard) {
                (_, "source") => Speaker::Person,
                // It carries the bot's own name: nobody could tell.
                ("source", "same_as_bot") => Speaker::Bot,
                _ => Speaker::Unknown,
            };
            let expected = [Speaker::Visitor, Speaker::Bot, Speaker::Marker, colleague, Speaker::Person];
            assert_eq!(speakers(thread.iter(), true), expected, "{bot} {dashboard}");
        }
    }
}

#[tokio::test]
async fn section_11_question_12_notes_come_whole_in_either_envelope_and_order() {
    let agent = Agent::new().await;
    let id = agent.conversation("open");
    let mut written = Vec::new();
    for number in 0..60 {
        written.push(agent.add_note(&id, &format!("note {number}")).await.expect("a note"));
    }
    for envelope in ["offset", "cursor", "bare"] {
        for order in ["asc", "desc"] {
            agent.town.switch("notes_envelope", envelope);
            agent.town.switch("notes_order", order);
            for limit in [1, 10, 25, 40, 100] {
                let mut read = agent.notes(&id, limit).await;
                if order == "desc" {
                    read.reverse();
                }
                assert_eq!(read, written, "{envelope} {order}, {limit} a page");
            }
            let mut sorted = agent.notes(&id, 100).await;
            sorted.sort_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
            assert_eq!(sorted, written, "their times tell the order");
        }
    }
}

#[tokio::test]
async fn section_11_question_13_a_note_by_an_api_key_has_no_author_or_the_keys_owner() {
    let agent = Agent::new().await;
    let id = agent.conversation("open");
    for (answer, author) in [("null", None), ("key_owner", Some(agent.town.member(0)))] {
        agent.town.switch("note_author", answer);
        assert_eq!(agent.add_note(&id, "For us.").await.expect("a note").author_id, author, "{answer}");
    }
    agent.town.switch("note_author", "null");
    let member = agent.town.member(1);
    let oauth = agent.with_token(json!({ "oauth": true, "keep_old": true, "user_id": member.as_str() }));
    let body = encode_note(&raw("From me."));
    let note = oauth.add_note(&id, "oauth-1", body).await.result.expect("a note");
    assert_eq!(note.author_id, Some(member), "an OAuth token acts for a person");
}
