//! Contract, section 2.3, 2.5, 2.7 and 2.8, and what sections 4, 6 and 12 leave open for the same requests.

use serde_json::json;
use takeover::api::{encode_new_tag, encode_note, encode_tag_ids};
use takeover::domain::problem::Reached;
use takeover::domain::{
    Change, ChatbotId, Color, ConversationId, MemberId, Priority, Remedy, Tag, TagDelta, TagId, UserId,
};
use takeover::sandbox::Command;
use takeover::sandbox::command::PersonGone;

use crate::agent::{Agent, raw, refused, told};

fn ids(tags: &[Tag]) -> Vec<TagId> {
    tags.iter().map(|tag| tag.id.clone()).collect()
}

async fn tags(agent: &Agent, names: &[&str]) -> Vec<TagId> {
    let mut made = Vec::new();
    for name in names {
        made.push(agent.create_tag(name).await.expect("a tag").id);
    }
    made
}

#[tokio::test]
async fn section_2_3_every_field_is_changed_cleared_and_read_back() {
    let agent = Agent::new().await;
    let id = agent.conversation("open");
    let member = agent.town.member(1);
    let odd = "Refund \u{202e}4421\u{2028}\u{1b}[2J \u{1f600} \"\\";
    let changes = [
        Change::Priority(Priority::High),
        Change::Priority(Priority::Low),
        Change::Owner(Some(member)),
        Change::Owner(None),
        Change::Title(Some(raw(odd))),
        Change::Title(None),
        Change::Email(Some(raw("june@example.com"))),
        Change::Email(None),
        Change::Name(Some(raw(odd))),
        Change::Name(None),
        Change::Phone(Some(raw("+1 555 0100 ext. 7"))),
        Change::Phone(None),
    ];
    for change in changes {
        let before = agent.read(&id).await;
        let changed = agent.change(&id, change.clone()).await.expect("a change");
        assert!(change.stands_in(&changed), "{change:?} in the answer");
        let mut expected = before;
        change.apply(&mut expected);
        assert_eq!(changed, expected, "{change:?}: nothing else changed");
        assert_eq!(agent.read(&id).await, changed, "{change:?}");
    }
    assert!(agent.town.requests("PATCH", "").iter().all(|request| request.idempotency_key.is_none()));
}

