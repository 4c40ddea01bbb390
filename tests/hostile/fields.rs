//! Every text of every class in every field, seen in list, thread, sidebar, composer, popups and bars at every layout.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::desk::{Desk, answer};
use crate::inputs::{CLASSES, CONTROL, HIDDEN, texts};
use crate::look::{BOT, PERSON, Row, UNKNOWN, VISITOR, assert_borders, end, page_up, stretch, thread};
use crate::pty::Pty;

/// Waits until something at this size is drawn whole, and holds its borders.
fn at_size(pty: &Pty, (columns, rows): (u16, u16), about: &str) {
    pty.resize(columns, rows);
    if columns < 40 || rows < 10 {
        pty.wait_for("one line", |screen| {
            let mut lines = screen.rows(0, columns);
            lines.next().is_some_and(|line| line.contains("waits") || line.contains("waiting"))
                && lines.all(|line| line.trim().is_empty())
        });
    } else {
        pty.wait_for("the hints", |screen| {
            let last = screen.rows(0, columns).last().unwrap_or_default();
            ["? keys", "Esc ", "Enter new line", "^S ", "not read: ", "taken back"]
                .iter()
                .any(|hint| last.contains(hint))
        });
        assert_borders(&pty.screen(), about);
    }
}

/// The number behind a `#` anywhere on the screen.
fn tag(screen: &vt100::Screen, before: &str) -> Option<usize> {
    let text = screen.contents();
    let (_, behind) = text.split_once(before)?;
    behind.get(..3)?.parse().ok()
}

/// One conversation for each text, with the text in all its fields.
fn crowd(desk: &Desk) -> usize {
    for (at, (_, text)) in texts().enumerate() {
        let ago = 100_000.0 - f64::from(u32::try_from(at).unwrap()) * 10.0;
        let id = desk.conversation(json!({
            "status": if at % 2 == 0 { "open" } else { "agent_requested" },
            "contact_name": text, "contact_email": text, "contact_phone": format!("#{at:03} {text}"), "title": text,
            "ago": ago,
            "messages": [{ "who": "visitor", "text": format!("+{at:03} {text}"), "ago": ago }],
        }));
        desk.control(json!({ "set": { "conversation_id": id, "summary": text } }));
        let mut fields = json!({ "last_message_preview": text });
        if at % 3 == 0 {
            fields["priority"] = json!(text);
        }
        if at % 4 == 0 {
            fields["status"] = json!(text);
        }
        desk.control(json!({ "plant": { "conversation_id": id, "fields": fields } }));
    }
    texts().count()
}

#[test]
fn rows_sidebars_and_previews_stand_at_every_layout() {
    let desk = Desk::new();
    let count = crowd(&desk);
    let pty = desk.open((120, 40));
    pty.wait_for_text("2 Mine 0");
    pty.send("7");
    pty.wait_for_text(&format!("7 All {count}"));
    pty.send("gg");
    pty.wait_for("the sidebar of the newest", |screen| tag(screen, "#") == Some(count - 1));
    let mut seen = BTreeSet::new();
    for step in 0..count {
        let now = tag(&pty.screen(), "#").unwrap();
        seen.insert(now);
        let (class, text) = texts().nth(now).unwrap();
        let about = format!("{class}: {text:?}");
        assert_borders(&pty.screen(), &about);
        thread(&pty.screen(), &about);
        at_size(&pty, (80, 24), &about);
        pty.send("v");
        pty.wait_for_text("CONTACT");
        assert_borders(&pty.screen(), &about);
        pty.send("\x1b");
        pty.wait_for("the list again", |screen| !screen.contents().contains("CONTACT"));
        at_size(&pty, (50, 20), &about);
        at_size(&pty, (38, 9), &about);
        at_size(&pty, (120, 40), &about);
        if step + 1 < count {
            pty.send("j");
            pty.wait_for("the next one's sidebar", |screen| tag(screen, "#").is_some_and(|tag| tag != now));
        }
    }
    let missing: Vec<_> = (0..count).filter(|at| !seen.contains(at)).collect();
    assert!(missing.is_empty(), "never on the screen: {missing:?}");
    assert!(desk.writes().is_empty());
    end(&pty);
}

