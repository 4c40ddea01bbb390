//! A thread read by message: the cursor, traces, links and files, copies. Keys act on what was drawn.

use std::time::Duration;

use takeover::app::screen::{Fold, LineKind, Look};
use takeover::app::{Effect, Event, Focus};
use takeover::domain::{Message, MessageId, Part, PartKind, Status};
use takeover::text::RawText;

use crate::desk::platform::{Origin, user};
use crate::desk::{Desk, id, seconds};

fn raw(text: &str) -> RawText {
    RawText::new(text)
}

/// An opened conversation of mine with these messages, one second apart.
fn opened(messages: &[(Origin, &str)]) -> Desk {
    opened_with(messages, Vec::new()).0
}

/// The same; the last message has these parts too.
fn opened_with(messages: &[(Origin, &str)], parts: Vec<PartKind>) -> (Desk, MessageId) {
    let mut desk = with(messages);
    let id = add_parts(&mut desk, parts);
    desk.begin();
    desk.open(0);
    (desk, id)
}

/// Before its first event.
fn with(messages: &[(Origin, &str)]) -> Desk {
    let mut desk = Desk::new(2);
    for (number, (origin, text)) in messages.iter().enumerate() {
        desk.platform.say(0, *origin, text, seconds(number as f64));
    }
    for held in &mut desk.platform.held {
        held.conversation.status = Status::Open;
        held.conversation.assigned_to = Some(user("u-me"));
    }
    desk.now = seconds(100.0);
    desk
}

/// Gives the last message these parts too.
fn add_parts(desk: &mut Desk, kinds: Vec<PartKind>) -> MessageId {
    let message: &mut Message = desk.platform.held[0].messages.last_mut().unwrap();
    message.parts.extend(kinds.into_iter().map(|kind| Part { order: 9, kind }));
    message.id.clone()
}

fn failed_tool() -> PartKind {
    PartKind::Tool {
        name: Some(raw("lookup_order")),
        input: Some(raw("{\"order\":\"4421\"}")),
        output: None,
        error_text: Some(raw("no such order")),
    }
}

fn selected(desk: &Desk) -> String {
    let id = desk.model.screen.selected.as_ref().unwrap();
    let thread = desk.model.threads.get(&crate::desk::id(0)).unwrap();
    thread.messages[thread.position(id).unwrap()].message.raw_text().as_raw().to_owned()
}

/// The rows of text on the screen.
fn rows(desk: &Desk) -> Vec<String> {
    let lines = desk.model.screen.thread.iter();
    lines
        .filter_map(|line| match &line.kind {
            LineKind::Text { text, .. } => Some(text.clone()),
            _ => None,
        })
        .collect()
}

fn on_screen(desk: &Desk, text: &str) -> bool {
    rows(desk).iter().any(|row| row == text)
}

/// The effects of the keys, without what is read.
fn ordered(desk: &Desk) -> Vec<&Effect> {
    let effects = desk.ordered.iter().map(|(_, effect)| effect);
    effects.filter(|effect| !matches!(effect, Effect::Fetch { .. } | Effect::RingBell)).collect()
}

fn copied(desk: &Desk) -> String {
    match ordered(desk).last() {
        Some(Effect::Copy { text }) => text.clone(),
        other => panic!("nothing was copied: {other:?}, {}", desk.said()),
    }
}

#[test]
fn j_and_k_move_by_message_and_the_one_under_the_cursor_is_always_on_the_screen() {
    let texts: Vec<String> = (0..60).map(|number| format!("words {number}")).collect();
    let all: Vec<(Origin, &str)> = texts.iter().map(|text| (Origin::Visitor, text.as_str())).collect();
    let mut desk = opened(&all);
    assert_eq!(selected(&desk), texts[59]);
    for text in texts.iter().rev().skip(1) {
        desk.press("k");
        assert_eq!(selected(&desk), *text);
        assert!(on_screen(&desk, text), "{text}");
    }
    desk.press("k");
    assert_eq!(selected(&desk), texts[0], "there is nothing above the first");
    for text in texts.iter().skip(1) {
        desk.press("j");
        assert_eq!(selected(&desk), *text);
        assert!(on_screen(&desk, text), "{text}");
    }
    desk.press("gg");
    assert_eq!(selected(&desk), texts[0]);
    desk.press("G");
    assert_eq!(selected(&desk), texts[59]);
}

