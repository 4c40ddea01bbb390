//! Every text in what an agent's hands touch: notes, tags, members, fields, refusals, commands, and the lists of what
//! was done; every screen of theirs opened once in a wide and in a narrow window.

use serde_json::{Value, json};

use crate::desk::{Desk, answer};
use crate::inputs::{CLASSES, CONTROL, HIDDEN, PASTE, texts};
use crate::look::{assert_borders, end};
use crate::pty::Pty;

const WIDE: (u16, u16) = (120, 40);
const NARROW: (u16, u16) = (50, 20);

/// Somebody with harmless words, so that what is waited for is ours.
fn june(desk: &Desk, more: &Value) -> String {
    let mut described = json!({
        "status": "open", "contact_name": "June Park", "ago": 9_000.0,
        "messages": [{ "who": "visitor", "text": "hello", "ago": 8_000.0 }],
    });
    described.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    desk.conversation(described)
}

/// June's thread, opened.
fn opened(desk: &Desk, size: (u16, u16)) -> Pty {
    let pty = desk.open(size);
    pty.wait_for_text("June Park");
    pty.send("\r");
    pty.wait_for_text("\u{258C} hello");
    pty
}

/// Sends keys, waits for words of ours, and holds the borders.
fn shows(pty: &Pty, keys: &str, words: &str, about: &str) {
    pty.send(keys);
    pty.wait_for_text(words);
    assert_borders(&pty.screen(), about);
}

/// Sends keys, waits until words of ours are gone, and holds the borders.
fn closes(pty: &Pty, keys: &str, words: &str, about: &str) {
    pty.send(keys);
    pty.wait_for("it is closed", |screen| !screen.contents().contains(words));
    assert_borders(&pty.screen(), about);
}

/// Goes down a list until its last row was under the cursor, and holds the borders on the way.
fn walks(pty: &Pty, last: &str, about: &str) {
    let mut steps = 0;
    while !pty.screen_text().contains(last) {
        let before = pty.screen_text();
        pty.send("\x1b[B".repeat(8));
        pty.wait_for(&format!("more rows, at last {last}"), |screen| screen.contents() != before);
        assert_borders(&pty.screen(), about);
        steps += 1;
        assert!(steps < 200, "{last} is never reached");
    }
}

/// Pastes the texts of each class into a field of one line, and empties it again.
fn pastes(pty: &Pty, ours: &str) {
    let all = CLASSES.iter().filter(|class| class.name != PASTE.name);
    for (class, texts) in all.flat_map(|class| class.texts.chunks(6).map(move |texts| (class, texts))) {
        let all = texts.join(" ").replace(['\r', '\n', '\u{2028}', '\u{2029}'], " ");
        pty.send(format!("\x1b[200~{all} =end\x1b[201~"));
        pty.wait_for("what was pasted", |screen| {
            screen.contents().contains("=end") && screen.contents().contains(ours)
        });
        assert_borders(&pty.screen(), class.name);
        pty.send("\x15");
        pty.wait_for("an empty line", |screen| !screen.contents().contains("=end"));
    }
}

#[test]
fn notes_stand_in_the_sidebar_and_on_their_line() {
    for class in CLASSES {
        let desk = Desk::new();
        let author = desk.control(json!({ "add_member": { "first_name": class.texts[0], "last_name": "Mara" } }));
        let notes: Vec<Value> = class
            .texts
            .iter()
            .enumerate()
            .map(|(at, text)| {
                let said = ["", "\n\u{2014} "][at % 2];
                json!({
                    "content": format!("n{at:03} {text}{said}{text}"), "user_id": author["user_id"],
                    "by_key": at % 2 == 1, "ago": 7_000.0 + f64::from(u32::try_from(at).unwrap()) * 100.0,
                })
            })
            .collect();
        let id = june(&desk, &json!({ "notes": notes }));
        let bad = json!({ "conversation_id": id, "note_id": "new", "fields": { "content": 7, "created_at": class.texts[0] } });
        desk.control(json!({ "plant": bad }));
        for size in [WIDE, NARROW] {
            let pty = opened(&desk, size);
            if size == NARROW {
                pty.wait_for_text(&format!("note 1/{}", notes.len() + 1));
                assert!(pty.row(3).starts_with(" note 1/"), "{}", pty.row(3));
            }
            shows(&pty, "v", "NOTES", class.name);
            pty.wait_for_text("unreadable: ");
            for at in 0..notes.len() {
                let tag = format!("n{at:03}");
                let mut steps = 0;
                while !pty.screen_text().contains(&tag) {
                    let before = pty.screen_text();
                    pty.send("j");
                    pty.wait_for(&format!("{} {tag}", class.name), |screen| screen.contents() != before);
                    assert_borders(&pty.screen(), class.name);
                    steps += 1;
                    assert!(steps < 60, "{tag} is never seen");
                }
            }
            // Editing the note's neighbours: a note is begun beside all these.
            shows(&pty, "n", "NOTE, team only", class.name);
            end(&pty);
        }
        assert!(desk.writes().is_empty());
    }
}