#[tokio::test]
async fn section_2_3_a_field_that_is_wrong_is_named_and_nothing_changes() {
    let agent = Agent::new().await;
    let id = agent.conversation("open");
    let before = agent.town.record(&id);
    let email = agent.change(&id, Change::Email(Some(raw("no address")))).await;
    assert_eq!(refused(email, 400, "invalid_payload"), ["contact_email"]);
    let title = agent.change(&id, Change::Title(Some(raw(&"x".repeat(100_000))))).await;
    assert_eq!(refused(title, 400, "invalid_payload"), ["title"]);
    let priority = agent.client.change(&id, br#"{"priority":"urgent"}"#.to_vec()).await.result;
    assert_eq!(refused(priority, 400, "invalid_payload"), ["priority"]);
    assert_eq!(agent.town.record(&id), before);
}

#[tokio::test]
async fn section_2_5_and_2_8_one_member_and_one_bot_are_read_by_their_ids() {
    let agent = Agent::new().await;
    let members = agent.client.members().await.result.expect("members").items;
    for member in &members {
        assert_eq!(agent.client.member(&member.id).await.result.as_ref(), Ok(member));
    }
    let bots = agent.client.chatbots(1).await.result.expect("chatbots").items;
    assert!(!bots.is_empty());
    for bot in &bots {
        assert_eq!(agent.client.chatbot(&bot.id).await.result.as_ref(), Ok(bot));
    }
    // Who has left is not there.
    let gone = members[2].clone();
    agent.town.control(Command::RemoveMember(PersonGone { user_id: gone.user_id.to_string() }));
    let problem = agent.client.member(&gone.id).await.result.expect_err("nobody");
    assert_eq!((problem.remedy, problem.reached), (Remedy::NotThere, Reached::Refused));
    let after = agent.client.members().await.result.expect("members").items;
    assert_eq!((after.len(), after.contains(&gone)), (members.len() - 1, false));
}

#[tokio::test]
async fn section_2_5_members_come_in_either_envelope_or_none() {
    let agent = Agent::new().await;
    let usual = agent.client.members().await.result.expect("members");
    for envelope in ["offset", "cursor", "bare"] {
        agent.town.switch("members_envelope", envelope);
        assert_eq!(agent.client.members().await.result.expect("members").items, usual.items, "{envelope}");
    }
}

#[tokio::test]
async fn section_2_7_a_tag_is_made_put_on_seen_and_deleted_everywhere() {
    let agent = Agent::new().await;
    let color = Color::parse("#E11D48");
    let body = encode_new_tag(&raw("Refund \u{1f600}"), color);
    let made = agent.client.create_tag(&agent.key(), body).await.result.expect("a tag");
    assert_eq!((&made.name, made.color), (&raw("Refund \u{1f600}"), color));
    let plain = agent.create_tag("VIP").await.expect("a tag");
    assert_eq!(plain.color, None);
    let palette = agent.client.palette(1).await.result.expect("the palette");
    assert_eq!((palette.items, palette.next), (vec![made.clone(), plain.clone()], None));
    let (one, other) = (agent.conversation("open"), agent.conversation("closed"));
    for id in [&one, &other] {
        let set = agent.put_tags(id, &[plain.id.clone(), made.id.clone()]).await.expect("a set");
        assert_eq!((ids(&set.items), set.next), (vec![plain.id.clone(), made.id.clone()], None));
        assert_eq!(agent.client.tags(id).await.result.expect("tags").items, [plain.clone(), made.clone()]);
    }
    assert_eq!(agent.client.delete_tag(&made.id).await.result, Ok(()));
    assert_eq!((agent.tags(&one).await, agent.tags(&other).await), (vec![plain.id.clone()], vec![plain.id.clone()]));
    let again = agent.client.delete_tag(&made.id).await.result.expect_err("it is gone");
    assert_eq!((again.remedy, again.reached), (Remedy::NotThere, Reached::Refused));
    let cleared = agent.put_tags(&one, &[]).await.expect("a set");
    assert_eq!((cleared.items, agent.tags(&one).await), (vec![], vec![]));
}

#[tokio::test]
async fn section_2_7_a_name_that_is_taken_is_refused_under_whatever_code() {
    let answers = [("conflict", 409), ("invalid_payload", 400), ("conflict", 400), ("name_taken", 422)];
    for (code, status) in answers {
        let agent = Agent::under(&[("tag_taken_code", json!(code)), ("tag_taken_status", json!(status))]).await;
        agent.create_tag("Refund").await.expect("a tag");
        let problem = agent.create_tag("rEFUND").await.expect_err("taken");
        assert_eq!((problem.reached, problem.status), (Reached::Refused, Some(status)), "{code} {status}");
        let remedy = if status == 409 { Remedy::Conflict } else { Remedy::FixTheInput };
        assert_eq!((problem.remedy, told(problem.code.as_ref())), (remedy, Some(code)));
        assert_eq!(agent.client.palette(1).await.result.expect("the palette").items.len(), 1);
    }
}

#[tokio::test]
async fn section_2_7_a_tag_that_is_none_is_refused_as_wrong_or_as_not_there_and_the_set_stays() {
    let agent = Agent::new().await;
    let id = agent.conversation("open");
    let known = tags(&agent, &["VIP"]).await;
    agent.put_tags(&id, &known).await.expect("a set");
    let unknown = TagId::parse("00000000-0000-4000-8000-000000000000").unwrap();
    for (answer, remedy) in [("payload", Remedy::FixTheInput), ("not_found", Remedy::NotThere)] {
        agent.town.switch("unknown_tag", answer);
        let problem = agent.put_tags(&id, &[known[0].clone(), unknown.clone()]).await.expect_err("no such tag");
        assert_eq!((problem.remedy, problem.reached), (remedy, Reached::Refused), "{answer}");
        assert_eq!(agent.tags(&id).await, known, "all or nothing");
    }
}

#[tokio::test]
async fn section_2_7_a_name_or_a_colour_that_is_none_is_named() {
    let agent = Agent::new().await;
    assert_eq!(refused(agent.create_tag("").await, 400, "invalid_payload"), ["name"]);
    assert_eq!(refused(agent.create_tag(&"x".repeat(101)).await, 400, "invalid_payload"), ["name"]);
    agent.create_tag(&"x".repeat(100)).await.expect("a name as long as they may be");
    let red = agent.client.create_tag(&agent.key(), br#"{"name":"a","color":"red"}"#.to_vec()).await;
    assert_eq!(refused(red.result, 400, "invalid_payload"), ["color"]);
}

#[tokio::test]
async fn section_2_7_sets_and_palette_come_in_either_envelope_or_none_and_one_that_is_not_whole_says_so() {
    let agent = Agent::new().await;
    let id = agent.conversation("open");
    let names: Vec<String> = (0..30).map(|number| format!("tag {number}")).collect();
    let all = tags(&agent, &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    for (envelope, whole) in [("offset", true), ("bare", true), ("cursor", false)] {
        agent.town.switch("tags_envelope", envelope);
        for held in [&all[..3], &all[..]] {
            let put = agent.put_tags(&id, held).await.expect("a set");
            assert_eq!((ids(&put.items), put.next), (held.to_vec(), None), "a PUT is answered by an offset list");
            let page = agent.client.tags(&id).await.result.expect("tags");
            if held.len() == 3 || whole {
                assert_eq!((ids(&page.items), page.next), (held.to_vec(), None), "{envelope}");
            } else {
                // A set made from this part would take tags off: it must be seen to be a part.
                assert!(page.next.is_some() && held.starts_with(&ids(&page.items)), "{envelope}");
            }
        }
        let palette = agent.client.palette(1).await.result.expect("the palette");
        assert!(all.starts_with(&ids(&palette.items)) && palette.next.is_none() == whole, "{envelope}");
    }
}

#[tokio::test]
async fn section_2_7_a_palette_of_more_than_a_hundred_goes_on_by_its_pages() {
    let agent = Agent::new().await;
    let names: Vec<String> = (0..230).map(|number| format!("tag {number}")).collect();
    let all = tags(&agent, &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let mut read = Vec::new();
    for number in 1.. {
        let page = agent.client.palette(number).await.result.expect("a page");
        read.extend(ids(&page.items));
        if page.next.is_none() {
            break;
        }
    }
    assert_eq!(read, all);
}

#[tokio::test]
async fn section_2_7_the_last_writer_of_a_set_wins_and_a_delta_on_what_stands_keeps_both() {
    // That the program always writes a delta on a fresh read, and verifies, is the core's to show.
    let agent = Agent::new().await;
    let id = agent.conversation("open");
    let made = tags(&agent, &["VIP", "Refund"]).await;
    let stale = agent.tags(&id).await;
    agent.put_tags(&id, &made[..1]).await.expect("a set");
    let add = TagDelta { add: vec![made[1].clone()], remove: vec![] };
    agent.put_tags(&id, &add.applied_to(&stale)).await.expect("a set");
    assert_eq!(agent.tags(&id).await, made[1..], "a set made from an old read took the colleague's tag off");
    agent.put_tags(&id, &made[..1]).await.expect("a set");
    let put = agent.put_tags(&id, &add.applied_to(&agent.tags(&id).await)).await.expect("a set");
    assert_eq!(ids(&put.items), made, "a delta on what stands keeps both");
}

#[tokio::test]
async fn section_4_what_is_not_there_is_not_there_for_every_request() {
    let agent = Agent::new().await;
    let nobody = "00000000-0000-4000-8000-000000000000";
    let id = ConversationId::parse(nobody).unwrap();
    let problems = [
        agent.client.conversation(&id).await.result.expect_err("not there"),
        agent.client.messages(&id, None, 25).await.result.expect_err("not there"),
        agent.client.notes(&id, None, 25).await.result.expect_err("not there"),
        agent.client.tags(&id).await.result.expect_err("not there"),
        agent.change(&id, Change::Title(None)).await.expect_err("not there"),
        agent.reply(&id, "Hello?").await.expect_err("not there"),
        agent.add_note(&id, "Hello?").await.expect_err("not there"),
        agent.put_tags(&id, &[]).await.expect_err("not there"),
        agent.client.delete_tag(&TagId::parse(nobody).unwrap()).await.result.expect_err("not there"),
        agent.client.member(&MemberId::parse(nobody).unwrap()).await.result.expect_err("not there"),
        agent.client.chatbot(&ChatbotId::parse(nobody).unwrap()).await.result.expect_err("not there"),
    ];
    for problem in problems {
        assert_eq!((problem.remedy, problem.reached, problem.status), (Remedy::NotThere, Reached::Refused, Some(404)));
    }
}

#[tokio::test]
async fn section_6_the_same_key_and_bytes_are_one_note_and_one_tag() {
    let agent = Agent::new().await;
    let id = agent.conversation("open");
    let (note, tag) = (encode_note(&raw("Once.")), encode_new_tag(&raw("Once"), None));
    for _ in 0..3 {
        let again = agent.client.add_note(&id, "note-key", note.clone()).await.result.expect("a note");
        assert_eq!(agent.notes(&id, 25).await, [again]);
        let again = agent.client.create_tag("tag-key", tag.clone()).await.result.expect("a tag");
        assert_eq!(agent.client.palette(1).await.result.expect("the palette").items, [again]);
    }
    let other = agent.client.add_note(&id, "note-key", encode_note(&raw("Another."))).await;
    let problem = other.result.expect_err("the key is another note's");
    assert_eq!((problem.remedy, problem.reached), (Remedy::Conflict, Reached::Unknown), "look first");
    assert_eq!(agent.notes(&id, 25).await.len(), 1);
    let other = agent.client.create_tag("tag-key", encode_new_tag(&raw("Another"), None)).await;
    assert_eq!(other.result.expect_err("another tag's").reached, Reached::Unknown);
    // The key is bound to the path: the same one on another conversation is independent.
    let elsewhere = agent.conversation("open");
    agent.client.add_note(&elsewhere, "note-key", note).await.result.expect("a note");
    assert_eq!(agent.notes(&elsewhere, 25).await.len(), 1);
}

#[tokio::test]
async fn section_6_a_change_and_a_set_of_tags_twice_are_the_same_as_once() {
    let agent = Agent::new().await;
    let id = agent.conversation("open");
    let made = tags(&agent, &["VIP"]).await;
    for _ in 0..2 {
        agent.change(&id, Change::Title(Some(raw("Refund")))).await.expect("a change");
        agent.client.replace_tags(&id, encode_tag_ids(&made)).await.result.expect("a set");
    }
    assert_eq!((agent.read(&id).await.title, agent.tags(&id).await), (Some(raw("Refund")), made));
}

#[tokio::test]
async fn section_12_every_form_of_time_is_the_same_time_in_notes_and_changes() {
    let agent = Agent::new().await;
    let id = agent.conversation("open");
    let note = agent.add_note(&id, "When was it?").await.expect("a note");
    let usual = agent.change(&id, Change::Owner(UserId::parse(agent.town.member(0).as_str()))).await.expect("a change");
    assert!(note.created_at.certain && usual.created_at.certain);
    for (form, granularity) in [
        ("offset", 1),
        ("seconds", 1_000),
        ("z", 1),
        ("no_seconds", 60_000),
        ("fractional", 1),
        ("other_offset", 1),
        ("mixed", 1),
    ] {
        agent.town.switch("timestamps", form);
        let same = |read: takeover::domain::Time, true_one: takeover::domain::Time| {
            let apart = (true_one.at - read.at).num_milliseconds();
            assert!(read.certain && (0..granularity).contains(&apart), "{form}: {apart} ms apart");
        };
        same(agent.notes(&id, 25).await[0].created_at, note.created_at);
        let read = agent.change(&id, Change::Priority(Priority::High)).await.expect("a change");
        same(read.created_at, usual.created_at);
    }
}

fn plant(agent: &Agent, what: serde_json::Value) {
    agent.town.control(serde_json::from_value(json!({ "plant": what })).expect("a plant"));
}

#[tokio::test]
async fn section_2_7_a_tag_that_cannot_be_read_is_seen_and_no_set_made_of_it_takes_it_off() {
    let agent = Agent::new().await;
    let id = agent.conversation("open");
    let made = tags(&agent, &["VIP", "Refund", "Late"]).await;
    agent.put_tags(&id, &made).await.expect("a set");
    for raw_tag in [r#"{"name":"no id"}"#, r#"{"id":7}"#, "null", r#"{"id":"a b","name":"x"}"#, r#"{"name":}"#] {
        plant(&agent, json!({ "tag": "Refund", "raw": raw_tag }));
        let page = agent.client.tags(&id).await.result.expect("tags");
        let read = ids(&page.items);
        assert_eq!((&read[0], &read[2], read.len()), (&made[0], &made[2], 3), "the others are read: {raw_tag}");
        assert!(read[1].is_made_up() && page.items[1].name.as_raw().starts_with("unreadable ("), "{raw_tag}");
        for answer in ["payload", "not_found"] {
            agent.town.switch("unknown_tag", answer);
            let problem = agent.put_tags(&id, &read).await.expect_err("no such tag");
            assert_eq!(problem.reached, Reached::Refused, "{raw_tag} {answer}");
        }
        plant(&agent, json!({ "tag": made[1].as_str() }));
        assert_eq!(agent.tags(&id).await, made, "nothing was taken off: {raw_tag}");
    }
}

#[tokio::test]
async fn section_2_6_and_7_5_a_note_that_cannot_be_read_leaves_the_others_readable() {
    let agent = Agent::new().await;
    let id = agent.conversation("open");
    let mut written = Vec::new();
    for text in ["first", "second", "third"] {
        written.push(agent.add_note(&id, text).await.expect("a note"));
    }
    let deep = format!("{{\"id\":\"n-2\",\"content\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    for raw_note in [r#"{"content":"no id"}"#, r#"{"id":"n-2"}"#, "7", r#"{"id":"n-2","content":}"#, deep.as_str()] {
        plant(&agent, json!({ "conversation_id": id.as_str(), "note_id": written[1].id.as_str(), "raw": raw_note }));
        for envelope in ["offset", "cursor", "bare"] {
            agent.town.switch("notes_envelope", envelope);
            let read = agent.notes(&id, 25).await;
            assert_eq!((&read[0], &read[2], read.len()), (&written[0], &written[2], 3), "{envelope}");
            assert!(read[1].unreadable.is_some() && read[1].content.is_empty(), "{envelope}");
        }
    }
}