#[test]
fn many_moves_in_one_read_come_to_the_same_message_as_one_by_one() {
    let texts: Vec<String> = (0..60).map(|number| format!("words {number}\nand more\nof them")).collect();
    let all: Vec<(Origin, &str)> = texts.iter().map(|text| (Origin::Visitor, text.as_str())).collect();
    let (mut at_once, mut apart) = (opened(&all), opened(&all));
    at_once.press("<up><up><up><up><up><up><up><up><up><up><up><up><up><up><up><down><down>");
    apart.typed("<up><up><up><up><up><up><up><up><up><up><up><up><up><up><up><down><down>");
    assert_eq!(selected(&at_once), selected(&apart));
    assert_eq!(selected(&apart), texts[59 - 13]);
    at_once.press("ym");
    assert_eq!(copied(&at_once), selected(&apart));
}

#[test]
fn a_message_taller_than_the_pane_is_scrolled_before_the_next_one_is_reached() {
    let tall: String = (0..80).map(|row| format!("row {row}")).collect::<Vec<_>>().join("\n");
    let mut desk = opened(&[(Origin::Visitor, "before"), (Origin::Visitor, &tall), (Origin::Visitor, "after")]);
    desk.press("k");
    assert_eq!(selected(&desk), tall);
    let mut steps = 0;
    while selected(&desk) == tall {
        desk.press("k");
        steps += 1;
        assert!(steps < 100, "the top is never reached");
    }
    assert_eq!(selected(&desk), "before");
    assert!((40..=80).contains(&steps), "{steps} steps");
    assert!(on_screen(&desk, "before"));
    desk.press("j");
    assert_eq!(selected(&desk), tall);
    assert!(on_screen(&desk, "row 0"));
    for _ in 0..steps {
        desk.press("j");
    }
    assert_eq!(selected(&desk), "after");
    assert!(on_screen(&desk, "after"));
}

#[test]
fn a_page_takes_the_cursor_along() {
    let texts: Vec<String> = (0..200).map(|number| format!("words {number}")).collect();
    let all: Vec<(Origin, &str)> = texts.iter().map(|text| (Origin::Visitor, text.as_str())).collect();
    let mut desk = with(&all);
    desk.platform.thread_page = 200;
    desk.begin();
    desk.open(0);
    desk.press("k");
    for _ in 0..3 {
        desk.press("<c-u>");
        assert!(on_screen(&desk, &selected(&desk)));
    }
    let before = selected(&desk);
    desk.press("k");
    assert_ne!(selected(&desk), before);
    assert!(on_screen(&desk, &selected(&desk)));
}

#[test]
fn what_arrives_between_choosing_and_copying_is_not_copied() {
    let mut desk = opened(&[(Origin::Visitor, "the right one"), (Origin::Visitor, "the newest")]);
    desk.press("k");
    for _ in 0..5 {
        let now = desk.now;
        desk.platform.say(0, Origin::Visitor, "news", now);
        desk.wait(6.0);
        desk.press("ym");
        assert_eq!(copied(&desk), "the right one");
    }
}

#[test]
fn why_the_bot_failed_is_one_key_from_the_open_thread_wherever_it_stands() {
    let mut desk = with(&[(Origin::Visitor, "4421?")]);
    let now = desk.now;
    desk.platform.say(0, Origin::Bot, "I look.", now);
    let failing = add_parts(&mut desk, vec![failed_tool()]);
    for number in 0..50 {
        desk.platform.say(0, Origin::Visitor, &format!("later {number}"), now);
    }
    desk.begin();
    desk.open(0);
    assert!(!rows(&desk).contains(&"I look.".to_owned()), "it is far above");
    desk.press("b");
    let trace: Vec<String> = desk
        .model
        .screen
        .thread
        .iter()
        .filter_map(|line| match &line.kind {
            LineKind::Trace { row: takeover::app::trace::Row::Text { label, text }, .. } => {
                Some(format!("{label} {text}"))
            }
            _ => None,
        })
        .collect();
    assert_eq!(trace, ["failed no such order", "input {\"order\": \"4421\"}"]);
    assert_eq!(desk.model.screen.selected.as_ref(), Some(&failing));
    desk.press("b");
    assert!(!desk.model.screen.thread.iter().any(|line| matches!(line.kind, LineKind::Trace { .. })));
    assert_eq!(desk.model.screen.selected.as_ref(), Some(&failing), "folding moves nothing");
}