#[test]
fn tags_and_members_stand_in_their_choosers_and_on_rows() {
    let desk = Desk::new();
    let mut named = Vec::new();
    for (at, (_, text)) in texts().enumerate() {
        let color = if at % 2 == 0 { json!("#e5484d") } else { json!(text) };
        let name = format!("{text} ={at:03}");
        desk.control(json!({ "tag": { "name": name, "color": color } }));
        desk.control(json!({ "add_member": { "first_name": text, "last_name": format!("={at:03}") } }));
        named.push(name);
    }
    desk.control(json!({ "tag": { "name": "the last tag" } }));
    named.push("the last tag".to_owned());
    for (at, tags) in named.chunks(5).enumerate() {
        desk.conversation(json!({
            "status": "open", "contact_name": format!("Row {at:03}"), "ago": 5_000.0, "tags": tags,
            "messages": [{ "who": "visitor", "text": "hello there", "ago": 4_000.0 }],
        }));
    }
    june(&desk, &json!({ "tags": named, "assigned_to": desk.member(0) }));
    for size in [WIDE, NARROW] {
        let pty = opened(&desk, size);
        shows(&pty, "t", "\u{250C}\u{2500} tags ", "tags");
        pty.wait_for("the palette is read", |screen| !screen.contents().contains("reading\u{2026}"));
        walks(&pty, "the last tag", "tags");
        // Every text as what is typed there: it narrows, and none of it is a key.
        pastes(&pty, "create \u{201C}");
        // Deleting one asks with its name.
        shows(&pty, "\x04", "delete this tag for everybody?", "a tag's end");
        answer(&pty, "\x1b");
        closes(&pty, "", "delete this tag", "a tag's end");
        pty.send("\x1b");
        shows(&pty, "a", "\u{250C}\u{2500} assign to ", "owners");
        walks(&pty, "nobody", "owners");
        closes(&pty, "\x1b", "assign to ", "owners");
        shows(&pty, "H", "\u{250C}\u{2500} hand over to ", "colleagues");
        shows(&pty, "\r", "NOTE, team only, hands over: ", "a hand-over");
        pty.send("\x1b");
        if size == WIDE {
            pty.send("7");
            pty.wait_for_text("Row 000");
            pty.send("G");
            pty.wait_for("the last rows", |screen| screen.contents().contains("Row 000"));
            assert_borders(&pty.screen(), "tags on rows");
        }
        end(&pty);
    }
    assert!(desk.writes().is_empty());
}

/// An answer of the platform with the text in each of its fields.
fn refusal(at: usize, text: &str) -> String {
    json!({
        "error": text, "message": format!("E{at:03} {text}"), "request_id": format!("q{text}"),
        "details": { "fieldErrors": { (text): [text], "status": [text, text] }, "formErrors": [text] },
    })
    .to_string()
}

/// Refuses whatever is not a read, in these words, until told otherwise.
fn refuses(desk: &Desk, body: &str) {
    desk.control(json!({ "clear_faults": {} }));
    for method in ["PATCH", "POST", "PUT", "DELETE"] {
        let fault = json!({ "kind": "status", "method": method, "status": 400, "body": body, "forever": true });
        desk.control(json!({ "fault": fault }));
    }
}