#[test]
fn threads_and_composers_stand_at_every_layout() {
    let desk = Desk::new();
    let count = crowd(&desk);
    let pty = desk.open((50, 20));
    pty.wait_for_text("1 Waiting");
    pty.send("7");
    pty.wait_for_text(&format!("7 All {count}"));
    pty.send("gg");
    pty.wait_for("the cursor on the first row", |screen| screen.cursor_position().0 == 1);
    pty.send("\r");
    pty.wait_for("the first thread", |screen| tag(screen, "\u{258C} +").is_some());
    let mut seen = BTreeSet::new();
    for step in 0..count {
        let now = tag(&pty.screen(), "\u{258C} +").unwrap();
        seen.insert(now);
        let (class, text) = texts().nth(now).unwrap();
        let about = format!("{class}: {text:?}");
        thread(&pty.screen(), &about);
        pty.send("r");
        pty.wait_for_text("REPLY, visible");
        assert_borders(&pty.screen(), &about);
        thread(&pty.screen(), &about);
        for size in [(120, 40), (80, 24), (50, 20)] {
            at_size(&pty, size, &about);
            let rows = thread(&pty.screen(), &about);
            assert!(rows.iter().any(|row| matches!(row, Row::Said(..))), "{about}");
        }
        pty.send("\x1b");
        pty.wait_for("the composer left", |screen| !screen.contents().contains("REPLY, visible"));
        if step + 1 < count {
            pty.send("J");
            pty.wait_for("the next thread", |screen| tag(screen, "\u{258C} +").is_some_and(|tag| tag != now));
        }
    }
    let missing: Vec<_> = (0..count).filter(|at| !seen.contains(at)).collect();
    assert!(missing.is_empty(), "never on the screen: {missing:?}");
    assert!(desk.writes().is_empty());
    end(&pty);
}