#[test]
fn a_thread_without_tool_calls_says_so() {
    let mut desk = opened(&[(Origin::Visitor, "hello")]);
    desk.press("b");
    assert_eq!(desk.said(), "the bot called no tool in what is loaded");
    desk.press("<enter>");
    assert_eq!(desk.said(), "nothing to unfold in this message");
    assert_eq!(desk.model.panes.focus, Focus::Thread);
}

#[test]
fn enter_unfolds_the_message_under_the_cursor_first_in_part_then_whole() {
    let long = format!("[{}]", (0..90).map(|it| it.to_string()).collect::<Vec<_>>().join(","));
    let tool = PartKind::Tool { name: Some(raw("list")), input: Some(raw(&long)), output: None, error_text: None };
    let (mut desk, message) = opened_with(&[(Origin::Bot, "I look.")], vec![tool]);
    let fold = |desk: &Desk| desk.model.threads.get(&id(0)).unwrap().fold_of(&message);
    for expected in [Fold::Some, Fold::Whole, Fold::Folded] {
        desk.press("<enter>");
        assert_eq!(fold(&desk), expected);
        assert!(desk.model.screen.thread.iter().any(|line| matches!(line.kind, LineKind::Tool { .. })));
    }
}

#[test]
fn one_link_is_opened_by_two_keys_and_only_by_them() {
    let mut desk =
        opened(&[(Origin::Visitor, "it is here: https://shop.example/orders/4421."), (Origin::Visitor, "hello?")]);
    desk.press("jjkkGgg");
    desk.wait(60.0);
    assert!(ordered(&desk).is_empty(), "{:?}", ordered(&desk));
    desk.press("O<enter>");
    let url = raw("https://shop.example/orders/4421");
    assert_eq!(ordered(&desk), [&Effect::OpenLink { ask: 1, url }]);
    assert!(desk.model.overlays.open.is_none());
    desk.handle(Event::LinkOpened { ask: 1, result: Err(raw("no opener")) });
    assert_eq!(desk.said(), "not opened:");
    desk.handle(Event::LinkOpened { ask: 1, result: Ok(()) });
    assert_eq!(desk.said(), "opened");
}

#[test]
fn a_file_is_fetched_after_its_host_was_shown_and_a_yes_that_was_not_in_the_air() {
    let file = PartKind::File {
        url: raw("https://files.example.com/a/p.jpg?sig=1"),
        media_type: Some(raw("image/jpeg")),
        filename: Some(raw("../../parcel.jpg")),
    };
    let (mut desk, _) = opened_with(&[(Origin::Visitor, "a photo")], vec![file]);
    desk.press("Osy");
    assert!(ordered(&desk).is_empty(), "a key of the same moment answers nothing");
    desk.wait(0.3);
    desk.press("n<enter>s");
    assert!(ordered(&desk).is_empty(), "only y is yes");
    desk.press("<esc>");
    desk.wait(1.0);
    assert!(desk.model.overlays.open.is_none());
    desk.press("Os");
    desk.wait(0.3);
    desk.press("y");
    let (url, name) = (raw("https://files.example.com/a/p.jpg?sig=1"), raw("../../parcel.jpg"));
    assert_eq!(ordered(&desk), [&Effect::SaveFile { ask: 1, url, name }]);
    desk.handle(Event::FileSaved { ask: 1, result: Ok(raw("/home/ada/parcel.jpg")) });
    assert_eq!(desk.said(), "saved as");
}