#[test]
fn what_is_refused_is_said_in_blocks_in_the_outbox_and_in_the_log() {
    for class in [&CONTROL, &HIDDEN, &PASTE] {
        for size in [WIDE, NARROW] {
            let desk = Desk::new();
            desk.control(json!({ "tag": { "name": "Billing", "color": "#3e63dd" } }));
            june(&desk, &json!({}));
            let pty = opened(&desk, size);
            for (at, text) in class.texts.iter().enumerate() {
                refuses(&desk, &refusal(at, text));
                let about = format!("{}: {text:?}", class.name);
                match at % 3 {
                    0 => {
                        pty.send("ph");
                        pty.wait_for_text("priority not changed: refused (400)");
                    }
                    1 => {
                        shows(&pty, "n", "NOTE, team only", &about);
                        pty.send(format!("my note {at}\x13"));
                        pty.wait_for_text("note not added: refused (400)");
                        closes(&pty, "\x1b", "NOTE, team only", &about);
                    }
                    _ => {
                        shows(&pty, "t", "Billing", &about);
                        pty.send(" \r");
                        pty.wait_for_text("tags not changed: refused (400)");
                    }
                }
                assert_borders(&pty.screen(), &about);
                shows(&pty, "gq", "\u{250C}\u{2500} outbox ", &about);
                pty.wait_for_text(&format!("E{at:03}"));
                assert_borders(&pty.screen(), &about);
                closes(&pty, "\x1b", "\u{250C}\u{2500} outbox ", &about);
                // Nothing stands before the next one.
                pty.send("u");
                pty.wait_for("taken back", |screen| !screen.contents().contains("refused (400)"));
                if pty.screen_text().contains("NOTE, team only") {
                    closes(&pty, "\x1b", "NOTE, team only", &about);
                }
            }
            shows(&pty, "gl", "\u{250C}\u{2500} log ", class.name);
            shows(&pty, "\x1bgd", "\u{250C}\u{2500} drafts ", class.name);
            end(&pty);
        }
    }
}

#[test]
fn prompts_take_and_show_any_text_and_commands_write_any() {
    let folder = tempfile::tempdir().unwrap();
    let all: String = texts().map(|(_, text)| format!("{text}\n")).collect();
    std::fs::write(folder.path().join("words"), all).unwrap();
    let desk = Desk::new();
    let fields =
        json!({ "title": CONTROL.texts[0], "contact_email": HIDDEN.texts[0], "contact_phone": CONTROL.texts[8] });
    june(&desk, &fields);
    for size in [WIDE, NARROW] {
        let pty = opened(&desk, size);
        let typed: [(&str, &str, &str); 3] = [
            (":", "\u{250C}\u{2500} actions ", "actions"),
            ("/", "search:", "a search"),
            ("!", "pipe the transcript to a command", "a command"),
        ];
        for (key, ours, about) in typed {
            shows(&pty, key, ours, about);
            pastes(&pty, ours);
            pty.wait_for_text(ours);
            closes(&pty, "\x1b", ours, about);
        }
        shows(&pty, "!", "pipe the transcript to a command", "a command");
        let command =
            format!("cat {}/words; cat {}/words >&2; exit 3", folder.path().display(), folder.path().display());
        // Enter counts only by itself.
        shows(&pty, &format!("\x1b[200~{command}\x1b[201~"), "exit 3", "a command");
        shows(&pty, "\r", "output: it ended with 3", "an output");
        let ends = |screen: &vt100::Screen| {
            let text = screen.contents();
            let foot = text.lines().find(|line| line.contains(" of ") && line.contains(" to ")).unwrap_or_default();
            let numbers: Vec<&str> =
                foot.split(|char: char| !char.is_ascii_digit()).filter(|it| !it.is_empty()).collect();
            matches!(numbers.as_slice(), [_, to, of] if to == of)
        };
        while !ends(&pty.screen()) {
            let before = pty.screen_text();
            pty.send("\x1b[6~");
            pty.wait_for("more of the output", |screen| screen.contents() != before);
            assert_borders(&pty.screen(), "an output");
        }
        closes(&pty, "\x1b", "output: it ended", "an output");
        // The fields of the sidebar, each with the text that it holds.
        shows(&pty, "v", "CONTACT", "the sidebar");
        for _ in 0..6 {
            shows(&pty, "\r", "\u{2514}", "a field");
            closes(&pty, "\x1b", "\u{2514}", "a field");
            pty.send("j");
        }
        end(&pty);
    }
    assert!(desk.writes().is_empty());
}