/// Every kind of message with every text of a class; and what is to be found of each: its tag and gutter.
fn messages(desk: &Desk, texts: &[&str]) -> (String, Vec<(String, &'static str)>) {
    let id = desk.conversation(json!({
        "status": "open", "contact_name": "June Park", "ago": 90_000.0,
        "messages": [{ "who": "visitor", "text": "hello", "ago": 80_000.0 }],
    }));
    let mut wanted = Vec::new();
    let say = |who: &str, text: String, metadata: Value| {
        let message = json!({ "conversation_id": id, "who": who, "text": text, "metadata": metadata, "ago": 70_000.0 });
        desk.control(json!({ "message": message }))["message_id"].as_str().unwrap().to_owned()
    };
    for (at, text) in texts.iter().enumerate() {
        for (who, letter, gutter) in [
            ("visitor", 'v', VISITOR),
            ("bot", 'b', BOT),
            ("dashboard", 'd', PERSON),
            ("api", 'a', PERSON),
            ("stranger", 'u', UNKNOWN),
        ] {
            say(who, format!("{letter}{at:03} {text}"), json!({ "source": text }));
            wanted.push((format!("{letter}{at:03}"), gutter));
        }
        let part = |more: Value| {
            let mut part = json!({ "object": "message_part", "id": format!("p{at}"), "order": 0, "created_at": null });
            for (name, value) in more.as_object().unwrap() {
                part[name] = value.clone();
            }
            json!([part])
        };
        let tool = part(json!({
            "type": "tool", "tool_name": format!("t{at:03} {text}"), "tool_call_id": text, "tool_error_text": text,
        }));
        let file = part(json!({
            "type": "file", "file_url": text, "file_filename": format!("f{at:03} {text}"), "file_media_type": text,
        }));
        let link = part(json!({ "type": text, "file_url": format!("l{at:03} {text}") }));
        for (who, parts, letter, gutter) in
            [("bot", tool, 't', BOT), ("visitor", file, 'f', VISITOR), ("visitor", link, 'l', VISITOR)]
        {
            let message = say(who, "planted".to_owned(), Value::Null);
            let fields = json!({ "parts": parts });
            desk.control(json!({
                "plant": { "conversation_id": id, "message_id": message, "fields": fields }
            }));
            wanted.push((format!("{letter}{at:03}"), gutter));
        }
        say("system", format!("s{at:03} {text}"), Value::Null);
        wanted.push((format!("s{at:03}"), ""));
    }
    (id, wanted)
}

#[test]
fn every_row_of_a_message_has_its_roles_gutter_however_one_scrolls_s2() {
    for class in CLASSES {
        let desk = Desk::new();
        let (_, wanted) = messages(&desk, class.texts);
        for size in [(120, 40), (50, 20)] {
            let pty = desk.open(size);
            pty.wait_for_text("June Park");
            pty.send("\r");
            pty.wait_for_text("Esc back");
            pty.wait_for("the newest message", |screen| screen.contents().contains(&wanted.last().unwrap().0));
            let mut missing: Vec<_> = wanted.clone();
            loop {
                let screen = pty.screen();
                assert_borders(&screen, class.name);
                let rows = thread(&screen, class.name);
                missing.retain(|(tag, gutter)| {
                    let found = rows.iter().find_map(|row| match row {
                        Row::Said(gutter, text) => tagged(text, tag).then(|| gutter.clone()),
                        Row::Rule(words) => words.contains(tag.as_str()).then(String::new),
                        Row::Ours(_) | Row::Blank => None,
                    });
                    if let Some(found) = &found {
                        assert_eq!(found, gutter, "{}: the gutter of {tag}", class.name);
                    }
                    found.is_none()
                });
                if rows.contains(&Row::Ours("the beginning".to_owned())) {
                    break;
                }
                page_up(&pty, &screen);
            }
            assert!(missing.is_empty(), "{} at {size:?}: never seen: {missing:?}", class.name);
            end(&pty);
        }
    }
}

/// Whether a row begins with a tag, be it behind our words for tools and files.
fn tagged(text: &str, tag: &str) -> bool {
    let text = text.trim_start_matches(['\u{25B8}', ' ']);
    let text =
        ["tool failed: ", "tool: ", "file, bad link: "].iter().find_map(|ours| text.strip_prefix(ours)).unwrap_or(text);
    text.starts_with(tag)
}

#[test]
fn traces_and_the_list_of_links_stand_at_every_layout() {
    for class in CLASSES {
        let desk = Desk::new();
        let id = desk.conversation(json!({
            "status": "open", "contact_name": "June Park", "ago": 90_000.0,
            "messages": [{ "who": "visitor", "text": "hello", "ago": 80_000.0 }],
        }));
        let mut wanted = Vec::new();
        for (at, text) in class.texts.iter().enumerate() {
            let part = |kind: Value| {
                let mut part =
                    json!({ "object": "message_part", "id": format!("p{at}"), "order": 0, "created_at": null });
                part.as_object_mut().unwrap().extend(kind.as_object().unwrap().clone());
                json!([part])
            };
            let tool = part(json!({
                "type": "tool", "tool_name": text, "tool_call_id": text, "tool_input": format!("i{at:03} {text}"),
                "tool_output": { *text: format!("o{at:03} {text}") }, "tool_error_text": format!("e{at:03} {text}"),
            }));
            let file = part(json!({
                "type": "file", "file_url": format!("https://h{at:03}.example/{at}"), "file_filename": text,
                "file_media_type": text,
            }));
            for (who, parts) in [("bot", tool), ("visitor", file)] {
                let message = json!({ "conversation_id": id, "who": who, "text": "planted", "ago": 70_000.0 });
                let message = desk.control(json!({ "message": message }))["message_id"].as_str().unwrap().to_owned();
                let plant = json!({ "conversation_id": id, "message_id": message, "fields": { "parts": parts } });
                desk.control(json!({ "plant": plant }));
            }
            wanted.extend(["e", "i", "o"].map(|letter| format!("{letter}{at:03}")));
            wanted.push(format!("h{at:03}.example"));
        }
        let newest = format!("h{:03}.example", class.texts.len() - 1);
        for size in [(120, 40), (80, 24), (50, 20)] {
            let pty = desk.open(size);
            pty.wait_for_text("June Park");
            pty.send("\r");
            pty.wait_for_text("Esc back");
            pty.wait_for("the newest message", |screen| screen.contents().contains(&newest));
            pty.send("b");
            // The hint line is drawn last.
            pty.wait_for("a trace", |screen| {
                let text = screen.contents();
                text.contains('\u{25BE}') && !text.contains("b bot trace")
            });
            if !pty.screen_text().contains(&newest) {
                pty.send("G");
                pty.wait_for("the end of the thread", |screen| screen.contents().contains(&newest));
            }
            let mut missing = wanted.clone();
            loop {
                let screen = pty.screen();
                assert_borders(&screen, class.name);
                let rows = thread(&screen, class.name);
                missing.retain(|tag| {
                    !rows.iter().any(|row| {
                        matches!(row, Row::Said(gutter, text) if text.contains(tag.as_str())
                        && [BOT, VISITOR].contains(&gutter.as_str()))
                    })
                });
                if rows.contains(&Row::Ours("the beginning".to_owned())) {
                    break;
                }
                page_up(&pty, &screen);
            }
            assert!(missing.is_empty(), "{} at {size:?}: never seen: {missing:?}", class.name);
            pty.send("O");
            pty.wait_for_text("links and files");
            for other in [(120, 40), (80, 24), (50, 20), size] {
                pty.resize(other.0, other.1);
                pty.wait_for("the list of links", |screen| {
                    let last = screen.rows(0, other.0).last().unwrap_or_default();
                    screen.size() == (other.1, other.0) && last.contains("Esc closes")
                });
                assert_borders(&pty.screen(), class.name);
            }
            pty.send("s");
            pty.wait_for_text("y saves it, Esc does not");
            assert_borders(&pty.screen(), class.name);
            pty.send("n");
            end(&pty);
        }
        assert!(desk.writes().is_empty());
    }
}

#[test]
fn names_of_members_stand_in_the_chooser_and_as_owners() {
    let desk = Desk::new();
    for (at, (_, text)) in texts().enumerate() {
        let made = desk.control(json!({ "add_member": { "first_name": text, "last_name": format!("={at:03}") } }));
        desk.conversation(json!({
            "status": "agent_requested", "contact_name": "June Park", "assigned_to": made["user_id"],
            "contact_phone": format!("#{at:03}"), "ago": 9_000.0,
            "messages": [{ "who": "visitor", "text": "hello", "ago": 8_000.0 }],
        }));
    }
    let pty = Pty::start(desk.command(), (120, 40));
    pty.wait_for_text("who are you?");
    answer(&pty, "j");
    let lines = texts().count() + 3;
    for line in 1..lines {
        let at = pty.screen().cursor_position();
        assert_borders(&pty.screen(), &format!("the chooser at line {line}"));
        pty.send("j");
        let before = pty.screen_text();
        pty.wait_for("the next line", |screen| {
            line + 1 >= lines || screen.cursor_position() != at || screen.contents() != before
        });
        if line % 20 == 0 {
            for size in [(80, 24), (50, 20), (38, 9), (120, 40)] {
                at_size(&pty, size, "the chooser");
            }
        }
    }
    pty.send("\x1b");
    pty.wait_for("the chooser gone", |screen| !screen.contents().contains("who are you?"));
    pty.send("7");
    pty.wait_for("the first sidebar", |screen| tag(screen, "#").is_some());
    for step in 0..texts().count() {
        let now = tag(&pty.screen(), "#").unwrap();
        assert_borders(&pty.screen(), texts().nth(now).unwrap().1);
        if step + 1 < texts().count() {
            pty.send("j");
            pty.wait_for("the next one", |screen| tag(screen, "#").is_some_and(|tag| tag != now));
        }
    }
    end(&pty);
}

#[test]
fn names_of_the_organisation_and_of_bots_stand() {
    for (at, text) in CONTROL.texts.iter().chain(HIDDEN.texts).enumerate() {
        let desk = Desk::new();
        desk.waiting("June Park", 900.0);
        let me = json!({ "org": { "id": "o1", "name": format!("O{at:02} {text}") }, "user": null, "scopes": [text] });
        let bot = desk.control(json!({ "list": {} }))["conversations"][0]["id"].clone();
        let shown = desk.control(json!({ "show": { "conversation_id": bot } }));
        let bots = json!({
            "object": "list", "total": 1, "page": 1, "page_size": 25,
            "data": [{ "object": "chatbot", "id": shown["conversation"]["chatbot_id"], "name": format!("N{at:02} {text}") }],
        });
        for (path, body) in [("/me", me.to_string()), ("/chatbots", bots.to_string())] {
            desk.control(json!({
                "fault": { "kind": "non_json", "path": path, "status": 200, "body": body, "forever": true }
            }));
        }
        let pty = desk.open((120, 40));
        pty.wait_for_text("June Park");
        pty.send("\r");
        pty.wait_for_text(&format!("bot \u{201C}N{at:02}"));
        assert!(pty.row(0).starts_with(&format!(" O{at:02}")), "{:?}", pty.row(0));
        assert_borders(&pty.screen(), text);
        for size in [(80, 24), (50, 20), (38, 9)] {
            at_size(&pty, size, text);
        }
        end(&pty);
    }
}

/// An answer of the platform with a text in each of its fields.
fn error(at: usize, text: &str) -> String {
    json!({
        "error": text, "message": format!("E{at:03} {text}"), "request_id": format!("q{text}"),
        "details": { "fieldErrors": { (text): [text] } },
    })
    .to_string()
}

#[test]
fn the_servers_words_about_a_failed_read_stand_behind_ours() {
    let desk = Desk::new();
    desk.waiting("June Park", 900.0);
    let pty = desk.open((120, 40));
    pty.wait_for_text("anybody there?");
    for (at, (_, text)) in texts().enumerate() {
        desk.control(json!({ "clear_faults": {} }));
        desk.control(json!({
            "fault": {
                "kind": "status", "path": "/conversations?", "status": 400, "body": error(at, text), "forever": true,
            }
        }));
        pty.send("R");
        pty.wait_for_text(&format!(" old: refused (400): \u{201C}E{at:03}"));
        let screen = pty.screen();
        assert_borders(&screen, text);
        let bar = stretch(&screen, 0, 0, 120);
        assert!(bar.starts_with(" Acme Inc "), "{bar:?}");
        let open = bar.matches('\u{201C}').count() - bar.matches('\u{201D}').count();
        assert!(open == 0 || open == 1 && bar.contains("\u{2026};"), "quoted, or cut before our words: {bar:?}");
        at_size(&pty, (80, 24), text);
        at_size(&pty, (50, 20), text);
        at_size(&pty, (120, 40), text);
    }
    end(&pty);
}

#[test]
fn the_servers_words_about_a_refused_reply_stand_above_the_composer() {
    let desk = Desk::new();
    desk.waiting("June Park", 900.0);
    let pty = desk.open((120, 40));
    pty.wait_for_text("anybody there?");
    pty.send("r");
    pty.wait_for_text("REPLY, visible");
    pty.send("my words");
    for (at, (_, text)) in texts().enumerate() {
        desk.control(json!({
            "fault": { "kind": "status", "method": "POST", "status": 400, "body": error(at, text) }
        }));
        pty.wait_for_text("\u{2503} my words ");
        pty.send("\x13");
        pty.wait_for_text("held ");
        pty.send("\x13");
        pty.wait_for_text(&format!("not sent: refused (400): \u{201C}E{at:03}"));
        assert_borders(&pty.screen(), text);
        for size in [(80, 24), (50, 20), (120, 40)] {
            at_size(&pty, size, text);
        }
        pty.send("\x1b[A");
    }
    assert_eq!(desk.count_of("my words"), 0);
    end(&pty);
}