#[test]
fn what_is_no_link_is_neither_opened_nor_saved() {
    for url in ["javascript:alert(1)", "file:///etc/passwd", "https://a.example/\u{1b}]0;x\u{7}", "http://a.example/x"]
    {
        let file = PartKind::File { url: raw(url), media_type: None, filename: None };
        let (mut desk, _) = opened_with(&[(Origin::Visitor, "a file")], vec![file]);
        desk.press("Os");
        desk.wait(0.3);
        desk.press("y");
        assert!(ordered(&desk).is_empty(), "{url}");
        if !url.starts_with("http://") {
            desk.press("<enter>");
            assert!(ordered(&desk).is_empty(), "{url}");
        }
    }
}

#[test]
fn the_list_of_links_stands_still_while_messages_arrive() {
    let mut desk = opened(&[(Origin::Visitor, "https://a.example and https://b.example")]);
    desk.press("Oj");
    let now = desk.now;
    desk.platform.say(0, Origin::Visitor, "https://c.example", now);
    desk.wait(10.0);
    desk.press("<enter>");
    assert_eq!(ordered(&desk), [&Effect::OpenLink { ask: 1, url: raw("https://b.example/") }]);
}

#[test]
fn each_thing_is_copied_by_its_letter_and_said() {
    let mut desk = opened(&[(Origin::Visitor, "see https://a.example/x\u{1b}[0m\nand\tthis\n\n")]);
    desk.press("yi");
    assert_eq!(copied(&desk), "c0");
    desk.press("ym");
    assert_eq!(copied(&desk), "see https://a.example/x␛[0m\nand this");
    desk.press("yt");
    assert!(copied(&desk).starts_with("Transcript of 1 message with Visitor 0. Notes of the team are left out."));
    assert!(!copied(&desk).ends_with('\n'));
    let before = ordered(&desk).len();
    desk.press("ye");
    assert_eq!(desk.said(), "no e-mail address is known");
    desk.press("yu");
    assert_eq!(desk.said(), "not copied: no link in this message", "a link with a hidden character is none");
    assert_eq!(ordered(&desk).len(), before);
    desk.model.inbox.rows.get_mut(&id(0)).unwrap().conversation.contact_email = Some(raw("june@example.com"));
    desk.press("ye");
    assert_eq!(copied(&desk), "june@example.com");
    let mut desk = opened(&[(Origin::Visitor, "see https://a.example/x, and https://b.example")]);
    desk.press("yu");
    assert_eq!(copied(&desk), "https://a.example/x");
    assert_eq!(desk.said(), "copied the first link of this message, to");
}

#[test]
fn opening_scrolling_searching_and_copying_a_thousand_links_opens_and_fetches_nothing() {
    let line = (0..50).map(|number| format!("https://h{number}.example/{number}")).collect::<Vec<_>>().join(" ");
    let all: Vec<(Origin, &str)> = (0..20).map(|_| (Origin::Visitor, line.as_str())).collect();
    let mut desk = opened(&all);
    for keys in [
        "gg", "G", "<c-u>", "<c-d>", "k", "k", "b", "S", "S", "/", "h4", "<enter>", "<c-n>", "<c-p>", "O", "j", "G",
        "<esc>",
    ] {
        desk.press(keys);
        desk.wait(0.5);
    }
    for keys in ["yi", "ym", "yt", "yu"] {
        desk.press(keys);
    }
    assert!(ordered(&desk).iter().all(|effect| matches!(effect, Effect::Copy { .. })));
    assert_eq!(ordered(&desk).len(), 4);
}

fn since(desk: &Desk) -> Option<usize> {
    desk.model.screen.thread.iter().position(|line| matches!(line.kind, LineKind::NewSince(_)))
}

#[test]
fn what_came_while_another_conversation_was_open_stands_below_a_line() {
    let mut desk = opened(&[(Origin::Visitor, "hello")]);
    desk.wait(5.0);
    assert_eq!(since(&desk), None, "nothing was seen before the first opening");
    desk.open(1);
    let now = desk.now;
    desk.platform.say(0, Origin::Visitor, "are you there?", now);
    desk.platform.say(0, Origin::Visitor, "hello?", now);
    desk.wait(40.0);
    desk.open(0);
    let line = since(&desk).unwrap();
    let next = desk.model.screen.thread.iter().skip(line).find_map(|line| match &line.kind {
        LineKind::Text { text, .. } => Some(text.clone()),
        _ => None,
    });
    assert_eq!(next.as_deref(), Some("are you there?"));
    let now = desk.now;
    desk.platform.say(0, Origin::Visitor, "still here", now);
    desk.wait(8.0);
    assert_eq!(since(&desk), Some(line), "the line stays where it is while the thread is read");
    desk.open(1);
    desk.open(0);
    assert_eq!(since(&desk), None, "everything was read");
}

#[test]
fn what_came_while_nobody_looked_stands_below_a_line() {
    let mut desk = opened(&[(Origin::Visitor, "hello")]);
    desk.handle(Event::FocusChanged(false));
    let now = desk.now;
    desk.platform.say(0, Origin::Visitor, "are you there?", now);
    desk.wait(20.0);
    assert!(since(&desk).is_some());
    desk.handle(Event::FocusChanged(true));
    desk.wait(1.0);
    assert!(since(&desk).is_some(), "it is still there when the person comes back");
}

#[test]
fn a_preview_beside_the_list_counts_as_seen_by_nobody() {
    let mut desk = opened(&[(Origin::Visitor, "hello")]);
    desk.press("<esc>");
    let now = desk.now;
    desk.platform.say(0, Origin::Visitor, "are you there?", now);
    desk.wait(60.0);
    desk.open(0);
    assert!(since(&desk).is_some());
}

/// Every hit that is highlighted on the screen.
fn highlighted(desk: &Desk) -> Vec<String> {
    let mut found = Vec::new();
    for line in &desk.model.screen.thread {
        if let LineKind::Text { text, spans, .. } = &line.kind {
            let hits = spans.iter().filter(|span| matches!(span.look, Look::Hit(_)));
            found.extend(hits.map(|span| text.get(span.start..span.end).unwrap().to_owned()));
        }
    }
    found
}

#[test]
fn a_search_goes_from_hit_to_hit_and_says_what_it_searched() {
    let mut texts: Vec<String> = (0..60).map(|number| format!("words {number}")).collect();
    texts[5] = "my REFUND, please: refund".to_owned();
    texts[50] = "no Refund yet".to_owned();
    let all: Vec<(Origin, &str)> = texts.iter().map(|text| (Origin::Visitor, text.as_str())).collect();
    let mut desk = opened(&all);
    desk.press("/");
    desk.typed("refund");
    assert_eq!(highlighted(&desk), ["Refund"], "while it is typed");
    desk.press("<enter>");
    assert_eq!(selected(&desk), texts[50]);
    assert_eq!(desk.said(), "hit 3 of 3; searched: 60 messages");
    desk.press("<c-p>");
    assert_eq!(selected(&desk), texts[5]);
    assert_eq!(desk.said(), "hit 2 of 3; searched: 60 messages");
    assert_eq!(highlighted(&desk), ["REFUND", "refund"]);
    desk.press("<c-p>");
    assert_eq!(desk.said(), "hit 1 of 3; searched: 60 messages");
    desk.press("<c-p>");
    assert_eq!(desk.said(), "hit 3 of 3; searched: 60 messages", "over the end it goes on at the other one");
    desk.press("<esc>");
    assert_eq!(desk.model.panes.focus, Focus::Thread, "the first Esc ends the search alone");
    assert!(highlighted(&desk).is_empty());
    assert_eq!(selected(&desk), texts[50], "and leaves the reader where he is");
    desk.press("<esc>");
    assert_eq!(desk.model.panes.focus, Focus::List);
}

#[test]
fn a_search_over_letters_that_grow_highlights_whole_letters() {
    let mut desk = opened(&[(Origin::Visitor, "İstanbul, Straße, e\u{301}te\u{301}, 👩\u{200d}🔬")]);
    for (typed, found) in
        [("i", "İ"), ("STRASSE", "Straße"), ("👩\u{200d}🔬", "👩\u{200d}🔬"), ("istanbul", "İstanbul")]
    {
        desk.press("/");
        desk.typed(typed);
        assert_eq!(highlighted(&desk), [found], "{typed}");
        desk.press("<enter>");
        assert_eq!(highlighted(&desk), [found], "{typed}");
    }
}

#[test]
fn a_search_says_that_the_rest_was_not_loaded() {
    let texts: Vec<String> = (0..150).map(|number| format!("words {number}")).collect();
    let all: Vec<(Origin, &str)> = texts.iter().map(|text| (Origin::Visitor, text.as_str())).collect();
    let mut desk = opened(&all);
    desk.press("/");
    desk.typed("nowhere");
    desk.press("<enter>");
    assert_eq!(desk.said(), "not found; searched: 100 messages, the rest is not loaded");
}

#[test]
fn in_the_list_a_text_is_found_and_its_row_opened_by_two_keys() {
    let mut desk = Desk::new(5);
    for at in 0..5 {
        desk.platform.say(at, Origin::Visitor, if at == 2 { "my Überweisung" } else { "hello" }, Duration::ZERO);
    }
    desk.begin();
    desk.press("/");
    desk.typed("überw");
    assert_eq!(desk.model.inbox.cursor, Some(id(2)), "the cursor goes to it while it is typed");
    desk.press("<enter>");
    assert_eq!(desk.model.panes.on_screen, Some(id(2)));
    desk.wait(2.0);
    assert_eq!(highlighted(&desk), ["Überw"]);
}

#[test]
fn esc_and_ctrl_c_leave_a_search_in_the_list_where_it_was_begun_and_a_key_in_it_is_text() {
    let mut desk = Desk::new(5);
    for at in 0..5 {
        desk.platform.say(at, Origin::Visitor, &format!("hello {at}"), seconds(at as f64));
    }
    desk.begin();
    let before = desk.model.inbox.cursor.clone();
    for end in ["<esc>", "<c-c>"] {
        desk.press("/");
        desk.typed("hello 4rqeH");
        desk.handle(Event::Pasted(raw("x\u{1b}]0;y\u{7}\nq")));
        let prompt = desk.model.reading.search.prompt.as_ref().unwrap();
        assert_eq!(prompt.editor.text(), "hello 4rqeHx␛]0;y␇");
        assert_eq!(desk.model.panes.focus, Focus::List);
        desk.press(end);
        assert!(!desk.model.reading.search.stands());
        assert_eq!(desk.model.inbox.cursor, before);
    }
    assert!(!desk.model.panes.leaving && ordered(&desk).is_empty());
}

#[test]
fn a_message_says_its_source_by_a_key() {
    let mut desk = opened(&[(Origin::Bot, "## Your **order**")]);
    assert!(on_screen(&desk, "Your order"));
    desk.press("S");
    assert!(on_screen(&desk, "## Your **order**"));
    desk.press("S");
    assert!(on_screen(&desk, "Your order"));
}

#[test]
fn fifty_thousand_messages_are_not_wrapped_to_show_forty() {
    let mut desk = Desk::new(1);
    for number in 0..50_000 {
        desk.platform.say(0, Origin::Visitor, &format!("message {number}"), seconds(number as f64));
    }
    desk.platform.thread_page = 50_000;
    desk.now = seconds(50_001.0);
    desk.begin();
    desk.open(0);
    let thread = desk.model.threads.held.get_mut(&id(0)).unwrap();
    let all: Vec<Message> = desk.platform.held[0].messages.iter().rev().cloned().collect();
    thread.merge(all, takeover::app::thread::Side::Newer, 1, Duration::ZERO);
    for keys in ["k", "k", "<c-u>", "gg", "j", "G", "b", "/9<enter>", "<c-p>"] {
        desk.press(keys);
        assert!(desk.model.screen.cache.len() < 600, "{} are wrapped after {keys}", desk.model.screen.cache.len());
    }
    assert_eq!(desk.model.threads.get(&id(0)).unwrap().messages.len(), 50_000);
}
